#!/bin/bash
# The manual pages and the completion, which the command makes from its tables.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# The command's and its subcommands' arguments, one a line.
commands=$("$HYCO" --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
options_of() { # options_of COMMAND
  "$HYCO" "$1" --help | sed -n 's/^  [ -].*\(--[a-z-]*\).*/\1/p'
}

renders() { # renders FILE: without a warning
  groff -man -ww -Tutf8 "$1" >"$scratch/out" 2>"$scratch/err" &&
    [ ! -s "$scratch/err" ]
}

# The page of a command has all that its --help has.
has_all_options() {
  local option
  for option in $(options_of "$1"); do
    grep -q -e "^\.TP" "$2" && grep -qF -e "\\fB${option//-/\\-}\\fR" "$2" ||
      return
  done
}

check "there are commands" test "$(wc -w <<<"$commands")" -ge 5
"$HYCO" --help=man >"$scratch/hyco.1"
check "hyco.1 renders" renders "$scratch/hyco.1"
for command in $commands; do
  check "it names hyco $command" grep -q "hyco..$command" "$scratch/hyco.1"
  page=$scratch/hyco-$command.1
  "$HYCO" "$command" --help=man >"$page"
  check "hyco-$command.1 renders" renders "$page"
  check "it has every option" has_all_options "$command" "$page"
  check "it has a description" \
    grep -q . <(sed -n '/^.SH DESCRIPTION/,/^.SH OPTIONS/p' "$page" | sed 1d)
done
run "$HYCO" --help=html
check "a form that is not there" ends_with 2 'man or bash'
run "$HYCO" token --help=html
check "nor for a command" ends_with 2 'man or bash'

"$HYCO" --help=bash >"$scratch/completion"
# complete WORD...: what is offered for the last word.
# shellcheck disable=SC2030,SC2031,SC2317 # a subshell of its own
complete_words() (
  compopt() { :; }
  # shellcheck disable=SC1091 # made by the test
  . "$scratch/completion"
  cd "$scratch/files"
  COMP_WORDS=(hyco "$@")
  COMP_CWORD=$#
  _hyco
  [ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}"
)
offers() { # offers WORDS-EXPECTED WORD...
  local expected=$1
  shift
  [ "$(complete_words "$@" | xargs)" = "$expected" ]
}
# shellcheck disable=SC2031
mkdir -p "$scratch/files/folder"
# shellcheck disable=SC2031
touch "$scratch/files/string"
check "commands are completed" offers listen lis
check "all of them" offers "$(xargs <<<"$commands") --help --version" ''
check "options are completed" offers '--count --connection-string' listen --co
check "those of the command" offers '' token --count
check "files are completed" offers string listen --ca s
check "after an @" offers string listen -c @ s
check "directories are completed" offers folder relay --dir ''
check "other values are not" offers '' listen --count ''
finish
