/* stories.h -- what is tortured: a command, and the devices it meets.
 *
 * Words in braces are filled in: {data} where run.sh has put images and keys,
 * {dir} a directory of the run's own, {image} the firmware (two take turns),
 * {port} where the first device listens, {port+1} the next, or, in a story
 * that serves, where the devices will ask; {here} an address for that, and
 * {patience} seconds.
 */
#ifndef STORIES_H
#define STORIES_H

#include "story.h"

#define PATIENCE                                                        \
    " --retry 0 --connect-timeout {patience} --stall-timeout {patience}" \
    " --timeout {patience} --json={dir}/events"
#define NOISE "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

/* Those that wait most come first: the others run meanwhile. */
static const struct story STORIES[] = {
    {.name = "resolve",
     .lab = true,
     .sim = "esphome --bind 10.77.0.1 --port 3232 --mdns kitchen",
     .command = "-i kitchen.local -f {image}" PATIENCE,
     .devices = 1},
    {.name = "discover",
     .lab = true,
     .sim = "esphome --bind 10.77.0.1 --mdns kitchen",
     .command = "discover --json --timeout 1",
     .may_miss = true},
    {.name = "wait",
     .lab = true,
     .sim = "esphome --bind 10.77.0.1 --mdns kitchen",
     .command = "wait kitchen.local --timeout 15"},
    {.name = "esphome",
     .sim = "esphome --firmware 2025.6 --platform esp8266",
     .command = "-i 127.0.0.1 -p {port} --protocol esphome -f {image}" PATIENCE,
     .devices = 1},
    {.name = "esphome-new",
     .sim = "esphome --password hunter22 --gzip yes",
     .command = "upload -i 127.0.0.1 -p {port} --protocol esphome -f {image} "
                "-a hunter22 --compress always --window 32768" PATIENCE,
     .devices = 1},
    {.name = "noise",
     .sim = "esphome --key " NOISE,
     .command = "-i 127.0.0.1 -p {port} --protocol esphome -f {image} "
                "--key-file {data}/key" PATIENCE,
     .devices = 1},
    {.name = "arduino",
     .sim = "arduino --profile esp32 --password hunter22 --loop-ms 1 "
            "--pbkdf2-ms 0 --end-ms 1",
     .command = "-i 127.0.0.1 -p {port} --protocol arduino -f {image} "
                "--auth-file {data}/password" PATIENCE,
     .devices = 1},
    {.name = "web",
     .sim = "web --profile esp32 --password hunter22 --auth digest",
     .command = "-i 127.0.0.1 -p {port} --protocol web --profile esp32 "
                "--user admin -a hunter22 -f {image}" PATIENCE,
     .libcurl = true,
     .devices = 1},
    {.name = "detect",
     .sim = "esphome",
     .command = "-i localhost -4 -p {port} --resolver system -f {image}"
                PATIENCE,
     .devices = 1},
    {.name = "fleet",
     .sim = "esphome --count 3",
     .command = "fleet {dir}/input --protocol esphome -f {image} "
                "--journal {dir}/journal --after true "
                "--junit={dir}/junit.xml" PATIENCE,
     .devices = 3,
     .journal = true,
     .input = "127.0.0.1 port={port}\n127.0.0.1 port={port+1}\n"
              "127.0.0.1 port={port+2}\n"},
    {.name = "again",
     .sim = "esphome --count 3",
     .command = "fleet {dir}/input --protocol esphome -f {image} "
                "--journal {dir}/journal" PATIENCE,
     .devices = 3,
     .journal = true,
     .again = true,
     .input = "127.0.0.1 port={port}\n127.0.0.1 port={port+1}\n"
              "127.0.0.1 port={port+2}\n"},
    {.name = "serve",
     .sim = "pull --variant esp32 --url http://{here}:{port}/fw.bin "
            "--every-ms 20 --timeout-ms 10000",
     .command = "serve {image} --bind {here} -p {port} --once 1 "
                "--json={dir}/events",
     .serves = true},
    {.name = "inspect", .command = "inspect --json {image}"},
    {.name = "sign",
     .command = "sign {data}/plain8266.bin --key {data}/rsa.pem --out {dir}/signed",
     .result = "signed"},
    {.name = "verify",
     .command = "sign {data}/signed.bin --verify --pub {data}/rsa.pub"},
    {.name = "config",
     .sim = "esphome --password hunter22",
     .command = "-i kitchen --config {dir}/input" PATIENCE,
     .devices = 1,
     .input = "[defaults]\nfile = {image}\nprotocol = esphome\n"
              "[device kitchen]\nip = 127.0.0.1\nport = {port}\n"
              "auth-file = {data}/password\n"},
};

#endif
