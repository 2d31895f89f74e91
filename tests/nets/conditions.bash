# conditions.bash -- the bad networks: for each the options of the lab, and
# whether it is one that an update must survive.
# shellcheck shell=bash

# NAME | MUST | OPTIONS; a cut is said as PERCENT of what a clean run sends
CONDITIONS='
clean        | updated | --shape
loss-1%      | updated | --loss-pct 1
loss-5%      | any     | --loss-pct 5
loss-15%     | any     | --loss-pct 15
reordering   | updated | --reorder-pct 25 --late-ms 10
duplication  | updated | --double-pct 25 --late-ms 10
delay-5ms    | updated | --delay-ms 5
delay-50ms   | updated | --delay-ms 50
delay-300ms  | updated | --delay-ms 300
200-kbit/s   | updated | --rate-kbit 200
cut-10%-5s   | any     | --cut-at 10% --cut-ms 5000
cut-10%-30s  | any     | --cut-at 10% --cut-ms 30000
cut-10%-200s | any     | --cut-at 10% --cut-ms 200000
cut-50%-5s   | any     | --cut-at 50% --cut-ms 5000
cut-50%-30s  | any     | --cut-at 50% --cut-ms 30000
cut-50%-200s | any     | --cut-at 50% --cut-ms 200000
cut-99%-5s   | any     | --cut-at 99% --cut-ms 5000
cut-99%-30s  | any     | --cut-at 99% --cut-ms 30000
cut-99%-200s | any     | --cut-at 99% --cut-ms 200000
'

condition_names() { awk -F'|' 'NF == 3 { gsub(/ /, "", $1); print $1 }' <<<"$CONDITIONS"; }

# condition NAME: sets must and lab_options.  restart-STEP: the device loses its
# power for 3 s at that step; what its kernel would say then gets lost.
condition() {
    local name
    must=
    if [[ $1 == restart-* ]]; then
        must=any lab_options='--off-ms 3000'
        return
    fi
    while IFS='|' read -r name must lab_options; do
        [[ ${name// /} != "$1" ]] || break
    done <<<"$CONDITIONS"
    must=${must// /}
    [[ -n $must ]]
}
