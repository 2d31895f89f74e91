#!/bin/sh
# stories.sh -- stories can fail, and speak one language.
#
# A line that begins with "!" never fails a story: the shell does not stop for a
# negated command.  "|| no ..." or "|| false" behind it does.  The words are those
# of tests/e2e/helpers.bash, which each story loads; the other words there were
# for them do not come back.  And the rule bites: one planted sin of each kind.
set -eu

check() { # FILE...
    bad=0
    for story; do
        awk -v story="$story" '
            function tell(why) { print story ":" FNR ": " why ": " $0; bad = 1 }
            /^ *! / && !/\|\|/ && !/\\$/ { tell("never fails") }
            /^ *(go|device|start_device|ended|saw|said|never_called|absent|stop_device|stop_serving|completed|serve)( |$)/ ||
                /^ *expect [0-9"$]/ || /\$\((status|seen) / || /^ *run (flash|tool|lab|push)/ { tell("an old word") }
            /^ *load (helpers|arduino|cli|lab|serve)$/ { loads = 1 }
            END { if (!loads) { FNR = 1; $0 = ""; tell("does not load helpers.bash, or one that does") }
                exit bad }' "$story" || bad=1
    done
    return $bad
}

check tests/e2e/*.bats

sin=$(mktemp)
trap 'rm -f "$sin"' EXIT
while read -r line; do
    printf 'load helpers\n    %s\n' "$line" >"$sin"
    ! check "$sin" >/dev/null || { echo "nobody minds: $line"; exit 1; }
done <<'SINS'
! grep -q x out
go -i 127.0.0.1
device --password x
expect 2
[ "$(status "$url/")" = 200 ]
run flash "$image"
SINS
printf '@test "x" { true; }\n' >"$sin"
! check "$sin" >/dev/null || { echo "a story may load nothing"; exit 1; }
