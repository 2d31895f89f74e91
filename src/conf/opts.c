/* opts.c -- OPTS, the only place where options are defined, with their
 * values. */
#include "conf/opts.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* Lists of words of the program; the library has its own lists. */
#define LIST(name, ...)                                         \
    static const char *name(size_t i)                           \
    {                                                           \
        static const char *const WORDS[] = {__VA_ARGS__};       \
                                                                \
        return i < sizeof WORDS / sizeof *WORDS ? WORDS[i] : NULL; \
    }

LIST(windows, [ESPOTA_WINDOW_AUTO] = "auto",
     [ESPOTA_WINDOW_LOCKSTEP] = "lockstep")
LIST(orders, [ORDER_GIVEN] = "given", [ORDER_RANDOM] = "random",
     [ORDER_SLOWEST] = "slowest-first")
LIST(onlys, [ONLY_ALL] = "all", [ONLY_FAILED] = "failed")
LIST(offlines, [OFFLINE_FAIL] = "fail", [OFFLINE_SKIP] = "skip",
     [OFFLINE_WAIT] = "wait")
LIST(colors, [COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always",
     [COLOR_NEVER] = "never")

/* A word is stored as its index in the list, which is the enum's value. */
_Static_assert(sizeof(enum espota_type) == sizeof(int) &&
                   sizeof(enum espota_compress) == sizeof(int) &&
                   sizeof(enum espota_min_auth) == sizeof(int) &&
                   sizeof(enum espota_verify) == sizeof(int),
               "a word is an int");

/* Longer than any update, but its milliseconds fit into 32 bits. */
enum { DAY_S = 86400 };

/* clang-format off */
#define AT(field) offsetof(struct opts, field)
#define FLAG(field)            OPT_FLAG, AT(field), 0, 0, NULL, NULL
#define TEXT(field, arg)       OPT_TEXT, AT(field), 0, 0, NULL, arg
#define TEXTS(field, arg)      OPT_TEXTS, AT(field), 0, 0, NULL, arg
#define COUNT(field, max)      OPT_COUNT, AT(field), 0, max, NULL, NULL
#define NUMBER(field, min, max, words, arg) OPT_NUMBER, AT(field), min, max, words, arg
#define RANGE(field, min, max, arg) OPT_RANGE, AT(field), min, max, NULL, arg
#define SECONDS(field, min, max) OPT_SECONDS, AT(field), min, max, NULL, "S"
#define WORD(field, words, arg) OPT_WORD, AT(field), 0, 0, words, arg

#define UP     (CMD_UPLOAD | CMD_FLEET)
#define NET    (UP | CMD_DISCOVER | CMD_WAIT)
#define EVENTS (UP | CMD_DISCOVER | CMD_INSPECT | CMD_SERVE | CMD_CONFIG)
#define CONF   OPT_CONFIG
#define COMMON OPT_COMMON
#define DROPIN OPT_DROPIN

static const struct opt OPTS[] = {
    {'i', "ip", TEXTS(ip, "HOST"), UP, OPT_G_WHAT, CONF | COMMON | DROPIN | OPT_DEVICE,
     .help = "the device: name or address; may be repeated", .env = "ESPOTA_HOST"},
    {'f', "file", TEXT(file, "FILE"), UP, OPT_G_WHAT, CONF | COMMON | DROPIN | OPT_FILE,
     .help = "the image; - is standard input", .env = "ESPOTA_FILE"},
    {'p', "port", NUMBER(port, 1, 65535, NULL, "PORT"), UP, OPT_G_WHAT, CONF | COMMON | DROPIN,
     .help = "the device's port, if not the usual one", .env = "ESPOTA_PORT"},
    {0, "protocol", WORD(protocol, espota_protocol_word_at, "NAME"), UP, OPT_G_WHAT, CONF | COMMON,
     .help = "{}", .def = "auto", .env = "ESPOTA_PROTOCOL"},
    {'s', "spiffs", FLAG(filesystem), UP, OPT_G_WHAT, CONF | DROPIN,
     .help = "the image is a filesystem", .alias = "filesystem"},
    {0, "type", WORD(how.type, espota_type_at, "TYPE"), UP, OPT_G_WHAT, CONF,
     .help = "{}", .def = "app"},
    {0, "yes", FLAG(yes), UP, OPT_G_WHAT, 0,
     .help = "confirm a partition table or bootloader"},

    {'a', "auth", TEXT(auth, "PASSWORD"), UP | CMD_SERVE, OPT_G_SECRET, CONF | COMMON | DROPIN | OPT_SECRET,
     .help = "password (other users of this machine can see it)", .exclusive = 'p', .env = "ESPOTA_PASSWORD"},
    {0, "auth-file", TEXTS(auth_file, "FILE"), UP | CMD_SERVE, OPT_G_SECRET, CONF | OPT_FILE,
     .help = "password: first line of FILE; may be repeated", .exclusive = 'p', .env = "ESPOTA_PASSWORD_FILE"},
    {0, "auth-stdin", FLAG(auth_stdin), UP | CMD_SERVE, OPT_G_SECRET, 0,
     .help = "password from the first line of standard input", .exclusive = 'p'},
    {0, "ask-auth", FLAG(ask_auth), UP | CMD_SERVE, OPT_G_SECRET, 0,
     .help = "ask for the password", .exclusive = 'p'},
    {'m', "md5-target", FLAG(how.md5_stored), UP, OPT_G_SECRET, CONF | DROPIN,
     .help = "the device stores an MD5 of the password (ESP32)"},
    {0, "min-auth", WORD(how.min_auth, espota_min_auth_at, "KIND"), UP, OPT_G_SECRET, CONF,
     .help = "sha256: never answer an MD5 challenge", .def = "any", .env = "ESPOTA_MIN_AUTH"},
    {0, "key", TEXT(key, "BASE64"), UP, OPT_G_SECRET, CONF | OPT_SECRET,
     .help = "encrypt with this key, or fail (ESPHome)", .exclusive = 'k', .env = "ESPOTA_KEY"},
    {0, "key-file", TEXT(key_file, "FILE"), UP, OPT_G_SECRET, CONF | OPT_FILE,
     .help = "encrypt with the key in the first line of FILE", .exclusive = 'k', .env = "ESPOTA_KEY_FILE"},
    {0, "require-encryption", FLAG(how.require_encryption), UP, OPT_G_SECRET, CONF,
     .help = "refuse a device that does not encrypt", .env = "ESPOTA_REQUIRE_ENCRYPTION"},

    {0, "profile", TEXT(profile, "NAME"), UP, OPT_G_WHAT, CONF,
     .help = "web page: {}", .listed = espota_web_profile_at},
    {0, "path", TEXT(path, "PATH"), UP, OPT_G_WHAT, CONF,
     .help = "path of the web page, if not the usual one"},
    {0, "tls-ca", TEXT(tls_ca, "FILE"), UP, OPT_G_SECRET, CONF | OPT_FILE,
     .help = "trust only these certificates (https)"},
    {0, "user", TEXT(user, "NAME"), UP | CMD_SERVE, OPT_G_SECRET, CONF,
     .help = "user of the web page"},

    {0, "bind", TEXT(bind, "ADDRESS"), CMD_SERVE, OPT_G_NETWORK, COMMON,
     .help = "listen on this address or interface only"},
    {'p', "port", NUMBER(serve_port, 0, 65535, NULL, "PORT"), CMD_SERVE, OPT_G_NETWORK, COMMON,
     .help = "port to listen on; 0: any free port", .def = "8080"},
    {0, "map", TEXT(map, "FILE"), CMD_SERVE, OPT_G_WHAT, COMMON | OPT_FILE,
     .help = "which device gets which image"},
    {0, "dir", TEXT(dir, "DIR"), CMD_SERVE, OPT_G_WHAT, COMMON | OPT_FILE,
     .help = "serve its files, with NAME.md5 and NAME.json"},
    {0, "fw-version", TEXT(fw_version, "V"), CMD_SERVE, OPT_G_WHAT, COMMON,
     .help = "version of the FILEs; a device with it gets 304"},
    {0, "once", NUMBER(once, 1, 1000000, NULL, "N"), CMD_SERVE, OPT_G_TIME, COMMON,
     .help = "exit when N devices have taken their image"},
    {0, "max-repeats", NUMBER(max_repeats, 0, 1000000, NULL, "N"), CMD_SERVE, OPT_G_TIME, COMMON,
     .help = "times a device gets one image; 0: no limit", .def = "10"},
    {0, "tls-cert", TEXT(tls_cert, "FILE"), CMD_SERVE, OPT_G_NETWORK, COMMON | OPT_FILE,
     .help = "serve https with this certificate (PEM)"},
    {0, "tls-key", TEXT(tls_key, "FILE"), CMD_SERVE, OPT_G_NETWORK, COMMON | OPT_FILE,
     .help = "private key of that certificate (PEM)"},
    {0, "drop-to", TEXT(drop_to, "USER"), CMD_SERVE, OPT_G_OTHER, COMMON,
     .help = "become USER once the port is open"},

    {'I', "host_ip", TEXT(host_ip, "ADDRESS"), NET, OPT_G_NETWORK, CONF | DROPIN,
     .help = "local address or interface to use", .env = "ESPOTA_HOST_IP"},
    {'P', "host_port", RANGE(host_port, 1, 65535, "PORT|A-B"), UP, OPT_G_NETWORK, CONF | DROPIN,
     .help = "local port an ArduinoOTA device calls back to", .env = "ESPOTA_HOST_PORT"},

    {'4', "ipv4", FLAG(ipv4), NET, OPT_G_NETWORK, CONF,
     .help = "use IPv4 addresses only"},
    {'6', "ipv6", FLAG(ipv6), NET, OPT_G_NETWORK, CONF,
     .help = "use IPv6 addresses only"},
    {0, "resolve", TEXTS(resolve, "NAME=ADDRESS"), UP, OPT_G_NETWORK, CONF,
     .help = "use ADDRESS for NAME; may be repeated"},
    {0, "resolver", WORD(resolver, espota_resolver_at, "WHO"), UP, OPT_G_NETWORK, CONF,
     .help = "{}", .def = "auto"},

    {0, "timeout", SECONDS(collect_ms, 1, DAY_S), CMD_DISCOVER, OPT_G_TIME, COMMON,
     .help = "how long to collect answers", .def = "2"},
    {0, "timeout", SECONDS(wait_ms, 1, DAY_S), CMD_WAIT, OPT_G_TIME, COMMON,
     .help = "how long to wait; default: no limit"},
    {'p', "port", NUMBER(wait_port, 1, 65535, NULL, "PORT"), CMD_WAIT, OPT_G_NETWORK, COMMON,
     .help = "port to try if HOST is an address"},
    {0, "wait-online", SECONDS(wait_online_ms, 1, DAY_S), UP, OPT_G_TIME, CONF,
     .help = "keep trying to reach a sleeping device"},
    {0, "watch", FLAG(watch), CMD_DISCOVER, OPT_G_WHAT, COMMON,
     .help = "keep watching and report changes"},
    {0, "filter", TEXTS(filter, "KEY=GLOB"), CMD_DISCOVER, OPT_G_WHAT, COMMON,
     .help = "only devices that match; may be repeated"},
    {0, "as-targets", FLAG(as_targets), CMD_DISCOVER, OPT_G_OUTPUT, COMMON,
     .help = "print lines for \"espota-c fleet\""},

    {0, "compress", WORD(how.compress, espota_compress_at, "WHEN"), UP | CMD_SERVE, OPT_G_IMAGE, CONF,
     .help = "send compressed: {}", .def = "auto"},
    {0, "window", NUMBER(how.window, 1, 1 << 24, windows, "BYTES"), UP, OPT_G_IMAGE, CONF,
     .help = "bytes in flight: auto, lockstep or a number", .def = "auto"},
    {0, "no-signed", FLAG(no_signed), UP, OPT_G_IMAGE, CONF,
     .help = "send FILE even if there is a FILE.signed"},
    {0, "extract", TEXT(extract, "OUT"), CMD_INSPECT, OPT_G_WHAT, COMMON | OPT_FILE,
     .help = "write the app in a factory image or ZIP to OUT"},
    {0, "from-factory", FLAG(from_factory), UP, OPT_G_IMAGE, CONF,
     .help = "flash the app in a factory image or ZIP"},
    {0, "force", FLAG(force), UP, OPT_G_IMAGE, 0,
     .help = "flash it even if it looks wrong for the device"},
    {0, "dry-run", FLAG(dry_run), UP, OPT_G_IMAGE, CONF | COMMON,
     .help = "stop before the first byte to the device"},

    {0, "key", TEXT(sign_key, "PEM"), CMD_SIGN, OPT_G_SECRET, COMMON | OPT_FILE,
     .help = "file with the private key, RSA or EC"},
    {0, "out", TEXT(sign_out, "FILE"), CMD_SIGN, OPT_G_WHAT, COMMON | OPT_FILE,
     .help = "where to write it; default: FILE.signed"},
    {0, "verify", FLAG(sign_verify), CMD_SIGN, OPT_G_WHAT, COMMON,
     .help = "check the signature of FILE, with --pub"},
    {0, "pub", TEXT(sign_pub, "PEM"), CMD_SIGN, OPT_G_SECRET, COMMON | OPT_FILE,
     .help = "file with the public key"},

    {'t', "timeout", SECONDS(how.invite_ms, 1, DAY_S), UP, OPT_G_TIME, CONF | DROPIN,
     .help = "how long to wait for its first answer"},
    {0, "connect-timeout", SECONDS(connect_ms, 1, DAY_S), UP | CMD_SERVE, OPT_G_TIME, CONF,
     .help = "how long connecting and greeting may take", .def = "20"},
    {0, "stall-timeout", SECONDS(stall_ms, 1, DAY_S), UP | CMD_SERVE, OPT_G_TIME, CONF,
     .help = "how long it may be silent afterwards", .def = "160"},
    {0, "retry", NUMBER(retry, 0, 1000, NULL, "N"), UP, OPT_G_TIME, CONF,
     .help = "further attempts after a temporary failure", .def = "2"},
    {0, "retry-delay", SECONDS(retry_delay_ms, 0, DAY_S), UP, OPT_G_TIME, CONF,
     .help = "pause between attempts", .def = "5"},
    {0, "max-time", SECONDS(max_ms, 1, DAY_S), UP | CMD_SERVE, OPT_G_TIME, CONF,
     .help = "limit in all, with attempts and pauses"},

    {0, "verify", WORD(verify, espota_verify_at, "WHAT"), UP, OPT_G_VERIFY, CONF,
     .help = "check afterwards: none, back or version", .def = "none"},
    {0, "verify-timeout", SECONDS(verify_ms, 1, DAY_S), UP, OPT_G_VERIFY, CONF,
     .help = "how long to wait for it to come back", .def = "90"},
    {0, "expect-version", TEXT(expect_version, "V"), UP, OPT_G_VERIFY, CONF,
     .help = "version it must report; default: the image's"},
    {0, "expect-hash", TEXT(expect_hash, "H"), UP, OPT_G_VERIFY, CONF,
     .help = "configuration hash it must report"},
    {0, "if-changed", FLAG(if_changed), UP, OPT_G_VERIFY, CONF,
     .help = "skip a device that already runs this image"},

    {'j', "jobs", NUMBER(jobs, 1, 4096, NULL, "N"), UP, OPT_G_ROLLOUT, CONF,
     .help = "devices at once", .def = "16"},
    {0, "rate", NUMBER(rate, 1, 60000, NULL, "N"), CMD_FLEET, OPT_G_ROLLOUT, CONF,
     .help = "start at most N per minute"},
    {0, "per-host-limit", NUMBER(per_host, 1, 4096, NULL, "N"), CMD_FLEET, OPT_G_ROLLOUT, CONF,
     .help = "at most N at once on the same host"},
    {0, "canary", TEXT(canary, "N|P%"), CMD_FLEET, OPT_G_ROLLOUT, CONF | COMMON,
     .help = "update N first, the rest only if they succeed"},
    {0, "waves", TEXT(waves, "N,P%,..."), CMD_FLEET, OPT_G_ROLLOUT, CONF,
     .help = "cumulative waves, such as 1,10%,100%"},
    {0, "wave-max-fail", TEXT(wave_max_fail, "N|P%"), CMD_FLEET, OPT_G_ROLLOUT, CONF,
     .help = "how many of a wave may fail", .def = "0"},
    {0, "max-fail", TEXT(max_fail, "N|P%"), CMD_FLEET, OPT_G_ROLLOUT, CONF | COMMON,
     .help = "stop when this many have failed"},
    {0, "order", WORD(order, orders, "ORDER"), CMD_FLEET, OPT_G_ROLLOUT, CONF,
     .help = "{} (journal)", .def = "given"},
    {0, "offline", WORD(offline, offlines, "WHAT"), CMD_FLEET, OPT_G_ROLLOUT, CONF | COMMON,
     .help = "absent devices: {}", .def = "fail"},
    {0, "journal", TEXT(journal, "FILE"), CMD_FLEET, OPT_G_ROLLOUT, CONF | COMMON | OPT_FILE,
     .help = "log of what was done; a rerun resumes from it"},
    {0, "only", WORD(only, onlys, "WHICH"), CMD_FLEET, OPT_G_ROLLOUT, 0,
     .help = "all, or failed: those that failed last time", .def = "all"},
    {0, "shard", TEXT(shard, "K/N"), CMD_FLEET, OPT_G_ROLLOUT, 0,
     .help = "only part K of N, by a hash of the names"},
    {0, "before", TEXT(before, "COMMAND"), CMD_FLEET, OPT_G_ROLLOUT, CONF | OPT_COMMAND,
     .help = "run before each device; must exit with 0"},
    {0, "after", TEXT(after, "COMMAND"), CMD_FLEET, OPT_G_ROLLOUT, CONF | OPT_COMMAND,
     .help = "run after each device"},
    {0, "hook-timeout", SECONDS(hook_timeout_ms, 1, DAY_S), CMD_FLEET, OPT_G_ROLLOUT, CONF,
     .help = "how long a hook may take", .def = "60"},
    {0, "hook-shell", FLAG(hook_shell), CMD_FLEET, OPT_G_ROLLOUT, CONF | OPT_COMMAND,
     .help = "run --before and --after with /bin/sh"},
    {0, "junit", TEXT(junit, "FILE"), CMD_FLEET, OPT_G_ROLLOUT, CONF | OPT_FILE,
     .help = "results as JUnit XML"},

    {'r', "progress", FLAG(progress), UP, OPT_G_OUTPUT, CONF | DROPIN,
     .help = "draw the bar even if stderr is not a terminal"},
    {0, "json", TEXT(json, "FILE"), EVENTS, OPT_G_OUTPUT, COMMON | OPT_OPTIONAL | OPT_FILE,
     .help = "JSON, to standard output or to FILE"},
    {'q', "quiet", FLAG(quiet), CMD_ALL, OPT_G_OUTPUT, CONF,
     .help = "print only errors"},
    {'v', "verbose", COUNT(verbose, 3), CMD_ALL, OPT_G_OUTPUT, CONF | COMMON,
     .help = "print more; -vv protocol steps, -vvv bytes"},
    {'d', "debug", FLAG(debug), CMD_ALL, OPT_G_OUTPUT, CONF | DROPIN,
     .help = "print more, and where each setting came from"},
    {0, "color", WORD(color, colors, "WHEN"), CMD_ALL, OPT_G_OUTPUT, CONF,
     .help = "{}", .def = "auto"},

    {0, "user", FLAG(own_config), CMD_CONFIG, OPT_G_WHAT, COMMON,
     .help = "init: make the user's own file"},
    {0, "config", TEXT(config, "FILE"), CMD_ALL, OPT_G_OTHER, OPT_FILE,
     .help = "read this configuration file and no other", .env = "ESPOTA_CONFIG"},
    {0, "no-config", FLAG(no_config), CMD_ALL, OPT_G_OTHER, 0,
     .help = "read no configuration file"},
    {'h', "help", FLAG(help), CMD_ALL, OPT_G_OTHER, DROPIN,
     .help = "print this help"},
    {'V', "version", FLAG(version), CMD_ALL, OPT_G_OTHER, 0,
     .help = "print the version and what is built in"},
};
/* clang-format on */

#define N_OPTS (sizeof OPTS / sizeof *OPTS)

_Static_assert(N_OPTS <= OPTS_MAX, "raise OPTS_MAX");

const struct opt *eo_opt_at(size_t i)
{
    return i < N_OPTS ? &OPTS[i] : NULL;
}

size_t eo_opt_index(const struct opt *opt)
{
    return (size_t)(opt - OPTS);
}

/* ---- words --------------------------------------------------------------- */

void eo_opt_words(const struct opt *opt, const char *out[OPT_WORDS_MAX + 1])
{
    size_t n = 0;

    while (opt->words != NULL && n < OPT_WORDS_MAX && opt->words(n) != NULL) {
        out[n] = opt->words(n);
        n++;
    }
    out[n] = NULL;
}

const char *eo_opt_help(const struct opt *opt, char out[OPT_HELP])
{
    const char *(*word)(size_t) = opt->words != NULL ? opt->words : opt->listed;
    const char *hole = strstr(opt->help, "{}");
    struct text t;

    if (hole == NULL || word == NULL)
        return opt->help;
    eo_text_init(&t, out, OPT_HELP);
    eo_text_add(&t, "%.*s", (int)(hole - opt->help), opt->help);
    for (size_t i = 0; word(i) != NULL; i++)
        eo_text_add(&t, "%s%s",
                    i == 0                                         ? ""
                    : word(i + 1) == NULL && opt->kind == OPT_WORD ? " or "
                                                                   : ", ",
                    word(i));
    eo_text_add(&t, "%s", hole + 2);
    return out;
}

const char *eo_opt_group_title(enum opt_group group)
{
    static const char *const TITLES[OPT_GROUPS] = {
        [OPT_G_WHAT] = "What and where",
        [OPT_G_SECRET] = "Passwords and keys",
        [OPT_G_NETWORK] = "Network",
        [OPT_G_IMAGE] = "Transfer",
        [OPT_G_TIME] = "Time",
        [OPT_G_VERIFY] = "What it runs",
        [OPT_G_ROLLOUT] = "Many devices",
        [OPT_G_OUTPUT] = "Output",
        [OPT_G_OTHER] = "Other",
    };

    return TITLES[group];
}

/* ---- looking one up ----------------------------------------------------- */

/* Does full begin with name[len]?  '-' and '_' are the same. */
static bool begins(const char *full, const char *name, size_t len)
{
    if (full == NULL || len > strlen(full))
        return false;
    for (size_t i = 0; i < len; i++)
        if ((full[i] == '_' ? '-' : full[i]) !=
            (name[i] == '_' ? '-' : name[i]))
            return false;
    return true;
}

static bool same(const char *full, const char *name, size_t len)
{
    return begins(full, name, len) && full[len] == '\0';
}

static const struct opt *find(unsigned commands, const char *name, size_t len)
{
    for (size_t i = 0; i < N_OPTS; i++)
        if ((OPTS[i].commands & commands) != 0 &&
            (same(OPTS[i].name, name, len) || same(OPTS[i].alias, name, len)))
            return &OPTS[i];
    return NULL;
}

const struct opt *eo_opt_find(unsigned commands, const char *name)
{
    return find(commands, name, strlen(name));
}

const struct opt *eo_opt_brief(unsigned commands, char brief)
{
    for (size_t i = 0; i < N_OPTS; i++)
        if ((OPTS[i].commands & commands) != 0 && OPTS[i].brief == brief)
            return &OPTS[i];
    return NULL;
}

static void unknown(unsigned commands, const char *name, size_t len,
                    struct espota_error *err)
{
    const char *names[2 * N_OPTS + 1];
    char given[64];
    size_t n = 0;

    for (size_t i = 0; i < N_OPTS; i++) {
        if ((OPTS[i].commands & commands) == 0)
            continue;
        names[n++] = OPTS[i].name;
        if (OPTS[i].alias != NULL)
            names[n++] = OPTS[i].alias;
    }
    names[n] = NULL;
    snprintf(given, sizeof given, "%.*s", (int)len, name);
    const char *near = eo_nearest(given, names);

    if (near != NULL)
        eo_fail(err, ESPOTA_E_USAGE,
                "unknown option \"--%s\" (did you mean \"--%s\"?)", given,
                near);
    else
        eo_fail(err, ESPOTA_E_USAGE, "unknown option \"--%s\"", given);
}

const struct opt *eo_opt_match(unsigned commands, const char *name, size_t len,
                               struct espota_error *err)
{
    const struct opt *found = find(commands, name, len), *dropin = NULL;
    unsigned n = 0, n_dropin = 0;
    char space[200];
    struct text list;

    if (found != NULL)
        return found;
    eo_text_init(&list, space, sizeof space);
    for (size_t i = 0; i < N_OPTS; i++) {
        const struct opt *o = &OPTS[i];

        if ((o->commands & commands) == 0 ||
            !(begins(o->name, name, len) || begins(o->alias, name, len)))
            continue;
        eo_text_add(&list, "%s--%s", n > 0 ? ", " : "", o->name);
        found = o;
        n++;
        if ((o->flags & OPT_DROPIN) != 0 && begins(o->name, name, len)) {
            dropin = o;
            n_dropin++;
        }
    }
    if (len > 0 && n == 1)
        return found;
    if (len > 0 && n_dropin == 1)
        return dropin;
    if (len > 0 && n > 1)
        eo_fail(err, ESPOTA_E_USAGE, "option \"--%.*s\" is ambiguous: %s",
                (int)len, name, list.at);
    else
        unknown(commands, name, len, err);
    return NULL;
}
