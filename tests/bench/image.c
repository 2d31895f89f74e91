/* image.c -- times for bench_image.sh, in microseconds of CPU, best of a few:
 *
 *   image FILE    open: read, inspect and hash FILE
 *                 hash: its MD5 and SHA-256 alone, in memory
 *                 gzip: what opening costs more when it is compressed
 *                 bytes: compressed
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <espota/image.h>

#include "crypto/digest.h"
#include "image/image.h"

enum { RUNS = 7 };

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static struct espota_image *load(const char *path, enum espota_compress policy)
{
    struct espota_image *img;
    struct espota_error err;

    if (espota_image_open(&img, path, policy, &err) != 0) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
    return img;
}

static void hash(const struct image_form *raw)
{
    const struct piece all = {raw->bytes, raw->len};
    uint8_t out[DIGEST_MAX];

    if (eo_digest(DIGEST_MD5, &all, 1, out) != 0 ||
        eo_digest(DIGEST_SHA256, &all, 1, out) != 0)
        exit(1);
}

int main(int argc, char **argv)
{
    int64_t opened = INT64_MAX, hashed = INT64_MAX, packed = INT64_MAX;
    size_t bytes = 0;

    if (argc != 2)
        return 2;
    for (int i = 0; i < RUNS; i++) {
        const int64_t begin = now_us();
        struct espota_image *img = load(argv[1], ESPOTA_COMPRESS_NEVER);
        const int64_t middle = now_us();

        opened = least(opened, middle - begin);
        hash(eo_image_raw(img));
        hashed = least(hashed, now_us() - middle);
        espota_image_free(img);
    }
    for (int i = 0; i < 3; i++) {
        const int64_t begin = now_us();
        struct espota_image *img = load(argv[1], ESPOTA_COMPRESS_ALWAYS);

        packed = least(packed, now_us() - begin);
        bytes = espota_image_info(img)->gzip_bytes;
        espota_image_free(img);
    }
    printf("open %" PRId64 "\nhash %" PRId64 "\ngzip %" PRId64
           "\nbytes %zu\n",
           opened, hashed, packed - opened, bytes);
    return 0;
}
