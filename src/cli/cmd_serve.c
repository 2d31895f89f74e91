/* cmd_serve.c -- serves images to devices that fetch them. */
#include <errno.h>
#include <string.h>

#include <espota/serve.h>

#include "cli/cli.h"
#include "cli/drive.h"
#include "conf/map.h"
#include "conf/secret.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/process.h"
#include "os/signals.h"
#include "ui/serve_show.h"

enum { LOOK_EVERY_MS = 500 }; /* how often the map file is checked */

struct serving {
    struct cli *cli;
    struct espota_loop *loop;
    struct espota_server *server;
    struct serve_map map;
    struct serve_map_file map_file;
    struct serve_show show;
    struct secrets passwords;
    struct asked asked;
    uint64_t looked_ms; /* when the map was checked */
};

static int fail_usage(struct espota_error *err, const char *option,
                      const char *what)
{
    return eo_fail(err, ESPOTA_E_USAGE, "%s: %s", option, what);
}

/* ---- starting ------------------------------------------------------------ */

/* The files were read before --drop-to and will be read again after it. */
static int check_readable(const char *path, struct espota_error *err)
{
    if (path == NULL || eo_file_can_read(path))
        return 0;
    return eo_fail_sys(err, ESPOTA_E_IMAGE, errno, "%s: %s", path,
                       eo_file_text(errno));
}

static int check_all(const struct serving *v, struct espota_error *err)
{
    const struct texts *files = &v->cli->parsed.args;
    const char *dir = v->cli->opts.dir;

    if (dir != NULL && !eo_file_can_list(dir))
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--dir: %s is not a readable directory", dir);
    for (size_t i = 0; i < files->n; i++)
        if (check_readable(files->at[i], err) != 0)
            return -1;
    for (size_t i = 0; i < v->map.n; i++)
        if (check_readable(v->map.rules[i].firmware, err) != 0 ||
            check_readable(v->map.rules[i].filesystem, err) != 0)
            return -1;
    return 0;
}

static int drop_to(const char *user, struct espota_error *err)
{
    const char *why;

    if (eo_process_become(user, &why) == 0)
        return 0;
    if (why != NULL)
        return fail_usage(err, "--drop-to", why);
    return eo_fail_sys(err, ESPOTA_E_USAGE, errno, "--drop-to %s: %s", user,
                       strerror(errno));
}

static int privileges(const struct serving *v, struct espota_error *err)
{
    const char *user = v->cli->opts.drop_to;

    if (user != NULL)
        return drop_to(user, err);
    if (eo_process_is_admin() && v->show.text != NULL)
        fprintf(v->show.text, "warning: serving as root; --drop-to USER "
                              "gives that up once the port is open\n");
    return 0;
}

static int open_json(struct serving *v, struct espota_error *err)
{
    const char *json = v->cli->opts.json;

    if (json == NULL)
        return 0;
    v->show.json = *json != '\0' ? eo_file_stream_write(json) : stdout;
    if (v->show.json == NULL)
        return eo_fail_sys(err, ESPOTA_E_USAGE, errno, "--json=%s: %s", json,
                           eo_file_text(errno));
    return 0;
}

/* A password in the environment may be meant for devices that are flashed. */
static bool password_on_command_line(const struct opts *o)
{
    static const char *const NAMES[] = {"auth", "auth-file", "auth-stdin",
                                        "ask-auth"};

    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (o->from[eo_opt_index(eo_opt_find(CMD_SERVE, NAMES[i]))].level ==
            LEVEL_ARGV)
            return true;
    return false;
}

static int start(struct serving *v, struct espota_error *err)
{
    const struct opts *o = &v->cli->opts;
    const struct texts *files = &v->cli->parsed.args;

    v->show.text = o->quiet ? NULL : stderr;
    v->show.verbose = o->verbose > 0 || o->debug;
    if (open_json(v, err) != 0 ||
        eo_passwords(&v->passwords, o, &v->asked, &v->cli->notes, err) != 0)
        return -1;
    if (o->user == NULL && password_on_command_line(o))
        return fail_usage(err, "--user", "missing beside the password");
    if (o->user != NULL && v->passwords.n == 0)
        return eo_fail(err, ESPOTA_E_SECRET,
                       "--user needs a password: -a, --auth-file, ...");
    if (o->map != NULL &&
        eo_serve_map_open(&v->map_file, o->map, &v->map, err) != 0)
        return -1;
    if (espota_loop_new(&v->loop, err) != 0 ||
        espota_server_new(
            &v->server, v->loop,
            &ESPOTA_SERVE_CONFIG(
                .bind = o->bind,
                .port = (uint16_t)o->serve_port,
                .files = files->at,
                .n_files = files->n,
                .version = o->fw_version,
                .dir = o->dir,
                .rules = v->map.rules,
                .n_rules = v->map.n,
                .compress = o->how.compress,
                .tls_cert = o->tls_cert,
                .tls_key = o->tls_key,
                .user = o->user,
                .password = o->user != NULL ? v->passwords.at[0] : NULL,
                .max_repeats = o->max_repeats,
                .once = o->once,
                .stall_ms =
                    eo_opts_given(o, &o->stall_ms) ? o->stall_ms : 0,
                .header_ms =
                    eo_opts_given(o, &o->connect_ms) ? o->connect_ms : 0,
                .total_ms = o->max_ms,
                .on_event = eo_serve_show_event,
                .on_event_ctx = &v->show),
            err) != 0 ||
        privileges(v, err) != 0 || check_all(v, err) != 0)
        return -1;
    return 0;
}

/* ---- serving ------------------------------------------------------------- */

/* Reads the map again if it was edited.  An invalid map is ignored, and the
 * old one stays. */
static void look_at_map(void *ctx)
{
    struct serving *v = ctx;
    const uint64_t now = eo_monotonic_ms();
    struct serve_map fresh;
    struct espota_error err;
    int changed;

    if (now - v->looked_ms < LOOK_EVERY_MS)
        return;
    v->looked_ms = now;
    changed = eo_serve_map_again(&v->map_file, &fresh, &err);
    if (changed > 0 && espota_server_set_rules(v->server, fresh.rules, fresh.n,
                                               &err) != 0) {
        eo_serve_map_unread(&v->map_file); /* no memory: try again later */
        changed = -1;
    }
    eo_serve_map_free(&fresh);
    if (changed > 0 && v->show.text != NULL)
        fprintf(v->show.text, "%s was read again\n", v->map_file.path);
    if (changed < 0 && v->show.text != NULL)
        fprintf(v->show.text, "warning: %s; the old map stays in force\n",
                err.message);
}

static int serve(struct serving *v)
{
    struct espota_error err;
    const int rc = eo_drive(v->loop, LOOK_EVERY_MS, look_at_map, v, &err);

    if (eo_signals_caught() != 0)
        return eo_cli_interrupted();
    return rc == 0 ? 0 : eo_cli_fail(&err);
}

int eo_cmd_serve(struct cli *cli)
{
    struct serving v = {.cli = cli};
    struct espota_error err;
    unsigned taken;
    int status;

    eo_signals_catch();
    if (start(&v, &err) != 0) {
        status = eo_cli_fail(&err);
    } else {
        const uint16_t port = espota_server_port(v.server);

        if (cli->opts.serve_port == 0 && v.show.json != stdout) {
            printf("%u\n", port);
            fflush(stdout);
        }
        eo_serve_show_start(&v.show, port, cli->opts.tls_cert != NULL);
        status = serve(&v);
        taken = espota_server_taken(v.server);
        espota_server_free(v.server); /* reports how transfers ended */
        v.server = NULL;
        eo_serve_show_end(&v.show, taken, status);
    }
    espota_server_free(v.server);
    espota_loop_free(v.loop);
    if (v.show.json != NULL && v.show.json != stdout)
        fclose(v.show.json);
    eo_serve_map_free(&v.map);
    eo_serve_map_close(&v.map_file);
    eo_secrets_free(&v.passwords);
    eo_asked_free(&v.asked);
    return status;
}
