/* fuzz_serve_catalog.c -- whatever path is asked for by whoever: nothing outside
 * the folder is given, and what is given is told as it is.  Lines of the input
 * are method and target, and then headers, as in proto_pull. */
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "serve/catalog.h"
#include "serve/manifest.h"

static const char *const FILES[] = {"kitchen.bin", "attic.ota.bin",
                                    "below/deep.bin", "written.json"};
static const char SECRET[] = "nobody may read this";

static char dir[] = "/tmp/fuzz-XXXXXX", outside[] = "/tmp/fuzz-XXXXXX";

static void path_of(char out[64], const char *name)
{
    snprintf(out, 64, "%s/%s", dir, name);
}

static void put_away(void)
{
    char path[64];

    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        path_of(path, FILES[i]);
        unlink(path);
    }
    path_of(path, "link.bin");
    unlink(path);
    path_of(path, "below");
    rmdir(path);
    rmdir(dir);
    unlink(outside);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    fuzz_check(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

/* Made once: a folder with a link that leads out of it. */
static struct catalog *catalog(void)
{
    static const struct espota_serve_rule RULES[] = {
        {"AA:BB:CC:DD:EE:FF", NULL, NULL, "1"}, {"lamp", NULL, NULL, NULL}};
    static struct catalog *c;
    struct espota_error err;
    char path[64];
    int fd;

    if (c != NULL)
        return c;
    fd = mkstemp(outside);
    fuzz_check(mkdtemp(dir) != NULL && fd >= 0);
    close(fd);
    atexit(put_away);
    write_file(outside, SECRET);
    path_of(path, "below");
    fuzz_check(mkdir(path, 0700) == 0);
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        path_of(path, FILES[i]);
        write_file(path, FILES[i]);
    }
    path_of(path, "link.bin");
    fuzz_check(symlink(outside, path) == 0);
    fuzz_check(eo_catalog_new(&c,
                              &(struct espota_serve_config){
                                  .dir = dir, .rules = RULES, .n_rules = 2},
                              &err) == 0);
    return c;
}

/* Each file holds its own name. */
static void check_given(const struct stored *s)
{
    const struct image_form *raw = s->pull.raw;
    size_t i = 0;

    fuzz_check(strncmp(s->file, dir, strlen(dir)) == 0);
    while (i < sizeof FILES / sizeof *FILES &&
           (strlen(FILES[i]) != raw->len ||
            memcmp(FILES[i], raw->bytes, raw->len) != 0))
        i++;
    fuzz_check(i < sizeof FILES / sizeof *FILES);
}

static void check_choice(const struct pull_request *r, const struct choice *ch,
                         const struct pull_answer *a)
{
    struct espota_error err;
    char *text;

    fuzz_check(a->status == 0 || a->status == 403 || a->status == 404);
    fuzz_check((a->status == 0) == (a->reason[0] == '\0'));
    fuzz_check(strchr(ch->name, '/') == NULL && strchr(ch->name, '.') == NULL);
    fuzz_check(strchr(ch->href, '/') == NULL);
    if (ch->firmware != NULL)
        check_given(ch->firmware);
    fuzz_check(ch->firmware == NULL || ch->by_name);
    if (!eo_manifest_have())
        return;
    text = eo_manifest(
        &(struct manifest){ch->name, r->path, "ESP32", ch->href, r->md5}, &err);
    if (text == NULL)
        fuzz_error(&err);
    else
        fuzz_check(strstr(text, "\"builds\"") != NULL);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    char *method = fuzz_until(&in, ' '), *target = fuzz_until(&in, '\n');
    struct pull_request r;
    struct choice ch;
    struct pull_answer a = {.status = 0};

    eo_pull_start(&r, method, target);
    while (fuzz_left(&in) > 0) {
        char *name = fuzz_until(&in, ':'), *value = fuzz_until(&in, '\n');

        eo_pull_header(&r, name, value);
        free(name);
        free(value);
    }
    if (r.status == 0) {
        eo_catalog_choose(catalog(), &r, &ch, &a);
        check_choice(&r, &ch, &a);
        eo_choice_done(&ch);
    }
    free(method);
    free(target);
    return 0;
}
