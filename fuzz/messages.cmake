foreach(parser http1 handshake url token connection_string control)
  hyco_fuzz_target(${parser})
endforeach()

# What we accept, Node's parser accepts with the same meaning.
add_executable(http1_meaning http1_meaning.c)
hyco_compile_options(http1_meaning)
target_link_libraries(http1_meaning PRIVATE hyco_internal)
if(HYCO_TESTS)
  add_test(NAME fuzz_http1_node
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/http1_node_test.js
      $<TARGET_FILE:http1_meaning> ${CMAKE_CURRENT_SOURCE_DIR}/corpus/http1)
endif()
