# The blocks of README.md, against the library and command of this build.
get_target_property(readme_flags hyco_shared INTERFACE_LINK_OPTIONS)
if(NOT readme_flags)
  set(readme_flags "")
endif()
list(JOIN readme_flags " " readme_flags)
add_test(NAME e2e_readme
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/readme_test.sh ${PROJECT_BINARY_DIR})
set_tests_properties(e2e_readme PROPERTIES
  ENVIRONMENT "HYCO=$<TARGET_FILE:hyco>;CC=${CMAKE_C_COMPILER};CFLAGS=${readme_flags}"
  TIMEOUT 300)
