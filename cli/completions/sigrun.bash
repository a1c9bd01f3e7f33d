# Completion of the sigrun command for bash.

_sigrun() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      scan | stream | check | test | version) command=${COMP_WORDS[i]}; break ;;
    esac
  done
  if [[ -z $command ]]; then
    COMPREPLY=($(compgen -W 'scan stream check test version --help --version' -- "$word"))
    return
  fi

  local levels='informational low medium high critical' options=''
  case $before in
    --min-level | --fail-on) COMPREPLY=($(compgen -W "$levels" -- "$word")); return ;;
    --min-status) COMPREPLY=($(compgen -W 'unsupported deprecated experimental test stable' -- "$word")); return ;;
    --format) COMPREPLY=($(compgen -W 'table ndjson' -- "$word")); return ;;
    --logsource) compopt -o nospace; COMPREPLY=($(compgen -W 'auto off product= category= service=' -- "$word")); return ;;
    --taxonomy) compopt -o filenames; COMPREPLY=($(compgen -W none -- "$word") $(compgen -f -- "$word")); return ;;
    --listen) COMPREPLY=($(compgen -W 'unix: tcp:' -- "$word")); return ;;
    -p | --pipeline)
      compopt -o filenames
      COMPREPLY=($(compgen -W 'sysmon windows-audit ecs_windows' -- "$word") $(compgen -f -- "$word"))
      return ;;
    -e | --event | --from | --to | -j | --threads | --select | --exclude | --unwrap | --connections | --drain | --input) return ;;
  esac
  if [[ $word == -* ]]; then
    case $command in
      scan)
        options='--config -r --rules -p --pipeline --vars --taxonomy --logsource --min-level --min-status --select --exclude
          --unwrap -e --event --from --to --format -o --output --scores --fail-on --profile --state --strict -j --threads --help' ;;
      stream)
        options='--config -r --rules -p --pipeline --vars --taxonomy --logsource --min-level --min-status --select --exclude
          --listen --input -o --output --to --confirm --state --metrics --connections --drain --help' ;;
      check) options='--config -p --pipeline --vars --taxonomy --format --help' ;;
      test) options='--config -p --pipeline --vars --taxonomy --junit -v --verbose --help' ;;
      version) options='--help' ;;
    esac
    COMPREPLY=($(compgen -W "$options" -- "$word"))
    return
  fi
  compopt -o filenames
  local IFS=$'\n'
  COMPREPLY=($(compgen -f -- "$word"))
}

complete -F _sigrun sigrun
