/* cmd_version.c -- prints the version, and what the build has and lacks. */
#include <stdio.h>

#include <espota/espota.h>

#include "cli/cli.h"
#include "conf/config.h"
#include "ui/json_library.h"

/* What the program has besides the library; src/api/about.c lists the rest. */
static const struct {
    const char *(*name)(void);
    const char *feature;
} PARTS[] = {
    {eo_json_library, "--json (jansson)"},
    {eo_config_library, "configuration files (inih)"},
};

enum { N_PARTS = sizeof PARTS / sizeof *PARTS };

static void item(const char *title, const char *what, size_t i)
{
    printf("%s%s", i == 0 ? title : ", ", what);
}

int eo_cmd_version(struct cli *cli)
{
    struct espota_protocol protocol;
    const char *name;
    size_t n = 0, i;

    (void)cli;
    printf("espota-c %s\n", ESPOTA_VERSION);
    for (i = 0; espota_protocol_at(i, &protocol); i++)
        item("protocols: ", protocol.name, i);
    fputs("\nlibraries: ", stdout);
    for (i = 0; (name = espota_library_at(i)) != NULL; i++)
        item("", name, n++);
    for (i = 0; i < N_PARTS; i++)
        if (PARTS[i].name() != NULL)
            item("", PARTS[i].name(), n++);
    fputs("\nleft out: ", stdout);
    n = 0;
    for (i = 0; (name = espota_left_out_at(i)) != NULL; i++)
        item("", name, n++);
    for (i = 0; i < N_PARTS; i++)
        if (PARTS[i].name() == NULL)
            item("", PARTS[i].feature, n++);
    puts(n > 0 ? "" : "nothing");
    return 0;
}
