#!/bin/sh
# resolve.sh -- look a name up as an upload does, and flash nothing.
#
#   resolve.sh NAME [OPTIONS...]
#
# Prints how, the milliseconds it took and the addresses; or "failed", the
# milliseconds, the exit status and the message.  Wants BIN and an image in
# $image.  With SOON=MS in the environment it is found in that time, in one of
# three tries: a machine may have done nothing all that time.
name=$1
shift
look() { "$BIN/espota-c" upload --dry-run --json -q -i "$name" -f "${image:?}" --retry 0 "$@" 2>/dev/null |
    jq -rs '(map(select(.event == "resolve"))[0]) as $found
        | (map(select(.event == "device_end"))[0]) as $last
        | if $found then [$found.how, $last.ms.resolve] + $found.addresses
          else ["failed", $last.ms.resolve, $last.exit, $last.msg] end
        | map(tostring) | join(" ")'; }
for _ in 1 2 3; do
    found=$(look "$@")
    ms=${found#mdns } ms=${ms%% *}
    [ -n "${SOON-}" ] || break
    [ "${found#mdns }" = "$found" ] || [ "$ms" -gt "$SOON" ] || break
done
printf '%s\n' "$found"
