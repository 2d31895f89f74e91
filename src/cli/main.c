/* main.c -- the commands of espota-c. */
#include "cli/commands.h"

enum { ANY = 100000 };

static const struct command COMMANDS[] = {
    {"upload", CMD_UPLOAD, "HOST... FILE", 0, ANY, "flash a device",
     eo_cmd_upload, .alias = "flash",
     .about = "Sends an image to a device over the network, and says how it "
              "ended.",
     .examples = "espota-c kitchen.local firmware.bin\n"
                 "espota-c -i 192.168.1.7 -p 8266 -a secret -f firmware.bin\n"
                 "espota-c flash --ask-auth lamp=10.0.0.7:3232 firmware.bin\n"},
    {"fleet", CMD_FLEET, "TARGETS...", 0, ANY, "flash many devices",
     eo_cmd_fleet,
     .about = "Sends an image to many devices. A list has one device per line.",
     .examples = "espota-c fleet devices.txt -f firmware.bin --dry-run\n"
                 "espota-c fleet devices.csv -f firmware.bin --canary 2 "
                 "--journal run.log\n"},
    {"discover", CMD_DISCOVER, "[NAME...]", 0, 1000,
     "list the devices on this network", eo_cmd_discover,
     .about = "Listens for devices that announce themselves by mDNS.",
     .examples = "espota-c discover\n"
                 "espota-c discover --filter platform=esp32 --as-targets "
                 ">devices.txt\n"},
    {"inspect", CMD_INSPECT, "FILE...", 1, ANY,
     "say what an image is, and check it", eo_cmd_inspect,
     .about = "Says what an image is, for which chip, and what is wrong with "
              "it.",
     .examples = "espota-c inspect firmware.bin\n"
                 "espota-c inspect --json build/*.bin\n"
                 "espota-c inspect --extract app.bin factory.bin\n"},
    {"serve", CMD_SERVE, "[FILE...]", 0, ANY,
     "serve images to devices that pull", eo_cmd_serve,
     .about = "Runs a web server from which devices fetch their update.",
     .examples = "espota-c serve firmware.bin --fw-version 1.4.0\n"
                 "espota-c serve --dir images --port 8080\n"},
    {"wait", CMD_WAIT, "HOST", 1, 1, "wait until a device is on the network",
     eo_cmd_wait,
     .about = "Waits until a device announces itself, or takes a connection.",
     .examples = "espota-c wait kitchen.local\n"
                 "espota-c wait 10.0.0.7 --port 3232 --timeout 60\n"},
    {"sign", CMD_SIGN, "FILE", 1, 1, "append a signature to an image",
     eo_cmd_sign,
     .about = "Writes FILE.signed with a signature that ESP8266 and Pico "
              "updaters check.",
     .examples = "espota-c sign firmware.bin --key private.pem\n"
                 "espota-c sign --verify firmware.bin.signed --pub "
                 "public.pem\n"},
    {"config", CMD_CONFIG, "init|show|check|path [NAME|FILE]...", 1, ANY,
     "make, show or check the configuration", eo_cmd_config,
     .about = "Makes a configuration file, says what is in force and from "
              "where,\nfinds mistakes, or says which files there are.",
     .examples = "espota-c config init\n"
                 "espota-c config show kitchen\n"
                 "espota-c config check\n"
                 "espota-c config path\n"},
    {"help", CMD_HELP, "[COMMAND|TOPIC]", 0, 1,
     "explain a command or a topic", eo_cmd_help,
     .about = "Lists commands and topics, or explains one of them.",
     .examples = "espota-c help fleet\n"
                 "espota-c help exit-codes\n"},
    {"version", CMD_VERSION, "", 0, 0, "print the version and what is built in",
     eo_cmd_version,
     .about = "Prints the version, the protocols and libraries, and what was "
              "left out.",
     .examples = "espota-c version\n"},
    {"completion", CMD_COMPLETION, "bash|zsh|fish|powershell", 1, 1,
     "print the completions for a shell", eo_cmd_completion,
     .about = "Prints what makes a shell complete commands, options and "
              "devices.",
     .examples = "source <(espota-c completion bash)\n"},
    {0},
};

int main(int argc, char **argv)
{
    return eo_commands_run(COMMANDS, argc, argv);
}
