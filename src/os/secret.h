/* secret.h -- what a process knows stays in it, as far as the system helps. */
#ifndef EO_OS_SECRET_H
#define EO_OS_SECRET_H

/* No core is written of this process, and nobody looks into it. */
void eo_secret_no_core(void);

/* An argument of main(): nobody who lists processes sees it any more. */
void eo_secret_wipe_argument(char *);

/* A variable of the environment, which is not there any more. */
void eo_secret_wipe_variable(const char *name);

#endif
