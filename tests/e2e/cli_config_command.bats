#!/usr/bin/env bats
# "espota-c config": a file to begin with, what is in force, what is wrong, and
# which files there are.
# shellcheck disable=SC2154

load cli

setup() {
    cli_begin
    need_built inih
}

# Uses all examples of a file that "config init" made.
use_examples() { sed -i 's/^#\([^ ]\)/\1/' "$1"; } # FILE

# A configuration with all that can be said of where a value comes from.
two_files() {
    mkdir -p config/espota
    cat >config/espota/espota.conf <<-'END'
	[defaults]
	retry = 1
	stall-timeout = 33
	END
    cat >project.secret <<-END
	[defaults]
	retry-delay = 0.25
	[group lamps]
	stall-timeout = 30
	auth = $SECRET
	[device kitchen]
	group = lamps
	ip = 127.0.0.1:99
	[device porch]
	group = lamps
	resolve = a=::1
	resolve = b=::2
	verify = back
	END
    chmod 600 project.secret
    ln -s project.secret .espota.conf
}

# ---- init --------------------------------------------------------------------

@test "init: the file is the user's alone, and changes nothing" {
    espota config show
    cp out before
    (umask 0 && "$ESPOTA" config init >out 2>err)
    grep -qF '.espota.conf: made' out
    [ ! -s err ]
    [ "$(stat -c %a .espota.conf)" = 600 ]
    espota config check
    expect_status 0
    [ "$(cat out)" = '.espota.conf: no mistakes' ]
    espota config show
    cmp before out || no "a file without a value changes what is in force"
}

@test "init: its examples are true, and one can flash with them" {
    espota config init
    expect_status 0
    use_examples .espota.conf
    espota config check
    expect_status 0
    espota config show # they are the defaults
    sed 's/ (.*//' out | sort >mine
    espota config show --no-config
    sed 's/ (.*//' out | sort | cmp - mine || no "an example is not the default"

    start_sim esphome --password "$SECRET" --reboot-ms 0
    cp pw.secret lamps.secret # as such it is not taken for a leak
    sed -i "s/^host = .*/host = 127.0.0.1:$sim_port/; s/lamps.password/lamps.secret/" .espota.conf
    cp fw.bin kitchen.bin
    espota -i kitchen
    expect_status 0
    expect_sim .outcome updated
    expect_stored kitchen.bin
    espota fleet @lamps
    expect_status 0
}

@test "init: nothing is overwritten, not even by way of a link" {
    echo '# mine' >.espota.conf
    espota config init
    expect_status 2 '.espota.conf is there already'
    [ "$(cat .espota.conf)" = '# mine' ]
    rm .espota.conf
    ln -s elsewhere .espota.conf
    espota config init
    expect_status 2
    [ ! -e elsewhere ]
}

@test "init: the user's own file, one that is named, and one that would be ignored" {
    espota config init --user
    expect_status 0
    [ "$(stat -c '%a' config config/espota config/espota/espota.conf | tr '\n' ' ')" = '700 700 600 ' ]
    espota config path
    grep -q "^in force *$T/config/espota/espota.conf$" out
    [ ! -e .espota.conf ]
    espota config init --config other.conf
    expect_status 0
    espota config check --config other.conf
    expect_status 0
    ESPOTA_CONFIG=third.conf espota config init --json
    [ "$(jq -r '.file + " " + .state' out)" = 'third.conf made' ]
    [ -e third.conf ]
    mkdir -m 777 open
    chmod 777 open
    cd open
    "$ESPOTA" config init >"$T/out" 2>"$T/err"
    expect_stderr '.espota.conf will be ignored: it lies in a directory that can be written by everybody'
    espota config init --config "$T/no/such/folder"
    expect_status 2 "cannot make $T/no/such/folder: No such file"
}

# ---- show --------------------------------------------------------------------

@test "show: what is in force for a device, and from where" {
    two_files
    ESPOTA_PORT=99 espota config show kitchen --color never
    expect_status 0
    [ "$(head -n 2 out)" = "kitchen (device)
  group = lamps (.espota.conf:7)" ]
    for line in 'port = 99 (ESPOTA_PORT)' 'retry = 1 ('"$T"'/config/espota/espota.conf:2)' \
        'stall-timeout = 30 (.espota.conf:4)' 'retry-delay = 0.250 (.espota.conf:2)' \
        'ip = 127.0.0.1:99 (.espota.conf:8)' 'auth = (not shown) (.espota.conf:5)' \
        'color = never (command line)' 'verify = none (default)'; do
        grep -qxF "  $line" out || no "not in force: $line"
    done
    refuse 'json' out
}

@test "show: a group, nobody in particular, and somebody unknown" {
    two_files
    espota config show lamps
    expect_status 0
    [ "$(head -n 1 out)" = 'lamps (group): kitchen, porch' ]
    grep -qxF '  stall-timeout = 30 (.espota.conf:4)' out
    refuse 'ip = ' out
    cp out group
    espota config show @lamps
    cmp group out
    espota config show
    grep -qxF "stall-timeout = 33 ($T/config/espota/espota.conf:3)" out
    refuse '^auth = ' out
    espota config show ktichen
    expect_status 2 'no device or group "ktichen" (did you mean "kitchen"?)'
    espota config show PORCH lamps
    expect_status 0
    [ "$(grep -c '(device)\|(group)' out)" = 2 ]
}

@test "show --json has the types of the values, and no secret" {
    two_files
    espota config show --json porch lamps
    expect_status 0
    [ "$(jq -c 'select(.kind == "device") | [.name, .group, .settings.resolve.value, .settings.retry.value,
        .settings["retry-delay"], .settings.auth, .settings.verify.value, .settings.jobs.from]' out)" = \
        '["porch","lamps",["a=::1","b=::2"],1,{"value":0.25,"from":"file","where":".espota.conf:2"},{"value":null,"from":"file","where":".espota.conf:5","secret":true},"back","default"]' ]
    [ "$(jq -c 'select(.kind == "group") | [.name, .members]' out)" = '["lamps",["kitchen","porch"]]' ]
    ESPOTA_KEY=$SECRET espota config show --json --color never
    [ "$(jq -r '.settings.key.from + " " + .settings.color.from' out)" = 'environment option' ]
    espota config show --json=file
    expect_status 2 '--json > file'
}

@test "show: a mistake is the end of it, and says who finds them all" {
    printf '[defaults]\nretri = 1\n' >.espota.conf
    espota config show
    expect_status 2 '.espota.conf:2: unknown key "retri"' 'hint: espota-c config check'
    [ ! -s out ]
}

# ---- check -------------------------------------------------------------------

@test "check: every mistake of every file, with its line" {
    mkdir -p config/espota
    printf '[defaults]\nretry = many\n' >config/espota/espota.conf
    printf '[devices a]\nport = 1\n[device b]\nprot = 1\nport = 0\nnonsense\n' >.espota.conf
    printf 'group = lmaps\n[group lamps]\nretry = 1\nauth = "%s\n' "$SECRET" >>.espota.conf
    mv .espota.conf project.secret
    ln -s project.secret .espota.conf
    espota config check
    expect_status 2 '7 mistakes in the configuration'
    sed 's/: .*//' out >lines
    cmp lines - <<-END
	.espota.conf:1
	.espota.conf:4
	.espota.conf:5
	.espota.conf:6
	.espota.conf:7
	.espota.conf:10
	$T/config/espota/espota.conf:2
	END
    grep -qF 'unknown key "prot" (did you mean "port"?)' out
    grep -qF '[group lmaps] (did you mean "lamps"?)' out
    espota config check --json
    expect_status 2
    [ "$(jq -c '[.ok, [.problems[].line]]' out | tr '\n' ' ')" = '[false,[1,4,5,6,7,10]] [false,[2]] ' ]
    jq -r '.problems[].msg' out | refuse 'espota.conf'
    sed -i '2d' config/espota/espota.conf
    espota config check --json
    [ "$(jq -c '.ok' out | tr '\n' ' ')" = 'false true ' ]
}

@test "check: one that is named, none at all, and one that is not there" {
    espota config check
    expect_status 0 'no configuration file is in force'
    [ ! -s out ]
    printf '[defaults]\nretry = 3\n' >good.conf
    printf '[defaults]\nretry = 3\nretry = x\n' >bad.conf
    espota config check good.conf
    expect_status 0
    [ "$(cat out)" = 'good.conf: no mistakes' ]
    espota config check bad.conf good.conf
    expect_status 2 '1 mistake in the configuration'
    [ "$(cat out)" = 'bad.conf:3: --retry takes a number from 0 to 1000, not "x"
good.conf: no mistakes' ]
    ESPOTA_CONFIG=bad.conf espota config check -q
    expect_status 2
    espota config check none.conf
    expect_status 2
    [ "$(cat out)" = 'none.conf: No such file or directory' ]
    espota config check -q good.conf
    expect_status 0
    [ ! -s out ] && [ ! -s err ]
}

@test "check: what is no mistake, but worth a word" {
    printf '[defaults]\nauth = %s\nbefore = x\n' "$SECRET" >project.secret
    chmod 644 project.secret
    ln -s project.secret .espota.conf
    mkdir -p config/espota
    printf '[defaults]\nretri = 1\n' >config/espota/espota.conf
    chmod 666 config/espota/espota.conf
    espota config check # the file with the mistake does not count
    expect_status 0 'holds a password and every user can read it' \
        '.espota.conf:3: "before" is ignored' 'espota.conf is ignored: it can be written by everybody'
    [ "$(cat out)" = '.espota.conf: no mistakes' ]
}

# ---- path --------------------------------------------------------------------

@test "path: where is looked, what counts, and why something does not" {
    export HOME=$T/home
    mkdir -p home/a/b/c config/espota
    cd home/a/b/c
    "$ESPOTA" config path >"$T/out"
    cmp "$T/out" - <<-END
	not there  $T/home/a/b/c/.espota.conf
	not there  $T/home/a/b/.espota.conf
	not there  $T/home/a/.espota.conf
	not there  $T/home/.espota.conf
	not there  $T/config/espota/espota.conf
	END
    : >"$T/home/a/.espota.conf"
    : >"$T/config/espota/espota.conf"
    chmod 666 "$T/config/espota/espota.conf"
    "$ESPOTA" config path >"$T/out" 2>"$T/err"
    cmp "$T/out" - <<-END
	not there  $T/home/a/b/c/.espota.conf
	not there  $T/home/a/b/.espota.conf
	in force   $T/home/a/.espota.conf
	ignored    $T/config/espota/espota.conf: it can be written by everybody
	END
    expect_stderr 'hint: a file that you trust is in force when it is named'
    mkdir ../.git # the root of a checkout: not beyond
    "$ESPOTA" config path --json >"$T/out"
    [ "$(jq -r '.file + "|" + .state + "|" + .how' "$T/out")" = "$T/home/a/b/c/.espota.conf|not there|found
$T/home/a/b/.espota.conf|not there|found
$T/config/espota/espota.conf|ignored|user" ]
}

@test "path: one that is named hides the others" {
    : >.espota.conf
    : >other.conf
    espota config path --config other.conf
    [ "$(cat out)" = "in force   $T/other.conf (--config)" ]
    ESPOTA_CONFIG=none.conf espota config path
    [ "$(cat out)" = "not there  $T/none.conf (ESPOTA_CONFIG)" ]
    expect_status 0
    espota config path --no-config
    [ ! -s out ]
    expect_status 0 'no file is looked for'
}

@test "path: a mistake in a file, which others would stumble over, does not matter" {
    echo nonsense >.espota.conf
    espota config path
    expect_status 0
    grep -q '^in force' out
}

# ---- the command itself --------------------------------------------------------

@test "what config takes" {
    espota config
    expect_status 2 'config needs init|show|check|path'
    espota config shwo
    expect_status 2 'config takes init, show, check or path, not "shwo" (did you mean "show"?)'
    espota config path x
    expect_status 2 'config path takes no name or file'
    espota config show --user
    expect_status 2 '--user is for config init'
    espota config -h
    expect_status 0
}
