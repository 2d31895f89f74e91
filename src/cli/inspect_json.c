/* inspect_json.c -- the description of an image, for programs. */
#include "cli/inspect.h"
#include "ui/advice.h"
#include "ui/json.h"

static json_t *problem(const struct espota_image_problem *p)
{
    char space[ADVICE_TEXT];
    json_t *o = json_pack("{s:s, s:o}", "severity",
                          eo_severity_word(p->severity), "msg",
                          eo_json_text(eo_advised(p->advice, p->text, space)));

    if (p->located)
        json_object_set_new(o, "offset", json_integer((json_int_t)p->at));
    return o;
}

static json_t *object(const struct inspected *it)
{
    const struct espota_image_info *info = it->info;
    json_t *problems = json_array();
    json_t *o =
        json_pack("{s:o, s:I, s:s, s:s, s:s, s:o, s:b, s:b, s:b}", "file",
                  eo_json_text(it->name), "bytes", (json_int_t)info->bytes,
                  "md5", info->md5, "sha256", info->sha256, "kind", info->kind,
                  "chip", eo_json_text(info->chip), "ok", info->ok, "gzip",
                  info->is_gzip, "signed", info->is_signed);

    for (size_t i = 0; i < info->n_facts; i++)
        json_object_set_new(
            o, info->facts[i].name,
            info->facts[i].is_number
                ? json_integer((json_int_t)info->facts[i].number)
                : eo_json_text(info->facts[i].text));
    for (size_t i = 0; i < info->n_problems; i++)
        json_array_append_new(problems, problem(&info->problems[i]));
    json_object_set_new(o, "problems", problems);
    if (it->from != NULL) {
        json_object_set_new(o, "taken_from", eo_json_text(it->from));
        json_object_set_new(o, "taken", eo_json_text(info->taken));
    }
    return o;
}

int eo_inspect_json(FILE *out, const struct inspected *it)
{
    return eo_json_line(out, object(it));
}

int eo_inspect_json_unreadable(FILE *out, const char *file,
                               const struct espota_error *err)
{
    return eo_json_line(
        out, json_pack("{s:o, s:n, s:n, s:n, s:n, s:n, s:b, s:[{s:s, s:o}]}",
                       "file", eo_json_text(file), "bytes", "md5", "sha256",
                       "kind", "chip", "ok", 0, "problems", "severity",
                       eo_severity_word(ESPOTA_ERROR), "msg",
                       eo_json_text(err->message)));
}
