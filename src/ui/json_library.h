/* json_library.h -- the JSON library and its memory.
 *
 * Events and the journal must work without free memory: when there is none,
 * the library gets memory from a small reserve.  The object that says how a
 * device ended is built there and freed at once, so the reserve is never in
 * use for long.
 */
#ifndef EO_JSON_LIBRARY_H
#define EO_JSON_LIBRARY_H

/* "jansson 2.14"; NULL: this build has no JSON library. */
const char *eo_json_library(void);

/* Call it before anything else of the library is used.  Does nothing in a
 * build without JSON. */
void eo_json_memory(void);

#endif
