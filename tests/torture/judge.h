/* judge.h -- tells whether a run told the truth. */
#ifndef JUDGE_H
#define JUDGE_H

#include <stdbool.h>

#include "place.h"

/* espota-c's when a sanitizer has found something. */
enum { SANITIZER_STATUS = 99 };

/* status: as wait_for() gives it.  clean: nothing was made to fail, or nothing
 * that must not be survived.  Gives the complaint, valid until the next call,
 * or NULL. */
const char *judge(const struct place *p, int status, bool clean);

#endif
