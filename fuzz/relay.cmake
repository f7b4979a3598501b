hyco_fuzz_target(relay_config)

hyco_fuzz_target(relay_front)
hyco_fuzz_on_sim(relay_front)

hyco_fuzz_target(relay_http)
hyco_fuzz_on_sim(relay_http)
