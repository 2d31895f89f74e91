#!/bin/sh
# nets.sh -- the judge of the bad networks complains about planted lies, and
# only about them.
set -u
command -v jq >/dev/null && command -v bash >/dev/null || { echo 'jq or bash is missing'; exit 77; }
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
bad=0

echo image >firmware.bin
md5=$(md5sum <firmware.bin | cut -c1-32)

end() { # CODE EXIT [T_MS]
    echo '{"event":"run_start","t_ms":0}'
    echo "{\"event\":\"device_end\",\"t_ms\":${3:-10},\"code\":\"$1\",\"exit\":$2,\"attempts\":1}"
    echo "{\"event\":\"run_end\",\"t_ms\":${3:-10}}"
}

has() { # MD5 OUTCOME: a session of the device
    echo "{\"event\":\"session\",\"md5_stored\":\"$1\",\"outcome\":\"$2\"}"
}

# Everything as it should be.
fine() {
    end ok 0 >events
    has "$md5" updated >seen
    cp firmware.bin stored
    echo 'cut at 3 ms' >"link"
    protocol=esphome condition=clean must=any status=0
}

# judge WANT: what the judge has to say, or "true".
judge() {
    got=$(protocol=$protocol condition=$condition must=$must status=$status bash -uc '
        . "$1/../nets/judge.bash"; judge
        if ((${#faults[@]})); then printf "%s\n" "${faults[@]}"; else echo true; fi' sh "$here" 2>&1)
    case $got in
    "$1"*) ;;
    *)
        echo "the judge says \"$got\", not \"$1\""
        bad=1
        ;;
    esac
}

fine; judge true
fine; has '' lost >seen; rm stored; judge 'LIE: accepted'
fine; has "$md5" updated >>seen; judge 'LIE: accepted, and the device stored it 2'
fine; echo other >stored; judge 'WRONG BYTES in the flash'
fine; has 0123 updated >seen; judge 'WRONG BYTES by the report'
fine; rm stored; judge 'the device reports an image it has not'
fine; : >seen; judge 'the device does not report the image it has'
fine; status=14; end broken 14 >events; judge 'LIE: broken, and the device stored it'
fine; status=14; end broken 14 >events; has '' lost >seen; rm stored; judge true
fine; status=14; end broken 14 >events; has '' lost >seen; rm stored; must=updated; judge 'it must be updated here'
fine; status=30; end unknown 30 >events; judge true
fine; status=30; end unknown 30 >events; has "$md5" updated >>seen; judge 'flashed 2 times'
fine; status=30; end unknown 30 >events; echo other >stored; judge 'WRONG BYTES'
fine; status=14; judge 'device_end says 0, the exit status is 14'
fine; end ok 0 >>events; judge 'not one device_end'
fine; status=124; judge HANGS
fine; status=139; end ok 139 >events; judge 'exit status 139'
fine; end ok 0 200000 >events; judge 'silent for 200000 ms'
fine; end ok 0 100000 >events; judge true
fine; condition=restart-data; end ok 0 100000 >events; judge 'waited 100000 ms'
fine; condition=cut-50%-5s; judge true
fine; condition=cut-50%-5s; : >"link"; judge 'the link was not cut'
fine; condition=loss-5%; judge 'no frame was lost'
fine; condition=restart-data; judge 'the device did not restart'
fine; condition=restart-data; has '' restart >>seen; judge true

pull() { # OK RECEIVED UPDATED
    fine
    protocol=pull
    echo "{\"event\":\"request_end\",\"ok\":$1}" >events
    echo "{\"event\":\"session\",\"received\":$2,\"updated\":$3}" >seen
    [ "$3" = true ] || rm stored
}
pull true 6 true; judge true
pull true 5 false; judge 'LIE: taken'
pull false 6 true; judge 'LIE: broken off, and the device runs it'
pull false 5 false; judge true

exit $bad
