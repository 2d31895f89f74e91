/* config_ini_none.c -- a build without INI files. */
#include "conf/config.h"
#include "os/file.h"

const char *eo_config_library(void)
{
    return NULL;
}

int eo_config_read(struct config *c, const char *path, unsigned nth,
                   enum config_trust trust, struct notes *notes,
                   struct espota_error *err)
{
    struct file_facts facts;

    (void)c;
    (void)nth;
    if (trust == CONFIG_NAMED)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "configuration files were left out of this build "
                       "(inih)");
    if (eo_file_facts(path, &facts) == 0)
        eo_note(notes, "left-out",
                "%s is not read: configuration files were left out of this "
                "build (inih)",
                path);
    return 0;
}
