# What processes hold when a receiver reads nothing. The test builds the command
# and this program once more: under the sanitizers memory says nothing.
add_executable(unread_receiver unread_receiver.c)
hyco_compile_options(unread_receiver)
target_include_directories(unread_receiver
  PRIVATE ${PROJECT_SOURCE_DIR}/include)
target_link_libraries(unread_receiver PRIVATE $<LINK_ONLY:hyco_internal>)

add_test(NAME e2e_memory
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/memory_test.py)
set_tests_properties(e2e_memory PROPERTIES TIMEOUT 300)
