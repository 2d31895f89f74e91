/* secret_windows.c -- secrets of a process by Windows.
 *
 * Another process of the same user may look into this one, as a debugger does:
 * nothing here can forbid it.  Memory may reach the page file.
 */
#include "os/windows.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "os/secret.h"

/* No dialog that offers a dump, and a report of a crash has no heap in it. */
void eo_secret_no_core(void)
{
    enum { NO_HEAP = 1 };
    typedef HRESULT(WINAPI * set_flags)(DWORD);
    const FARPROC address =
        GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "WerSetFlags");
    set_flags set = NULL;

    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX |
                 SEM_NOOPENFILEERRORBOX);
    memcpy(&set, &address, sizeof set);
    if (set != NULL)
        set(NO_HEAP);
}

/* ---- an argument ------------------------------------------------------------ */

/* What is listed is the line that the process was started with, and it is there
 * that the system keeps it.  A word of it as its program sees it, and from where
 * in the line each of its characters is. */
struct word {
    wchar_t *text;
    wchar_t **from;
    size_t len;
};

static void put(struct word *w, wchar_t c, wchar_t *from)
{
    w->text[w->len] = c;
    w->from[w->len++] = from;
}

/* Backslashes are themselves, but for those before a quote. */
static wchar_t *read_slashes(struct word *w, wchar_t *at, bool *quoted)
{
    size_t n = 0;

    while (at[n] == L'\\')
        n++;
    for (size_t i = 0; i < (at[n] == L'"' ? n / 2 : n); i++)
        put(w, L'\\', at + i);
    at += n;
    if (*at != L'"')
        return at;
    if (n % 2 != 0)
        put(w, L'"', at);
    else if (*quoted && at[1] == L'"')
        put(w, L'"', ++at);
    else
        *quoted = !*quoted;
    return at + 1;
}

/* Where the next word begins. */
static wchar_t *read_word(struct word *w, wchar_t *at)
{
    bool quoted = false;

    w->len = 0;
    at += wcsspn(at, L" \t");
    while (*at != L'\0' && (quoted || (*at != L' ' && *at != L'\t'))) {
        if (*at == L'\\' || *at == L'"') {
            at = read_slashes(w, at, &quoted);
        } else {
            put(w, *at, at);
            at++;
        }
    }
    return at;
}

static void wipe_line(wchar_t *line, const wchar_t *arg)
{
    const size_t all = wcslen(line), len = wcslen(arg);
    struct word w = {.text = eo_calloc(all + 1, sizeof *w.text),
                     .from = eo_calloc(all + 1, sizeof *w.from)};

    if (w.text != NULL && w.from != NULL && len > 0)
        for (wchar_t *at = line; *at != L'\0';) {
            at = read_word(&w, at);
            if (w.len >= len &&
                memcmp(w.text + w.len - len, arg, len * sizeof *arg) == 0)
                for (size_t i = w.len - len; i < w.len; i++)
                    *w.from[i] = L'*';
            eo_wipe(w.text, w.len * sizeof *w.text);
        }
    eo_free(w.text);
    eo_free(w.from);
}

/* The copies that the C library made for itself. */
static void wipe_copies(const char *arg)
{
    const size_t len = strlen(arg);

    for (int i = 0; __argv != NULL && i < __argc; i++) {
        char *word = __argv[i];
        const size_t all = strlen(word);

        if (word + all != arg + len && all >= len &&
            strcmp(word + all - len, arg) == 0)
            eo_wipe(word + all - len, len);
    }
}

void eo_secret_wipe_argument(char *arg)
{
    wchar_t *wide = eo_windows_wide(arg);
    char *narrow = GetCommandLineA();

    if (wide != NULL) {
        wipe_line(GetCommandLineW(), wide);
        eo_wipe(wide, wcslen(wide) * sizeof *wide);
    }
    eo_free(wide);
    wipe_copies(arg);
    eo_wipe(narrow, strlen(narrow)); /* nobody reads it after the start */
    eo_wipe(arg, strlen(arg));
}

/* ---- a variable --------------------------------------------------------------- */

void eo_secret_wipe_variable(const char *name)
{
    wchar_t *wide = eo_windows_wide(name);
    char *value = getenv(name);
    DWORD n = 0;

    if (wide != NULL)
        n = GetEnvironmentVariableW(wide, NULL, 0);
    if (n > 1) {
        wchar_t *stars = eo_calloc(n, sizeof *stars);

        for (DWORD i = 0; stars != NULL && i + 1 < n; i++)
            stars[i] = L'*';
        if (stars != NULL) /* as long as it was: in its place */
            SetEnvironmentVariableW(wide, stars);
        eo_free(stars);
    }
    if (value != NULL)
        eo_wipe(value, strlen(value));
    if (wide != NULL) {
        _wputenv_s(wide, L"");
        SetEnvironmentVariableW(wide, NULL);
    }
    eo_free(wide);
}
