hyco_fuzz_target(relay_config)

# On the simulated net, whose own target is only there with the tests.
hyco_fuzz_target(relay_front)
target_include_directories(fuzz_relay_front
  PRIVATE ${PROJECT_SOURCE_DIR}/tests/sim)
foreach(part dial net stream)
  target_sources(fuzz_relay_front
    PRIVATE ${PROJECT_SOURCE_DIR}/tests/sim/sim_${part}.c)
endforeach()
