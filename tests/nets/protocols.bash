# protocols.bash -- what is flashed how: for each protocol a simulated device,
# the program's options, the image, and the steps at which a device can restart.
# Flash and receive buffers are about as slow and as small as real ones.
# shellcheck shell=bash disable=SC2034

KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
SLOW='--flash-ms-per-kib 2 --reboot-ms 3000'

PROTOCOLS=(esphome esphome-gzip esphome-noise arduino-esp8266 arduino-esp32 web pull)

declare -A TITLE=(
    [esphome]='ESPHome, SHA-256' [esphome-gzip]='ESPHome, gzip' [esphome-noise]='ESPHome, Noise'
    [arduino-esp8266]='ArduinoOTA ESP8266' [arduino-esp32]='ArduinoOTA ESP32' [web]='web push' [pull]='pull')

declare -A DEVICE=(
    [esphome]="esphome --firmware 2025.10 --gzip no --password hunter2 --rcvbuf 5840 $SLOW"
    [esphome-gzip]="esphome --platform esp8266 --gzip yes --password hunter2 --rcvbuf 5840 $SLOW"
    [esphome-noise]="esphome --key $KEY --require-encryption --gzip no --rcvbuf 5840 $SLOW"
    [arduino-esp8266]="arduino --profile esp8266 --password hunter2 --rcvbuf 4288 --mss 536 $SLOW"
    [arduino-esp32]="arduino --profile esp32 --password hunter2 --pbkdf2-ms 300 --rcvbuf 5840 $SLOW"
    [web]="web --profile esphome-idf --user admin --password hunter2 --rcvbuf 5840 $SLOW"
    [pull]='pull --variant esp32 --url http://10.77.0.1:8080/firmware.bin --every-ms 5000 --once 1 --reboot-ms 3000')

declare -A CLIENT=(
    [esphome]='--protocol esphome -a hunter2'
    [esphome-gzip]='--protocol esphome -a hunter2'
    [esphome-noise]="--protocol esphome --key $KEY"
    [arduino-esp8266]='--protocol arduino -a hunter2'
    [arduino-esp32]='--protocol arduino -a hunter2'
    [web]='--protocol web --profile esphome --user admin -a hunter2'
    [pull]='serve firmware.bin --bind 10.77.0.1 --port 8080 --once 1')

declare -A CHIP=([arduino-esp8266]=esp8266 [esphome-gzip]=esp8266) # the others: esp32

talk='accept version features auth response prepare md5 data receive end goodbye'
declare -A STEPS=(
    [esphome]=$talk [esphome-gzip]=$talk [esphome-noise]=${talk/auth response/key auth}
    [arduino-esp8266]='invitation challenge answer ok call data end verdict'
    [arduino-esp32]='invitation challenge answer ok call data end verdict'
    [web]='accept head data end verdict' [pull]='request data end')

# restart_at PROTOCOL STEP: the device's options.
restart_at() {
    case $1 in
    esphome*) echo "--fault reset@$2 --fault-sessions 1" ;;
    *) echo "--restart $2" ;;
    esac
}
