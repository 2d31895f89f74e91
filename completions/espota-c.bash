# bash completion for espota-c, written by espota-c completion bash
_espota_c() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local command=upload words='' args='' files='' commands='upload flash fleet discover inspect serve wait sign config help version completion '
    COMPREPLY=()
    # bash takes --port=80 apart into three words
    if [[ $cur == '=' ]]; then
        cur=''
    elif [[ $prev == '=' ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case ${COMP_WORDS[1]} in
    upload | flash) command=upload ;;
    fleet) command=fleet ;;
    discover) command=discover ;;
    inspect) command=inspect ;;
    serve) command=serve ;;
    wait) command=wait ;;
    sign) command=sign ;;
    config) command=config ;;
    help) command=help ;;
    version) command=version ;;
    completion) command=completion ;;
    esac
    case $command:$prev in
    upload:--ip | upload:-i | fleet:--ip | fleet:-i)
        mapfile -t COMPREPLY < <(compgen -W "$(espota-c completion hosts 2>/dev/null)" -- "$cur") ;;
    upload:--file | upload:-f | fleet:--file | fleet:-f)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    upload:--port | upload:-p | fleet:--port | fleet:-p) ;;
    upload:--protocol | fleet:--protocol)
        mapfile -t COMPREPLY < <(compgen -W "auto esphome arduino web" -- "$cur") ;;
    upload:--type | fleet:--type)
        mapfile -t COMPREPLY < <(compgen -W "app filesystem partition-table bootloader" -- "$cur") ;;
    upload:--auth | upload:-a | fleet:--auth | fleet:-a | serve:--auth | serve:-a) ;;
    upload:--auth-file | fleet:--auth-file | serve:--auth-file)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    upload:--min-auth | fleet:--min-auth)
        mapfile -t COMPREPLY < <(compgen -W "any sha256" -- "$cur") ;;
    upload:--key | fleet:--key) ;;
    upload:--key-file | fleet:--key-file)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    upload:--profile | fleet:--profile) ;;
    upload:--path | fleet:--path) ;;
    upload:--tls-ca | fleet:--tls-ca)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    upload:--user | fleet:--user | serve:--user) ;;
    serve:--bind) ;;
    serve:--port | serve:-p) ;;
    serve:--map)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    serve:--dir)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    serve:--fw-version) ;;
    serve:--once) ;;
    serve:--max-repeats) ;;
    serve:--tls-cert)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    serve:--tls-key)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    serve:--drop-to) ;;
    upload:--host_ip | upload:-I | fleet:--host_ip | fleet:-I | discover:--host_ip | discover:-I | wait:--host_ip | wait:-I) ;;
    upload:--host_port | upload:-P | fleet:--host_port | fleet:-P) ;;
    upload:--resolve | fleet:--resolve) ;;
    upload:--resolver | fleet:--resolver)
        mapfile -t COMPREPLY < <(compgen -W "auto builtin avahi dnssd system" -- "$cur") ;;
    discover:--timeout) ;;
    wait:--timeout) ;;
    wait:--port | wait:-p) ;;
    upload:--wait-online | fleet:--wait-online) ;;
    discover:--filter) ;;
    upload:--compress | fleet:--compress | serve:--compress)
        mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$cur") ;;
    upload:--window | fleet:--window)
        mapfile -t COMPREPLY < <(compgen -W "auto lockstep" -- "$cur") ;;
    inspect:--extract)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    sign:--key)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    sign:--out)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    sign:--pub)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    upload:--timeout | upload:-t | fleet:--timeout | fleet:-t) ;;
    upload:--connect-timeout | fleet:--connect-timeout | serve:--connect-timeout) ;;
    upload:--stall-timeout | fleet:--stall-timeout | serve:--stall-timeout) ;;
    upload:--retry | fleet:--retry) ;;
    upload:--retry-delay | fleet:--retry-delay) ;;
    upload:--max-time | fleet:--max-time | serve:--max-time) ;;
    upload:--verify | fleet:--verify)
        mapfile -t COMPREPLY < <(compgen -W "none back version" -- "$cur") ;;
    upload:--verify-timeout | fleet:--verify-timeout) ;;
    upload:--expect-version | fleet:--expect-version) ;;
    upload:--expect-hash | fleet:--expect-hash) ;;
    upload:--jobs | upload:-j | fleet:--jobs | fleet:-j) ;;
    fleet:--rate) ;;
    fleet:--per-host-limit) ;;
    fleet:--canary) ;;
    fleet:--waves) ;;
    fleet:--wave-max-fail) ;;
    fleet:--max-fail) ;;
    fleet:--order)
        mapfile -t COMPREPLY < <(compgen -W "given random slowest-first" -- "$cur") ;;
    fleet:--offline)
        mapfile -t COMPREPLY < <(compgen -W "fail skip wait" -- "$cur") ;;
    fleet:--journal)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    fleet:--only)
        mapfile -t COMPREPLY < <(compgen -W "all failed" -- "$cur") ;;
    fleet:--shard) ;;
    fleet:--before) ;;
    fleet:--after) ;;
    fleet:--hook-timeout) ;;
    fleet:--junit)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    upload:--color | fleet:--color | discover:--color | inspect:--color | serve:--color | wait:--color | sign:--color | config:--color | help:--color | version:--color | completion:--color)
        mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$cur") ;;
    upload:--config | fleet:--config | discover:--config | inspect:--config | serve:--config | wait:--config | sign:--config | config:--config | help:--config | version:--config | completion:--config)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    *)
        _espota_c_words
        ;;
    esac
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
    return 0
}

# With the variables of _espota_c.
_espota_c_words() {
    case $command in
    upload) words='--ip= --file= --port= --protocol= --spiffs --type= --yes --auth= --auth-file= --auth-stdin --ask-auth --md5-target --min-auth= --key= --key-file= --require-encryption --profile= --path= --tls-ca= --user= --host_ip= --host_port= --ipv4 --ipv6 --resolve= --resolver= --wait-online= --compress= --window= --no-signed --from-factory --force --dry-run --timeout= --connect-timeout= --stall-timeout= --retry= --retry-delay= --max-time= --verify= --verify-timeout= --expect-version= --expect-hash= --if-changed --jobs= --progress --json= --quiet --verbose --debug --color= --config= --no-config --help --version ' files=1 args=$(espota-c completion hosts 2>/dev/null) ;;
    fleet) words='--ip= --file= --port= --protocol= --spiffs --type= --yes --auth= --auth-file= --auth-stdin --ask-auth --md5-target --min-auth= --key= --key-file= --require-encryption --profile= --path= --tls-ca= --user= --host_ip= --host_port= --ipv4 --ipv6 --resolve= --resolver= --wait-online= --compress= --window= --no-signed --from-factory --force --dry-run --timeout= --connect-timeout= --stall-timeout= --retry= --retry-delay= --max-time= --verify= --verify-timeout= --expect-version= --expect-hash= --if-changed --jobs= --rate= --per-host-limit= --canary= --waves= --wave-max-fail= --max-fail= --order= --offline= --journal= --only= --shard= --before= --after= --hook-timeout= --hook-shell --junit= --progress --json= --quiet --verbose --debug --color= --config= --no-config --help --version ' ;;
    discover) words='--host_ip= --ipv4 --ipv6 --timeout= --watch --filter= --as-targets --json= --quiet --verbose --debug --color= --config= --no-config --help --version ' ;;
    inspect) words='--extract= --json= --quiet --verbose --debug --color= --config= --no-config --help --version ' files=1 ;;
    serve) words='--auth= --auth-file= --auth-stdin --ask-auth --user= --bind= --port= --map= --dir= --fw-version= --once= --max-repeats= --tls-cert= --tls-key= --drop-to= --compress= --connect-timeout= --stall-timeout= --max-time= --json= --quiet --verbose --debug --color= --config= --no-config --help --version ' ;;
    wait) words='--host_ip= --ipv4 --ipv6 --timeout= --port= --quiet --verbose --debug --color= --config= --no-config --help --version ' args=$(espota-c completion hosts 2>/dev/null) ;;
    sign) words='--key= --out= --verify --pub= --quiet --verbose --debug --color= --config= --no-config --help --version ' files=1 ;;
    config) words='--json= --quiet --verbose --debug --color= --user --config= --no-config --help --version ' args='init show check path' ;;
    help) words='--quiet --verbose --debug --color= --config= --no-config --help --version ' args='upload flash fleet discover inspect serve wait sign config help version completion exit-codes environment targets ' ;;
    version) words='--quiet --verbose --debug --color= --config= --no-config --help --version ' ;;
    completion) words='--quiet --verbose --debug --color= --config= --no-config --help --version ' args='bash zsh fish powershell' ;;
    esac
    [[ $cur == -* || -z $args ]] || words=$args
    if [[ $COMP_CWORD -eq 1 && $cur != -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur")
        [[ ${#COMPREPLY[@]} -gt 0 ]] && return
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    if [[ -n $files && $cur != -* ]]; then
        compopt -o filenames
        [[ -n $args ]] || COMPREPLY=()
        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$cur")
    fi
}
complete -F _espota_c espota-c
