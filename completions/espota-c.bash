# bash completion for espota-c, written by espota-c completion bash
_espota_c() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local command=upload words='' args='' files='' commands='upload help version completion '
    COMPREPLY=()
    # bash takes --port=80 apart into three words
    if [[ $cur == '=' ]]; then
        cur=''
    elif [[ $prev == '=' ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case $prev in
    --ip | -i)
        mapfile -t COMPREPLY < <(compgen -W "$(espota-c completion hosts 2>/dev/null)" -- "$cur") ;;
    --file | -f)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    --port | -p) ;;
    --protocol)
        mapfile -t COMPREPLY < <(compgen -W "auto esphome arduino web" -- "$cur") ;;
    --type)
        mapfile -t COMPREPLY < <(compgen -W "app filesystem partition-table bootloader" -- "$cur") ;;
    --auth | -a) ;;
    --auth-file)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    --min-auth)
        mapfile -t COMPREPLY < <(compgen -W "any sha256" -- "$cur") ;;
    --key) ;;
    --key-file)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    --host_ip | -I) ;;
    --host_port | -P) ;;
    --compress)
        mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$cur") ;;
    --window)
        mapfile -t COMPREPLY < <(compgen -W "auto lockstep" -- "$cur") ;;
    --timeout | -t) ;;
    --connect-timeout) ;;
    --stall-timeout) ;;
    --retry) ;;
    --retry-delay) ;;
    --max-time) ;;
    --color)
        mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$cur") ;;
    --config)
        compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    *)
        [[ $COMP_CWORD -gt 1 && ${COMP_WORDS[1]} != -* ]] && command=${COMP_WORDS[1]}
        _espota_c_words
        ;;
    esac
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
    return 0
}

# With the variables of _espota_c: options, or what stands alone.
_espota_c_words() {
    case $command in
    upload) words='--ip= --file= --port= --protocol= --spiffs --type= --yes --auth= --auth-file= --auth-stdin --ask-auth --md5-target --min-auth= --key= --key-file= --require-encryption --host_ip= --host_port= --compress= --window= --no-signed --force --dry-run --timeout= --connect-timeout= --stall-timeout= --retry= --retry-delay= --max-time= --progress --json= --quiet --verbose --debug --color= --config= --no-config --help --version ' ;;
    help) words='--json= --quiet --verbose --debug --color= --config= --no-config --help --version ' args=$commands ;;
    version) words='--json= --quiet --verbose --debug --color= --config= --no-config --help --version ' ;;
    completion) words='--json= --quiet --verbose --debug --color= --config= --no-config --help --version ' args='bash zsh fish' ;;
    esac
    [[ $cur == -* || -z $args ]] || words=$args
    [[ $COMP_CWORD -eq 1 && $cur != -* ]] && words=$commands
    if [[ -n $files && $cur != -* ]]; then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    else
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    fi
}
complete -F _espota_c espota-c
