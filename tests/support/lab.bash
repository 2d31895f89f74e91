# lab.bash -- stories that need a network of their own: see netlab.sh.
#
# Load it in setup_file(), say "lab_begin", and run commands with
# "lab OPTIONS -- CMD".  The network is named after the process: two suites may
# run side by side on one machine.

LAB=$BATS_TEST_DIRNAME/../support/netlab.sh

lab_begin() {
    export NETLAB_ID=l$$ LAB PATH=$BATS_TEST_DIRNAME/../support:$PATH
    image=$BATS_FILE_TMPDIR/firmware.bin
    "$BUILD/tools/mkimage" esp32 300K 1.0.0 "$image"
    export image
    for tool in ip avahi-daemon; do
        command -v $tool >/dev/null || lab_missing="$tool is not installed"
    done
    if [ -z "${lab_missing-}" ] && ! "$LAB" run --no-mdns -- true 2>"$BATS_FILE_TMPDIR/lab"; then
        lab_missing="no network namespaces here: $(tail -n 1 "$BATS_FILE_TMPDIR/lab")"
    fi
    export lab_missing
}

# In setup(): a machine without a lab skips, but ours must have one.
lab_or_skip() {
    [ -n "${lab_missing-}" ] || return 0
    [ "${CI-}" != true ] || { echo "$lab_missing"; return 1; }
    skip "$lab_missing"
}

lab() { "$LAB" run "$@"; }
