/* reports.h -- what a fleet's run leaves behind in a file, by the option that
 * names it: a row each.  A new one is a row here, one in opts.c, and a front end
 * of its own (ui/ui_junit.c is one to look at).
 */
#ifndef EO_REPORTS_H
#define EO_REPORTS_H

/*   X(option, what makes its front end) */
#define REPORTS(X) X(junit, eo_ui_junit_file)

enum {
#define X(option, make) REPORT_##option,
    REPORTS(X)
#undef X
    REPORT_COUNT
};

#endif
