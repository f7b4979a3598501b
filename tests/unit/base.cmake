foreach(module base64 buffer error fault list log memory span timers utf8)
  hyco_unit_test(${module})
endforeach()
