/* cmd_upload.c -- flash the devices that -i names. */
#include "base/str.h"
#include "cli/run.h"

/* Two sessions with one device would only be in each other's way. */
static bool is_repeated(const struct texts *ip, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (eo_same_nocase(ip->at[k], ip->at[i]))
            return true;
    return false;
}

int eo_cmd_upload(struct cli *cli)
{
    const struct texts *ip = &cli->opts.ip;
    struct run run = {.cli = cli};
    struct espota_error err;
    bool missing = ip->n == 0;
    int status = -1;

    for (size_t i = 0; i < ip->n; i++)
        missing |= ip->at[i][0] == '\0';
    if (missing) {
        eo_fail_hint(&err, ESPOTA_E_USAGE,
                     "espota-c -i HOST -f FILE flashes FILE into the device "
                     "at HOST; espota-c -h lists the options",
                     "no device: -i HOST is missing");
        return eo_cli_fail(&err);
    }
    for (size_t i = 0; i < ip->n && status != 2; i++)
        if (is_repeated(ip, i))
            eo_note(&cli->notes, "repeated", "%s is named twice: once will do",
                    ip->at[i]);
        else if (eo_run_add(&run, ip->at[i], NULL, &err) != 0)
            status = eo_cli_fail(&err);
    if (status < 0)
        status = eo_run_go(&run);
    eo_run_free(&run);
    return status;
}
