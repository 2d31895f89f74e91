/* main.c -- espota-sim: simulated devices, on the command line. */
#include <stdio.h>
#include <string.h>

#include <espota/version.h>

#include "base/mem.h"
#include "os/process.h"
#include "sim_main/run.h"

/* The only list of profiles; sim.h says how to add one. */
#define PROFILES(X) X(esphome) X(arduino) X(web) X(pull)

#define X(name) extern const struct profile eo_sim_##name;
PROFILES(X)
#undef X

static const struct profile *const PROFILE[] = {
#define X(name) &eo_sim_##name,
    PROFILES(X)
#undef X
};

#define AT(field) offsetof(struct sim_config, field)
/* clang-format off */
static const struct opt COMMON[] = {
    {"bind", OPT_TEXT, AT(bind), 0, 0, "ADDRESS",
     "address to listen on; default 127.0.0.1", NULL, NULL},
    {"port", OPT_NUMBER, AT(port), 0, 65535, "PORT",
     "port of the first device; 0, the default, is any free one", NULL, NULL},
    {"count", OPT_NUMBER, AT(count), 1, 10000, "N",
     "this many devices, on consecutive ports", NULL, NULL},
    {"once", OPT_NUMBER, AT(once), 1, 1000000, "N",
     "exit after N updates; default: at a signal", NULL, NULL},
    {"reboot-ms", OPT_MICROS, AT(reboot_us), 0, 0, "MS",
     "how long the port is closed after an update; default 1000;\n"
     "0: an ESPHome device takes the next one at once", NULL, NULL},
    {"report", OPT_TEXT, AT(report), 0, 0, "FILE",
     "write the reports there, not to standard output", NULL, NULL},
    {"store", OPT_TEXT, AT(store), 0, 0, "FILE",
     "write the image each device ends up with there; %d in it is\n"
     "the device's number, from 0", NULL, NULL},
};

/* Options of the profiles that announce themselves. */
static const struct opt MDNS[] = {
    {"mdns", OPT_TEXT, AT(mdns), 0, 0, "NAME",
     "announce the device as NAME.local; several as NAME-0, NAME-1, ...",
     NULL, NULL},
    {"safe-mode", OPT_FLAG, AT(safe_mode), 0, 0, NULL,
     "announce the name only, as ESPHome does in safe mode", NULL, NULL},
};
/* clang-format on */
#undef AT

enum {
    N_PROFILES = sizeof PROFILE / sizeof PROFILE[0],
    N_COMMON = sizeof COMMON / sizeof COMMON[0],
    N_MDNS = sizeof MDNS / sizeof MDNS[0]
};

static int usage(const struct espota_error *err)
{
    fprintf(stderr, "espota-sim: %s\n", err->message);
    return espota_category_status(ESPOTA_E_USAGE);
}

static int help(void)
{
    puts("usage: espota-sim PROFILE [OPTION]...\n\n"
         "Simulated devices that take firmware over the network.  Profiles:\n");
    for (int i = 0; i < N_PROFILES; i++)
        printf("  %-12s %s\n", PROFILE[i]->name, PROFILE[i]->summary);
    puts("\nespota-sim PROFILE --help lists the options of one.");
    return 0;
}

static int profile_help(const struct profile *p)
{
    printf("usage: espota-sim %s [OPTION]...\n\n%s\n\n", p->name, p->summary);
    eo_sim_opts_help(COMMON, N_COMMON);
    if (p->announce != NULL)
        eo_sim_opts_help(MDNS, N_MDNS);
    putchar('\n');
    eo_sim_opts_help(p->opts, p->n_opts);
    if (p->notes != NULL)
        printf("\n%s", p->notes);
    return 0;
}

static int simulate(const struct profile *p, int argc, char **argv)
{
    struct espota_error err = {0};
    struct sim sim = {
        .profile = p,
        .common = {.bind = "127.0.0.1", .count = 1, .reboot_us = 1000000},
        .config = eo_calloc(1, p->config_size),
    };
    const struct opt_set sets[] = {
        {COMMON, N_COMMON, &sim.common},
        {p->opts, p->n_opts, sim.config},
        {MDNS, N_MDNS, &sim.common},
    };
    bool wants_help = false;
    int status;

    if (sim.config == NULL)
        return espota_category_status(ESPOTA_E_INTERNAL);
    if (p->defaults != NULL)
        p->defaults(sim.config);
    if (eo_sim_opts(sets, p->announce != NULL ? 3 : 2, argc, argv, &wants_help, &err) != 0)
        status = usage(&err);
    else if (wants_help)
        status = profile_help(p);
    else if (sim.common.port + sim.common.count > 65536) {
        eo_fail(&err, ESPOTA_E_USAGE, "%u devices from port %u do not fit",
                sim.common.count, sim.common.port);
        status = usage(&err);
    } else if (p->check != NULL && p->check(sim.config, &err) != 0)
        status = usage(&err);
    else
        status = eo_sim_run(&sim);
    if (p->free_config != NULL)
        p->free_config(sim.config);
    eo_free(sim.config);
    return status;
}

int main(int argc, char **argv)
{
    const char *names[N_PROFILES + 1] = {NULL};
    struct espota_error err = {0};

    eo_process_open_streams();
    if (argc < 2) {
        eo_fail(&err, ESPOTA_E_USAGE,
                "which device? espota-sim --help lists them");
        return usage(&err);
    }
    if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)
        return help();
    if (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0) {
        puts("espota-sim " ESPOTA_VERSION);
        return 0;
    }
    for (int i = 0; i < N_PROFILES; i++) {
        if (strcmp(argv[1], PROFILE[i]->name) == 0)
            return simulate(PROFILE[i], argc - 2, argv + 2);
        names[i] = PROFILE[i]->name;
    }
    eo_sim_unknown(&err, "profile", argv[1], names);
    return usage(&err);
}
