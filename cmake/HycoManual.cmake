# Writes the manual pages and the bash completion, which the command makes from
# its own tables: cmake -D HYCO=... -D OUT=... -P HycoManual.cmake
function(write_help file)
  execute_process(COMMAND ${HYCO} ${ARGN}
    OUTPUT_FILE ${OUT}/${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${OUT})
file(MAKE_DIRECTORY ${OUT}/man1 ${OUT}/completions)
write_help(man1/hyco.1 --help=man)
write_help(completions/hyco --help=bash)

execute_process(COMMAND ${HYCO} --help OUTPUT_VARIABLE overview
  COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "\n  [a-z]+ " names "${overview}")
foreach(name ${names})
  string(STRIP "${name}" name)
  write_help(man1/hyco-${name}.1 ${name} --help=man)
endforeach()
