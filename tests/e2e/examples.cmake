# The examples, against libhyco.so as its users have it.
add_subdirectory(${PROJECT_SOURCE_DIR}/examples ${PROJECT_BINARY_DIR}/examples)
add_test(NAME e2e_examples
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/examples_test.sh)
set_tests_properties(e2e_examples PROPERTIES
  ENVIRONMENT
    "HYCO=$<TARGET_FILE:hyco>;EXAMPLES=$<TARGET_FILE_DIR:echo_receiver>"
  TIMEOUT 120)
