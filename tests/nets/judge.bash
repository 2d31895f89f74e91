# judge.bash -- whether what was said is what happened.  cell.sh has put into
# the current directory: events (what the program said), seen (what the device
# reports), stored (what it has in its flash; absent: nothing), link (the log of
# the link), firmware.bin; and set protocol, condition, must and status.
# shellcheck shell=bash disable=SC2154

DOCUMENTED=' 0 10 11 12 13 14 15 20 21 22 23 24 25 30 ' # of those, what may be
# --stall-timeout is 160 s: nothing is awaited for longer.  A device that has
# lost its power is back after 3 s, and says so when its TCP is asked.
SILENCE_MAX=165000
SILENCE_MAX_RESTART=70000

faults=()
fault() { faults+=("$*"); }

count() { jq -c "$1" "$2" 2>/dev/null | wc -l; } # FILTER FILE

# How often the device came to have an image, by its reports.
count_stores() {
    if [[ $protocol == pull ]]; then
        count 'select(.event == "session" and .updated)' seen
    else
        count 'select(.event == "session" and (.md5_stored // "") != "")' seen
    fi
}

# That what the device has is the image, if it has any.
judge_storage() {
    local md5
    md5=$(md5sum <firmware.bin | cut -c1-32)
    stores=$(count_stores)
    if [[ $protocol != pull ]]; then
        (($(count "select(.event == \"session\" and (.md5_stored // \"\") != \"\" and .md5_stored != \"$md5\")" seen) == 0)) ||
            fault 'WRONG BYTES by the report of the device'
    fi
    [[ ! -e stored ]] || cmp -s firmware.bin stored || fault 'WRONG BYTES in the flash'
    [[ -e stored ]] || ((stores == 0)) || fault 'the device reports an image it has not'
    [[ ! -e stored ]] || ((stores > 0)) || fault 'the device does not report the image it has'
}

judge_upload() {
    local end said_exit
    end=$(jq -c 'select(.event == "device_end")' events)
    (($(count 'select(.event == "device_end")' events) == 1)) || fault 'not one device_end'
    (($(count 'select(.event == "run_end")' events) == 1)) || fault 'not one run_end'
    said_exit=$(jq -r .exit <<<"$end")
    [[ $said_exit == "$status" ]] || fault "device_end says $said_exit, the exit status is $status"
    outcome=$(jq -r .code <<<"$end") attempts=$(jq -r .attempts <<<"$end")
    ms=$(jq -s '.[-1].t_ms' events) # what starting it took is left out
    silence=$(jq -s '[.[].t_ms] | [.[1:], .[:-1]] | transpose | map(.[0] - .[1]) | max // 0' events)
    ((silence <= SILENCE_MAX)) || fault "silent for $silence ms"
    [[ $condition != restart-* ]] || ((silence <= SILENCE_MAX_RESTART)) ||
        fault "waited $silence ms for a device that had restarted"
    case $status in
    0) ((stores == 1)) || fault "LIE: accepted, and the device stored it $stores times" ;;
    30) ((stores <= 1)) || fault "flashed $stores times" ;;
    *) ((stores == 0)) || fault "LIE: $outcome, and the device stored it" ;;
    esac
}

# What the server said of each request, in their order, and what came of it.
judge_serve() {
    local took=0 whole
    attempts=$(count 'select(.event == "session")' seen)
    silence=0
    took=$(count 'select(.event == "request_end" and .ok)' events)
    whole=$(count "select(.event == \"session\" and .received == $(stat -c %s firmware.bin))" seen)
    ((took <= whole)) || fault "LIE: taken $took times, and the device got it whole $whole times"
    outcome=broken
    ((took == 0)) || outcome='taken'
    ((took == 0 || stores == 0)) || outcome=ok
    ((stores <= 1)) || fault "flashed $stores times"
    ((stores == 0 || took > 0)) || fault 'LIE: broken off, and the device runs it'
}

judge() {
    faults=()
    judge_storage
    if [[ $status == 124 || $status == 137 ]]; then
        outcome=hangs attempts=0 silence=0
        fault 'HANGS'
        return
    fi
    [[ $DOCUMENTED == *" $status "* ]] || fault "exit status $status"
    if [[ $protocol == pull ]]; then judge_serve; else judge_upload; fi
    [[ $must == any || $status == 0 ]] || fault "it must be updated here, and is not: $outcome"
    judge_lab
}

# That the network was as bad as it should be.
judge_lab() {
    local of
    case $condition in
    loss-*) of=lost ;;
    reordering) of=reordered ;;
    duplication) of=doubled ;;
    cut-*)
        grep -q ^cut link || fault 'the link was not cut'
        return
        ;;
    restart-*)
        (($(count 'select(.event == "session" and (.outcome | IN("restart", "fault"))
            or .step == "goodbye")' seen) > 0)) || fault 'the device did not restart'
        return
        ;;
    *) return ;;
    esac
    grep -q "$of=[1-9]" link || fault "no frame was $of"
}
