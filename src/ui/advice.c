/* advice.c -- the library's advice, in terms of the command line. */
#include "ui/advice.h"

#include <string.h>

#include "base/str.h"

/* %s is replaced by the library's text. */
static const char *const WORDS[ESPOTA_ADVICE_COUNT] = {
    [ESPOTA_ADVICE_GIVE_USER] =
        "give the user with --user and the password with --auth-file",
    [ESPOTA_ADVICE_GIVE_EACH] =
        "%s: -i HOST -i HOST, or a list of targets",
    [ESPOTA_ADVICE_FIND_ADDRESS] = "\"espota-c discover\" shows its address",
    [ESPOTA_ADVICE_GIVE_PORT] = "give the port with -p or --port",
    [ESPOTA_ADVICE_GIVE_PASSWORD] =
        "give it with -a, --auth-file or ESPOTA_PASSWORD",
    [ESPOTA_ADVICE_GIVE_PASSWORD_OR_KEY] =
        ("give it with -a, --auth-file or ESPOTA_PASSWORD; or give the device's "
         "encryption key with --key (usually the api key of its YAML): then it "
         "asks for no password"),
    [ESPOTA_ADVICE_GIVE_OLD_PASSWORD_OR_KEY] =
        ("give the password of the firmware it runs now; or its encryption key "
         "with --key (usually the api key of its YAML): then it asks for no "
         "password"),
    [ESPOTA_ADVICE_GIVE_LOGIN] =
        "give it with -a, --auth-file or --ask-auth, and --user",
    [ESPOTA_ADVICE_CHECK_LOGIN] = "check --user and the password",
    [ESPOTA_ADVICE_GIVE_KEY] = "%s with --key or --key-file",
    [ESPOTA_ADVICE_ENCRYPT] = "%s: give its key with --key",
    [ESPOTA_ADVICE_OMIT_KEY] =
        ("its firmware needs ESPHome 2026.9 or later and a key; without --key "
         "the image goes in the clear"),
    [ESPOTA_ADVICE_ALLOW_CLEAR] =
        ("its firmware needs ESPHome 2026.9 or later and a key; without "
         "--require-encryption the image goes in the clear"),
    [ESPOTA_ADVICE_ALLOW_MD5] = "%s; it is --min-auth that forbids it",
    [ESPOTA_ADVICE_GIVE_CA] = "give its certificate with --tls-ca",
    [ESPOTA_ADVICE_OTHER_PORT] =
        ("is this its OTA port? A web page wants --protocol web; else check "
         "its Wi-Fi and power supply"),
    [ESPOTA_ADVICE_OMIT_PORT] =
        ("this is a web server's port: omit -p to use the OTA port, or use "
         "--protocol web"),
    [ESPOTA_ADVICE_TRY_WEB] = "%s A web page wants --protocol web",
    [ESPOTA_ADVICE_NAME_PROTOCOL] =
        ("if it really is a web page: --protocol web --profile NAME sends the "
         "password all the same"),
    [ESPOTA_ADVICE_USE_ESPHOME] = "use --protocol esphome",
    [ESPOTA_ADVICE_OR_ESPHOME] = "%s, or use --protocol esphome",
    [ESPOTA_ADVICE_CHECK_PATH] =
        ("does its firmware have the updater, and is --path right? ESPHome needs "
         "\"ota: - platform: web_server\""),
    [ESPOTA_ADVICE_CHECK_PROFILE] = "is --profile the right one?",
    [ESPOTA_ADVICE_OTHER_PROFILE] =
        "use --profile esp32, and the address the device is known by",
    [ESPOTA_ADVICE_BIND] = "%s with -I",
    [ESPOTA_ADVICE_LOCAL_BIND] =
        "give -I an address or an interface of this machine",
    [ESPOTA_ADVICE_FIX_PORT] =
        ("allow this program and that TCP port in the firewall (-P fixes the "
         "port); a NAT or container must pass it on"),
    [ESPOTA_ADVICE_FIX_PORT_ESP32] =
        ("allow this program and that TCP port in the firewall (-P fixes the "
         "port); on an ESP32 compare the image with its OTA partition"),
    [ESPOTA_ADVICE_MORE_PORTS] = "%s: -P FIRST-LAST",
    [ESPOTA_ADVICE_FEWER_JOBS] =
        "allow more open files with ulimit -n, or give a lower -j",
    [ESPOTA_ADVICE_ANY_RESOLVER] =
        "omit --resolver, or use --resolver system",
    [ESPOTA_ADVICE_BUILTIN_RESOLVER] =
        "--resolver=builtin needs neither library nor daemon",
    [ESPOTA_ADVICE_MORE_TIME] = "%s -t allows it more time",
    [ESPOTA_ADVICE_MORE_TIME_IN_ALL] = "allow more with --max-time",
    [ESPOTA_ADVICE_SHOW_BYTES] = "%s -vvv shows every byte",
    [ESPOTA_ADVICE_AS_FILESYSTEM] = "%s; filesystem images need -s",
    [ESPOTA_ADVICE_NOT_FILESYSTEM] = "omit -s, or update the device's core",
    [ESPOTA_ADVICE_TYPE_FILESYSTEM] = "use --filesystem to flash a filesystem",
    [ESPOTA_ADVICE_TYPE_APP] =
        "omit --filesystem or --type to flash an app",
    [ESPOTA_ADVICE_TYPE_BOOTLOADER] = "%s, or say --type bootloader",
    [ESPOTA_ADVICE_TYPE_PARTITION_TABLE] = "%s, or say --type partition-table",
    [ESPOTA_ADVICE_OMIT_COMPRESS] = "use --compress auto",
    [ESPOTA_ADVICE_FORCE] = "%s; --force sends it as it is",
    [ESPOTA_ADVICE_OR_FORCE] = "%s, or say --force",
    [ESPOTA_ADVICE_FORCE_AGAIN] = "%s; --force sends the image again",
    [ESPOTA_ADVICE_FORCE_BOOTLOADER] =
        ("build it smaller; where the device has its table at another place, "
         "--force sends it"),
    [ESPOTA_ADVICE_OMIT_FORCE] =
        "send the sketch's .bin without --force; filesystem images need -s",
    [ESPOTA_ADVICE_VERIFY] = "%s: --verify shows what it runs",
    [ESPOTA_ADVICE_VERIFY_BACK] =
        "give it with --expect-version or --expect-hash, or use --verify back",
    [ESPOTA_ADVICE_OMIT_VERIFY] = "omit --verify",
    [ESPOTA_ADVICE_EXPECT_HASH] =
        "%s (--expect-hash tells builds of one version apart)",
    [ESPOTA_ADVICE_EXPECT_A_HASH] = "%s (--expect-hash would)",
    [ESPOTA_ADVICE_GIVE_IMAGES] = "give it an image, --dir or --map",
    [ESPOTA_ADVICE_MORE_REPEATS] = "%s (--max-repeats)",
    [ESPOTA_ADVICE_TAKE_APP] =
        ("%s; or use --from-factory, which flashes the app in it (espota-c "
         "inspect --extract OUT writes it to a file)"),
};

const char *eo_advised(enum espota_advice advice, const char *text,
                       char space[ADVICE_TEXT])
{
    const char *words =
        (unsigned)advice < ESPOTA_ADVICE_COUNT ? WORDS[advice] : NULL;
    const char *slot = words != NULL ? strstr(words, "%s") : NULL;
    struct text t;

    if (words == NULL || slot == NULL)
        return words != NULL ? words : text;
    eo_text_init(&t, space, ADVICE_TEXT);
    eo_text_add(&t, "%.*s%s%s", (int)(slot - words), words,
                text != NULL ? text : espota_advice_words(advice), slot + 2);
    return space;
}

const char *eo_hint(const struct espota_error *err, char space[ADVICE_TEXT])
{
    return eo_advised(err->advice, err->hint, space);
}
