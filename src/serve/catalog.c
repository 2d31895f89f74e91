/* catalog.c -- which file each device gets.
 *
 * A request that names a file of the directory gets that file.  Otherwise the
 * rules decide, the most specific first, and then the files, by name or by
 * chip.
 */
#include "serve/catalog.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "os/clock.h"

enum { PATIENCE_MS = 3000, PAUSE_MS = 50 }; /* for a file being written */

struct rule {
    char *who, *firmware, *filesystem, *version;
    char mac[18]; /* who, if that is a MAC */
};

struct catalog {
    struct store *store;
    char **files;
    size_t n_files;
    struct rule *rules;
    size_t n_rules;
    char *dir, *version;
};

/* ---- making -------------------------------------------------------------- */

static void free_rules(struct rule *rules, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        eo_free(rules[i].who);
        eo_free(rules[i].firmware);
        eo_free(rules[i].filesystem);
        eo_free(rules[i].version);
    }
    eo_free(rules);
}

static int copy_text(char **to, const char *text)
{
    *to = eo_strdup(text);
    return *to == NULL && text != NULL ? -1 : 0;
}

static int copy_rule(struct rule *to, const struct espota_serve_rule *from)
{
    if (eo_pull_mac(to->mac, from->who) != 0)
        to->mac[0] = '\0';
    return copy_text(&to->who, from->who) |
           copy_text(&to->firmware, from->firmware) |
           copy_text(&to->filesystem, from->filesystem) |
           copy_text(&to->version, from->version);
}

int eo_catalog_set_rules(struct catalog *c,
                         const struct espota_serve_rule *rules, size_t n,
                         struct espota_error *err)
{
    struct rule *copy = eo_calloc(n > 0 ? n : 1, sizeof *copy);

    for (size_t i = 0; copy != NULL && i < n; i++) {
        if (copy_rule(&copy[i], &rules[i]) != 0) {
            free_rules(copy, i + 1);
            copy = NULL;
        }
    }
    if (copy == NULL)
        return eo_fail_memory(err);
    free_rules(c->rules, c->n_rules);
    c->rules = copy;
    c->n_rules = n;
    return 0;
}

static int copy_files(struct catalog *c, const char *const *files, size_t n)
{
    c->files = eo_calloc(n > 0 ? n : 1, sizeof *c->files);
    if (c->files == NULL)
        return -1;
    for (; c->n_files < n; c->n_files++)
        if (copy_text(&c->files[c->n_files], files[c->n_files]) != 0)
            return -1;
    return 0;
}

int eo_catalog_new(struct catalog **out, const struct espota_serve_config *cfg,
                   struct espota_error *err)
{
    struct catalog *c = eo_calloc(1, sizeof *c);

    if (c == NULL)
        return eo_fail_memory(err);
    c->store = eo_store_new(cfg->compress);
    if (c->store == NULL || copy_text(&c->dir, cfg->dir) != 0 ||
        copy_text(&c->version, cfg->version) != 0 ||
        copy_files(c, cfg->files, cfg->n_files) != 0) {
        eo_fail_memory(err);
        goto fail;
    }
    if (eo_catalog_set_rules(c, cfg->rules, cfg->n_rules, err) != 0)
        goto fail;
    *out = c;
    return 0;
fail:
    eo_catalog_free(c);
    return -1;
}

/* Waits a while for a file that a build may be about to finish. */
static int preload(struct catalog *c, const char *path,
                   struct espota_error *err)
{
    struct stored *got = NULL;

    if (path == NULL)
        return 0;
    for (int left = PATIENCE_MS; got == NULL && left > 0; left -= PAUSE_MS) {
        got = eo_store_get(c->store, path, err);
        if (got == NULL && err->sys_errno != EAGAIN)
            return -1;
        if (got == NULL)
            eo_sleep_ms(PAUSE_MS);
    }
    eo_stored_put(got);
    return got != NULL ? 0 : -1;
}

int eo_catalog_preload(struct catalog *c, struct espota_error *err)
{
    for (size_t i = 0; i < c->n_files; i++)
        if (preload(c, c->files[i], err) != 0)
            return -1;
    for (size_t i = 0; i < c->n_rules; i++)
        if (preload(c, c->rules[i].firmware, err) != 0 ||
            preload(c, c->rules[i].filesystem, err) != 0)
            return -1;
    return 0;
}

void eo_catalog_free(struct catalog *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->n_files; i++)
        eo_free(c->files[i]);
    eo_free(c->files);
    free_rules(c->rules, c->n_rules);
    eo_store_free(c->store);
    eo_free(c->dir);
    eo_free(c->version);
    eo_free(c);
}

/* ---- names --------------------------------------------------------------- */

static void set_text(char *to, size_t cap, const char *from, size_t len)
{
    struct text t;

    eo_text_init(&t, to, cap);
    eo_text_add(&t, "%.*s", (int)len, from);
}

/* "/x/kitchen.ota.bin" gives the name "kitchen". */
static void set_name(struct choice *ch, const char *path)
{
    const char *base = eo_base_name(path);

    set_text(ch->name, sizeof ch->name, base, strcspn(base, "."));
}

/* Cuts off ".md5" or ".json" and returns what it asks for. */
static enum choice_what cut_suffix(char *path)
{
    static const struct {
        const char *suffix;
        enum choice_what what;
    } SUFFIXES[] = {{".md5", CHOICE_MD5}, {".json", CHOICE_MANIFEST}};

    for (size_t i = 0; i < sizeof SUFFIXES / sizeof *SUFFIXES; i++) {
        if (!eo_ends_with(path, SUFFIXES[i].suffix))
            continue;
        path[strlen(path) - strlen(SUFFIXES[i].suffix)] = '\0';
        return SUFFIXES[i].what;
    }
    return CHOICE_IMAGE;
}

/* ---- what cannot be given ------------------------------------------------ */

/* The file is there and can be given in a moment: no reason to give another. */
static bool is_passing(const struct espota_error *err)
{
    return err->category == ESPOTA_E_INTERNAL || err->sys_errno == EAGAIN;
}

static void refuse(struct pull_answer *a, const struct espota_error *err)
{
    eo_pull_refuse(a, is_passing(err) ? 503 : 404, "%s", err->message);
}

/* ---- the directory ------------------------------------------------------- */

enum found { NOT_THERE, THERE, REFUSED };

static enum found below(struct catalog *c, const char *path, struct choice *ch,
                        struct pull_answer *a)
{
    struct espota_error err;

    ch->firmware = eo_store_get_below(c->store, c->dir, path, &err);
    if (ch->firmware == NULL && is_passing(&err)) {
        refuse(a, &err);
        return REFUSED;
    }
    if (ch->firmware == NULL)
        return NOT_THERE;
    ch->by_name = true;
    set_name(ch, path);
    set_text(ch->href, sizeof ch->href, eo_base_name(path), strlen(path));
    return THERE;
}

/* NAME.json describes the first of these that exists. */
static enum found below_as_image(struct catalog *c, const char *stem,
                                 struct choice *ch, struct pull_answer *a)
{
    static const char *const ENDINGS[] = {".ota.bin", ".bin", ".bin.gz",
                                          ".uf2", ""};
    enum found found = NOT_THERE;
    char path[300];
    struct text t;

    for (size_t i = 0; found == NOT_THERE &&
                       i < sizeof ENDINGS / sizeof *ENDINGS; i++) {
        eo_text_init(&t, path, sizeof path);
        eo_text_add(&t, "%s%s", stem, ENDINGS[i]);
        if (!t.cut)
            found = below(c, path, ch, a);
    }
    return found;
}

static enum found in_directory(struct catalog *c, const char *asked,
                               const char *stem, struct choice *ch,
                               struct pull_answer *a)
{
    const enum choice_what what = ch->what;
    enum found found = NOT_THERE;

    if (c->dir == NULL || asked[1] == '\0')
        return NOT_THERE;
    if (what == CHOICE_MD5)
        found = below(c, stem, ch, a);
    if (found != NOT_THERE)
        return found;
    /* A manifest written by hand is preferred to one of ours. */
    ch->what = CHOICE_IMAGE;
    found = below(c, asked, ch, a);
    if (found != NOT_THERE)
        return found;
    ch->what = what;
    return what == CHOICE_MANIFEST ? below_as_image(c, stem, ch, a)
                                   : NOT_THERE;
}

/* ---- the rules ----------------------------------------------------------- */

/* How specific a rule is for this request; 0: it does not match. */
static unsigned match(const struct rule *rule, const struct pull_request *r,
                      const char *name)
{
    const bool pico = r->family == PULL_PICO;

    if (rule->mac[0] != '\0')
        return strcmp(rule->mac, r->mac) == 0 ||
                       strcmp(rule->mac, r->ap_mac) == 0
                   ? 5
                   : 0;
    if (r->chip_id[0] != '\0' && eo_same_nocase(rule->who, r->chip_id))
        return 4;
    if (name[0] != '\0' && strcmp(rule->who, name) == 0)
        return 3;
    if (r->family != PULL_ANYONE &&
        (eo_same_nocase(rule->who, eo_pull_family_name(r->family)) ||
         (pico && eo_starts_with_nocase(rule->who, "RP2"))))
        return 2;
    return strcmp(rule->who, "*") == 0;
}

static const struct rule *find_rule(const struct catalog *c,
                                    const struct pull_request *r,
                                    const char *name)
{
    const struct rule *found = NULL;
    unsigned best = 0;

    for (size_t i = 0; i < c->n_rules; i++) {
        const unsigned m = match(&c->rules[i], r, name);

        if (m > best) {
            best = m;
            found = &c->rules[i];
        }
    }
    return found;
}

/* Whether the request needs the firmware or the filesystem; the other image may
 * be missing. */
static bool wants(const struct pull_request *r, const struct choice *ch,
                  bool filesystem)
{
    return filesystem ==
           (ch->what == CHOICE_IMAGE && eo_pull_wants_filesystem(r));
}

static struct stored *open_file(struct catalog *c, const char *path,
                                bool wanted, struct pull_answer *a)
{
    struct espota_error err;
    struct stored *got =
        path != NULL ? eo_store_get(c->store, path, &err) : NULL;

    if (got == NULL && path != NULL && wanted)
        refuse(a, &err);
    return got;
}

static bool by_rule(struct catalog *c, const struct pull_request *r,
                    struct choice *ch, struct pull_answer *a)
{
    const struct rule *rule = find_rule(c, r, ch->name);
    struct text t;

    if (rule == NULL)
        return false;
    ch->firmware = open_file(c, rule->firmware, wants(r, ch, false), a);
    ch->filesystem = open_file(c, rule->filesystem, wants(r, ch, true), a);
    ch->version = rule->version;
    eo_text_init(&t, ch->href, sizeof ch->href);
    eo_text_add(&t, "%s.bin", ch->name);
    return true;
}

/* ---- the files ----------------------------------------------------------- */

static bool is_filesystem(const struct stored *s)
{
    return s->kind->role == ROLE_FILESYSTEM;
}

static bool is_unknown(const struct stored *s)
{
    return s->kind->role == ROLE_UNKNOWN && !s->kind->packed;
}

/* How well a file answers a request; 0: not at all. */
static unsigned suits(const struct stored *s, const struct pull_request *r,
                      const char *stem, const char *name)
{
    const char *base = eo_base_name(s->file);

    if (strcmp(base, eo_base_name(stem)) == 0)
        return 4;
    if (name[0] != '\0' && eo_starts_with(base, name) &&
        base[strlen(name)] == '.')
        return 3;
    return eo_pull_suits(r->family, s->pull.chip) ? 2 : 1;
}

/* Puts s in the slot if it suits better than what is there. */
static void offer(struct stored **slot, unsigned *best, struct stored *s,
                  unsigned quality)
{
    if (quality > *best) {
        eo_stored_put(*slot);
        *slot = s;
        *best = quality;
        s->refs++;
    }
}

/* Keeps the worst error of the files that cannot be read: the one about a file
 * that will be there in a moment. */
static void note(struct espota_error *worst, const struct espota_error *err)
{
    if (worst->category == ESPOTA_E_OK || is_passing(err))
        *worst = *err;
}

enum { NAMED = 3 /* a file that suits this well is meant */ };

/* Prefers a known filesystem to a file that may be one. */
static unsigned as_filesystem(const struct stored *s, unsigned quality)
{
    return 2 * quality + is_filesystem(s);
}

static bool by_file(struct catalog *c, const struct pull_request *r,
                    const char *stem, struct choice *ch, struct pull_answer *a)
{
    unsigned firmware = 0, filesystem = 0;
    struct espota_error worst = {.category = ESPOTA_E_OK}, err;

    for (size_t i = 0; i < c->n_files; i++) {
        struct stored *s = eo_store_get(c->store, c->files[i], &err);
        unsigned quality;

        if (s == NULL) {
            note(&worst, &err);
            continue;
        }
        quality = suits(s, r, stem, ch->name);
        if (quality > NAMED)
            ch->by_name = true;
        if (!is_filesystem(s) || quality > NAMED)
            offer(&ch->firmware, &firmware, s, quality);
        if (is_filesystem(s) || is_unknown(s))
            offer(&ch->filesystem, &filesystem, s, as_filesystem(s, quality));
        eo_stored_put(s);
    }
    /* A file that cannot be read now may be the one that is meant. */
    if (worst.category != ESPOTA_E_OK &&
        ((ch->firmware == NULL && ch->filesystem == NULL) ||
         (is_passing(&worst) &&
          (wants(r, ch, false) ? firmware : filesystem / 2) < NAMED))) {
        refuse(a, &worst);
        return true;
    }
    ch->version = c->version;
    if (ch->firmware != NULL) {
        const char *base = eo_base_name(ch->firmware->file);

        set_text(ch->href, sizeof ch->href, base, strlen(base));
        set_name(ch, base);
    }
    return c->n_files > 0;
}

/* ---- choosing ------------------------------------------------------------ */

void eo_catalog_choose(struct catalog *c, const struct pull_request *r,
                       struct choice *ch, struct pull_answer *a)
{
    char stem[sizeof r->path];

    memset(ch, 0, sizeof *ch);
    memcpy(stem, r->path, sizeof stem);
    ch->what = cut_suffix(stem);
    set_name(ch, stem);
    if (in_directory(c, r->path, stem, ch, a) != NOT_THERE ||
        by_rule(c, r, ch, a) || by_file(c, r, stem, ch, a))
        return;
    if (c->n_rules > 0 && r->family == PULL_ANYONE)
        eo_pull_refuse(a, 403, "it is not an updater, and no rule is for %s",
                       ch->name[0] != '\0' ? ch->name : "it");
    else if (c->n_rules > 0)
        eo_pull_refuse(a, 404, "no rule is for %s",
                       r->mac[0] != '\0' ? r->mac : "it");
    else
        eo_pull_refuse(a, 404, "there is no such file");
}

void eo_choice_done(struct choice *ch)
{
    eo_stored_put(ch->firmware);
    eo_stored_put(ch->filesystem);
}
