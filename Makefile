# espota-c -- "make help" lists the targets.
# Everything can be overridden: make CC=clang PREFIX=/usr CFLAGS=-O3 V=1

PREFIX      ?= /usr/local
BINDIR      ?= $(PREFIX)/bin
LIBDIR      ?= $(PREFIX)/lib
INCLUDEDIR  ?= $(PREFIX)/include
MANDIR      ?= $(PREFIX)/share/man
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR  ?= $(PREFIX)/share/zsh/site-functions
FISHCOMPDIR ?= $(PREFIX)/share/fish/vendor_completions.d

PKG_CONFIG  ?= pkg-config
INSTALL     ?= install
CFLAGS      ?= -O2 -g

VERSION   := $(shell awk '/^.define ESPOTA_VERSION_(MAJOR|MINOR|PATCH) / { printf "%s%s", dot, $$3; dot = "." }' include/espota/version.h)
SOVERSION := 0

# "make setup X Y" installs first and then starts afresh with X and Y: what
# pkg-config says below is not true before.
ifneq ($(filter setup,$(MAKECMDGOALS)),)
AFTER := $(filter-out setup,$(MAKECMDGOALS))
.PHONY: setup $(AFTER)
## setup: install what is missing with the system's package manager
setup:
	@tools/setup.sh install build $(if $(filter-out all demo install,$(AFTER)),check)
	@$(if $(AFTER),$(MAKE) --no-print-directory $(AFTER))
$(AFTER): setup ; @:
else

# ---- for which system ---------------------------------------------------------
# The system that the programs are to run on, which the compiler knows; the one
# that builds may be another.

ifndef TARGET_OS
TARGET_MACHINE := $(shell $(CC) -dumpmachine 2>/dev/null)
TARGET_OS := $(strip $(if $(findstring linux,$(TARGET_MACHINE)),Linux, \
             $(if $(findstring darwin,$(TARGET_MACHINE))$(findstring macos,$(TARGET_MACHINE)),Darwin, \
             $(if $(findstring mingw,$(TARGET_MACHINE))$(findstring windows,$(TARGET_MACHINE)),Windows,Unix))))
endif
# Its files in src/os/: the others are left out.
OS_FILES := $(if $(filter Windows,$(TARGET_OS)),windows,posix)
OTHER_OS := $(filter-out %_$(OS_FILES).c,$(wildcard src/os/*_posix.c src/os/*_windows.c))

# ---- what is there -----------------------------------------------------------
# A library that is missing is left out of the build, except OpenSSL.

OTHERS := windows static static-amd64 static-arm64 static-armhf check-macos macos-x86_64 macos-aarch64
NEEDS_NOTHING := clean help dist check-layers check-reproducible check-cross $(OTHERS)
ifneq ($(filter-out $(NEEDS_NOTHING),$(or $(MAKECMDGOALS),all)),)
missing = $(error $(1) is missing: install the package "$(shell tools/setup.sh name $(2))", or run "make setup")
ifeq ($(shell command -v $(firstword $(CC))),)
$(call missing,the C compiler,cmd:cc)
endif
ifeq ($(shell command -v $(firstword $(PKG_CONFIG))),)
$(call missing,pkg-config,cmd:pkg-config)
endif
ifneq ($(shell $(PKG_CONFIG) --exists 'libcrypto >= 3' && echo yes),yes)
$(call missing,OpenSSL 3,pkg:libcrypto)
endif
ifneq ($(filter check% coverage fuzz%,$(MAKECMDGOALS)),)
ifneq ($(shell $(PKG_CONFIG) --exists cmocka && echo yes),yes)
$(call missing,cmocka,pkg:cmocka)
endif
endif
endif

have = $(shell $(PKG_CONFIG) --exists '$(1)' 2>/dev/null && echo 1 || echo 0)
WITH_GZIP ?= $(call have,libdeflate)
WITH_JSON ?= $(call have,jansson)
WITH_INI  ?= $(call have,inih)
WITH_HTTP ?= 1
WITH_HTTP_PUSH  ?= $(if $(filter 0,$(WITH_HTTP)),0,$(call have,libcurl >= 7.73))
WITH_HTTP_SERVE ?= $(if $(filter 0,$(WITH_HTTP)),0,$(call have,libmicrohttpd >= 0.9.71))

# Avahi is loaded when it is needed: its headers are enough here.
WITH_AVAHI ?= $(call have,avahi-client)
WITH_DNSSD ?= $(if $(filter Darwin,$(TARGET_OS)),1,0)

DEPS_LIB := libcrypto $(if $(filter 1,$(WITH_GZIP)),libdeflate) $(if $(filter 1,$(WITH_JSON)),jansson) \
            $(if $(filter 1,$(WITH_HTTP_SERVE)),libmicrohttpd) $(if $(filter 1,$(WITH_HTTP_PUSH)),libcurl)
DEPS_CLI := $(if $(filter 1,$(WITH_INI)),inih)
FEATURES := $(if $(filter 1,$(WITH_GZIP)),-DEO_WITH_GZIP) $(if $(filter 1,$(WITH_JSON)),-DEO_WITH_JSON) \
            $(if $(filter 1,$(WITH_INI)),-DEO_WITH_INI) \
            $(if $(filter 1,$(WITH_HTTP_SERVE)),-DEO_WITH_HTTP_SERVE) \
            $(if $(filter 1,$(WITH_HTTP_PUSH)),-DEO_WITH_HTTP_PUSH) \
            $(if $(filter 1,$(WITH_AVAHI)),-DEO_WITH_AVAHI) $(if $(filter 1,$(WITH_DNSSD)),-DEO_WITH_DNSSD)

# What is left out is a file that is left out; where something must stand in for
# it, a file X_none.c does.  $(call part,WITH,FILE...,FILE_none...)
part = $(if $(filter 1,$(1)),$(3),$(2))
LEFT_OUT := $(addprefix src/, \
    $(call part,$(WITH_AVAHI),names/mdns_avahi.c) \
    $(call part,$(WITH_DNSSD),names/mdns_dnssd.c) \
    $(call part,$(WITH_GZIP),image/gzip.c,image/gzip_none.c) \
    $(call part,$(WITH_INI),conf/config_ini.c conf/ini_lines.c,conf/config_ini_none.c) \
    $(call part,$(WITH_INI),$(addprefix cli/cmd_config,.c _init.c _show.c),cli/cmd_config_none.c) \
    $(call part,$(WITH_INI),conf/map.c,conf/map_none.c) \
    $(call part,$(WITH_JSON),serve/manifest.c,serve/manifest_none.c) \
    $(call part,$(WITH_JSON),ui/json.c ui/json_library.c ui/ui_json.c,ui/json_none.c) \
    $(call part,$(WITH_JSON),ui/serve_json.c,ui/serve_json_none.c) \
    $(call part,$(WITH_JSON),conf/inventory_json.c,conf/inventory_json_none.c) \
    $(call part,$(WITH_JSON),cli/cmd_config_json.c,cli/cmd_config_json_none.c) \
    $(call part,$(WITH_JSON),cli/journal.c cli/journal_file.c,cli/journal_none.c) \
    $(call part,$(WITH_JSON),cli/inspect_json.c,cli/inspect_json_none.c) \
    $(call part,$(WITH_JSON),cli/discover_json.c,cli/discover_json_none.c) \
    $(call part,$(WITH_JSON),sim/report.c,sim/report_none.c) \
    $(call part,$(WITH_JSON),sim_pull/manifest.c,sim_pull/manifest_none.c) \
    $(call part,$(WITH_HTTP_PUSH),web/push.c web/push_fail.c web/push_multi.c web/push_request.c,web/push_none.c) \
    $(call part,$(WITH_HTTP_SERVE),serve/httpd.c serve/httpd_conn.c serve/httpd_request.c,serve/httpd_none.c))

# ---- what we are made of -----------------------------------------------------

SRC_CLI := $(sort $(filter-out $(LEFT_OUT),$(wildcard src/conf/*.c src/ui/*.c src/cli/*.c)))
SRC_SIM := $(sort $(filter-out $(LEFT_OUT),$(wildcard src/sim/*.c src/sim_*/*.c)))
SRC_LIB := $(sort $(filter-out $(SRC_CLI) $(SRC_SIM) $(LEFT_OUT) $(OTHER_OS),$(wildcard src/*/*.c)))
UNIT    := $(sort $(wildcard tests/unit/test_*.c))
# Comparisons are counted where the linker wraps calls.
UNIT    := $(filter-out $(if $(filter Linux,$(TARGET_OS)),,%/test_cli_planning.c),$(UNIT))
# And what is one system's has its name.
UNIT    := $(filter-out $(if $(filter windows,$(OS_FILES)),%_posix.c,%_windows.c),$(UNIT))
SUPPORT := $(sort $(wildcard tests/support/*.c))
FUZZ    := $(sort $(wildcard fuzz/fuzz_*.c))
BENCH   := $(sort $(wildcard tests/bench/*.c))
PEER    := $(sort $(wildcard tests/peer/*.c))
# Each needs the library whose loop it joins.
EXAMPLE := examples/loop_run.c examples/loop_poll.c \
           $(if $(filter 1,$(call have,libevent)),examples/loop_libevent.c) \
           $(if $(filter 1,$(call have,libuv)),examples/loop_libuv.c)

# ---- how it is compiled ------------------------------------------------------
# Ours first, the packager's CPPFLAGS, CFLAGS and LDFLAGS last: theirs win.

ifdef SAN
BUILD   ?= build/san
OUR_SAN := -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
BINDEST := $(BUILD)
else
BUILD   ?= build
BINDEST ?= .
endif

OUR_CPPFLAGS := -Iinclude -Isrc -D_DEFAULT_SOURCE -D_DARWIN_C_SOURCE -D_FILE_OFFSET_BITS=64 $(FEATURES) \
                $(shell $(PKG_CONFIG) --cflags $(DEPS_LIB) $(DEPS_CLI) 2>/dev/null)
OUR_CFLAGS   := -std=c11 -pthread -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes \
                -Wmissing-prototypes -Wvla -fPIC -fvisibility=hidden -ffile-prefix-map=$(CURDIR)=. $(OUR_SAN)
# Hardened where the system knows how: sanitizers and -O0 do not go with it.
ifndef SAN
OUR_CPPFLAGS += $(if $(filter -O1 -O2 -O3 -Os,$(CFLAGS)),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif
OUR_CFLAGS   += -fstack-protector-strong
ifeq ($(TARGET_OS),Windows)
# Of the compiler's own libraries too, nothing is to be brought along.
OUR_LINK     := -static -fstack-protector-strong -Wl,--dynamicbase,--high-entropy-va,--nxcompat
OUR_CPPFLAGS += -D_WIN32_WINNT=0x0A00 -D__USE_MINGW_ANSI_STDIO=1
endif
ifeq ($(filter Darwin Windows,$(TARGET_OS)),)
HARD_SHARED  := -Wl,-z,relro,-z,now
HARD_PROGRAM := -pie $(HARD_SHARED)
endif
LIBS         := $(shell $(PKG_CONFIG) --libs $(DEPS_LIB) 2>/dev/null) -pthread \
                $(if $(filter Linux,$(TARGET_OS)),-ldl $(if $(filter 1,$(WITH_DNSSD)),-ldns_sd)) \
                $(if $(filter Windows,$(TARGET_OS)),-lws2_32 -liphlpapi -ladvapi32 -lshell32 -lole32 -lntdll)
LIBS_CLI     := $(shell $(PKG_CONFIG) --libs $(DEPS_CLI) 2>/dev/null)
COMPILE       = $(CC) $(OUR_CPPFLAGS) $(CPPFLAGS) $(OUR_CFLAGS) $(CFLAGS)
LINK          = $(CC) $(OUR_SAN) $(OUR_LINK) $(CFLAGS) $(LDFLAGS)

obj      = $(patsubst %.c,$(BUILD)/%.o,$(1))
STATIC  := $(BUILD)/libespota.a
ifeq ($(TARGET_OS),Darwin)
SHARED  := $(BUILD)/libespota.$(SOVERSION).dylib
SOLINK  := libespota.dylib
SOFLAGS  = -dynamiclib -install_name $(LIBDIR)/$(@F)
else
SHARED  := $(BUILD)/libespota.so.$(SOVERSION)
SOLINK  := libespota.so
SOFLAGS  = -shared -Wl,-soname,$(@F)
endif
# With the manifest that Windows reads; no DLL: the programs hold the library.
ifeq ($(TARGET_OS),Windows)
EXE     := .exe
SHARED  :=
RESOURCE := $(BUILD)/src/os/windows_rc.o
WINDRES ?= windres
endif
BIN     := $(BINDEST)/espota-c$(EXE)
SIM     := $(BINDEST)/espota-sim$(EXE)
TESTS   := $(patsubst %.c,$(BUILD)/%$(EXE),$(UNIT))
REPLAYS := $(patsubst %.c,$(BUILD)/%_replay$(EXE),$(FUZZ))
FUZZERS := $(patsubst %.c,$(BUILD)/%,$(FUZZ))
PEERS   := $(patsubst %.c,$(BUILD)/%$(EXE),$(PEER))
EXAMPLES := $(patsubst %.c,$(BUILD)/%$(EXE),$(EXAMPLE))
BENCHES := $(patsubst %.c,$(BUILD)/%$(EXE),$(BENCH))
MKIMAGE := $(BUILD)/tools/mkimage$(EXE)
# The shim stands between the program and a C library like glibc.
TORTURE := $(if $(filter Linux,$(TARGET_OS)),$(BUILD)/tests/torture/torture $(BUILD)/tests/torture/fail.so)

# So does the linker that wraps calls.
MODEL   := $(if $(filter Linux,$(TARGET_OS)),$(if $(filter 1,$(WITH_JSON)),$(BUILD)/tests/model/model))
comma   := ,

ifneq ($(V),1)
say = @printf '  %-8s%s\n' $(1) $(2);
endif

## all: both programs and both libraries (default)
all: $(BIN) $(SIM) $(STATIC) $(SHARED)

$(BUILD)/%.o: %.c $(BUILD)/.flags
	$(call say,CC,$<)mkdir -p $(@D) && $(COMPILE) -MMD -MP -c -o $@ $<

$(STATIC): $(call obj,$(SRC_LIB))
	$(call say,AR,$@)rm -f $@ && $(AR) rcs $@ $^

ifneq ($(SHARED),)
$(SHARED): $(call obj,$(SRC_LIB))
	$(call say,LD,$@)$(LINK) $(SOFLAGS) $(HARD_SHARED) -o $@ $^ $(LIBS)
endif

$(BUILD)/%_rc.o: %.rc src/os/windows.manifest $(BUILD)/.flags
	$(call say,RC,$@)mkdir -p $(@D) && $(WINDRES) -DVERSION=$(VERSION) -DNUMBERS=$(subst .,$(comma),$(VERSION)),0 -o $@ $<

$(BIN): $(call obj,$(SRC_CLI)) $(RESOURCE) $(STATIC)
	$(call say,LD,$@)$(LINK) $(HARD_PROGRAM) -o $@ $^ $(LIBS_CLI) $(LIBS)

$(SIM): $(call obj,$(SRC_SIM)) $(RESOURCE) $(STATIC)
	$(call say,LD,$@)$(LINK) $(HARD_PROGRAM) -o $@ $^ $(LIBS_CLI) $(LIBS)

# As libmicrohttpd does: the system's 64 are few.
$(BUILD)/src/serve/httpd.o: OUR_CPPFLAGS += $(if $(filter Windows,$(TARGET_OS)),-DFD_SETSIZE=2048)

# Objects depend on the flags they were built with, not only on their sources.
# Ours alone, whichever object asks first: make hands down what is set for it.
$(BUILD)/.flags: OUR_CPPFLAGS := $(OUR_CPPFLAGS)
$(BUILD)/.flags: FORCE
	@mkdir -p $(@D); echo '$(COMPILE)' | cmp -s - $@ || echo '$(COMPILE)' > $@

# ---- demo --------------------------------------------------------------------

## demo: flash a simulated device on loopback; FIRMWARE=path for a file of yours
demo: $(BIN) $(SIM) $(MKIMAGE)
	@tools/demo.sh '$(MKIMAGE)' '$(FIRMWARE)'

$(BUILD)/tools/%$(EXE): $(BUILD)/tools/%.o $(STATIC)
	$(call say,LD,$@)$(LINK) -o $@ $^ $(LIBS)

# ---- examples ------------------------------------------------------------------

## examples: programs that use the library, one for each kind of loop
examples: $(EXAMPLES)

# They see what a user of the library sees.
$(BUILD)/examples/%.o: OUR_CPPFLAGS = -Iinclude -D_DEFAULT_SOURCE -D_DARWIN_C_SOURCE \
    $(if $(filter loop_lib%,$*),$(shell $(PKG_CONFIG) --cflags $(patsubst loop_%,%,$*)))

$(BUILD)/examples/%$(EXE): $(BUILD)/examples/%.o $(STATIC)
	$(call say,LD,$@)$(LINK) -o $@ $^ $(if $(filter loop_lib%,$*),$(shell $(PKG_CONFIG) --libs $(patsubst loop_%,%,$*))) $(LIBS)

# ---- checks ------------------------------------------------------------------

$(BUILD)/tests/%.o: OUR_CPPFLAGS += -Itests $(shell $(PKG_CONFIG) --cflags cmocka 2>/dev/null)

$(BUILD)/tests/unit/test_%$(EXE): $(BUILD)/tests/unit/test_%.o $(call obj,$(SUPPORT)) \
        $(filter-out %/main.o,$(call obj,$(SRC_CLI) $(SRC_SIM))) $(STATIC)
	$(call say,LD,$@)$(LINK) -o $@ $^ $(shell $(PKG_CONFIG) --libs cmocka) $(LIBS_CLI) $(LIBS)

$(BUILD)/tests/unit/test_cli_planning: LINK += -Wl,--wrap=strcmp,--wrap=eo_lower

$(BUILD)/tests/peer/%$(EXE): $(BUILD)/tests/peer/%.o $(STATIC)
	$(call say,LD,$@)$(LINK) -o $@ $^ $(LIBS)

$(BUILD)/tests/bench/%$(EXE): $(BUILD)/tests/bench/%.o $(STATIC)
	$(call say,LD,$@)$(LINK) -o $@ $^ $(LIBS)

# Of the programs a target takes what it calls; what it defines itself, as the
# sockets of a device that is not there, is not taken.
$(BUILD)/fuzz/programs.a: $(filter-out %/main.o,$(call obj,$(SRC_CLI) $(SRC_SIM)))
	$(call say,AR,$@)mkdir -p $(@D) && rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/tests/torture/torture: $(call obj,$(addprefix tests/torture/,torture.c judge.c place.c)) $(STATIC)
	$(call say,LD,$@)$(LINK) -o $@ $^ $(LIBS)

# The program as it is, but for what leaves it: the linker hands those calls to
# tests/model/.
WRAPPED := clock_gettime write fsync ftruncate ftruncate64 flock eo_waits_turn eo_signals_caught eo_ui_json \
           espota_image_open espota_image_free eo_resolve_start eo_resolve_free eo_identity_start eo_identity_free \
           eo_race_start eo_race_free eo_machine_start
$(BUILD)/tests/model/model: $(call obj,$(wildcard tests/model/*.c) tests/support/forge.c) \
        $(filter-out %/main.o,$(call obj,$(SRC_CLI))) $(STATIC)
	$(call say,LD,$@)$(LINK) $(addprefix -Wl$(comma)--wrap=,$(WRAPPED)) -o $@ $^ $(shell $(PKG_CONFIG) --libs cmocka) $(LIBS_CLI) $(LIBS)

SHIM := $(addprefix tests/torture/,fail_plan.c fail_memory.c fail_calls.c)
$(BUILD)/tests/torture/fail.so: $(SHIM) tests/torture/fail.h tests/torture/fail_inside.h
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) -std=c11 -D_GNU_SOURCE -O1 -g -fno-omit-frame-pointer -fno-builtin \
	    -Wall -Wextra -fvisibility=hidden -fPIC -shared -o $@ $(SHIM) -ldl

WORLDLY := $(filter fuzz/fuzz_sim_% fuzz/fuzz_api_discover% fuzz/fuzz_names_mdns%,$(FUZZ:.c=))
$(addprefix $(BUILD)/,$(WORLDLY) $(addsuffix _replay$(EXE),$(WORLDLY))): $(BUILD)/fuzz/world.o

FUZZ_LINK = $(LINK) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS_CLI) $(LIBS)
$(BUILD)/fuzz/%_replay$(EXE): $(BUILD)/fuzz/%.o $(BUILD)/fuzz/standalone.o $(BUILD)/fuzz/programs.a $(STATIC)
	$(call say,LD,$@)$(FUZZ_LINK)

$(BUILD)/fuzz/fuzz_%: $(BUILD)/fuzz/fuzz_%.o $(BUILD)/fuzz/programs.a $(STATIC)
	$(call say,LD,$@)$(FUZZ_LINK) -fsanitize=fuzzer

## check: all tests; SAN=1 adds the sanitizers
check: all $(TESTS) $(MODEL) $(REPLAYS) $(BENCHES) $(PEERS) $(EXAMPLES) $(TORTURE) $(MKIMAGE)
	+@BUILD='$(BUILD)' BIN='$(BINDEST)' tests/run.sh

## check-unit: the unit tests alone
check-unit: $(TESTS)
	+@BUILD='$(BUILD)' BIN='$(BINDEST)' tests/run.sh unit

## check-e2e: the stories alone; ONLY=word picks files
check-e2e: all $(PEERS) $(EXAMPLES) $(TORTURE) $(MKIMAGE)
	+@BUILD='$(BUILD)' BIN='$(BINDEST)' ONLY='$(ONLY)' tests/run.sh e2e

## model: N histories of fleets' runs, judged in virtual time, from SEED on
N    ?= 100000
SEED ?= 1
.PHONY: model
model: $(MODEL)
	@$(BUILD)/tests/model/model $(N) $(SEED)

## check-replay: the committed inputs of the fuzz targets alone
check-replay: $(REPLAYS)
	+@BUILD='$(BUILD)' BIN='$(BINDEST)' tests/run.sh replay

# What the programs are made of, compiled and not linked.
objects: $(call obj,$(SRC_LIB) $(SRC_CLI) $(SRC_SIM))

# What the tests are made of, compiled and not run.
build-tests: $(TESTS) $(MODEL) $(REPLAYS) $(BENCHES) $(PEERS) $(EXAMPLES) $(TORTURE) $(MKIMAGE)

## check-reproducible: two builds in two folders are the same, byte for byte
check-reproducible:
	@tools/check-reproducible.sh

## check-valgrind: unit tests and replays under valgrind's memcheck
.PHONY: check-valgrind
check-valgrind: $(TESTS) $(REPLAYS)
	+@BUILD='$(BUILD)' tests/valgrind.sh || [ $$? = 77 ]

## check-cross: on arm64, armhf and s390x, emulated; CROSS='short s390x' picks
.PHONY: check-cross
check-cross:
	+@tests/cross.sh $(CROSS) || [ $$? = 77 ]

# What is asked, and why the rest is not: .clang-tidy.
## tidy: clang-tidy on all of src and include
.PHONY: tidy
tidy:
	@printf '%s\n' $(SRC_LIB) $(SRC_CLI) $(SRC_SIM) | xargs -P "$$(nproc 2>/dev/null || echo 2)" -I{} \
	    clang-tidy --quiet --warnings-as-errors='*' {} -- $(filter-out -U% -D_FORTIFY%,$(OUR_CPPFLAGS)) -std=c11

check-layers:
	@tools/check-layers.sh

# What a static link could collide with carries our name.
check-symbols: $(STATIC)
	@nm -g --defined-only $< | awk 'NF == 3 && $$3 !~ /^(_?(espota|eo|EO)_|__)/ { print "not ours to export: " $$3; bad = 1 } END { exit bad }'

## fuzz: run each libFuzzer target for TIME seconds (needs clang); ONLY=word, JOBS=n
TIME ?= 60
FUZZ_SAN    := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
FUZZ_BUILD   = $(MAKE) --no-print-directory BUILD=build/$@ fuzzers
FUZZ_RUN     = ONLY='$(ONLY)' JOBS='$(JOBS)' tools/fuzz.sh run build/$@ '$(TIME)'
# $(call fuzzed_by,COMPILER): in one line, what is missing.
fuzzed_by = command -v $(1) >/dev/null || { echo "$(1) is missing: install the package \"$$(tools/setup.sh name cmd:$(1))\""; exit 1; }
fuzz:
	@$(call fuzzed_by,clang)
	@$(FUZZ_BUILD) CC=clang CFLAGS='$(FUZZ_SAN)'
	@$(FUZZ_RUN)

## fuzz-fast: the same without sanitizers, for many more executions
fuzz-fast:
	@$(call fuzzed_by,clang)
	@$(FUZZ_BUILD) CC=clang CFLAGS='-O2 -g -fsanitize=fuzzer-no-link'
	@$(FUZZ_RUN)

## fuzz-afl: the same by AFL++ (needs afl-clang-fast)
AFL_CC ?= afl-clang-fast
fuzz-afl:
	@$(call fuzzed_by,$(AFL_CC))
	@$(FUZZ_BUILD) CC=$(AFL_CC) CFLAGS='-O2 -g'
	@ONLY='$(ONLY)' JOBS='$(JOBS)' tools/fuzz.sh afl build/$@ '$(TIME)'

## fuzz-merge: take over into fuzz/corpus/ what the runs above found that reaches more
fuzz-merge:
	@tools/fuzz.sh merge build/fuzz $(wildcard build/fuzz-fast build/fuzz-afl)

fuzzers: $(FUZZERS)

## nets: every protocol on every bad network (6 minutes; root); ONLY=pattern
nets: all $(PEERS) $(MKIMAGE)
	@BUILD='$(BUILD)' BIN='$(BINDEST)' ONLY='$(ONLY)' tests/nets/run.sh

## torture: fail every call of every story, one after the other; ONLY=story
torture: all $(TORTURE) $(MKIMAGE)
	@BUILD='$(BUILD)' BIN='$(BINDEST)' tests/torture/run.sh $(if $(ONLY),--story $(ONLY))

## bench: what docs/PERFORMANCE.md reports, measured now
bench: all $(BENCHES) $(MKIMAGE)
	@BUILD='$(BUILD)' tests/bench/run.sh $(ONLY)

## coverage: lines and branches that the tests go through, and which they do not
COVERED := BUILD=build/cov BINDEST=build/cov CFLAGS='-O0 -g --coverage -fprofile-update=atomic'
coverage:
	@tools/coverage.sh clear build/cov
	@$(MAKE) --no-print-directory $(COVERED) build/cov/tools/atsignal.o
	@$(MAKE) --no-print-directory $(COVERED) LDFLAGS=build/cov/tools/atsignal.o check && passed=1; \
	    tools/coverage.sh report build/cov || passed=; \
	    [ "$$passed" ] || { echo 'coverage: not all tests passed, or a floor is not kept'; exit 1; }

include tools/systems.mk

## completions: write completions/ anew from the option table
completions: $(BIN)
	@mkdir -p $@
	@$(BIN) completion bash > $@/espota-c.bash
	@$(BIN) completion zsh > $@/_espota-c
	@$(BIN) completion fish > $@/espota-c.fish
	@$(BIN) completion powershell > $@/espota-c.ps1

# ---- install -----------------------------------------------------------------

# The prefix may be another one each time.
$(BUILD)/espota.pc: FORCE
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' 'includedir=$(INCLUDEDIR)' '' \
	    'Name: espota' 'Description: Push firmware to ESP devices over the network' \
	    'Version: $(VERSION)' 'Requires.private: $(strip $(DEPS_LIB))' 'Libs: -L$${libdir} -lespota' \
	    'Libs.private: -pthread' 'Cflags: -I$${includedir}' > $@

## install: honours DESTDIR, PREFIX and the usual *DIR variables
install: all $(BUILD)/espota.pc
	$(INSTALL) -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(LIBDIR)/pkgconfig' \
	    '$(DESTDIR)$(INCLUDEDIR)/espota' '$(DESTDIR)$(MANDIR)/man1' '$(DESTDIR)$(MANDIR)/man5'
	$(INSTALL) -m 755 $(BIN) $(SIM) '$(DESTDIR)$(BINDIR)/'
	$(INSTALL) -m 644 $(STATIC) '$(DESTDIR)$(LIBDIR)/'
	$(INSTALL) -m 755 $(SHARED) '$(DESTDIR)$(LIBDIR)/'
	ln -sf $(notdir $(SHARED)) '$(DESTDIR)$(LIBDIR)/$(SOLINK)'
	$(INSTALL) -m 644 include/espota/*.h '$(DESTDIR)$(INCLUDEDIR)/espota/'
	$(INSTALL) -m 644 $(BUILD)/espota.pc '$(DESTDIR)$(LIBDIR)/pkgconfig/'
	$(INSTALL) -m 644 man/*.1 '$(DESTDIR)$(MANDIR)/man1/'
	$(INSTALL) -m 644 man/*.5 '$(DESTDIR)$(MANDIR)/man5/'
	$(INSTALL) -d '$(DESTDIR)$(BASHCOMPDIR)' '$(DESTDIR)$(ZSHCOMPDIR)' '$(DESTDIR)$(FISHCOMPDIR)'
	$(INSTALL) -m 644 completions/espota-c.bash '$(DESTDIR)$(BASHCOMPDIR)/espota-c'
	$(INSTALL) -m 644 completions/_espota-c '$(DESTDIR)$(ZSHCOMPDIR)/'
	$(INSTALL) -m 644 completions/espota-c.fish '$(DESTDIR)$(FISHCOMPDIR)/'

uninstall:
	rm -f '$(DESTDIR)$(BINDIR)/espota-c' '$(DESTDIR)$(BINDIR)/espota-sim' \
	    '$(DESTDIR)$(LIBDIR)/$(notdir $(STATIC))' '$(DESTDIR)$(LIBDIR)/$(notdir $(SHARED))' \
	    '$(DESTDIR)$(LIBDIR)/$(SOLINK)' '$(DESTDIR)$(LIBDIR)/pkgconfig/espota.pc' \
	    $(patsubst man/%,'$(DESTDIR)$(MANDIR)/man1/%',$(wildcard man/*.1)) \
	    $(patsubst man/%,'$(DESTDIR)$(MANDIR)/man5/%',$(wildcard man/*.5)) \
	    '$(DESTDIR)$(BASHCOMPDIR)/espota-c' '$(DESTDIR)$(ZSHCOMPDIR)/_espota-c' \
	    '$(DESTDIR)$(FISHCOMPDIR)/espota-c.fish'
	rm -rf '$(DESTDIR)$(INCLUDEDIR)/espota'

DIST ?= espota-c-$(VERSION).tar.gz
## dist: a byte-for-byte reproducible source archive of HEAD
dist:
	@git rev-parse --show-toplevel 2>/dev/null | grep -qxF '$(CURDIR)' || { \
	    echo 'make dist: this is not a git checkout, from which archives are made' >&2; exit 1; }
	git archive --format=tar --prefix=espota-c-$(VERSION)/ HEAD > '$(DIST).tmp' && \
	    gzip -9n < '$(DIST).tmp' > '$(DIST).gz.tmp' && mv '$(DIST).gz.tmp' '$(DIST)'; \
	    rc=$$?; rm -f '$(DIST).tmp' '$(DIST).gz.tmp'; exit $$rc

## clean: remove what was built
clean:
	rm -rf build demo espota-c espota-sim

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

.PHONY: all demo examples check check-unit check-replay check-e2e build-tests objects check-layers check-reproducible check-symbols fuzz fuzz-fast fuzz-afl fuzz-merge fuzzers nets bench coverage completions install uninstall dist clean help FORCE
.SECONDARY:

-include $(shell find $(BUILD) -name root -prune -o -type f -name '*.d' -print 2>/dev/null)

endif
