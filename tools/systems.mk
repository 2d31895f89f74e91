# systems.mk -- the programs for other systems than this one, with the libraries
# that tools/libraries.sh builds for them.

# $(call build_for,TARGET,VARIABLES AND TARGETS); it says what is missing.
build_for = libs=$$(tools/libraries.sh $(1)) && $(call build_with,$(1),$(2))
build_with = PKG_CONFIG_PATH= PKG_CONFIG_LIBDIR="$$libs/lib/pkgconfig" \
    $(MAKE) --no-print-directory BUILD=build/$(1) BINDEST=build/$(1) \
    CC="$$libs/bin/cc" AR="$$libs/bin/ar" WINDRES="$$libs/bin/windres" $(2)

# Also for tests: make windows WHAT='all build-tests'
WHAT ?= all

## windows: both programs for Windows 10 and later on x86-64, in build/windows
windows:
	+@$(call build_for,windows,TARGET_OS=Windows CFLAGS='$(CFLAGS) -Werror' LDFLAGS=-s $(WHAT))

SMALL := -Os -Werror -ffunction-sections -fdata-sections -fno-unwind-tables -fno-asynchronous-unwind-tables
STATIC_FOR ?= amd64 arm64 armhf
STATIC_ALL := $(addprefix static-,$(STATIC_FOR))
FOR_STATIC := TARGET_OS=Linux CFLAGS='$(SMALL)' LDFLAGS='-static -s -Wl,--gc-sections' \
    HARD_PROGRAM='-no-pie -Wl,-z,relro,-z,now'

# At a fixed address: what relocates an address costs more bytes than it has.
## static: for Linux, files that need nothing, in build/static-ARCH; STATIC_FOR='amd64 arm64' picks
static: $(STATIC_ALL)
$(STATIC_ALL):
	+@$(call build_for,$@,$(FOR_STATIC) build/$@/espota-c build/$@/espota-sim)

## check-static: how large those files are, and the stories, arm emulated
check-static: all $(PEERS) $(EXAMPLES) $(MKIMAGE) $(STATIC_ALL)
	+@BUILD='$(BUILD)' BIN='$(BINDEST)' tests/static.sh $(STATIC_FOR)

# Both processors; linked on a Mac alone.  Of the libraries headers are enough,
# which are the same for all systems of 64 bits.
MACS := macos-x86_64 macos-aarch64
## check-macos: every file compiles for macOS 11 and later, warnings are errors
check-macos: $(MACS)
$(MACS): macos-%:
	+@libs=$$(tools/libraries.sh static-amd64) && $(call build_with,$@,TARGET_OS=Darwin \
	    CC="$$libs/bin/cc -target $*-macos.11.0" CPPFLAGS='$(if $(wildcard $(DNSSD)),-I$(dir $(DNSSD)))' \
	    WITH_DNSSD=$(if $(wildcard $(DNSSD)),1,0) CFLAGS='-O2 -Werror' objects)
# Of Avahi; the one of macOS has more.
DNSSD := /usr/include/avahi-compat-libdns_sd/dns_sd.h

.PHONY: check-macos $(MACS) windows static check-static $(STATIC_ALL)
