/* json_library.h -- the JSON library, and its memory.
 *
 * Events and the journal do not depend on free memory: where there is none,
 * the library is given a small reserve.  What says how a device ended is built
 * in it and freed at once, so that it never runs out for more than a moment.
 */
#ifndef EO_JSON_LIBRARY_H
#define EO_JSON_LIBRARY_H

/* "jansson 2.14"; NULL: it was left out of this build. */
const char *eo_json_library(void);

/* Before anything is made with the library; a build without it does nothing. */
void eo_json_memory(void);

#endif
