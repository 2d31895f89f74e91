/* topics.h -- what "espota-c help" explains besides the commands. */
#ifndef EO_TOPICS_H
#define EO_TOPICS_H

#include <stddef.h>

struct topic {
    const char *name, *summary;
    void (*print)(void); /* on stdout */
};

/* The i-th topic; NULL after the last. */
const struct topic *eo_topic_at(size_t i);

/* NULL: there is no topic of that name. */
const struct topic *eo_topic_named(const char *name);

#endif
