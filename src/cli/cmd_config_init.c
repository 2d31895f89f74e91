/* cmd_config_init.c -- "espota-c config init": writes a first configuration. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/cmd_config.h"
#include "os/file.h"

/* ---- what is in it --------------------------------------------------------- */

/* A line that begins with "#" and no space is an example: without the "#" it
 * must be valid.  The defaults it names must be those of the option table. */
static const char TOP[] =
    "# The configuration of espota-c; \"man espota.conf\" explains it.\n"
    "#\n"
    "# Lines such as \"#retry = 2\" are examples: remove the \"#\" to use them.\n"
    "# Keys are the long options of espota-c, files are relative to this file,\n"
    "# and ~ is the home directory.  The command line and ESPOTA_* variables\n"
    "# come before this file.\n"
    "#\n"
    "#     espota-c config check          find mistakes in it\n"
    "#     espota-c config show [NAME]    what is in force, and from where\n"
    "\n"
    "# ---- for every device; the values are the defaults\n"
    "\n"
    "[defaults]\n";

static const char *const DEFAULTS[] = {
    "retry",  "retry-delay",    "connect-timeout", "stall-timeout",
    "verify", "verify-timeout", "compress",        "jobs",
};

static const char GROUP[] =
    "\n"
    "# ---- for the devices that say \"group = lamps\"; \"espota-c fleet @lamps\"\n"
    "# ---- flashes all of them\n"
    "\n"
    "#[group lamps]\n"
    "# the password is the first line of this file, which is nobody else's\n"
    "#auth-file = lamps.password\n";

static const char DEVICE[] =
    "\n"
    "# ---- for one device, which \"espota-c -i kitchen\" flashes\n"
    "\n"
    "#[device kitchen]\n"
    "# its name or address, with a port if it is not the usual one\n"
    "#host = 192.0.2.7:3232\n"
    "#group = lamps\n"
    "# its image\n"
    "#file = kitchen.bin\n";

static void add_default(struct text *t, const char *name)
{
    const struct opt *opt = eo_opt_find(CMD_FLEET, name);
    char help[OPT_HELP];

    eo_text_add(t, "# %s%s\n#%s = %s\n", eo_opt_help(opt, help),
                opt->kind == OPT_SECONDS ? ", in seconds" : "", name,
                opt->def);
}

static void write_example(struct text *t)
{
    eo_text_add(t, "%s", TOP);
    for (size_t i = 0; i < sizeof DEFAULTS / sizeof *DEFAULTS; i++)
        add_default(t, DEFAULTS[i]);
    eo_text_add(t, "%s%s", GROUP, DEVICE);
}

/* ---- where it is put ------------------------------------------------------- */

static int cannot(const char *path, struct espota_error *err)
{
    const int sys = errno;

    if (sys == EEXIST)
        return eo_fail_hint(err, ESPOTA_E_USAGE,
                            "espota-c config check looks into it",
                            "%s is there already, and stays as it is", path);
    return eo_fail_sys(err, ESPOTA_E_USAGE, sys, "cannot make %s: %s", path,
                       eo_file_text(sys));
}

static int put(const char *path, const struct text *t,
               struct espota_error *err)
{
    const os_file file = eo_file_create(path);
    int rc = 0;

    if (file == OS_NO_FILE)
        return cannot(path, err);
    if (eo_file_write(file, t->at, t->len) != 0 || eo_file_sync(file) != 0) {
        rc = cannot(path, err);
        eo_file_remove(path);
    }
    eo_file_close(file);
    return rc;
}

/* Sets *trust to how the program will find the file. */
static int choose(const struct opts *o, char path[CONFIG_PATH],
                  enum config_trust *trust, struct espota_error *err)
{
    *trust = o->own_config       ? CONFIG_OWN
             : o->config != NULL ? CONFIG_NAMED
                                 : CONFIG_FOUND;
    if (*trust == CONFIG_NAMED) {
        if (snprintf(path, CONFIG_PATH, "%s", o->config) < CONFIG_PATH)
            return 0;
        return eo_fail(err, ESPOTA_E_USAGE, "this name is too long: %s",
                       o->config);
    }
    if (!eo_config_place(path, o->own_config))
        return eo_fail(err, ESPOTA_E_USAGE,
                       "the environment does not say where the home "
                       "directory is");
    if (o->own_config && eo_file_make_folders(path) != 0)
        return cannot(path, err);
    return 0;
}

static void tell(const struct opts *o, const char *path,
                 enum config_trust trust)
{
    char why[CONFIG_WHY];
    const enum config_state state = eo_config_state(path, trust, why);

    if (o->json != NULL)
        eo_config_json_place(path, "made",
                             trust == CONFIG_OWN     ? "user"
                             : trust == CONFIG_FOUND ? "found"
                                                     : "named",
                             state == CONFIG_IGNORED ? why : "");
    else if (!o->quiet)
        printf("%s: made; remove the \"#\" from what you want to use\n", path);
    if (state == CONFIG_IGNORED && !o->quiet)
        fprintf(stderr, "espota-c: warning: %s will be ignored: it %s\n", path,
                why);
}

int eo_cmd_config_init(struct cli *cli)
{
    char path[CONFIG_PATH], space[4096];
    enum config_trust trust;
    struct espota_error err;
    struct text t;

    eo_text_init(&t, space, sizeof space);
    write_example(&t);
    if (choose(&cli->opts, path, &trust, &err) != 0 ||
        put(path, &t, &err) != 0)
        return eo_cli_fail(&err);
    tell(&cli->opts, path, trust);
    return 0;
}
