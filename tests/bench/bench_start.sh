#!/usr/bin/env bash
# bench_start.sh -- from the start of the program to its first packet, with an
# address and an image of 1 MiB: reading, recognising and hashing it.
#
# The stranger at the other end says when its port is called; the start of an
# empty program on the same machine is taken off.  Best of 20.  Bound: 10 ms.
# shellcheck source=tests/bench/helpers.bash
. "$(dirname "$0")/helpers.bash"

"$BUILD/tools/mkimage" esp32 1024K 1.0 "$T/image"
figures=$("$BUILD/tests/bench/first_packet" 20 "$BIN/espota-c" --no-config --protocol esphome --retry 0 \
    --force --compress never -f "$T/image" -i 127.0.0.1 -p)
echo "start of an empty program: $(echo "$figures" | sed 's/.*empty \([0-9.]*\).*/\1/') ms"
bound "start to first packet, ms" "$(echo "$figures" | sed 's/.*packet \([0-9.]*\).*/\1/')" 10
