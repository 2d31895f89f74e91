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
	+@$(call build_for,windows,TARGET_OS=Windows CFLAGS='$(CFLAGS)' LDFLAGS=-s $(WHAT))

STATICS := static-amd64 static-arm64 static-armhf
## static: for Linux, files that need nothing, in build/static-{amd64,arm64,armhf}
static: $(STATICS)
$(STATICS):
	+@$(call build_for,$@,TARGET_OS=Linux CFLAGS=-Os LDFLAGS='-static -s' $(WHAT))


# The smallest that can be.
LEAST := WITH_GZIP=0 WITH_JSON=0 WITH_INI=0 WITH_HTTP=0
static-least-%:
	+@libs=$$(tools/libraries.sh static-$*) && $(call build_with,static-$*/least,TARGET_OS=Linux CFLAGS=-Os LDFLAGS='-static -s' $(LEAST) all)

## check-static: how large those files are, and the stories, arm emulated; STATIC_ONES=amd64 picks
STATIC_ONES ?= amd64 arm64 armhf
check-static: all $(PEERS) $(MKIMAGE) $(addprefix static-,$(STATIC_ONES)) $(addprefix static-least-,$(STATIC_ONES))
	+@BUILD='$(BUILD)' BIN='$(BINDEST)' tests/static.sh $(STATIC_ONES)

.PHONY: windows static $(STATICS) check-static $(addprefix static-least-,$(STATIC_ONES))
