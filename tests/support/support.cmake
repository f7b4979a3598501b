# Helpers that unit tests and fuzz targets share.
include_guard(GLOBAL)
add_library(hyco_test_support STATIC
  ${CMAKE_CURRENT_LIST_DIR}/guard_page.c
  ${CMAKE_CURRENT_LIST_DIR}/split.c
  ${CMAKE_CURRENT_LIST_DIR}/stored_rows.c
  ${CMAKE_CURRENT_LIST_DIR}/ws_consumer.c
  ${CMAKE_CURRENT_LIST_DIR}/ws_passing.c)
hyco_compile_options(hyco_test_support)
target_include_directories(hyco_test_support
  PUBLIC ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(hyco_test_support PUBLIC hyco_internal)

# Tests in which allocations fail (alloc_trap.h).
function(hyco_trap_allocations target)
  target_sources(${target}
    PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/alloc_trap.c)
  foreach(name alloc alloc_zero realloc strndup strdup free secret_free)
    target_link_options(${target} PRIVATE -Wl,--wrap=hc_${name})
  endforeach()
endfunction()
