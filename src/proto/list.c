/* list.c -- every protocol there is. */
#include "proto/proto.h"

#include <string.h>

static const struct proto_ops *const LIST[] = {
#define X(name) &eo_proto_##name,
    PROTO_LIST(X)
#undef X
};

const struct proto_ops *eo_proto_at(size_t i)
{
    return i < sizeof LIST / sizeof *LIST ? LIST[i] : NULL;
}

const struct proto_ops *eo_proto_find(const char *name)
{
    for (size_t i = 0; i < sizeof LIST / sizeof *LIST; i++)
        if (strcmp(LIST[i]->name, name) == 0)
            return LIST[i];
    return NULL;
}
