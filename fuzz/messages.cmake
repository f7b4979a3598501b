foreach(parser http1 http_body handshake url token connection_string control json)
  hyco_fuzz_target(${parser})
endforeach()

# What we accept, Node accepts with the same meaning.
foreach(parser http1 http_body json)
  add_executable(${parser}_meaning ${parser}_meaning.c)
  hyco_compile_options(${parser}_meaning)
  target_link_libraries(${parser}_meaning PRIVATE hyco_internal)
  if(HYCO_TESTS)
    add_test(NAME fuzz_${parser}_node
      COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/${parser}_node_test.js
        $<TARGET_FILE:${parser}_meaning>
        ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${parser})
  endif()
endforeach()
