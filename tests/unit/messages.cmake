# The messages of the protocol: heads, URLs, tokens, control messages.
include(${PROJECT_SOURCE_DIR}/tests/support/support.cmake)
foreach(module
    http1 http1_write http_body url token connection_string control
    control_http control_http_write http_fields json
    backoff messages_memory)
  hyco_unit_test(${module})
endforeach()
target_link_libraries(http1_test PRIVATE hyco_test_support)
hyco_trap_allocations(messages_memory_test)
