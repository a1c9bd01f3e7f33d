# Completion of the sigrun command for fish.

set -l commands scan check test version
set -l levels 'informational low medium high critical'

complete -c sigrun -f -n "not __fish_seen_subcommand_from $commands" -a scan -d 'Run rules over events'
complete -c sigrun -f -n "not __fish_seen_subcommand_from $commands" -a check -d 'List what is wrong with rules'
complete -c sigrun -f -n "not __fish_seen_subcommand_from $commands" -a test -d 'Run the tests that rules carry'
complete -c sigrun -f -n "not __fish_seen_subcommand_from $commands" -a version -d 'Print the version'
complete -c sigrun -f -n "not __fish_seen_subcommand_from $commands" -l version -d 'Print the version'
complete -c sigrun -l help -d 'Describe the command'

set -l any '__fish_seen_subcommand_from scan check test'
complete -c sigrun -n $any -l config -r -F -d 'Configuration file'
complete -c sigrun -n $any -s p -l pipeline -r -a 'sysmon windows-audit ecs_windows' -d 'Processing pipeline'
complete -c sigrun -n $any -l vars -r -F -d 'Values for placeholders'
complete -c sigrun -n $any -l taxonomy -r -F -a none -d 'Folder of log source tables'

set -l scan '__fish_seen_subcommand_from scan'
complete -c sigrun -n $scan -s r -l rules -r -F -d 'Rule file or folder'
complete -c sigrun -n $scan -l logsource -x -a 'auto off product= category= service=' -d 'How events find their rules'
complete -c sigrun -n $scan -l min-level -x -a $levels -d 'Only rules of at least this level'
complete -c sigrun -n $scan -l min-status -x -a 'unsupported deprecated experimental test stable' -d 'Only rules of at least this status'
complete -c sigrun -n $scan -l select -x -d 'Only rules with this id, tag or path'
complete -c sigrun -n $scan -l exclude -x -d 'Without rules with this id, tag or path'
complete -c sigrun -n $scan -l unwrap -x -d 'Events stand inside this key'
complete -c sigrun -n $scan -s e -l event -x -d 'Scan this event'
complete -c sigrun -n $scan -l from -x -d 'Only events of this time and later'
complete -c sigrun -n $scan -l to -x -d 'Only events of this time and earlier'
complete -c sigrun -n $scan -l format -x -a 'table ndjson' -d 'Form of the alerts'
complete -c sigrun -n $scan -s o -l output -r -F -d 'Write alerts to this file'
complete -c sigrun -n $scan -l fail-on -x -a $levels -d 'Status 1 if an alert has this level'
complete -c sigrun -n $scan -l profile -d 'List the rules that took most time'
complete -c sigrun -n $scan -l strict -d 'Scan nothing if a rule cannot be loaded'
complete -c sigrun -n $scan -s j -l threads -x -d 'Threads'

complete -c sigrun -n '__fish_seen_subcommand_from check' -l format -x -a 'table ndjson' -d 'Form of the report'
complete -c sigrun -n '__fish_seen_subcommand_from test' -l junit -r -F -d 'Write JUnit XML'
complete -c sigrun -n '__fish_seen_subcommand_from test' -s v -l verbose -d 'List passing tests and untested rules too'
