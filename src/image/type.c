/* type.c -- the words for what an image is sent as. */
#include <espota/image.h>

static const char *const WORDS[] = {
    [ESPOTA_TYPE_APP] = "app",
    [ESPOTA_TYPE_FILESYSTEM] = "filesystem",
    [ESPOTA_TYPE_PARTITION_TABLE] = "partition-table",
    [ESPOTA_TYPE_BOOTLOADER] = "bootloader",
};

const char *espota_type_at(size_t i)
{
    return i < sizeof WORDS / sizeof *WORDS ? WORDS[i] : NULL;
}

const char *espota_type_name(enum espota_type type)
{
    const char *word = espota_type_at(type);

    return word != NULL ? word : "?";
}
