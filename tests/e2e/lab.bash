# lab.bash -- stories that need a network of their own: see netlab.sh.
#
#   load lab
#
#   @test "..." {
#       lab --no-mdns '
#           sim esphome --port 3232 --mdns kitchen   # at 10.77.0.2
#           there kitchen
#           espota-c discover --json'
#       [ "$status" = 0 ]                            # and $output, ${lines[0]}
#   }
#
# The network is named after the process: two suites may run side by side on one
# machine.
# shellcheck shell=bash disable=SC2154

load helpers

LAB=$BATS_TEST_DIRNAME/../support/netlab.sh
# shellcheck disable=SC2034
KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
export LAB KEY

setup_file() { lab_begin; }

setup() {
    story_begin
    lab_or_skip
}

lab_begin() {
    export NETLAB_ID=l$$ PATH=$BIN:$BATS_TEST_DIRNAME/../support:$PATH
    image=$BATS_FILE_TMPDIR/firmware.bin
    "$MKIMAGE" esp32 300K 1.0.0 "$image"
    export image
    for tool in ip avahi-daemon; do
        command -v $tool >/dev/null || lab_missing="$tool is not installed"
    done
    if [ -z "${lab_missing-}" ] && ! "$LAB" run --no-mdns -- true 2>"$BATS_FILE_TMPDIR/lab"; then
        lab_missing="no network namespaces here: $(tail -n 1 "$BATS_FILE_TMPDIR/lab")"
    fi
    lab_ci=${CI-}
    export lab_missing lab_ci
}

# A machine without a lab skips, but ours must have one.
lab_or_skip() {
    [ -n "${lab_missing-}" ] || return 0
    [ "${lab_ci-}" != true ] || { echo "$lab_missing"; return 1; }
    skip "$lab_missing"
}

# lab OPTION... SCRIPT [ARGUMENT...]: builds the network, runs the script on the
# host's side of it with the words of lab_words.sh, and removes it.  Sets status,
# output and lines, as bats' "run" does.
lab() {
    local options=()
    while [[ $1 == --* ]]; do
        options+=("$1")
        case $1 in
        --host-avahi | --no-mdns | --ula | --shape) ;;
        *) options+=("$2") && shift ;;
        esac
        shift
    done
    run "$LAB" run "${options[@]}" -- sh -c ". lab_words.sh; $1" sh "${@:2}"
    echo "$output"
}
