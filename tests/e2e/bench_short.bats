# bench_short.bats -- what "make bench" measures, small, with bounds that only
# a real fault breaks.
load helpers

@test "a hundred devices at once, one process, one thread" {
    start_sim esphome --count 100 --flash-ms-per-kib 2
    make_image esp32 256K
    run "$BUILD/tests/bench/thousand" "$sim_port" 100 "$image"
    [ "$status" = 0 ] || no "$output"
    [[ $output == "updated 100,"*"threads 1" ]] || no "$output"
    # A sanitizer's shadow is no measure.
    nm "$BUILD/tests/bench/thousand" | grep -q __asan_init && return
    rss=${output#*rss } rss=${rss%%,*}
    [ "$rss" -lt 65536 ] || no "resident: $rss KiB"
}

@test "start to first packet" {
    make_image esp32 1024K
    run "$BUILD/tests/bench/first_packet" 3 "$ESPOTA" --no-config --protocol esphome --retry 0 \
        --force --compress never -f "$image" -i 127.0.0.1 -p
    [ "$status" = 0 ] || no "$output"
    ms=${output##*packet }
    [ "${ms%.*}" -lt 3000 ] || no "$ms ms"
}
