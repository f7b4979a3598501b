# make demo, with the command that is under test.
add_test(NAME e2e_demo COMMAND ${PROJECT_SOURCE_DIR}/scripts/demo.sh)
set_tests_properties(e2e_demo PROPERTIES
  ENVIRONMENT "HYCO=$<TARGET_FILE:hyco>" TIMEOUT 120)
