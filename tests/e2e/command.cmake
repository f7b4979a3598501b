# The hyco command.
foreach(subject usage token echo refusals exec)
  add_test(NAME e2e_command_${subject}
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/command_${subject}_test.sh)
  set_tests_properties(e2e_command_${subject} PROPERTIES
    ENVIRONMENT "HYCO=$<TARGET_FILE:hyco>" TIMEOUT 120)
endforeach()
