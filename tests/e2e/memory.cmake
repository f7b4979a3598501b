# What processes hold: when a receiver reads nothing, while HTTP bodies go
# through them (long ones, slow ones), and with 1,000 connections.
# The tests build the command and these programs once more: under the sanitizers
# memory says nothing. They share that build, so one runs at a time.
foreach(program unread_receiver many_senders http_app)
  add_executable(${program} ${program}.c party_arguments.c)
  hyco_compile_options(${program})
  target_include_directories(${program}
    PRIVATE ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${program} PRIVATE $<LINK_ONLY:hyco_internal>)
endforeach()
add_library(heap_report MODULE heap_report.c)
hyco_compile_options(heap_report)
target_link_libraries(heap_report PRIVATE Threads::Threads)

foreach(name memory http_memory http_slow many)
  add_test(NAME e2e_${name}
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/${name}_test.py)
  set_tests_properties(e2e_${name} PROPERTIES TIMEOUT 300
    RESOURCE_LOCK measured_build)
endforeach()
