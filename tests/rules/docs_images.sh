#!/bin/sh
# docs_images.sh -- every kind of image there is has its row in docs/IMAGES.md,
# and no other.
set -eu
# shellcheck disable=SC2016
here=$(sed -n 's/^| \(`[a-z0-9`, -]*\) |.*/\1/p' docs/IMAGES.md | tr -d '`,' | tr ' ' '\n' | grep -v '^kind$' | sort)
there=$(sed -n 's/^    \.name = "\([a-z0-9-]*\)",$/\1/p' src/image/*.c | sort)
[ "$here" = "$there" ] || {
    printf 'docs/IMAGES.md lists:\n%s\nsrc/image knows:\n%s\n' "$here" "$there"
    exit 1
}
