/* test_web_form.c -- the body of an upload, read in pieces. */
#include "support/test.h"

#include <stdio.h>

#include "web/form.h"

#define BOUNDARY "0123456789abcdef01234567"

static const struct image_form IMAGE = {.bytes = (const uint8_t *)"\xe9IMAGE",
                                        .len = 6};

static const struct {
    const char *profile;
    bool filesystem;
    const char *head, *tail; /* around the image */
} BODIES[] = {
    {"esphome", false,
     "--" BOUNDARY "\r\n"
     "Content-Disposition: form-data; name=\"update\"; "
     "filename=\"firmware.bin\"\r\n"
     "Content-Type: application/octet-stream\r\n\r\n",
     "\r\n--" BOUNDARY "--\r\n"},
    {"esp8266", true,
     "--" BOUNDARY "\r\n"
     "Content-Disposition: form-data; name=\"filesystem\"; "
     "filename=\"firmware.bin\"\r\n"
     "Content-Type: application/octet-stream\r\n\r\n",
     "\r\n--" BOUNDARY "--\r\n"},
    {"sketch", false, "", ""},
    {"sketch", true, "", ""},
};

/* In pieces of any size, and the image is counted as what it is. */
static void test_the_body_is_exactly_so(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BODIES / sizeof *BODIES; i++)
        for (size_t piece = 1; piece < 400; piece += 7) {
            const size_t head = strlen(BODIES[i].head);
            char right[400], got[400];
            struct web_body b;
            size_t n, len = 0;

            snprintf(right, sizeof right, "%s%s%s", BODIES[i].head,
                     (const char *)IMAGE.bytes, BODIES[i].tail);
            eo_web_body_init(&b, eo_web_profile(BODIES[i].profile),
                             BODIES[i].filesystem, BOUNDARY, &IMAGE);
            assert_int_equal(eo_web_body_len(&b), strlen(right));
            while ((n = eo_web_body_read(&b, got + len, piece)) > 0)
                len += n;
            assert_int_equal(len, strlen(right));
            assert_memory_equal(got, right, len);
            assert_int_equal(b.given, len);
            for (n = 0; n <= len; n++)
                assert_int_equal(eo_web_body_image(&b, n),
                                 n < head              ? 0
                                 : n > head + IMAGE.len ? IMAGE.len
                                                        : n - head);
        }
}

static void test_the_longest_boundary_and_field_fit(void **state)
{
    (void)state;
    for (size_t i = 0; eo_web_profile_at(i) != NULL; i++) {
        const struct web_profile *p = eo_web_profile_at(i);
        struct web_body b;

        if (p->field == NULL)
            continue;
        eo_web_body_init(&b, p, p->fs_field != NULL, BOUNDARY, &IMAGE);
        assert_int_equal(strlen(BOUNDARY), WEB_BOUNDARY);
        assert_memory_equal(b.head + b.head_len - 4, "\r\n\r\n", 4);
        assert_memory_equal(b.tail + b.tail_len - 4, "--\r\n", 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_body_is_exactly_so),
        cmocka_unit_test(test_the_longest_boundary_and_field_fit),
    };

    return cmocka_run_group_tests_name("web/form", tests, NULL, NULL);
}
