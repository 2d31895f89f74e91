/* secret.h -- keep what a process knows inside it, as far as the system
 * helps. */
#ifndef EO_OS_SECRET_H
#define EO_OS_SECRET_H

/* Forbids core dumps of this process, and looking into it. */
void eo_secret_no_core(void);

/* Hides an argument of main() from whoever lists processes. */
void eo_secret_wipe_argument(char *);

/* Removes a variable from the environment. */
void eo_secret_wipe_variable(const char *name);

#endif
