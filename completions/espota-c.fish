# fish completion for espota-c, written by espota-c completion fish
function __espota_c_command
    set -l words (commandline -opc) ''
    switch $words[2]
        case fleet
            echo fleet
        case discover
            echo discover
        case inspect
            echo inspect
        case serve
            echo serve
        case wait
            echo wait
        case sign
            echo sign
        case config
            echo config
        case help
            echo help
        case version
            echo version
        case completion
            echo completion
        case '*'
            echo upload
    end
end
complete -c espota-c -f
complete -c espota-c -n 'test (count (commandline -opc)) -eq 1' -a 'upload flash' -d 'flash a device'
complete -c espota-c -n 'test (__espota_c_command) = upload; and test (count (commandline -opc)) -gt 1' -F -a '(espota-c completion hosts 2>/dev/null)'
complete -c espota-c -n 'test (count (commandline -opc)) -eq 1' -a 'fleet' -d 'flash many devices'
complete -c espota-c -n 'test (__espota_c_command) = fleet; and test (count (commandline -opc)) -gt 1' -a ''
complete -c espota-c -n 'test (count (commandline -opc)) -eq 1' -a 'discover' -d 'list the devices on this network'
complete -c espota-c -n 'test (__espota_c_command) = discover; and test (count (commandline -opc)) -gt 1' -a ''
complete -c espota-c -n 'test (count (commandline -opc)) -eq 1' -a 'inspect' -d 'say what an image is, and check it'
complete -c espota-c -n 'test (__espota_c_command) = inspect; and test (count (commandline -opc)) -gt 1' -F
complete -c espota-c -n 'test (count (commandline -opc)) -eq 1' -a 'serve' -d 'serve images to devices that pull'
complete -c espota-c -n 'test (__espota_c_command) = serve; and test (count (commandline -opc)) -gt 1' -a ''
complete -c espota-c -n 'test (count (commandline -opc)) -eq 1' -a 'wait' -d 'wait until a device is on the network'
complete -c espota-c -n 'test (__espota_c_command) = wait; and test (count (commandline -opc)) -gt 1' -a '(espota-c completion hosts 2>/dev/null)'
complete -c espota-c -n 'test (count (commandline -opc)) -eq 1' -a 'sign' -d 'append a signature to an image'
complete -c espota-c -n 'test (__espota_c_command) = sign; and test (count (commandline -opc)) -gt 1' -F
complete -c espota-c -n 'test (count (commandline -opc)) -eq 1' -a 'config' -d 'make, show or check the configuration'
complete -c espota-c -n 'test (__espota_c_command) = config; and test (count (commandline -opc)) -gt 1' -a 'init show check path'
complete -c espota-c -n 'test (count (commandline -opc)) -eq 1' -a 'help' -d 'explain a command or a topic'
complete -c espota-c -n 'test (__espota_c_command) = help; and test (count (commandline -opc)) -gt 1' -a 'upload flash fleet discover inspect serve wait sign config help version completion exit-codes environment targets '
complete -c espota-c -n 'test (count (commandline -opc)) -eq 1' -a 'version' -d 'print the version and what is built in'
complete -c espota-c -n 'test (count (commandline -opc)) -eq 1' -a 'completion' -d 'print the completions for a shell'
complete -c espota-c -n 'test (__espota_c_command) = completion; and test (count (commandline -opc)) -gt 1' -a 'bash zsh fish powershell'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l ip -s i -x -a '(espota-c completion hosts 2>/dev/null)' -d 'the device: name or address; may be repeated'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l file -s f -r -F -d 'the image; - is standard input'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l port -s p -x -d 'the device\'s port, if not the usual one'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l protocol -x -a 'auto esphome arduino web' -d 'auto, esphome, arduino or web'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l spiffs -s s -d 'the image is a filesystem'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l type -x -a 'app filesystem partition-table bootloader' -d 'app, filesystem, partition-table or bootloader'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l yes -d 'confirm a partition table or bootloader'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet serve' -l auth -s a -x -d 'password (other users of this machine can see it)'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet serve' -l auth-file -r -F -d 'password: first line of FILE; may be repeated'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet serve' -l auth-stdin -d 'password from the first line of standard input'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet serve' -l ask-auth -d 'ask for the password'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l md5-target -s m -d 'the device stores an MD5 of the password (ESP32)'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l min-auth -x -a 'any sha256' -d 'sha256: never answer an MD5 challenge'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l key -x -d 'encrypt with this key, or fail (ESPHome)'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l key-file -r -F -d 'encrypt with the key in the first line of FILE'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l require-encryption -d 'refuse a device that does not encrypt'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l profile -x -d 'web page: esphome, esp8266, esp32, pico, sketch'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l path -x -d 'path of the web page, if not the usual one'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l tls-ca -r -F -d 'trust only these certificates (https)'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet serve' -l user -x -d 'user of the web page'
complete -c espota-c -n 'contains (__espota_c_command) serve' -l bind -x -d 'listen on this address or interface only'
complete -c espota-c -n 'contains (__espota_c_command) serve' -l port -s p -x -d 'port to listen on; 0: any free port'
complete -c espota-c -n 'contains (__espota_c_command) serve' -l map -r -F -d 'which device gets which image'
complete -c espota-c -n 'contains (__espota_c_command) serve' -l dir -r -F -d 'serve its files, with NAME.md5 and NAME.json'
complete -c espota-c -n 'contains (__espota_c_command) serve' -l fw-version -x -d 'version of the FILEs; a device with it gets 304'
complete -c espota-c -n 'contains (__espota_c_command) serve' -l once -x -d 'exit when N devices have taken their image'
complete -c espota-c -n 'contains (__espota_c_command) serve' -l max-repeats -x -d 'times a device gets one image; 0: no limit'
complete -c espota-c -n 'contains (__espota_c_command) serve' -l tls-cert -r -F -d 'serve https with this certificate (PEM)'
complete -c espota-c -n 'contains (__espota_c_command) serve' -l tls-key -r -F -d 'private key of that certificate (PEM)'
complete -c espota-c -n 'contains (__espota_c_command) serve' -l drop-to -x -d 'become USER once the port is open'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet discover wait' -l host_ip -s I -x -d 'local address or interface to use'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l host_port -s P -x -d 'local port an ArduinoOTA device calls back to'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet discover wait' -l ipv4 -s 4 -d 'use IPv4 addresses only'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet discover wait' -l ipv6 -s 6 -d 'use IPv6 addresses only'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l resolve -x -d 'use ADDRESS for NAME; may be repeated'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l resolver -x -a 'auto builtin avahi dnssd system' -d 'auto, builtin, avahi, dnssd or system'
complete -c espota-c -n 'contains (__espota_c_command) discover' -l timeout -x -d 'how long to collect answers'
complete -c espota-c -n 'contains (__espota_c_command) wait' -l timeout -x -d 'how long to wait; default: no limit'
complete -c espota-c -n 'contains (__espota_c_command) wait' -l port -s p -x -d 'port to try if HOST is an address'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l wait-online -x -d 'keep trying to reach a sleeping device'
complete -c espota-c -n 'contains (__espota_c_command) discover' -l watch -d 'keep watching and report changes'
complete -c espota-c -n 'contains (__espota_c_command) discover' -l filter -x -d 'only devices that match; may be repeated'
complete -c espota-c -n 'contains (__espota_c_command) discover' -l as-targets -d 'print lines for "espota-c fleet"'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet serve' -l compress -x -a 'auto always never' -d 'send compressed: auto, always or never'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l window -x -a 'auto lockstep' -d 'bytes in flight: auto, lockstep or a number'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l no-signed -d 'send FILE even if there is a FILE.signed'
complete -c espota-c -n 'contains (__espota_c_command) inspect' -l extract -r -F -d 'write the app in a factory image or ZIP to OUT'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l from-factory -d 'flash the app in a factory image or ZIP'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l force -d 'flash it even if it looks wrong for the device'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l dry-run -d 'stop before the first byte to the device'
complete -c espota-c -n 'contains (__espota_c_command) sign' -l key -r -F -d 'file with the private key, RSA or EC'
complete -c espota-c -n 'contains (__espota_c_command) sign' -l out -r -F -d 'where to write it; default: FILE.signed'
complete -c espota-c -n 'contains (__espota_c_command) sign' -l verify -d 'check the signature of FILE, with --pub'
complete -c espota-c -n 'contains (__espota_c_command) sign' -l pub -r -F -d 'file with the public key'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l timeout -s t -x -d 'how long to wait for its first answer'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet serve' -l connect-timeout -x -d 'how long connecting and greeting may take'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet serve' -l stall-timeout -x -d 'how long it may be silent afterwards'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l retry -x -d 'further attempts after a temporary failure'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l retry-delay -x -d 'pause between attempts'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet serve' -l max-time -x -d 'limit in all, with attempts and pauses'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l verify -x -a 'none back version' -d 'check afterwards: none, back or version'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l verify-timeout -x -d 'how long to wait for it to come back'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l expect-version -x -d 'version it must report; default: the image\'s'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l expect-hash -x -d 'configuration hash it must report'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l if-changed -d 'skip a device that already runs this image'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l jobs -s j -x -d 'devices at once'
complete -c espota-c -n 'contains (__espota_c_command) fleet' -l rate -x -d 'start at most N per minute'
complete -c espota-c -n 'contains (__espota_c_command) fleet' -l per-host-limit -x -d 'at most N at once on the same host'
complete -c espota-c -n 'contains (__espota_c_command) fleet' -l canary -x -d 'update N first, the rest only if they succeed'
complete -c espota-c -n 'contains (__espota_c_command) fleet' -l waves -x -d 'cumulative waves, such as 1,10%,100%'
complete -c espota-c -n 'contains (__espota_c_command) fleet' -l wave-max-fail -x -d 'how many of a wave may fail'
complete -c espota-c -n 'contains (__espota_c_command) fleet' -l max-fail -x -d 'stop when this many have failed'
complete -c espota-c -n 'contains (__espota_c_command) fleet' -l order -x -a 'given random slowest-first' -d 'given, random or slowest-first (journal)'
complete -c espota-c -n 'contains (__espota_c_command) fleet' -l offline -x -a 'fail skip wait' -d 'absent devices: fail, skip or wait'
complete -c espota-c -n 'contains (__espota_c_command) fleet' -l journal -r -F -d 'log of what was done; a rerun resumes from it'
complete -c espota-c -n 'contains (__espota_c_command) fleet' -l only -x -a 'all failed' -d 'all, or failed: those that failed last time'
complete -c espota-c -n 'contains (__espota_c_command) fleet' -l shard -x -d 'only part K of N, by a hash of the names'
complete -c espota-c -n 'contains (__espota_c_command) fleet' -l before -x -d 'run before each device; must exit with 0'
complete -c espota-c -n 'contains (__espota_c_command) fleet' -l after -x -d 'run after each device'
complete -c espota-c -n 'contains (__espota_c_command) fleet' -l hook-timeout -x -d 'how long a hook may take'
complete -c espota-c -n 'contains (__espota_c_command) fleet' -l hook-shell -d 'run --before and --after with /bin/sh'
complete -c espota-c -n 'contains (__espota_c_command) fleet' -l junit -r -F -d 'results as JUnit XML'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet' -l progress -s r -d 'draw the bar even if stderr is not a terminal'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet discover inspect serve config' -l json -d 'JSON, to standard output or to FILE'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet discover inspect serve wait sign config help version completion' -l quiet -s q -d 'print only errors'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet discover inspect serve wait sign config help version completion' -l verbose -s v -d 'print more; -vv protocol steps, -vvv bytes'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet discover inspect serve wait sign config help version completion' -l debug -s d -d 'print more, and where each setting came from'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet discover inspect serve wait sign config help version completion' -l color -x -a 'auto always never' -d 'auto, always or never'
complete -c espota-c -n 'contains (__espota_c_command) config' -l user -d 'init: make the user\'s own file'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet discover inspect serve wait sign config help version completion' -l config -r -F -d 'read this configuration file and no other'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet discover inspect serve wait sign config help version completion' -l no-config -d 'read no configuration file'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet discover inspect serve wait sign config help version completion' -l help -s h -d 'print this help'
complete -c espota-c -n 'contains (__espota_c_command) upload fleet discover inspect serve wait sign config help version completion' -l version -s V -d 'print the version and what is built in'
