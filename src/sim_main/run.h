/* run.h -- a run of simulated devices. */
#ifndef EO_SIM_MAIN_RUN_H
#define EO_SIM_MAIN_RUN_H

#include "sim/sim.h"

/* Runs until a signal or enough updates.  Returns an exit status. */
int eo_sim_run(struct sim *);

#endif
