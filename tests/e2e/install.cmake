# The installed library and command.
add_test(NAME e2e_install
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/install_test.sh)
set_tests_properties(e2e_install PROPERTIES TIMEOUT 300)
