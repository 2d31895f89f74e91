/* out.c -- where reports of the simulator go. */
#include <errno.h>
#include <stdio.h>

#include "base/mem.h"
#include "os/file.h"
#include "sim/sim.h"

struct out {
    FILE *file;
};

struct out *eo_sim_out_open(const char *path, struct espota_error *err)
{
    struct out *o = eo_calloc(1, sizeof *o);

    if (o == NULL) {
        eo_fail_memory(err);
        return NULL;
    }
    o->file = path != NULL ? eo_file_stream_write(path) : stdout;
    if (o->file == NULL) {
        eo_fail_sys(err, ESPOTA_E_USAGE, errno, "%s: %s", path,
                    eo_file_text(errno));
        eo_free(o);
        return NULL;
    }
    return o;
}

void eo_sim_out_free(struct out *o)
{
    if (o != NULL && o->file != stdout)
        fclose(o->file);
    eo_free(o);
}

void eo_sim_out_put(struct out *o, struct report *r)
{
    eo_sim_report_end(r, o->file);
}
