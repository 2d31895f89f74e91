/* kinds.c -- the kinds of web servers that take firmware. */
#include "sim_web/device.h"

#define E8266_OK                                                               \
    "<META http-equiv=\"refresh\" content=\"15;URL=/\">Update Success! "       \
    "Rebooting..."

/* clang-format off */
const struct web_kind EO_SIM_WEB_KINDS[] = {
    /* ESPHome on ESP-IDF: only Basic authentication, and a small buffer */
    {"esphome-idf", "/update", NULL, true, false, true, false, 512,
     WEB_AUTH_BASIC, NULL, CHECK_E9, "Update Successful!", "Update Failed!"},
    /* ESPHome with AsyncWebServer: ESP8266, LibreTiny, older ESP32 */
    {"esphome", "/update", NULL, true, false, false, false, WEB_HEAD_MAX,
     WEB_AUTH_DIGEST, NULL, CHECK_NOTHING, "Update Successful!", "Update Failed!"},
    {"esp8266", "/update", "/update", true, false, false, false, WEB_HEAD_MAX,
     WEB_AUTH_BASIC, NULL, CHECK_E9_OR_GZIP, E8266_OK, "Update error: %s"},
    {"esp32", "/update", "/update", true, false, false, true, WEB_HEAD_MAX,
     WEB_AUTH_BASIC, NULL, CHECK_E9, E8266_OK, "Update error: %s"},
    {"pico", "/update", "/update", true, false, false, false, WEB_HEAD_MAX,
     WEB_AUTH_BASIC, NULL, CHECK_NOTHING, E8266_OK, "Update error: %s"},
    /* Reads only the first line and two headers, and gives the same answer
       whatever its updater reports */
    {"sketch", "/sketch", "/data", false, true, false, false, WEB_HEAD_MAX,
     WEB_AUTH_BASIC, "arduino", CHECK_NOTHING, "OK", "OK"},
};
/* clang-format on */

const char *const EO_SIM_WEB_KIND_NAMES[] = {
    "esphome-idf", "esphome", "esp8266", "esp32", "pico", "sketch", NULL};
