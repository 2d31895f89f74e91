#!/bin/sh
# dist.sh -- an archive is made of a checkout, and of nothing else: outside of
# one "make dist" fails, leaves nothing, and takes no older archive away.
set -u
for tool in git gzip tar; do
    command -v "$tool" >/dev/null || { echo "dist: no $tool"; exit 77; }
done
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
bad=0
complain() { echo "$1"; bad=1; }

mkdir "$tmp/outer" "$tmp/outer/tree"
cp -R Makefile src include tools "$tmp/outer/tree"
export GIT_CEILING_DIRECTORIES="$tmp"
unset GIT_DIR GIT_WORK_TREE

make_dist() { (cd "$tmp/outer/tree" && make -s dist DIST=out.tar.gz) >"$tmp/log" 2>&1; }
left() { find "$tmp/outer" -name 'out.tar*' | tr '\n' ' '; }

make_dist && complain "no repository, and make dist ends with 0"
[ -z "$(left)" ] || complain "no repository, and it leaves $(left)"
grep -q 'not a git checkout' "$tmp/log" || complain "no repository, and it says: $(cat "$tmp/log")"

# A tree inside of somebody else's repository is none either.
git -C "$tmp/outer" init -q
make_dist && complain "inside another repository, and make dist ends with 0"
[ -z "$(left)" ] || complain "inside another repository, and it leaves $(left)"
rm -rf "$tmp/outer/.git"

# git itself may fail: before the first commit there is nothing to put in.
git -C "$tmp/outer/tree" init -q
echo older >"$tmp/outer/tree/out.tar.gz"
make_dist && complain "no commit, and make dist ends with 0"
[ "$(cat "$tmp/outer/tree/out.tar.gz")" = older ] || complain "the older archive is gone"
[ "$(left | wc -w)" = 1 ] || complain "no commit, and it leaves $(left)"

git -C "$tmp/outer/tree" add Makefile include
git -C "$tmp/outer/tree" -c user.name=x -c user.email=x@example.org commit -qm one
make_dist || complain "a checkout, and make dist fails: $(cat "$tmp/log")"
gzip -dc "$tmp/outer/tree/out.tar.gz" 2>/dev/null | tar tf - 2>/dev/null | grep -q '/Makefile$' ||
    complain "the archive lacks the Makefile"
[ "$(left | wc -w)" = 1 ] || complain "beside the archive it leaves $(left)"
exit $bad
