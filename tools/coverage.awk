# coverage.awk -- what gcov says of one source file, counted and made readable.
#
#   gcov -t -b -c ... | awk -f coverage.awk -v source=src/x/y.c -v out=DIR
#
# Prints one row: file, lines run, lines, branches taken, branches.  Writes
# DIR/FILE.html and DIR/FILE.missed (file:line: text, as a compiler complains).

function escape(s) {
    gsub(/&/, "\\&amp;", s)
    gsub(/</, "\\&lt;", s)
    return s
}

# A line and the branches that came behind it.
function put(    class) {
    if (number == 0)
        return
    class = count == "-" ? "none" : !ran ? "never" : untaken ? "some" : "ran"
    printf "<span class=%s id=L%d>%9s %5d  %s</span>\n", class, number,
           count == "-" ? "" : count, number, escape(text) > page
    if (class == "never")
        printf "%s:%d: %s\n", source, number, text > missed
    else if (class == "some")
        printf "%s:%d: [%d of %d branches] %s\n", source, number, untaken,
               here, text > missed
    number = 0
}

BEGIN {
    page = out "/" source ".html"
    missed = out "/" source ".missed"
    printf "" > missed
    printf "<!doctype html><meta charset=utf-8><title>%s</title>" \
           "<style>pre{margin:0}span{display:block}.ran{background:#dfd}" \
           ".never{background:#fcc}.some{background:#ffb}</style><pre>\n",
           source > page
}

# A file of its own for each header with code in it: those are not counted.
/^ *-: *0:Source:/ { mine = substr($0, index($0, "Source:") + 7) == source }
!mine || /^ *-: *0:/ { next }

/^branch / {
    branches++
    here++
    if ($3 == "taken" && $4 + 0 > 0)
        taken++
    else
        untaken++
    next
}

/^ *([0-9]+\*?|#####|=====|-): *[0-9]+:/ {
    put()
    count = number = text = $0
    sub(/^ */, "", count)
    sub(/:.*/, "", count)
    sub(/^[^:]*: */, "", number)
    sub(/:.*/, "", number)
    sub(/^[^:]*:[^:]*:/, "", text)
    number += 0
    ran = count !~ /^[#=-]/
    untaken = here = 0
    if (count != "-")
        lines++
    if (ran)
        hit++
}

END {
    put()
    print "</pre>" > page
    printf "%s\t%d\t%d\t%d\t%d\n", source, hit, lines, taken, branches
}
