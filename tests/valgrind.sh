#!/usr/bin/env bash
# valgrind.sh -- the unit tests and replays under valgrind's memcheck: a read
# of what was never written, a leak, a bad free is an error.  "make
# check-valgrind" calls it.
#
# What looks for secrets in the whole memory of its process skips that, and
# says so.  Environment: BUILD, JOBS, ONLY (a word in the names).  The last
# line is "N passed, N failed".
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=$(cd "${BUILD:-build}" && pwd) || exit 1
JOBS=${JOBS:-$(nproc 2>/dev/null || echo 2)}
. tests/support/under.bash

if ! command -v valgrind >/dev/null; then
    skip 'valgrind is missing: run "tools/setup.sh install lint"'
elif grep -q -- -fsanitize "$BUILD/.flags"; then
    skip 'a sanitizer does not go with valgrind'
else
    run_under "valgrind -q --error-exitcode=99 --leak-check=full \
--errors-for-leak-kinds=definite,indirect,possible \
--show-leak-kinds=definite,indirect,possible --num-callers=30 \
--suppressions='$PWD/tests/valgrind.supp'" \
        "$BUILD" "$BUILD/valgrind" "tests/unit/test_*${ONLY-}*" "fuzz/*${ONLY-}*_replay"
fi
sums
