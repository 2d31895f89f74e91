/* process_words_windows.c -- a program, its words and its environment, as Windows
 * wants them. */
#include "os/process_windows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static wchar_t *allocate(size_t n)
{
    wchar_t *wide = eo_calloc(n, sizeof *wide);

    if (wide == NULL)
        errno = ENOMEM;
    return wide;
}

/* ---- the words --------------------------------------------------------------- */

/* In quotes; backslashes count only before one. */
static wchar_t *put_word(wchar_t *at, const wchar_t *word)
{
    size_t slashes = 0;

    *at++ = L'"';
    for (; *word != L'\0'; word++) {
        if (*word == L'"')
            for (slashes++; slashes > 0; slashes--)
                *at++ = L'\\';
        slashes = *word == L'\\' ? slashes + 1 : 0;
        *at++ = *word;
    }
    for (; slashes > 0; slashes--)
        *at++ = L'\\';
    *at++ = L'"';
    return at;
}

/* A batch file is read by cmd.exe, in which these cannot be quoted. */
static bool can_be_in_batch(const wchar_t *word)
{
    return wcspbrk(word, L"\"%\r\n") == NULL;
}

/* All words behind the first, which is what the program's file is called. */
static wchar_t *join(const wchar_t *program, const char *const *words,
                     bool is_batch)
{
    size_t room = 2 * wcslen(program) + 4;
    wchar_t *line, *at;

    for (size_t i = 1; words[i] != NULL; i++)
        room += 2 * strlen(words[i]) + 3;
    line = at = allocate(room);
    if (line == NULL)
        return NULL;
    at = put_word(at, program);
    for (size_t i = 1; words[i] != NULL; i++) {
        wchar_t *word = eo_windows_wide(words[i]);
        const bool fine = word != NULL && (!is_batch || can_be_in_batch(word));

        if (fine) {
            *at++ = L' ';
            at = put_word(at, word);
        } else if (word != NULL) {
            errno = EINVAL;
        }
        eo_free(word);
        if (!fine) {
            eo_free(line);
            return NULL;
        }
    }
    return line;
}

/* ---- the program --------------------------------------------------------------- */

static bool has_end(const wchar_t *path, const wchar_t *end)
{
    const size_t len = wcslen(path), n = wcslen(end);

    return len > n && CompareStringOrdinal(path + len - n, (int)n, end, (int)n,
                                           TRUE) == CSTR_EQUAL;
}

static bool is_file(const wchar_t *path)
{
    const DWORD is = GetFileAttributesW(path);

    return is != INVALID_FILE_ATTRIBUTES && !(is & FILE_ATTRIBUTE_DIRECTORY);
}

/* The whole path, if it is there with this end. */
static wchar_t *try_end(const wchar_t *folders, const wchar_t *name,
                        const wchar_t *end)
{
    wchar_t *path = allocate(MAX_PATH + 1), *full;
    DWORD n;

    full = allocate(wcslen(name) + wcslen(end) + 1);
    if (path != NULL && full != NULL) {
        wcscpy(full, name);
        wcscat(full, end);
        n = folders != NULL
                ? SearchPathW(folders, full, NULL, MAX_PATH + 1, path, NULL)
                : GetFullPathNameW(full, MAX_PATH + 1, path, NULL);
        if (n > 0 && n <= MAX_PATH && is_file(path)) {
            eo_free(full);
            return path;
        }
        errno = ENOENT;
    }
    eo_free(full);
    eo_free(path);
    return NULL;
}

/* A bare name is looked for in PATH, and not where we happen to be: whoever
 * could write there would choose what is run. */
static wchar_t *find(const char *word)
{
    static const wchar_t *const ENDS[] = {L"", L".exe", L".com", L".cmd",
                                          L".bat"};
    wchar_t *name = eo_windows_wide(word), *folders = NULL, *path = NULL;
    const bool bare = strpbrk(word, "/\\:") == NULL;
    const wchar_t *last;
    DWORD n;

    if (name == NULL)
        return NULL;
    if (bare) {
        n = GetEnvironmentVariableW(L"PATH", NULL, 0);
        folders = allocate((size_t)n + 1);
        if (folders != NULL)
            GetEnvironmentVariableW(L"PATH", folders, n);
    }
    last = name;
    for (const wchar_t *p = name; *p != L'\0'; p++)
        if (*p == L'/' || *p == L'\\')
            last = p + 1;
    errno = ENOENT;
    for (size_t i = wcschr(last, L'.') != NULL ? 0 : 1;
         path == NULL && !(bare && folders == NULL) &&
         i < sizeof ENDS / sizeof *ENDS;
         i++)
        path = try_end(folders, name, ENDS[i]);
    eo_free(folders);
    eo_free(name);
    return path;
}

static wchar_t *find_shell(void)
{
    static const wchar_t NAME[] = L"\\cmd.exe";
    const UINT n = GetSystemDirectoryW(NULL, 0);
    wchar_t *path = allocate(n + sizeof NAME);

    if (path != NULL) {
        GetSystemDirectoryW(path, n);
        wcscat(path, NAME);
    }
    return path;
}

/* With /s it takes off the first quote and the last, and reads what is between
 * them as it stands. */
static wchar_t *in_shell(const wchar_t *shell, const wchar_t *what)
{
    static const wchar_t OPTIONS[] = L"\" /d /v:off /s /c \"";
    wchar_t *line = allocate(wcslen(shell) + wcslen(what) + sizeof OPTIONS + 4);

    if (line != NULL) {
        wcscpy(line, L"\"");
        wcscat(line, shell);
        wcscat(line, OPTIONS);
        wcscat(line, what);
        wcscat(line, L"\"");
    }
    return line;
}

const char *eo_process_shell(void)
{
    return "cmd.exe";
}

/* ---- the environment ------------------------------------------------------------- */

/* In the order that the system wants it. */
static int by_name(const void *a, const void *b)
{
    const wchar_t *const *x = a, *const *y = b;

    return CompareStringOrdinal(*x, (int)wcscspn(*x, L"="), *y,
                                (int)wcscspn(*y, L"="), TRUE) -
           CSTR_EQUAL;
}

static wchar_t *block_of(wchar_t **sorted, size_t n, size_t room)
{
    wchar_t *block = allocate(room + 2), *at = block;

    for (size_t i = 0; block != NULL && i < n; i++) {
        wcscpy(at, sorted[i]);
        at += wcslen(at) + 1;
    }
    return block;
}

static wchar_t *environment(const char *const *env)
{
    wchar_t **wide, *block = NULL;
    size_t n = 0, done = 0, room = 0;

    while (env[n] != NULL)
        n++;
    wide = eo_calloc(n + 1, sizeof *wide);
    while (wide != NULL && done < n &&
           (wide[done] = eo_windows_wide(env[done])) != NULL)
        room += wcslen(wide[done++]) + 1;
    if (wide == NULL) {
        errno = ENOMEM;
    } else if (done == n) {
        qsort(wide, n, sizeof(wchar_t *), by_name);
        block = block_of(wide, n, room);
    }
    for (size_t i = 0; i < done; i++)
        eo_free(wide[i]);
    eo_free(wide);
    return block;
}

/* ---- all of it --------------------------------------------------------------------- */

static int prepare(struct command *c, const struct process_start *s)
{
    wchar_t *what = NULL;
    bool is_batch = false;

    if (s->shell != NULL) {
        what = eo_windows_wide(s->shell);
    } else {
        c->program = find(s->words[0]);
        if (c->program == NULL)
            return -1;
        is_batch = has_end(c->program, L".cmd") || has_end(c->program, L".bat");
        what = join(c->program, s->words, is_batch);
    }
    if (what == NULL)
        return -1;
    if (s->shell == NULL && !is_batch) {
        c->line = what;
    } else {
        eo_free(c->program);
        c->program = find_shell();
        if (c->program != NULL)
            c->line = in_shell(c->program, what);
        eo_free(what);
    }
    c->env = environment(s->env);
    return c->line != NULL && c->env != NULL ? 0 : -1;
}

int eo_windows_command(struct command *c, const struct process_start *s)
{
    *c = (struct command){0};
    return prepare(c, s) == 0 ? 0 : errno;
}

void eo_windows_command_free(struct command *c)
{
    eo_free(c->program);
    eo_free(c->line);
    eo_free(c->env);
    *c = (struct command){0};
}
