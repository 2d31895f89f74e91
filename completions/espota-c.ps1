# PowerShell completion for espota-c, written by espota-c completion powershell
Register-ArgumentCompleter -Native -CommandName espota-c, espota-c.exe -ScriptBlock {
    param($word, $ast, $cursor)

    # What follows them: words, names of devices, or what is not known here.
    $commands = @(
        @{ name = 'upload'; other = 'flash'; follows = '@hosts'; help = 'flash a device' }
        @{ name = 'fleet'; other = ''; follows = '@'; help = 'flash many devices' }
        @{ name = 'discover'; other = ''; follows = '@'; help = 'list the devices on this network' }
        @{ name = 'inspect'; other = ''; follows = '@'; help = 'say what an image is, and check it' }
        @{ name = 'serve'; other = ''; follows = '@'; help = 'serve images to devices that pull' }
        @{ name = 'wait'; other = ''; follows = '@hosts'; help = 'wait until a device is on the network' }
        @{ name = 'sign'; other = ''; follows = '@'; help = 'append a signature to an image' }
        @{ name = 'config'; other = ''; follows = 'init show check path'; help = 'make, show or check the configuration' }
        @{ name = 'help'; other = ''; follows = 'upload flash fleet discover inspect serve wait sign config help version completion exit-codes environment targets '; help = 'explain a command or a topic' }
        @{ name = 'version'; other = ''; follows = ''; help = 'print the version and what is built in' }
        @{ name = 'completion'; other = ''; follows = 'bash zsh fish powershell'; help = 'print the completions for a shell' }
    )
    $options = @(
        @{ name = '--ip'; other = '-i'; of = 'upload fleet'; follows = '@hosts'; help = 'the device: name or address; may be repeated' }
        @{ name = '--file'; other = '-f'; of = 'upload fleet'; follows = '@'; help = 'the image; - is standard input' }
        @{ name = '--port'; other = '-p'; of = 'upload fleet'; follows = '@'; help = 'the device''s port, if not the usual one' }
        @{ name = '--protocol'; other = ''; of = 'upload fleet'; follows = 'auto esphome arduino web'; help = 'auto, esphome, arduino or web' }
        @{ name = '--spiffs'; other = '-s'; of = 'upload fleet'; follows = ''; help = 'the image is a filesystem' }
        @{ name = '--type'; other = ''; of = 'upload fleet'; follows = 'app filesystem partition-table bootloader'; help = 'app, filesystem, partition-table or bootloader' }
        @{ name = '--yes'; other = ''; of = 'upload fleet'; follows = ''; help = 'confirm a partition table or bootloader' }
        @{ name = '--auth'; other = '-a'; of = 'upload fleet serve'; follows = '@'; help = 'password (other users of this machine can see it)' }
        @{ name = '--auth-file'; other = ''; of = 'upload fleet serve'; follows = '@'; help = 'password: first line of FILE; may be repeated' }
        @{ name = '--auth-stdin'; other = ''; of = 'upload fleet serve'; follows = ''; help = 'password from the first line of standard input' }
        @{ name = '--ask-auth'; other = ''; of = 'upload fleet serve'; follows = ''; help = 'ask for the password' }
        @{ name = '--md5-target'; other = '-m'; of = 'upload fleet'; follows = ''; help = 'the device stores an MD5 of the password (ESP32)' }
        @{ name = '--min-auth'; other = ''; of = 'upload fleet'; follows = 'any sha256'; help = 'sha256: never answer an MD5 challenge' }
        @{ name = '--key'; other = ''; of = 'upload fleet'; follows = '@'; help = 'encrypt with this key, or fail (ESPHome)' }
        @{ name = '--key-file'; other = ''; of = 'upload fleet'; follows = '@'; help = 'encrypt with the key in the first line of FILE' }
        @{ name = '--require-encryption'; other = ''; of = 'upload fleet'; follows = ''; help = 'refuse a device that does not encrypt' }
        @{ name = '--profile'; other = ''; of = 'upload fleet'; follows = '@'; help = 'web page: esphome, esp8266, esp32, pico, sketch' }
        @{ name = '--path'; other = ''; of = 'upload fleet'; follows = '@'; help = 'path of the web page, if not the usual one' }
        @{ name = '--tls-ca'; other = ''; of = 'upload fleet'; follows = '@'; help = 'trust only these certificates (https)' }
        @{ name = '--user'; other = ''; of = 'upload fleet serve'; follows = '@'; help = 'user of the web page' }
        @{ name = '--bind'; other = ''; of = 'serve'; follows = '@'; help = 'listen on this address or interface only' }
        @{ name = '--port'; other = '-p'; of = 'serve'; follows = '@'; help = 'port to listen on; 0: any free port' }
        @{ name = '--map'; other = ''; of = 'serve'; follows = '@'; help = 'which device gets which image' }
        @{ name = '--dir'; other = ''; of = 'serve'; follows = '@'; help = 'serve its files, with NAME.md5 and NAME.json' }
        @{ name = '--fw-version'; other = ''; of = 'serve'; follows = '@'; help = 'version of the FILEs; a device with it gets 304' }
        @{ name = '--once'; other = ''; of = 'serve'; follows = '@'; help = 'exit when N devices have taken their image' }
        @{ name = '--max-repeats'; other = ''; of = 'serve'; follows = '@'; help = 'times a device gets one image; 0: no limit' }
        @{ name = '--tls-cert'; other = ''; of = 'serve'; follows = '@'; help = 'serve https with this certificate (PEM)' }
        @{ name = '--tls-key'; other = ''; of = 'serve'; follows = '@'; help = 'private key of that certificate (PEM)' }
        @{ name = '--drop-to'; other = ''; of = 'serve'; follows = '@'; help = 'become USER once the port is open' }
        @{ name = '--host_ip'; other = '-I'; of = 'upload fleet discover wait'; follows = '@'; help = 'local address or interface to use' }
        @{ name = '--host_port'; other = '-P'; of = 'upload fleet'; follows = '@'; help = 'local port an ArduinoOTA device calls back to' }
        @{ name = '--ipv4'; other = '-4'; of = 'upload fleet discover wait'; follows = ''; help = 'use IPv4 addresses only' }
        @{ name = '--ipv6'; other = '-6'; of = 'upload fleet discover wait'; follows = ''; help = 'use IPv6 addresses only' }
        @{ name = '--resolve'; other = ''; of = 'upload fleet'; follows = '@'; help = 'use ADDRESS for NAME; may be repeated' }
        @{ name = '--resolver'; other = ''; of = 'upload fleet'; follows = 'auto builtin avahi dnssd system'; help = 'auto, builtin, avahi, dnssd or system' }
        @{ name = '--timeout'; other = ''; of = 'discover'; follows = '@'; help = 'how long to collect answers' }
        @{ name = '--timeout'; other = ''; of = 'wait'; follows = '@'; help = 'how long to wait; default: no limit' }
        @{ name = '--port'; other = '-p'; of = 'wait'; follows = '@'; help = 'port to try if HOST is an address' }
        @{ name = '--wait-online'; other = ''; of = 'upload fleet'; follows = '@'; help = 'keep trying to reach a sleeping device' }
        @{ name = '--watch'; other = ''; of = 'discover'; follows = ''; help = 'keep watching and report changes' }
        @{ name = '--filter'; other = ''; of = 'discover'; follows = '@'; help = 'only devices that match; may be repeated' }
        @{ name = '--as-targets'; other = ''; of = 'discover'; follows = ''; help = 'print lines for "espota-c fleet"' }
        @{ name = '--compress'; other = ''; of = 'upload fleet serve'; follows = 'auto always never'; help = 'send compressed: auto, always or never' }
        @{ name = '--window'; other = ''; of = 'upload fleet'; follows = 'auto lockstep'; help = 'bytes in flight: auto, lockstep or a number' }
        @{ name = '--no-signed'; other = ''; of = 'upload fleet'; follows = ''; help = 'send FILE even if there is a FILE.signed' }
        @{ name = '--extract'; other = ''; of = 'inspect'; follows = '@'; help = 'write the app in a factory image or ZIP to OUT' }
        @{ name = '--from-factory'; other = ''; of = 'upload fleet'; follows = ''; help = 'flash the app in a factory image or ZIP' }
        @{ name = '--force'; other = ''; of = 'upload fleet'; follows = ''; help = 'flash it even if it looks wrong for the device' }
        @{ name = '--dry-run'; other = ''; of = 'upload fleet'; follows = ''; help = 'stop before the first byte to the device' }
        @{ name = '--key'; other = ''; of = 'sign'; follows = '@'; help = 'file with the private key, RSA or EC' }
        @{ name = '--out'; other = ''; of = 'sign'; follows = '@'; help = 'where to write it; default: FILE.signed' }
        @{ name = '--verify'; other = ''; of = 'sign'; follows = ''; help = 'check the signature of FILE, with --pub' }
        @{ name = '--pub'; other = ''; of = 'sign'; follows = '@'; help = 'file with the public key' }
        @{ name = '--timeout'; other = '-t'; of = 'upload fleet'; follows = '@'; help = 'how long to wait for its first answer' }
        @{ name = '--connect-timeout'; other = ''; of = 'upload fleet serve'; follows = '@'; help = 'how long connecting and greeting may take' }
        @{ name = '--stall-timeout'; other = ''; of = 'upload fleet serve'; follows = '@'; help = 'how long it may be silent afterwards' }
        @{ name = '--retry'; other = ''; of = 'upload fleet'; follows = '@'; help = 'further attempts after a temporary failure' }
        @{ name = '--retry-delay'; other = ''; of = 'upload fleet'; follows = '@'; help = 'pause between attempts' }
        @{ name = '--max-time'; other = ''; of = 'upload fleet serve'; follows = '@'; help = 'limit in all, with attempts and pauses' }
        @{ name = '--verify'; other = ''; of = 'upload fleet'; follows = 'none back version'; help = 'check afterwards: none, back or version' }
        @{ name = '--verify-timeout'; other = ''; of = 'upload fleet'; follows = '@'; help = 'how long to wait for it to come back' }
        @{ name = '--expect-version'; other = ''; of = 'upload fleet'; follows = '@'; help = 'version it must report; default: the image''s' }
        @{ name = '--expect-hash'; other = ''; of = 'upload fleet'; follows = '@'; help = 'configuration hash it must report' }
        @{ name = '--if-changed'; other = ''; of = 'upload fleet'; follows = ''; help = 'skip a device that already runs this image' }
        @{ name = '--jobs'; other = '-j'; of = 'upload fleet'; follows = '@'; help = 'devices at once' }
        @{ name = '--rate'; other = ''; of = 'fleet'; follows = '@'; help = 'start at most N per minute' }
        @{ name = '--per-host-limit'; other = ''; of = 'fleet'; follows = '@'; help = 'at most N at once on the same host' }
        @{ name = '--canary'; other = ''; of = 'fleet'; follows = '@'; help = 'update N first, the rest only if they succeed' }
        @{ name = '--waves'; other = ''; of = 'fleet'; follows = '@'; help = 'cumulative waves, such as 1,10%,100%' }
        @{ name = '--wave-max-fail'; other = ''; of = 'fleet'; follows = '@'; help = 'how many of a wave may fail' }
        @{ name = '--max-fail'; other = ''; of = 'fleet'; follows = '@'; help = 'stop when this many have failed' }
        @{ name = '--order'; other = ''; of = 'fleet'; follows = 'given random slowest-first'; help = 'given, random or slowest-first (journal)' }
        @{ name = '--offline'; other = ''; of = 'fleet'; follows = 'fail skip wait'; help = 'absent devices: fail, skip or wait' }
        @{ name = '--journal'; other = ''; of = 'fleet'; follows = '@'; help = 'log of what was done; a rerun resumes from it' }
        @{ name = '--only'; other = ''; of = 'fleet'; follows = 'all failed'; help = 'all, or failed: those that failed last time' }
        @{ name = '--shard'; other = ''; of = 'fleet'; follows = '@'; help = 'only part K of N, by a hash of the names' }
        @{ name = '--before'; other = ''; of = 'fleet'; follows = '@'; help = 'run before each device; must exit with 0' }
        @{ name = '--after'; other = ''; of = 'fleet'; follows = '@'; help = 'run after each device' }
        @{ name = '--hook-timeout'; other = ''; of = 'fleet'; follows = '@'; help = 'how long a hook may take' }
        @{ name = '--hook-shell'; other = ''; of = 'fleet'; follows = ''; help = 'run --before and --after with /bin/sh' }
        @{ name = '--junit'; other = ''; of = 'fleet'; follows = '@'; help = 'results as JUnit XML' }
        @{ name = '--progress'; other = '-r'; of = 'upload fleet'; follows = ''; help = 'draw the bar even if stderr is not a terminal' }
        @{ name = '--json'; other = ''; of = 'upload fleet discover inspect serve config'; follows = ''; help = 'JSON, to standard output or to FILE' }
        @{ name = '--quiet'; other = '-q'; of = 'upload fleet discover inspect serve wait sign config help version completion'; follows = ''; help = 'print only errors' }
        @{ name = '--verbose'; other = '-v'; of = 'upload fleet discover inspect serve wait sign config help version completion'; follows = ''; help = 'print more; -vv protocol steps, -vvv bytes' }
        @{ name = '--debug'; other = '-d'; of = 'upload fleet discover inspect serve wait sign config help version completion'; follows = ''; help = 'print more, and where each setting came from' }
        @{ name = '--color'; other = ''; of = 'upload fleet discover inspect serve wait sign config help version completion'; follows = 'auto always never'; help = 'auto, always or never' }
        @{ name = '--user'; other = ''; of = 'config'; follows = ''; help = 'init: make the user''s own file' }
        @{ name = '--config'; other = ''; of = 'upload fleet discover inspect serve wait sign config help version completion'; follows = '@'; help = 'read this configuration file and no other' }
        @{ name = '--no-config'; other = ''; of = 'upload fleet discover inspect serve wait sign config help version completion'; follows = ''; help = 'read no configuration file' }
        @{ name = '--help'; other = '-h'; of = 'upload fleet discover inspect serve wait sign config help version completion'; follows = ''; help = 'print this help' }
        @{ name = '--version'; other = '-V'; of = 'upload fleet discover inspect serve wait sign config help version completion'; follows = ''; help = 'print the version and what is built in' }
    )
    # What stands before the cursor; the word under it is not there yet.
    $before = @($ast.CommandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursor } |
        ForEach-Object { $_.ToString() })
    $command = $commands[0]
    if ($before.Count -gt 1) {
        foreach ($row in $commands) {
            if ($before[1] -cin $row.name, $row.other) { $command = $row }
        }
    }
    $prefix = ''
    $previous = $before[-1]
    if ($word -cmatch '^(--[^=]+)=(.*)$') {
        $prefix = $Matches[1] + '='
        $previous = $Matches[1]
        $word = $Matches[2]
    }
    $follows = ''
    $mine = @($options | Where-Object { $command.name -cin $_.of.Split(' ') })
    foreach ($row in $mine) {
        if ($previous -cin $row.name, $row.other) { $follows = $row.follows }
    }
    $offered = @()
    if (-not $follows -and $word.StartsWith('-')) {
        $offered = $mine
    } elseif (-not $follows) {
        $follows = $command.follows
        if ($before.Count -eq 1) { $offered = $commands }
    }
    if ($follows -eq '@hosts') {
        $follows = @(espota-c completion hosts 2>$null) -join ' '
    }
    if ($follows -and $follows -ne '@') {
        $offered += @($follows.Trim().Split(' ') | ForEach-Object { @{ name = $_; help = $_ } })
    }
    # Where nothing is given back, PowerShell offers files.
    $offered | Where-Object { $_.name -and $_.name.StartsWith($word, 'Ordinal') } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new(
            $prefix + $_.name, $_.name, 'ParameterValue', $_.help)
    }
}
