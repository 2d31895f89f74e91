#!/bin/bash
# planted.sh -- does the model find it?  A copy of the source is damaged, one
# fault at a time, and the model must break a promise within N histories.
#
# usage: planted.sh [WORD]   (only the faults with WORD in their line; N=10000)
set -eu
cd "$(dirname "$0")/../.."
N=${N:-10000} word=${1-}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -R Makefile include src tests tools "$copy"
missed=0

# NAME | FILE | sed script, in which "|" is fine.  It must change the file.
faults() {
    cat <<'ROWS'
a failure to reach it settles "may have it" (20) | src/fleet/state.c | /OTHER_VERSION: *$/a case ESPOTA_E_RESOLVE:
an interrupt before its turn settles "may have it" (21) | src/fleet/job_end.c | s/^    eo_job_skip(j, &err);/eo_job_happened(j, ESPOTA_HAPPENED_OTHER);&/
an interrupt settles "may have it" (23) | src/fleet/job_end.c | /^    if (eo_job_end_accepted(j))/{n;s/$/ eo_job_happened(j, ESPOTA_HAPPENED_OTHER);/}
it is asked before the first attempt alone (22) | src/fleet/job_verify.c | s/return eo_job_must_ask(j) ||/return (eo_job_must_ask(j) \&\& j->report.attempt == 1) ||/
it is not asked at all | src/fleet/job_known.c | s/return espota_state_next(j->known) == ESPOTA_NEXT_ASK &&/return 0 \&\& espota_state_next(j->known) == ESPOTA_NEXT_ASK \&\&/
Ctrl-C behind the last byte is a failure (23) | src/fleet/job_end.c | s/if (j->open || espota_state_next(j->known) == ESPOTA_NEXT_ASK ||/if (j->error.category != ESPOTA_E_INTERRUPTED \&\& (j->open || espota_state_next(j->known) == ESPOTA_NEXT_ASK) ||/
a cut record makes the journal unreadable (24) | src/cli/journal.c | s/if (got == LINE_NO_MEMORY)/if (got != LINE_READ)/
a cut record is forgotten | src/cli/journal_file.c | s/f->torn |= end != f->size;//
no newline behind a torn record | src/cli/journal_file.c | s/const size_t extra = f->torn;/const size_t extra = 0;/
a torn line ends the journal | src/cli/journal.c | s/while (rc == 0 && (n = getline/while (rc == 0 \&\& j->skipped == 0 \&\& (n = getline/
the last byte leaves without a record | src/fleet/job_known.c | s/    if (j->vetoed)$/    if (j->vetoed \&\& !commits)/
others are begun without a journal | src/cli/observer.c | s/^    espota_fleet_stop(.*//
the record of the last byte is not synced | src/cli/journal.c | s/h != ESPOTA_HAPPENED_BEGIN) != 0)/h > ESPOTA_HAPPENED_COMMIT) != 0)/
the record is written behind the last byte | src/cli/journal.c | s/if (append(j,/if (h != ESPOTA_HAPPENED_COMMIT \&\& append(j,/
another image leaves "took it" | src/fleet/state.c | s/HAS,   HAS,   HAS, HAS,   LACKS, MAYBE, LACKS/HAS,   HAS,   HAS, HAS,   LACKS, HAS, HAS/
a refusal settles an earlier sending | src/fleet/state.c | s/MAYBE, MAYBE, HAS, MAYBE, LACKS/MAYBE, MAYBE, HAS, LACKS, LACKS/
the canary yields to --max-fail (10) | src/fleet/rollout.c | s/r->here.failed > 0/r->here.failed > 0 \&\& r->rules.max_fail.n == 0/
a canary that is absent went well (11) | src/fleet/rollout.c | s/= r->here.n - updated - r->here.failed;/= 0;/
the next wave begins whatever failed | src/fleet/rollout.c | s/if (gates \&\& r->here.failed > allowed_here(r))/if (gates \&\& r->here.failed > 9)/
the next wave begins while one runs | src/fleet/rollout.c | s/ROLLOUT_OPEN ? r->to : 0;/ROLLOUT_OPEN ? r->total : 0;/
--only failed forgets what is unknown | src/cli/journal.c | /case ESPOTA_UNKNOWN:/d
a rehearsal writes | src/cli/observer.c | s/ || ob->opts->dry_run)/)/;s/o->journal, o->dry_run, err/o->journal, false, err/
one that falls silent behind its last byte was absent | src/fleet/job_end.c | s/if (!j->open && !j->heard && j->target/if (j->target/
what --force sent without a word is a failure | src/fleet/job_end.c | s/if (j->open || espota_state_next/if (espota_state_next/
what it took is not written | src/fleet/job_known.c | s/eo_job_happened(j, ESPOTA_HAPPENED_TOOK);/;/
ROWS
}

while IFS='|' read -r name file script <&3; do
    name=${name% } file=${file// /} script=${script# }
    [[ "$name $file" == *"$word"* ]] || continue
    cp "$file" "$copy/$file"
    sed -i "$script" "$copy/$file"
    if cmp -s "$file" "$copy/$file"; then
        echo "NOT PLANTED: $name"
        missed=1
    elif ! make -s -C "$copy" build/tests/model/model >"$copy/log" 2>&1; then
        echo "DOES NOT BUILD: $name"
        tail -n 5 "$copy/log"
        missed=1
    elif timeout -s KILL 300 "$copy/build/tests/model/model" "$N" >"$copy/out" 2>&1; then
        echo "MISSED: $name"
        missed=1
    else
        echo "found: $name: $(sed -n 's/.*BROKEN: //p' "$copy/out" | head -n 1) ($(sed -n 's/^seed \([0-9]*\).*/seed \1/p' "$copy/out" | head -n 1))"
    fi
    cp "$file" "$copy/$file"
done 3< <(faults)
exit $missed
