/* cmd_config_json.c -- "espota-c config", for programs. */
#include <string.h>

#include "cli/cmd_config.h"
#include "ui/json.h"

static json_t *text_or_null(const char *text)
{
    return eo_json_text(text != NULL && *text != '\0' ? text : NULL);
}

static void print(json_t *o)
{
    (void)eo_json_line(stdout, o); /* stdout is checked at the end */
}

void eo_config_json_place(const char *path, const char *state,
                          const char *how, const char *why)
{
    print(json_pack("{s:o, s:s, s:s, s:o}", "file", eo_json_text(path),
                    "state", state, "how", how, "why", text_or_null(why)));
}

/* The message without "FILE:LINE: ", which has fields of its own. */
static const char *bare_message(const char *path,
                                const struct config_problem *p)
{
    char front[CONFIG_PATH + 16];

    snprintf(front, sizeof front, p->line > 0 ? "%s:%u: " : "%s: ", path,
             p->line);
    return p->error.message + (strncmp(p->error.message, front,
                                       strlen(front)) == 0
                                   ? strlen(front)
                                   : 0);
}

void eo_config_json_checked(const char *path, const struct config_problem *at,
                            size_t n)
{
    json_t *problems = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(
            problems,
            json_pack("{s:s, s:o, s:o, s:o}", "severity", "error", "line",
                      at[i].line > 0 ? json_integer(at[i].line) : json_null(),
                      "msg", eo_json_text(bare_message(path, &at[i])), "hint",
                      text_or_null(at[i].error.hint)));
    print(json_pack("{s:o, s:b, s:o}", "file", eo_json_text(path), "ok",
                    n == 0, "problems", problems));
}

/* ---- what is in force ------------------------------------------------------ */

static json_t *texts(const struct texts *t)
{
    json_t *all = json_array();

    for (size_t i = 0; i < t->n; i++)
        json_array_append_new(all, eo_json_text(t->at[i]));
    return all;
}

static json_t *value(const struct opts *o, const struct opt *opt)
{
    const void *at = (const char *)o + opt->at;
    char text[OPT_VALUE];

    if ((opt->flags & OPT_SECRET) != 0)
        return json_null();
    switch (opt->kind) {
    case OPT_FLAG:
        return json_boolean(*(const bool *)at);
    case OPT_COUNT:
        return json_integer(*(const unsigned *)at);
    case OPT_TEXTS:
        return texts(at);
    case OPT_SECONDS:
        return json_real(*(const uint32_t *)at / 1000.0);
    case OPT_NUMBER:
        if (opt->words == NULL || opt->words(*(const uint32_t *)at) == NULL)
            return json_integer(*(const uint32_t *)at);
        break;
    case OPT_TEXT:
    case OPT_RANGE:
    case OPT_WORD:
        break;
    }
    eo_opts_value(o, opt, text, sizeof text);
    return eo_json_text(text);
}

static const char *source(unsigned level)
{
    return level == 0            ? "default"
           : level == LEVEL_ARGV ? "option"
           : level == LEVEL_ENV  ? "environment"
                                 : "file";
}

static json_t *setting(const struct opts *o, const struct opt *opt)
{
    const struct origin *from = &o->from[eo_opt_index(opt)];
    json_t *s = json_pack("{s:o, s:s, s:o}", "value", value(o, opt), "from",
                          source(from->level), "where",
                          from->level > 0 ? eo_json_text(from->where)
                                          : json_null());

    if ((opt->flags & OPT_SECRET) != 0)
        json_object_set_new(s, "secret", json_true());
    return s;
}

void eo_config_json_shown(const struct config_whose *whose,
                          const struct opts *o)
{
    json_t *settings = json_object(), *members = json_array(), *all;
    const struct opt *opt;

    for (size_t i = 0; (opt = eo_opt_at(i)) != NULL; i++)
        if (eo_opts_in_force(o, opt))
            json_object_set_new(settings, opt->name, setting(o, opt));
    for (size_t i = 0; i < whose->n_members; i++)
        json_array_append_new(members, eo_json_text(whose->members[i]->name));
    all = json_pack("{s:o, s:o, s:o, s:o}", "name", eo_json_text(whose->name),
                    "kind", eo_json_text(whose->kind), "group",
                    eo_json_text(whose->group), "settings", settings);
    if (whose->members != NULL)
        json_object_set(all, "members", members);
    json_decref(members);
    print(all);
}
