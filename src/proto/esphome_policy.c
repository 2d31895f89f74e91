/* esphome_policy.c -- what may be sent, and how, to a device that offers this.
 */
#include "proto/esphome_policy.h"

#include "wire/chip.h"
#include "wire/esphome.h"

enum { V1_WINDOW = 16384 }; /* bytes beyond the peer's TCP acknowledgement */

uint8_t eo_esphome_client_bits(const struct proto_job *job)
{
    const uint8_t always =
        ESPHOME_CAN_GZIP | ESPHOME_CAN_SHA256 | ESPHOME_CAN_EXTENDED;

    return job->key != NULL ? always | ESPHOME_CAN_NOISE : always;
}

/* With a key, or if encryption is required, it is encrypted or nothing:
 * somebody in between can clear a flag, and must gain nothing by it. */
static int agree_on_encryption(struct esphome_deal *deal,
                               const struct proto_job *job, uint8_t flags,
                               struct espota_error *err)
{
    const bool offered = (flags & ESPHOME_TAKES_NOISE) != 0;

    if (!offered && job->key != NULL)
        return eo_fail_advice(err, ESPOTA_E_POLICY, ESPOTA_ADVICE_OMIT_KEY,
                              NULL, "a key was given, and the device does not "
                              "offer encryption");
    if (!offered && job->how.require_encryption)
        return eo_fail_advice(err, ESPOTA_E_POLICY, ESPOTA_ADVICE_ALLOW_CLEAR,
                              NULL, "encryption is required, and the device "
                              "does not offer it");
    if (job->how.require_encryption && job->key == NULL)
        return eo_fail_advice(err, ESPOTA_E_SECRET, ESPOTA_ADVICE_GIVE_KEY,
                              "give the device's key",
                              "encryption is required, and no key was given");
    if (offered && job->key == NULL)
        deal->cleartext = "the device offers encryption, and the image goes "
                          "in the clear with every password in it";
    deal->sealed = offered && job->key != NULL;
    return 0;
}

/* Raw, or compressed if the device can inflate and the policy allows. */
static int agree_on_form(struct esphome_deal *deal,
                         const struct proto_job *job, uint8_t flags,
                         struct espota_error *err)
{
    const bool offered = (flags & ESPHOME_TAKES_GZIP) != 0,
               given = espota_image_info(job->image)->is_gzip;

    deal->form =
        eo_image_choose(job->image, job->how.compress,
                        offered ? INFLATES_YES : INFLATES_NO, job->how.type);
    if (job->how.type != ESPOTA_TYPE_APP) {
        if ((flags & ESPHOME_TAKES_PARTITIONS) == 0)
            return eo_fail_hint(err, ESPOTA_E_REFUSED,
                                "build its firmware with "
                                "allow_partition_access (ESP32, ESPHome "
                                "2026.5 or later)",
                                "the device takes app images only");
        return 0;
    }
    if (job->how.compress == ESPOTA_COMPRESS_ALWAYS && !offered)
        return eo_fail_advice(err, ESPOTA_E_REFUSED,
                              ESPOTA_ADVICE_OMIT_COMPRESS, NULL,
                              "the device does not take compressed images");
    /* One that this build cannot unpack, or nobody can. */
    if (given && !offered && deal->form == eo_image_raw(job->image))
        return eo_fail_hint(err, ESPOTA_E_REFUSED,
                            "unpack the file, and flash what is inside",
                            "the device does not take compressed images");
    if (given && deal->form != eo_image_raw(job->image))
        deal->note = "the device does not inflate: sending what the gzip holds";
    else if (deal->form != eo_image_plain(job->image))
        deal->note = "the device inflates: sending the compressed image";
    return 0;
}

int eo_esphome_agree(struct esphome_deal *deal, const struct proto_job *job,
                     uint8_t flags, struct espota_error *err)
{
    *deal = (struct esphome_deal){0};
    if (agree_on_encryption(deal, job, flags, err) != 0)
        return -1;
    return agree_on_form(deal, job, flags, err);
}

void eo_esphome_features(struct espota_hello *hello, bool extended,
                         uint8_t flags)
{
    static const struct {
        uint8_t bit;
        const char *word;
    } WORDS[] = {
        {ESPHOME_TAKES_GZIP, "gzip"},
        {ESPHOME_TAKES_PARTITIONS, "partitions"},
        {ESPHOME_TAKES_NOISE, "noise"},
    };
    size_t n = 0;

    if (extended)
        hello->features[n++] = "extended";
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (flags & WORDS[i].bit)
            hello->features[n++] = WORDS[i].word;
    hello->features[n] = NULL;
}

bool eo_esphome_may_be_hasty(const struct proto_job *job)
{
    const struct chip_family *f =
        eo_chip_family(espota_image_info(job->image)->chip);

    return f == NULL || f->hasty;
}

/* Whole blocks beyond the last CHUNK_OK; in version 1, which acknowledges
 * nothing, a little beyond what the peer's TCP has confirmed: otherwise the
 * kernel would take the whole image, and a connection that breaks in the
 * middle would look like one that broke at the end. */
size_t eo_esphome_window(const struct proto_job *job, int version)
{
    const struct chip_family *f =
        eo_chip_family(espota_image_info(job->image)->chip);
    size_t blocks = f != NULL ? f->blocks : 1;

    if (job->how.window != ESPOTA_WINDOW_AUTO)
        blocks = job->how.window < ESPHOME_BLOCK ? 1 : job->how.window / ESPHOME_BLOCK;
    else if (version == ESPHOME_VERSION_1)
        return V1_WINDOW;
    return blocks * ESPHOME_BLOCK;
}
