# The relay of the hyco command.
foreach(subject certificate config reload stop)
  add_test(NAME e2e_relay_${subject}
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/relay_${subject}_test.sh)
  set_tests_properties(e2e_relay_${subject} PROPERTIES
    ENVIRONMENT "HYCO=$<TARGET_FILE:hyco>" TIMEOUT 120)
endforeach()

add_executable(api_relay_test api_relay_test.c)
hyco_compile_options(api_relay_test)
target_link_libraries(api_relay_test PRIVATE hyco_test_support
  PkgConfig::CMOCKA)
add_test(NAME api_relay COMMAND api_relay_test)
