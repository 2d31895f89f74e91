/* script.c -- parses what a device should do wrong, and decides when it does.
 */
#include "sim/script.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/str.h"
#include "sim/sim.h"

enum { WORD_MAX = 32 };

/* ---- words --------------------------------------------------------------- */

/* Copies the word before mark.  Returns what follows mark, or NULL if there is
 * no mark.
 */
static const char *split(char word[WORD_MAX], const char *text, char mark)
{
    const char *at = strchr(text, mark);
    const size_t len = at != NULL ? (size_t)(at - text) : strlen(text);

    snprintf(word, WORD_MAX, "%.*s", (int)len, text);
    return at != NULL ? at + 1 : NULL;
}

/* The index of a word, or -1: USAGE, with the nearest word. */
static int find(const char *const *names, const char *kind, const char *word,
                struct espota_error *err)
{
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], word) == 0)
            return i;
    return eo_sim_unknown(err, kind, word, names);
}

int eo_sim_script_where(const struct script *s, struct script_where *where,
                        const char *text, struct espota_error *err)
{
    char word[WORD_MAX];
    const char *behind = split(word, text, ':');
    const int step = find(s->steps, "step", word, err);
    uint64_t bytes = 0;

    if (step < 0)
        return -1;
    if (behind != NULL &&
        (step != s->data || eo_parse_uint(behind, 1, UINT32_MAX, &bytes) != 0))
        return eo_fail(err, ESPOTA_E_USAGE,
                       "\"%s\": only data takes a number of bytes", text);
    *where = (struct script_where){step, (size_t)bytes};
    return 0;
}

static int read_argument(const struct script *s, struct script_act *act,
                         const struct script_row *row, const char *text,
                         struct espota_error *err)
{
    uint64_t n;

    if (row->arg == SCRIPT_NONE && text != NULL)
        return eo_fail(err, ESPOTA_E_USAGE, "fault %s takes no argument",
                       row->word);
    if (text == NULL)
        text = row->preset;
    if (text == NULL)
        return 0;
    if (row->arg == SCRIPT_STEP)
        return eo_sim_script_where(s, &act->where, text, err);
    if (eo_parse_uint(text, 1, UINT32_MAX, &n) != 0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "fault %s takes a number, not \"%s\"", row->word, text);
    act->n = (unsigned)n;
    return 0;
}

int eo_sim_script_fault(const struct script *s, struct script_act *acts,
                        const char *text, struct espota_error *err)
{
    const char *names[SCRIPT_WORDS_MAX + 1] = {NULL};
    char word[WORD_MAX];
    const char *argument = split(word, text, '@');
    int i;

    for (size_t k = 0; k < s->n_faults && k < SCRIPT_WORDS_MAX; k++)
        names[k] = s->faults[k].word;
    i = find(names, "fault", word, err);
    if (i < 0)
        return -1;
    acts[i] = (struct script_act){.on = true};
    return read_argument(s, &acts[i], &s->faults[i], argument, err);
}

int eo_sim_script_refusal(const struct script *s, struct script_act *act,
                          int usual, const char *text, struct espota_error *err)
{
    char word[WORD_MAX];
    const char *step = split(word, text, '@');
    uint8_t code;

    if (!eo_starts_with_nocase(word, "0x") ||
        eo_unhex(&code, 1, word + 2, strlen(word + 2)) != 0)
        return eo_fail(err, ESPOTA_E_USAGE,
                       "--refuse takes a code like 0x85, and @STEP, not \"%s\"",
                       text);
    *act = (struct script_act){
        .on = true, .n = code, .where = {usual, 0}};
    return step != NULL ? eo_sim_script_where(s, &act->where, step, err) : 0;
}

int eo_sim_script_failure(const struct script *s, struct script_act *act,
                          const char *const *names, const int *usual,
                          const char *text, struct espota_error *err)
{
    char word[WORD_MAX];
    const char *step = split(word, text, '@');
    const int what = find(names, "failure", word, err);

    if (what < 0)
        return -1;
    *act = (struct script_act){
        .on = true, .n = (unsigned)what, .where = {usual[what], 0}};
    return step != NULL ? eo_sim_script_where(s, &act->where, step, err) : 0;
}

/* ---- moments ------------------------------------------------------------- */

bool eo_sim_script_holds(unsigned sessions, unsigned session)
{
    return sessions == 0 || session <= sessions;
}

size_t eo_sim_script_place(size_t bytes, size_t size)
{
    return bytes != 0 ? bytes : size - size / 2;
}

bool eo_sim_script_here(const struct script *s,
                        const struct script_where *where, int step,
                        size_t total, size_t size)
{
    return where->step == step &&
           (step != s->data ||
            total == eo_sim_script_place(where->bytes, size));
}

bool eo_sim_script_passed(size_t place, size_t before, size_t after)
{
    return before < place && after >= place;
}

size_t eo_sim_script_stop(const struct script *s, const struct script_act *act,
                          size_t total, size_t size, size_t stop)
{
    const size_t place = eo_sim_script_place(act->where.bytes, size);

    return act->on && act->where.step == s->data && place > total &&
                   place < stop
               ? place
               : stop;
}

bool eo_sim_script_first(const struct script_act *act, unsigned *count)
{
    return act->on && (*count)++ < act->n;
}

bool eo_sim_script_nth(const struct script_act *act, unsigned count)
{
    return act->on && count == act->n;
}

bool eo_sim_script_once(bool *done, int wanted, int step)
{
    const bool now = wanted == step && !*done;

    *done |= now;
    return now;
}
