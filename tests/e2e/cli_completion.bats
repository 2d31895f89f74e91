#!/usr/bin/env bats
# Each real shell is asked what it would complete.
# shellcheck disable=SC2154

load cli

setup() {
    cli_begin
    export PATH=$BIN:$PATH
    export ESPOTA_HOST_IP=127.0.0.1 # nobody else is asked who is there
    printf '[device kitchen]\n[device porch]\nport = 1\n[device kitchen]\nport = 2\n' >.espota.conf
}

in_bash() { # WORD...: the last is under the cursor
    bash --norc -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        compopt() { :; }; _espota_c; printf "%s\n" "${COMPREPLY[@]}"' \
        bash "$ROOT/completions/espota-c.bash" "$@" | sort
}

in_fish() { # LINE
    fish -N -c "source '$ROOT/completions/espota-c.fish'; complete -C '$1'" | cut -f 1 | sort
}

in_zsh() { # LINE PATTERN: a terminal shows it behind that
    zsh -f -c 'setopt extendedglob; zmodload zsh/zpty
        zpty -b z zsh -f -i
        zpty -w z "PROMPT=; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D; print READY"
        wait_for() { local chunk; repeat 600 { while zpty -r -t z chunk; do out+=$chunk; done
            [[ $out == *$~1* ]] && return; sleep 0.1 }; return 1 }
        out=; wait_for "READY*READY"
        out=; zpty -w -n z "$2"$'"'\t\t'"'
        wait_for "$3"; found=$?
        print -r -- "$out"; zpty -d z; exit $found' zsh "$ROOT/completions" "$1" "$2"
}

in_powershell() { # LINE
    pwsh -NoProfile -Command ". '$ROOT/completions/espota-c.ps1'
        (TabExpansion2 -inputScript '$1' -cursorColumn ${#1}).CompletionMatches.CompletionText" | sort
}

@test "bash" {
    command -v bash >/dev/null || skip "bash is not installed"
    [ "$(in_bash espota-c --prog)" = --progress ]
    [ "$(in_bash espota-c --prot)" = --protocol= ]
    [ "$(in_bash espota-c --prot)" = --protocol= ]
    [ "$(in_bash espota-c --protocol = e)" = esphome ]
    [ "$(in_bash espota-c --type boot)" = bootloader ]
    [ "$(in_bash espota-c -f fw)" = fw.bin ]
    [ "$(in_bash espota-c he)" = help ]
    [ "$(in_bash espota-c completion z)" = zsh ]
    [ "$(in_bash espota-c -i k)" = kitchen ]
    [ "$(in_bash espota-c help ex)" = exit-codes ]
    # A first word that is no command is a device, and the last is the image.
    [ "$(in_bash espota-c ki)" = kitchen ]
    [ "$(in_bash espota-c kitchen fw)" = fw.bin ]
    [ "$(in_bash espota-c kitchen po)" = porch ]
    [ "$(in_bash espota-c kitchen --dry)" = --dry-run ]
    [ "$(in_bash espota-c fla)" = flash ]
    [ "$(in_bash espota-c flash --dry)" = --dry-run ]
}

@test "fish" {
    command -v fish >/dev/null || skip "fish is not installed"
    [ "$(in_fish 'espota-c --prot')" = --protocol ]
    [ "$(in_fish 'espota-c --type boot')" = bootloader ]
    [ "$(in_fish 'espota-c -f fw')" = fw.bin ]
    [ "$(in_fish 'espota-c hel')" = help ]
    [ "$(in_fish 'espota-c completion z')" = zsh ]
    [ "$(in_fish 'espota-c -i ki')" = kitchen ]
    [ "$(in_fish 'espota-c help ex')" = exit-codes ]
    [ "$(in_fish 'espota-c kitchen fw')" = fw.bin ]
    [ "$(in_fish 'espota-c kitchen po')" = porch ]
    [ "$(in_fish 'espota-c kitchen --dry')" = --dry-run ]
    [ "$(in_fish 'espota-c flash --dry')" = --dry-run ]
}

@test "zsh" {
    command -v zsh >/dev/null || skip "zsh is not installed"
    in_zsh 'espota-c --pro' '--protocol[ ]#-- auto, esphome'
    in_zsh 'espota-c --type boot' 'bootloader'
    in_zsh 'espota-c -f fw' 'fw.bin'
    in_zsh 'espota-c -i ki' 'kitchen'
    in_zsh 'espota-c help ex' 'exit-codes'
    in_zsh 'espota-c kitchen fw' 'fw.bin'
    in_zsh 'espota-c kitchen po' 'porch'
    in_zsh 'espota-c ki' 'kitchen'
}

@test "PowerShell" {
    # shellcheck disable=SC2016
    [ "$(grep -c '^        @{ name = .--' "$ROOT/completions/espota-c.ps1")" = \
        "$(grep -c '^complete .* -l ' "$ROOT/completions/espota-c.fish")" ]
    command -v pwsh >/dev/null || skip "PowerShell is not installed"
    [ "$(in_powershell 'espota-c --prot')" = --protocol ]
    [ "$(in_powershell 'espota-c --type boot')" = bootloader ]
    [ "$(in_powershell 'espota-c --type=boot')" = --type=bootloader ]
    [ "$(in_powershell 'espota-c hel')" = help ]
    [ "$(in_powershell 'espota-c completion z')" = zsh ]
    [ "$(in_powershell 'espota-c -i ki')" = kitchen ]
    [ "$(in_powershell 'espota-c help ex')" = exit-codes ]
    [ "$(in_powershell 'espota-c flash --dry')" = --dry-run ]
}

@test "names of devices come within 300 ms" {
    quick() {
        local before
        before=$(date +%s%N)
        espota completion hosts
        expect_status 0 && [ $(($(date +%s%N) - before)) -lt 1500000000 ]
    }
    eventually quick # once will do: the machine may be busy now
    [ "$(sort -u out | tr '\n' ' ')" = 'kitchen porch ' ]
}
