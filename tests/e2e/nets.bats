#!/usr/bin/env bats
# A few of the bad networks of tests/nets; "make nets" tries all of them.

load helpers

setup_file() {
    export OUT=$BATS_FILE_TMPDIR
    missing=
    NETLAB_ID=n$$ "$ROOT/tests/support/netlab.sh" run --no-mdns --shape -- true 2>"$OUT/lab" ||
        missing="no shaped link here: $(tail -n 1 "$OUT/lab")"
    export missing ci=${CI-}
}

setup() {
    story_begin
    [ -z "$missing" ] || { [ "$ci" != true ] && skip "$missing"; }
}

@test "bad networks: what is said of an update is what happened" {
    JOBS=6 run "$ROOT/tests/nets/run.sh" \
        esphome loss-5% esphome-noise reordering esphome-gzip cut-50%-5s \
        arduino-esp8266 duplication arduino-esp32 restart-end \
        web delay-50ms web restart-data pull loss-5% pull cut-99%-5s 3>&-
    [ "$status" = 0 ] || no "$output"
    [ "$(grep -c $'\ttrue\t' "$OUT/results.tsv")" = 9 ]
}
