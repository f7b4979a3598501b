# The hyco command.
add_executable(print_headers print_headers.c)
hyco_compile_options(print_headers)
target_include_directories(print_headers PRIVATE ${PROJECT_SOURCE_DIR}/include)
target_link_libraries(print_headers PRIVATE $<LINK_ONLY:hyco_internal>)

foreach(subject usage request http_echo http_forward proxy manual token tokens echo exec forward recipes listeners refusals)
  add_test(NAME e2e_command_${subject}
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/command_${subject}_test.sh)
  set_tests_properties(e2e_command_${subject} PROPERTIES
    ENVIRONMENT
      "HYCO=$<TARGET_FILE:hyco>;PRINT_HEADERS=$<TARGET_FILE:print_headers>"
    TIMEOUT 120)
endforeach()
