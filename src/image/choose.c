/* choose.c -- in which form an image is sent. */
#include "image/image.h"

const struct image_form *eo_image_choose(const struct espota_image *img,
                                         enum espota_compress policy,
                                         enum image_inflates inflates,
                                         enum espota_type type)
{
    const struct image_form *made = eo_image_gzip(img);

    if (type != ESPOTA_TYPE_APP || inflates == INFLATES_NO ||
        !eo_image_findings(img)->kind->inflates)
        return eo_image_plain(img);
    /* A file that is gzip already is the user's own choice. */
    if (espota_image_info(img)->is_gzip)
        return eo_image_raw(img);
    if (made != NULL && (policy == ESPOTA_COMPRESS_ALWAYS ||
                         (policy == ESPOTA_COMPRESS_AUTO &&
                          inflates == INFLATES_YES)))
        return made;
    return eo_image_plain(img);
}
