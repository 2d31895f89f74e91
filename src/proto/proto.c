/* proto.c -- the list of protocols. */
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

int eo_proto_check(const struct proto_ops *ops, const struct proto_job *job,
                   struct espota_error *err)
{
    static const char *const WORDS[] = {
        [ESPOTA_TYPE_APP] = "app",
        [ESPOTA_TYPE_FILESYSTEM] = "file system",
        [ESPOTA_TYPE_PARTITION_TABLE] = "partition table",
        [ESPOTA_TYPE_BOOTLOADER] = "bootloader",
    };

    if (ops->refuses & 1u << job->type)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "the protocol \"%s\" carries no %s images", ops->name,
                       WORDS[job->type]);
    if (!ops->encrypts && (job->key != NULL || job->require_encryption))
        return eo_fail_hint(err, ESPOTA_E_POLICY,
                            "leave the key away to send the image in the "
                            "clear",
                            "the protocol \"%s\" has no encryption",
                            ops->name);
    return 0;
}

void eo_proto_start(struct proto *p, const struct proto_ops *ops,
                    const struct proto_job *job)
{
    p->ops = ops;
    p->status = PROTO_RUNNING;
    ops->init(p, job);
}
