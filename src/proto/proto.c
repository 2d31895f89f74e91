/* proto.c -- what every machine is asked and begun with. */
#include "proto/proto.h"

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
