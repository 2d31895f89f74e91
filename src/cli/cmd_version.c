/* cmd_version.c -- the version, and what is built in and left out. */
#include <stdio.h>

#ifdef EO_WITH_JSON
#include <jansson.h>
#endif

#include <espota/espota.h>

#include "cli/cli.h"

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
#ifdef EO_WITH_JSON
    item("", "jansson " JANSSON_VERSION, n++);
#endif
#ifdef EO_WITH_INI
    item("", "inih", n++);
#endif
    fputs("\nleft out: ", stdout);
    n = 0;
    for (i = 0; (name = espota_left_out_at(i)) != NULL; i++)
        item("", name, n++);
#ifndef EO_WITH_JSON
    item("", "--json (jansson)", n++);
#endif
#ifndef EO_WITH_INI
    item("", "configuration files (inih)", n++);
#endif
    puts(n > 0 ? "" : "nothing");
    return 0;
}
