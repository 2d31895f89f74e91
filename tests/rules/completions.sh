#!/bin/sh
# completions.sh -- completions/ is what the option table says today.
set -eu
bin=${BIN:-.}/espota-c
bad=0
for pair in bash:espota-c.bash zsh:_espota-c fish:espota-c.fish powershell:espota-c.ps1; do
    "$bin" completion "${pair%%:*}" | cmp -s - "completions/${pair#*:}" || {
        echo "completions/${pair#*:} is stale: run \"make completions\""
        bad=1
    }
done
exit $bad
