# Web applications in Chromium, through the relay.
add_test(NAME e2e_browser
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/browser_test.sh)
set_tests_properties(e2e_browser PROPERTIES
  ENVIRONMENT "HYCO=$<TARGET_FILE:hyco>" TIMEOUT 300)
