/* reports.h -- the reports that a fleet's run writes to a file: one row for
 * each option that names such a file.  A new report needs a row here, a row in
 * opts.c, and a front end of its own (see ui/ui_junit.c).
 */
#ifndef EO_REPORTS_H
#define EO_REPORTS_H

/*   X(option, the function that makes its front end) */
#define REPORTS(X) X(junit, eo_ui_junit_file)

enum {
#define X(option, make) REPORT_##option,
    REPORTS(X)
#undef X
    REPORT_COUNT
};

#endif
