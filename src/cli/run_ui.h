/* run_ui.h -- chooses the front ends of a run. */
#ifndef EO_RUN_UI_H
#define EO_RUN_UI_H

#include "cli/run.h"

/* Chooses them by the options, the environment and the kind of stderr. */
int eo_run_ui(struct run *, const struct opts *, struct espota_error *err)
    EO_MUST_CHECK;

#endif
