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
    go -d -i kitchen -f fw.bin --dry-run --connect-timeout 44
    expect 0
    grep -qF 'kitchen: retry = 1 (' err
    grep -qF "retry = 1 ($T/config/espota/espota.conf:2)" err
    grep -qF 'retry-delay = 20 (.espota.conf:2)' err
    grep -qF 'stall-timeout = 30 (.espota.conf:4)' err
    grep -qF 'connect-timeout = 44 (command line)' err
    grep -qF 'port = 77 (ESPOTA_PORT)' err
    grep -qF 'address = 127.0.0.1 (.espota.conf:7)' err

    unset ESPOTA_PORT
    go -d -i kitchen -f fw.bin --dry-run
    grep -qF 'port = 99 (.espota.conf:8)' err
    go -d -i kitchen -f fw.bin --dry-run --no-config
    absent '.espota.conf' err
}

@test "a mistake is named by file and line, for machines 2" {
    printf '[defaults]\n\nretri = 1\n' >.espota.conf
    go -i 127.0.0.1 -f fw.bin
    expect 2
    grep -qF '.espota.conf:3: unknown key "retri" (did you mean "retry"?)' err
    go -i 127.0.0.1 -f fw.bin --dry-run --no-config
    expect 0
    ESPOTA_CONFIG=other go -i 127.0.0.1 -f fw.bin
    expect 2
    grep -q 'other: No such file' err
}

@test "everything from the environment" {
    start_device dev
    export ESPOTA_HOST=127.0.0.1 ESPOTA_PORT=$PORT ESPOTA_FILE=fw.bin ESPOTA_PROTOCOL=esphome
    go
    expect 0
    [ "$(seen dev outcome)" = updated ]
}
