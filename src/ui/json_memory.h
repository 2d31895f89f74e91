/* json_memory.h -- events and the journal do not depend on free memory.
 *
 * Where there is none, the JSON library is given a small reserve.  What says
 * how a device ended is built in it and freed at once, so that it never runs
 * out for more than a moment.
 */
#ifndef EO_JSON_MEMORY_H
#define EO_JSON_MEMORY_H

/* Before anything is made with the library; a build without it does nothing. */
void eo_json_memory(void);

#endif
