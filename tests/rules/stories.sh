#!/bin/sh
# stories.sh -- a line of a story that begins with "!" never fails it: the
# shell does not stop for a negated command.  "|| no ..." or "|| false" behind
# it does.
set -eu
bad=0
for story in tests/e2e/*.bats; do
    awk -v story="$story" '
        /^ *! / && !/\|\|/ && !/\\$/ { print story ":" FNR ": never fails:" $0; bad = 1 }
        END { exit bad }' "$story" || bad=1
done
exit $bad
