# cli.bash -- for stories about the command line: fw.bin, and a secret.
#
# Each ends with a search for the secret in everything that was printed.
# shellcheck shell=bash disable=SC2034

load helpers

# In no file but those called *.secret.
SECRET='Tr0ub4dor&3 xk'

setup() { cli_begin; }
teardown() { cli_end; }

cli_begin() {
    story_begin
    image=fw.bin
    "$MKIMAGE" esp32 300K 1.2.3 fw.bin
    (umask 077 && printf '%s\n' "$SECRET" >pw.secret)
}

cli_end() {
    story_end
    if grep -rlF --exclude='*.secret' -e "$SECRET" "$T"; then
        echo "the secret was written there"
        return 1
    fi
}
