#!/usr/bin/env bats
# Flags over the environment over ./.espota.conf over the user's file.
# shellcheck disable=SC2154

load cli

@test "whose value it is" {
    mkdir -p config/espota
    cat >config/espota/espota.conf <<-'END'
	[defaults]
	retry = 1
	retry-delay = 2
	stall-timeout = 3
	connect-timeout = 4
	END
    cat >.espota.conf <<-'END'
	[defaults]
	retry-delay = 20
	[group lamps]
	stall-timeout = 30
	[device kitchen]
	group = lamps
	ip = 127.0.0.1
	port = 99
	END
    export ESPOTA_PORT=77
    espota -d -i kitchen -f fw.bin --dry-run --connect-timeout 44
    expect_status 0
    expect_stderr 'kitchen: retry = 1 ('
    expect_stderr "retry = 1 ($T/config/espota/espota.conf:2)"
    expect_stderr 'retry-delay = 20 (.espota.conf:2)'
    expect_stderr 'stall-timeout = 30 (.espota.conf:4)'
    expect_stderr 'connect-timeout = 44 (command line)'
    expect_stderr 'port = 77 (ESPOTA_PORT)'
    expect_stderr 'address = 127.0.0.1 (.espota.conf:7)'

    unset ESPOTA_PORT
    espota -d -i kitchen -f fw.bin --dry-run
    expect_stderr 'port = 99 (.espota.conf:8)'
    espota -d -i kitchen -f fw.bin --dry-run --no-config
    refuse '.espota.conf' err
}

@test "a mistake is named by file and line, for machines 2" {
    printf '[defaults]\n\nretri = 1\n' >.espota.conf
    espota -i 127.0.0.1 -f fw.bin
    expect_status 2
    expect_stderr '.espota.conf:3: unknown key "retri" (did you mean "retry"?)'
    espota -i 127.0.0.1 -f fw.bin --dry-run --no-config
    expect_status 0
    ESPOTA_CONFIG=other espota -i 127.0.0.1 -f fw.bin
    expect_status 2
    expect_stderr 'other: No such file'
}

@test "everything from the environment" {
    start_sim esphome
    export ESPOTA_HOST=127.0.0.1 ESPOTA_PORT=$sim_port ESPOTA_FILE=fw.bin ESPOTA_PROTOCOL=esphome
    espota
    expect_status 0
    expect_sim .outcome updated
}

@test "it is looked for upwards, to the root of the checkout or the home" {
    export HOME=$T/home
    mkdir -p home/a/b/c outside/x
    printf '[defaults]\nretry = 7\n' >home/.espota.conf
    printf '[defaults]\nretry = 8\n' >.espota.conf
    cd home/a/b/c
    "$ESPOTA" -d -i 127.0.0.1 -f "$T/fw.bin" --dry-run 2>"$T/err"
    expect_stderr "retry = 7 ($T/home/.espota.conf:2)"
    mkdir ../.git
    "$ESPOTA" -d -i 127.0.0.1 -f "$T/fw.bin" --dry-run 2>"$T/err"
    refuse 'retry = ' "$T/err"
    printf '[defaults]\nretry = 9\nfile = fw\n' >../.espota.conf
    cp "$T/fw.bin" ../fw
    "$ESPOTA" -d -i 127.0.0.1 --dry-run 2>"$T/err" # and its files are there
    expect_stderr "retry = 9 ($T/home/a/b/.espota.conf:2)"
    cd "$T/outside/x" # there is neither above: to the root of all
    "$ESPOTA" -d -i 127.0.0.1 -f "$T/fw.bin" --dry-run 2>"$T/err"
    expect_stderr "retry = 8 ($T/.espota.conf:2)"
}

@test "one that others can write is ignored, and said to be; named it is obeyed" {
    printf '[defaults]\nbefore = touch RAN\nretry = 7\n' >.espota.conf
    start_sim esphome --reboot-ms 0
    chmod 666 .espota.conf
    espota fleet -d "127.0.0.1:$sim_port" -f fw.bin --protocol esphome
    expect_status 0
    grep -q 'warning: .espota.conf is ignored: it can be written by everybody; .*--config .espota.conf$' err
    [ ! -e RAN ]
    refuse 'retry = 7' err
    chmod 644 .espota.conf
    espota fleet -d "127.0.0.1:$sim_port" -f fw.bin --protocol esphome
    expect_status 0
    grep -q 'warning: .espota.conf:2: "before" is ignored' err
    [ ! -e RAN ]
    expect_stderr 'retry = 7'
    espota fleet "127.0.0.1:$sim_port" -f fw.bin --protocol esphome --config .espota.conf
    expect_status 0
    [ -e RAN ]
}

@test "of the user's own file, too, commands may come" {
    mkdir -p config/espota
    printf '[defaults]\nbefore = touch RAN\n' >config/espota/espota.conf
    start_sim esphome --reboot-ms 0
    espota fleet "127.0.0.1:$sim_port" -f fw.bin --protocol esphome
    expect_status 0
    [ -e RAN ]
    rm RAN
    chmod 777 config/espota
    espota fleet "127.0.0.1:$sim_port" -f fw.bin --protocol esphome
    expect_status 0
    grep -q 'espota.conf is ignored: it lies in a directory that can be written by everybody' err
    [ ! -e RAN ]
}

@test "a FIFO or a directory of that name keeps nobody waiting" {
    mkfifo .espota.conf
    for what in '-i 127.0.0.1 -f fw.bin --dry-run' 'inspect fw.bin'; do
        # shellcheck disable=SC2086 # words
        timeout 20 "$ESPOTA" $what >out 2>err || status=$?
        [ "${status-0}" != 124 ]
        grep -q 'warning: .espota.conf is ignored: it is not a regular file' err
    done
    rm .espota.conf
    mkdir .espota.conf
    espota -i 127.0.0.1 -f fw.bin --dry-run
    expect_status 0
    rmdir .espota.conf
    mkdir folder.conf
    espota -i 127.0.0.1 -f fw.bin --dry-run --config folder.conf
    expect_status 2
    grep -q 'folder.conf: Is a directory' err
    espota -i 127.0.0.1 -f fw.bin --dry-run --auth-file folder.conf
    expect_status 4
    refuse 'holds a secret' err
    { printf '[defaults]\nretry = 6\n'; } | # one that is named may be a pipe
        "$ESPOTA" -d -i 127.0.0.1 -f fw.bin --dry-run --config /dev/stdin 2>err
    expect_stderr 'retry = 6 (/dev/stdin:2)'
}
