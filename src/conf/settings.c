/* settings.c -- values of options: checked, kept, and put into struct opts. */
#include "conf/opts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "os/file.h"

int eo_texts_add(struct texts *t, const char *text)
{
    const char **at = eo_resize(t->at, t->n + 1, sizeof *at);

    if (at == NULL)
        return -1;
    t->at = at;
    t->at[t->n++] = text;
    return 0;
}

void eo_texts_free(struct texts *t)
{
    eo_free(t->at);
    *t = (struct texts){0};
}

/* ---- one value ---------------------------------------------------------- */

/* The value as a message may show it. */
enum { GIVEN = 120 };

static const char *given(char out[GIVEN], const char *value)
{
    struct text t;

    eo_text_init(&t, out, GIVEN);
    eo_text_add_given(&t, value);
    return out;
}

/* Does text begin with an option for a secret, such as "-a", "--auth=" or
 * "--au "? */
static bool begins_secret(const char *text)
{
    const size_t len = strcspn(text, " \t\r\n=");
    const struct opt *opt;

    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++) {
        if ((opt->flags & OPT_SECRET) == 0)
            continue;
        if (text[0] == '-' && text[1] != '-' && text[1] == opt->brief)
            return true;
        if (len >= 4 && strncmp(text, "--", 2) == 0 &&
            strncmp(text + 2, opt->name, len - 2) == 0)
            return true;
    }
    return false;
}

bool eo_holds_secret(const struct opt *opt, const char *value)
{
    struct file_facts facts;

    if ((opt->flags & OPT_SECRET) != 0)
        return false; /* a secret itself, which may be any text */
    if ((opt->flags & OPT_FILE) != 0 && eo_file_facts(value, &facts) == 0)
        return false;
    for (const char *p = value; *p != '\0'; p++)
        if (eo_is_space(*p) && begins_secret(p + strspn(p, " \t\r\n")))
            return true;
    return false;
}

int eo_device_given(struct device_words *d, const char *text,
                    struct espota_error *err)
{
    const struct opt *opt;
    const size_t len = strcspn(text, "=");

    for (size_t i = 0; text[len] == '=' && (opt = eo_opt_at(i)) != NULL; i++)
        if (strlen(opt->name) == len && strncmp(opt->name, text, len) == 0)
            return eo_fail(err, ESPOTA_E_USAGE, "a host comes first, not \"%s\"",
                           opt->name);
    return eo_device_read(d, text, err);
}

/* Checks the value as far as possible before it is used. */
static int check_value(const struct opt *opt, const char *value,
                       struct espota_error *err)
{
    char shown[GIVEN];
    struct device_words d;

    if (value == NULL)
        return 0;
    if (eo_holds_secret(opt, value))
        return eo_fail_hint(err, ESPOTA_E_USAGE,
                            "are quotes around all of it, or missing where "
                            "they belong?",
                            "--%s and more arrived as one argument: \"%s\"",
                            opt->name, given(shown, value));
    if ((opt->flags & (OPT_SECRET | OPT_COMMAND)) == 0 &&
        eo_no_user_in_url(value, err) != 0)
        return -1;
    if ((opt->flags & OPT_DEVICE) == 0 || value[0] == '\0' || value[0] == '@')
        return 0;
    return eo_device_given(&d, value, err);
}

static int store_word(int *at, const struct opt *opt, const char *value,
                      struct espota_error *err)
{
    const char *words[OPT_WORDS_MAX + 1];
    char space[120];
    char near[DID_YOU_MEAN], shown[GIVEN];
    struct text list;

    eo_opt_words(opt, words);
    eo_text_init(&list, space, sizeof space);
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], value) == 0) {
            *at = i;
            return 0;
        }
        eo_text_add(&list, "%s%s",
                    i == 0                       ? ""
                    : words[i + 1] != NULL ? ", "
                                                 : " or ",
                    words[i]);
    }
    return eo_fail(err, ESPOTA_E_USAGE, "--%s takes %s, not \"%s\"%s",
                   opt->name, list.at, given(shown, value),
                   eo_did_you_mean(near, eo_nearest(value, words)));
}

static int store_number(uint32_t *at, const struct opt *opt, const char *value,
                        struct espota_error *err)
{
    const char *words[OPT_WORDS_MAX + 1];
    char shown[GIVEN];
    uint64_t n;

    eo_opt_words(opt, words);
    for (uint32_t i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], value) == 0) {
            *at = i;
            return 0;
        }
    if (eo_parse_uint(value, opt->min, opt->max, &n) == 0) {
        *at = (uint32_t)n;
        return 0;
    }
    if (opt->words != NULL)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--%s takes %s, %s or a number from %u to %u, not "
                       "\"%s\"",
                       opt->name, words[0], words[1], opt->min,
                       opt->max, given(shown, value));
    return eo_fail(err, ESPOTA_E_USAGE,
                   "--%s takes a number from %u to %u, not \"%s\"", opt->name,
                   opt->min, opt->max, given(shown, value));
}

/* Reads "12" or "0.25" as milliseconds; nothing finer is accepted. */
static int parse_seconds(const char *value, uint32_t max_s, uint32_t *out_ms)
{
    static const uint32_t UNIT[] = {1000, 100, 10, 1};
    const char *dot = strchr(value, '.');
    uint64_t whole = 0, part = 0;
    char digits[12];
    size_t n = dot != NULL ? (size_t)(dot - value) : strlen(value);

    if (n >= sizeof digits)
        return -1;
    memcpy(digits, value, n);
    digits[n] = '\0';
    if (eo_parse_uint(digits, 0, max_s, &whole) != 0)
        return -1;
    if (dot != NULL) {
        n = strlen(dot + 1);
        if (n < 1 || n > 3 || eo_parse_uint(dot + 1, 0, 999, &part) != 0)
            return -1;
        part *= UNIT[n];
    }
    *out_ms = (uint32_t)(whole * 1000 + part);
    return 0;
}

static int store_seconds(uint32_t *at, const struct opt *opt,
                         const char *value, struct espota_error *err)
{
    char shown[GIVEN];
    uint32_t ms;

    /* If 0 makes no sense, a fraction of a second still may. */
    if (parse_seconds(value, opt->max, &ms) != 0 || (opt->min > 0 && ms == 0))
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--%s takes seconds, %sat most %u, not \"%s\"",
                       opt->name, opt->min > 0 ? "more than 0, " : "",
                       opt->max, given(shown, value));
    *at = ms;
    return 0;
}

static int store_range(struct range *at, const struct opt *opt,
                       const char *value, struct espota_error *err)
{
    const char *dash = strchr(value, '-');
    const size_t n = dash != NULL ? (size_t)(dash - value) : strlen(value);
    uint64_t from, to;
    char first[12] = "", shown[GIVEN];

    if (n < sizeof first)
        memcpy(first, value, n);
    if (eo_parse_uint(first, opt->min, opt->max, &from) != 0 ||
        eo_parse_uint(dash != NULL ? dash + 1 : first, from, opt->max, &to) !=
            0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--%s takes a number from %u to %u or a range such "
                       "as 4000-4010, not \"%s\"",
                       opt->name, opt->min, opt->max, given(shown, value));
    *at = (struct range){(uint32_t)from, (uint32_t)to};
    return 0;
}

static int store_flag(bool *at, const struct opt *opt, const char *value,
                      struct espota_error *err)
{
    static const char *const WORDS[] = {"no",  "yes", "false", "true",
                                        "off", "on",  "0",     "1"};
    char shown[GIVEN];

    if (value == NULL) {
        *at = true;
        return 0;
    }
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (eo_same_nocase(value, WORDS[i])) {
            *at = i % 2 == 1;
            return 0;
        }
    return eo_fail(err, ESPOTA_E_USAGE, "%s is yes or no, not \"%s\"",
                   opt->name, given(shown, value));
}

static int store_count(unsigned *at, const struct opt *opt, const char *value,
                       struct espota_error *err)
{
    uint64_t n = *at + 1;
    char shown[GIVEN];

    if (value != NULL && eo_parse_uint(value, 0, opt->max, &n) != 0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "%s is a number up to %u, not \"%s\"", opt->name,
                       opt->max, given(shown, value));
    *at = n < opt->max ? (unsigned)n : (unsigned)opt->max;
    return 0;
}

/* value is NULL for a flag that was given. */
static int store(struct opts *o, const struct opt *opt, const char *value,
                 struct espota_error *err)
{
    void *at = (char *)o + opt->at;

    if (value == NULL && opt->arg != NULL)
        return eo_fail(err, ESPOTA_E_USAGE, "--%s needs a value: %s",
                       opt->name, opt->arg);
    switch (opt->kind) {
    case OPT_FLAG:
        return store_flag(at, opt, value, err);
    case OPT_COUNT:
        return store_count(at, opt, value, err);
    case OPT_TEXT:
        *(const char **)at = value;
        return 0;
    case OPT_TEXTS:
        return eo_texts_add(at, value) == 0 ? 0 : eo_fail_memory(err);
    case OPT_NUMBER:
        return store_number(at, opt, value, err);
    case OPT_SECONDS:
        return store_seconds(at, opt, value, err);
    case OPT_RANGE:
        return store_range(at, opt, value, err);
    case OPT_WORD:
        return store_word(at, opt, value, err);
    }
    return -1;
}

/* ---- settings ----------------------------------------------------------- */

int eo_settings_add(struct settings *s, const struct opt *opt,
                    const char *value, unsigned level, const char *where,
                    struct espota_error *err)
{
    struct opts scratch = {0};
    struct setting set = {.opt = opt, .level = level};
    const int bad = check_value(opt, value, err) != 0 ||
                    store(&scratch, opt, value, err) != 0;
    struct setting *at;

    eo_opts_free(&scratch);
    if (bad)
        return -1;
    at = eo_grow(s->at, s->n, &s->cap, sizeof *at);
    if (at == NULL)
        return eo_fail_memory(err);
    s->at = at;
    set.value = eo_strdup(value);
    set.where = eo_strdup(where);
    if (set.where == NULL || (value != NULL && set.value == NULL)) {
        eo_free_secret(set.value);
        eo_free(set.where);
        return eo_fail_memory(err);
    }
    s->at[s->n++] = set;
    return 0;
}

bool eo_settings_one_port(const struct settings *s)
{
    const char *port = NULL;

    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->at[i].opt->name, "port") != 0)
            continue;
        if (port != NULL && strtoul(port, NULL, 10) !=
                                strtoul(s->at[i].value, NULL, 10))
            return false;
        port = s->at[i].value;
    }
    return true;
}

void eo_settings_wipe(struct settings *s)
{
    for (size_t i = 0; i < s->n; i++)
        if ((s->at[i].opt->flags & OPT_SECRET) != 0 && s->at[i].value != NULL)
            eo_wipe(s->at[i].value, strlen(s->at[i].value));
}

void eo_settings_free(struct settings *s)
{
    for (size_t i = 0; i < s->n; i++) {
        eo_free_secret(s->at[i].value);
        eo_free(s->at[i].where);
    }
    eo_free(s->at);
    *s = (struct settings){0};
}

/* ---- struct opts -------------------------------------------------------- */

int eo_opts_init(struct opts *o, struct espota_error *err)
{
    const struct opt *opt;

    *o = (struct opts){0};
    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++) {
        o->from[i].where = "default";
        if (opt->def != NULL && store(o, opt, opt->def, err) != 0)
            return -1;
    }
    return 0;
}

/* Has a source stronger than level given this option, or one that excludes
 * it? */
static bool displaced(const struct opts *o, const struct opt *opt,
                      unsigned level)
{
    const struct opt *other;

    for (size_t i = 0; (other = eo_opt_at(i)) != NULL; i++) {
        const unsigned given = o->from[i].level;

        if ((other == opt ||
             (opt->exclusive != 0 && other->exclusive == opt->exclusive)) &&
            given != 0 && given < level)
            return true;
    }
    return false;
}

int eo_opts_apply(struct opts *o, const struct settings *s,
                  struct espota_error *err)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct setting *set = &s->at[i];

        if (displaced(o, set->opt, set->level))
            continue;
        if (store(o, set->opt, set->value, err) != 0)
            return -1;
        o->from[eo_opt_index(set->opt)] =
            (struct origin){set->level, set->where};
    }
    return 0;
}

void eo_opts_free(struct opts *o)
{
    const struct opt *opt;

    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++)
        if (opt->kind == OPT_TEXTS)
            eo_texts_free((struct texts *)(void *)((char *)o + opt->at));
}

unsigned eo_opts_level(const struct opts *o, const void *field)
{
    const struct opt *opt;

    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++)
        if ((const char *)o + opt->at == (const char *)field)
            return o->from[i].level;
    return 0;
}

bool eo_opts_given(const struct opts *o, const void *field)
{
    return eo_opts_level(o, field) != 0;
}

bool eo_opts_in_force(const struct opts *o, const struct opt *opt)
{
    const bool counts = (opt->flags & OPT_CONFIG) != 0 || opt->env != NULL;
    const bool flashes = (opt->commands & (CMD_UPLOAD | CMD_FLEET)) != 0;

    return counts && (o->from[eo_opt_index(opt)].level > 0 ||
                      (opt->def != NULL && flashes));
}

static void describe_texts(struct text *t, const struct texts *texts,
                           bool secret)
{
    for (size_t i = 0; i < texts->n; i++) {
        eo_text_add(t, "%s", i > 0 ? ", " : "");
        if (secret)
            eo_text_add(t, "(not shown)");
        else
            eo_text_add_safe(t, texts->at[i], strlen(texts->at[i]));
    }
}

void eo_opts_value(const struct opts *o, const struct opt *opt, char *out,
                   size_t cap)
{
    const void *at = (const char *)o + opt->at;
    const bool secret = (opt->flags & OPT_SECRET) != 0;
    struct text t;
    uint32_t n;

    eo_text_init(&t, out, cap);
    switch (opt->kind) {
    case OPT_FLAG:
        eo_text_add(&t, "%s", *(const bool *)at ? "yes" : "no");
        break;
    case OPT_COUNT:
        eo_text_add(&t, "%u", *(const unsigned *)at);
        break;
    case OPT_TEXT:
        describe_texts(&t, &(struct texts){(const char **)(uintptr_t)at, 1},
                       secret);
        break;
    case OPT_TEXTS:
        describe_texts(&t, at, secret);
        break;
    case OPT_NUMBER:
        n = *(const uint32_t *)at;
        if (opt->words != NULL && opt->words(n) != NULL)
            eo_text_add(&t, "%s", opt->words(n));
        else
            eo_text_add(&t, "%u", n);
        break;
    case OPT_SECONDS:
        n = *(const uint32_t *)at;
        eo_text_add(&t, "%u", n / 1000);
        if (n % 1000 != 0)
            eo_text_add(&t, ".%03u", n % 1000);
        break;
    case OPT_RANGE:
        eo_text_add(&t, "%u-%u", ((const struct range *)at)->from,
                    ((const struct range *)at)->to);
        break;
    case OPT_WORD:
        eo_text_add(&t, "%s", opt->words((size_t) * (const int *)at));
        break;
    }
}

void eo_opts_describe(const struct opts *o, const struct opt *opt, char *out,
                      size_t cap)
{
    struct text t;

    eo_text_init(&t, out, cap);
    eo_text_add(&t, "%s = ", opt->name);
    eo_opts_value(o, opt, out + t.len, cap - t.len);
    t.len += strlen(out + t.len);
    eo_text_add(&t, " (%s)", o->from[eo_opt_index(opt)].where);
}
