/* notes.c -- warnings found before anything can show them. */
#include "conf/notes.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

void eo_note(struct notes *notes, const char *code, const char *fmt, ...)
{
    struct note *at = eo_resize(notes->at, notes->n + 1, sizeof *at);
    char text[400];
    va_list ap;

    if (at == NULL)
        return;
    notes->at = at;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    at[notes->n] = (struct note){code, eo_strdup(text)};
    if (at[notes->n].text != NULL)
        notes->n++;
}

void eo_notes_free(struct notes *notes)
{
    for (size_t i = 0; i < notes->n; i++)
        eo_free(notes->at[i].text);
    eo_free(notes->at);
    *notes = (struct notes){0};
}
