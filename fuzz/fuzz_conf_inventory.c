/* fuzz_conf_inventory.c -- any text as a targets file: plain, CSV or JSON lines.
 * The first byte chooses the shard. */
#include "check.h"
#include "conf/inventory.h"

/* What "@NAME" may stand for. */
static const struct config *devices(void)
{
    static char lamp[] = "lamp", fan[] = "fan", hall[] = "hall";
    static struct section sections[] = {
        {.kind = SECTION_DEVICE, .name = lamp, .group = hall},
        {.kind = SECTION_DEVICE, .name = fan, .group = hall},
        {.kind = SECTION_GROUP, .name = hall},
    };
    static const struct config CONFIG = {.at = sections, .n = 3};

    return &CONFIG;
}

static void check_rows(const struct target_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct settings *s = &list->at[i].settings;
        struct espota_error err;
        struct opts opts;

        fuzz_check(list->at[i].name != NULL);
        for (size_t k = 0; k < s->n; k++) {
            fuzz_check((s->at[k].opt->flags & OPT_CONFIG) != 0);
            fuzz_check(s->at[k].level == LEVEL_OWN);
            fuzz_check(strncmp(s->at[k].where, "list:", 5) == 0);
        }
        /* What was taken can be used. */
        fuzz_check(eo_opts_init(&opts, &err) == 0);
        fuzz_check(eo_opts_apply(&opts, s, &err) == 0);
        eo_opts_free(&opts);
    }
}

/* Each is in exactly one of n shards. */
static void check_shards(const uint8_t *data, size_t size, uint32_t n,
                         size_t whole)
{
    size_t sum = 0;

    for (uint32_t k = 1; k <= n; k++) {
        struct fuzz_input in = fuzz_input(data, size);
        struct target_list part = {0};
        struct espota_error err;
        char *text = fuzz_text(&in, size);

        fuzz_check(
            eo_targets_parse(&part, text, size, "list", devices(), &err) == 0);
        eo_targets_shard(&part, k, n);
        sum += part.n;
        eo_targets_free(&part);
        free(text);
    }
    fuzz_check(sum == whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = fuzz_input(data, size);
    const uint32_t shards = fuzz_byte(&in) % 4u;
    const uint8_t *start = in.at;
    const size_t len = fuzz_left(&in);
    struct target_list list = {0};
    struct espota_error err;
    char *text = fuzz_text(&in, len);

    if (eo_targets_parse(&list, text, len, "list", devices(), &err) != 0) {
        fuzz_error(&err);
        fuzz_check(err.category == ESPOTA_E_USAGE);
        fuzz_check(strncmp(err.message, "list", 4) == 0);
    } else {
        check_rows(&list);
        if (shards > 1)
            check_shards(start, len, shards, list.n);
    }
    eo_targets_free(&list);
    free(text);
    return 0;
}
