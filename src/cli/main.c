/* main.c -- the commands of espota-c. */
#include "cli/commands.h"

static const struct command COMMANDS[] = {
    {"upload", CMD_UPLOAD, "", 0, 0, "flash a device (the default command)",
     eo_cmd_upload},
    {"fleet", CMD_FLEET, "TARGETS...", 0, 100000, "flash many devices",
     eo_cmd_fleet},
    {"discover", CMD_DISCOVER, "[NAME...]", 0, 1000,
     "list the devices on this network", eo_cmd_discover},
    {"inspect", CMD_INSPECT, "FILE...", 1, 100000,
     "say what an image is, and check it", eo_cmd_inspect},
    {"serve", CMD_SERVE, "[FILE...]", 0, 100000,
     "serve images to devices that pull", eo_cmd_serve},
    {"wait", CMD_WAIT, "HOST", 1, 1, "wait until a device is on the network",
     eo_cmd_wait},
    {"sign", CMD_SIGN, "FILE", 1, 1, "append a signature to an image",
     eo_cmd_sign},
    {"help", CMD_HELP, "[COMMAND]", 0, 1, "show all options of a command",
     eo_cmd_help},
    {"version", CMD_VERSION, "", 0, 0, "print the version and what is built in",
     eo_cmd_version},
    {"completion", CMD_COMPLETION, "bash|zsh|fish", 1, 1,
     "print the completions for a shell", eo_cmd_completion},
    {0},
};

int main(int argc, char **argv)
{
    return eo_commands_run(COMMANDS, argc, argv);
}
