/* run_ui.h -- which front ends a run has. */
#ifndef EO_RUN_UI_H
#define EO_RUN_UI_H

#include "cli/run.h"

/* By the options, the environment and what stderr is. */
int eo_run_ui(struct run *, const struct opts *, struct espota_error *err)
    EO_MUST_CHECK;

#endif
