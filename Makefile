# Twofold. `make help` lists the targets.
.DEFAULT_GOAL := all
SHELL := /bin/bash
# A user's locale may not be installed, which each shell would complain of.
export LC_ALL := C.UTF-8

ifeq ($(origin CC),default)
CC       := gcc
endif
BUILD    ?= build
VERSION  ?= $(shell git describe --always --dirty 2>/dev/null || echo unknown)
VERSION  := $(VERSION)
OPT      ?= -O2
WERROR   ?=
SANITIZE ?=

PACKAGES := hiredis libevent_core libevent_pthreads libcurl libcjson libmariadb libcrypto \
            libxxhash libpcre2-8
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
            -Wcast-qual -Wwrite-strings -Wundef -Wformat=2 -Wswitch-enum -Wvla \
            -Wimplicit-fallthrough -Wdouble-promotion -Wnull-dereference
# Some of the libraries' headers fail our warnings: they are system headers to the compiler.
PACKAGED := $(shell pkg-config --cflags-only-I $(PACKAGES) 2>/dev/null)
INCLUDES := -I. -I$(BUILD)/gen $(subst -I,-isystem ,$(PACKAGED))
CFLAGS    = -std=c11 -D_GNU_SOURCE $(INCLUDES) $(WARNINGS) $(OPT) -g -fno-omit-frame-pointer \
            -fstack-protector-strong $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2) \
            $(WERROR) $(SANITIZE) -MMD -MP -pthread
LDLIBS    = $(shell pkg-config --libs $(PACKAGES)) -lgmp -lm -pthread

# Rooms: every folder with sources of the product, and the rooms that it may use; it may also use
# what these use. Archives, unit tests and headers follow this table, and tests/layers.sh holds the
# includes and the folders against it.
ROOMS := projector projector/apply projector/source projector/store gateway command cache \
         conf/settings conf/build conf/study conf/plan conf/tags conf/grammar conf/expr \
         conf/schema conf/pattern conf/sql conf/text lib/aws lib/sql lib/redis lib/http lib/httpd \
         lib/run lib/data lib/base
projector_needs        := projector/apply conf/build
projector/apply_needs  := projector/source
projector/source_needs := projector/store
projector/store_needs  := command cache
gateway_needs          := command cache conf/build
command_needs          := conf/plan conf/settings lib/aws
cache_needs            := conf/plan conf/settings lib/redis lib/sql
conf/settings_needs    := conf/text lib/httpd lib/redis lib/sql lib/aws
conf/build_needs       := conf/plan conf/study
conf/study_needs       := conf/tags
conf/plan_needs        := conf/expr conf/tags lib/httpd lib/sql
conf/tags_needs        := conf/grammar
conf/grammar_needs     := conf/sql
conf/expr_needs        := conf/schema
conf/schema_needs      := conf/pattern
conf/pattern_needs     := conf/text
conf/sql_needs         := conf/text
conf/text_needs        := lib/data
lib/aws_needs          := lib/http
lib/sql_needs          := lib/run
lib/redis_needs        := lib/run
lib/http_needs         := lib/run
lib/httpd_needs        := lib/run
lib/run_needs          := lib/data
lib/data_needs         := lib/base
lib/base_needs         :=

# What a room is linked with: itself and all that it may use, in the order of ROOMS: who uses comes
# before who is used.
with  = $(1) $(foreach r,$($(1)_needs),$(call with,$(r)))
below = $(filter $(foreach r,$(1),$(call with,$(r))),$(ROOMS))

rooms:  # for tests/layers.sh: each room and what it may include
	@$(foreach r,$(ROOMS),echo '$(r): $(call below,$(r))';)

# Commands in short; `make V=1` shows them whole.
run = $(if $(V),,@echo '  $(1) $@';)

archives = $(patsubst %,$(BUILD)/%.a,$(call below,$(1)))
objects  = $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(1)/main.c,$(wildcard $(1)/*.c)))
sources  = $(foreach r,$(ROOMS),$(wildcard $(r)/*.$(1)))

PROGRAMS := $(BUILD)/twofold-gateway $(BUILD)/twofold-projector $(BUILD)/loopback.so
all: $(PROGRAMS)  ## both binaries (the default)

define room
$(BUILD)/$(1).a: $(call objects,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	@ar rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room,$(r))))

$(BUILD)/twofold-gateway: $(BUILD)/gateway/main.o $(call archives,gateway)
	$(call run,LD)$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/twofold-projector: $(BUILD)/projector/main.o $(call archives,projector)
	$(call run,LD)$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)

# For DynamoDB Local (conf/local); never sanitized, java is not either.
$(BUILD)/loopback.so: conf/local/loopback.c
	@mkdir -p $(@D)
	$(call run,LD)$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) $(WERROR) -O2 -shared -fPIC -o $@ $< -ldl

# SQL, Lua and HTML become C strings: cache/publish.lua -> "cache/publish.lua.h" with publish_lua[].
EMBEDDED := $(foreach r,$(ROOMS),$(wildcard $(r)/*.lua $(r)/*.html $(r)/*.sql))
GENERATED := $(patsubst %,$(BUILD)/gen/%.h,$(EMBEDDED))
$(BUILD)/gen/%.h: %
	@mkdir -p $(@D)
	@{ echo 'static const char $(subst .,_,$(notdir $*))[] ='; \
	   sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/    "/' -e 's/$$/\\n"/' $<; echo ';'; } > $@

# Other flags, other objects (but -Werror changes none).
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(filter-out -Werror,$(CFLAGS))' >$@.now
	@cmp -s $@.now $@ && rm $@.now || mv $@.now $@
FORCE:

$(BUILD)/%.o: %.c $(BUILD)/flags | $(GENERATED)
	@mkdir -p $(@D)
	$(call run,CC)$(CC) $(CFLAGS) $(DEFINES) -c -o $@ $<

# Another version, another object; this one alone.
$(BUILD)/version: FORCE
	@mkdir -p $(@D)
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' >$@
VERSIONED := -DTWOFOLD_VERSION='"$(VERSION)"'
$(BUILD)/lib/run/version.o: DEFINES = $(VERSIONED)
$(BUILD)/lib/run/version.o: $(BUILD)/version

# ------------------------------------------------------------------ tests

# tests/unit/ROOM/test_X.c is linked with that room and those below it, so that a call upwards does
# not link.
define unit_room
$(1)_unit := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/$(1)/test_*.c))
UNIT += $$($(1)_unit)
$$($(1)_unit): %: %.o $(call archives,$(1))
	$$(call run,LD)$$(CC) $$(CFLAGS) -o $$@ $$^ $$(LDLIBS) -lcmocka
endef
$(foreach r,$(ROOMS),$(eval $(call unit_room,$(r))))
.SECONDARY:

unit-programs: $(UNIT)
unit: $(UNIT)  ## unit tests
	@tests/run-unit $(UNIT)

# Tests of the clients against real servers: TWOFOLD_REDIS and TWOFOLD_SQL_PRIMARY say where these
# are (.run/env). Each is linked with its room, with what else is in its folder, and with what all
# share.
in_folder = $(wildcard tests/servers/$(1)/*.c) $(wildcard tests/servers/*.c)
helpers   = $(filter-out tests/servers/$(1)/test_%,$(call in_folder,$(1)))
define servers_room
$(1)_servers := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/servers/$(1)/test_*.c))
SERVERS_TESTS += $$($(1)_servers)
$$($(1)_servers): %: %.o $(patsubst %.c,$(BUILD)/%.o,$(call helpers,$(1))) $(call archives,$(1))
	$$(call run,LD)$$(CC) $$(CFLAGS) -o $$@ $$^ $$(LDLIBS) -lcmocka
endef
$(foreach r,$(ROOMS),$(eval $(call servers_room,$(r))))
servers-tests: $(SERVERS_TESTS)  ## build the tests of Redis and SQL clients

# Fuzz harnesses: tests/fuzz/fuzz_X.c, its inputs in tests/fuzz/corpus/X; it may use the rooms of
# fuzz_X_needs (lib/data if unsaid).
HARNESSES := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
fuzz_command_needs := command
fuzz_entry_needs := cache
fuzz_item_needs := command
fuzz_record_needs := projector
fuzz_route_needs := gateway
fuzz_settings_needs := conf/settings
fuzz_model_needs := conf/build
fuzz_schema_needs := conf/schema
fuzz_sql_needs := conf/grammar
fuzz_expr_needs := conf/expr
fuzz_httpd_parse_needs := lib/httpd
fuzzed = $(BUILD)/tests/fuzz/fuzz_$(1).o $(call archives,$(or $(fuzz_$(1)_needs),lib/data))
define harness
$(BUILD)/tests/fuzz/replay_$(1): $(BUILD)/tests/fuzz/replay.o $(call fuzzed,$(1))
	$$(call run,LD)$$(CC) $$(CFLAGS) -o $$@ $$^ $$(LDLIBS)
$(BUILD)/tests/fuzz/fuzz_$(1): $(call fuzzed,$(1))
	$$(call run,LD)$$(CC) $$(CFLAGS) -fsanitize=fuzzer -o $$@ $$^ $$(LDLIBS)
endef
$(foreach h,$(HARNESSES),$(eval $(call harness,$(h))))

corpora: $(HARNESSES:%=$(BUILD)/tests/fuzz/replay_%)  ## inputs of the fuzz harnesses, replayed
	@good=0 bad=0; for h in $(HARNESSES); do \
	    if $(BUILD)/tests/fuzz/replay_$$h tests/fuzz/corpus/$$h; \
	    then good=$$((good + 1)); else bad=$$((bad + 1)); fi; done; \
	    echo "corpora: $$good passed, $$bad failed"; [ $$bad = 0 ]

# What a run finds new stays in build/fuzz/found; a crash is copied into the corpus under the name
# of its fix.
T ?= 60
fuzz-programs: $(HARNESSES:%=$(BUILD)/tests/fuzz/fuzz_%)
fuzz:  ## libFuzzer on each harness for T=60 seconds, built with clang in build/fuzz
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz CC=clang OPT=-O1 \
	    SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' fuzz-programs
	@for h in $(HARNESSES); do mkdir -p $(BUILD)/fuzz/found/$$h; echo "fuzz: $$h"; \
	    $(BUILD)/fuzz/tests/fuzz/fuzz_$$h -max_total_time=$(T) -max_len=4096 -timeout=10 \
	        -verbosity=0 -print_final_stats=1 -artifact_prefix=$(BUILD)/fuzz/crash-$$h- \
	        $(BUILD)/fuzz/found/$$h tests/fuzz/corpus/$$h || exit 1; done

layers:  ## includes point down, what is banned is not used, and what is cited is there
	@tests/layers.sh
	@tests/citations.sh

PRODUCT := $(call archives,$(ROOMS)) $(BUILD)/gateway/main.o $(BUILD)/projector/main.o
globals: $(PRODUCT)  ## no global is defined twice; advice on what could be static
	@tests/globals.sh $^

HEADERS := $(call sources,h)
headers: $(GENERATED)  ## each header stands alone
	@for header in $(HEADERS); do \
	    $(CC) $(filter-out -MMD -MP -fstack-protector-strong,$(CFLAGS)) -Werror -fsyntax-only \
	        -x c -include $$header /dev/null || exit 1; done; \
	    echo "headers: $(words $(HEADERS)) stand alone"

check: all unit corpora layers headers globals  ## all tests that need no server

# The tags that are derived of random models, against a real server (tests/prove/README.md).
PROVE := $(BUILD)/tests/prove/derive
$(PROVE): $(PROVE).o $(call archives,conf/tags)
	$(call run,LD)$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)
prove: $(PROVE)  ## no answer is stale after random statements, for T=60 seconds (ARGS='--seed 7')
	@DERIVE=$(PROVE) /usr/bin/python3 tests/prove/prove.py --seconds $(T) $(ARGS)
prove-stack: all  ## the same on whole stacks, with commands, DynamoDB and Redis
	@BUILD=$(BUILD) /usr/bin/python3 tests/prove/stack.py --seconds $(T) $(ARGS)

# The stack of the tests has ports and a folder of its own. PYTEST: further arguments, such as
# PYTEST='-k token -x'.
PYTEST_ALONE = BUILD=$(BUILD) /usr/bin/python3 -m pytest -q -p no:cacheprovider
integration: all servers-tests  ## tests against real servers
	@$(PYTEST_ALONE) -m 'not long' tests/integration $(PYTEST)

consistency: all  ## a minute of the consistency probe (ARGS='--seconds 20')
	@$(PYTEST_ALONE) tests/consistency $(ARGS)

# Random faults among them: ARGS='--seconds 300 --seed 7'. CI runs a part: ARGS='-m ci'.
fault: all  ## parts are killed, stopped and emptied under the probe (ARGS='-k redis', '-m ci')
	@$(PYTEST_ALONE) tests/fault $(ARGS)

# PARTS='mysql valkey' are one run; ARGS='tests/integration -k cache' chooses what is run.
compat: all servers-tests  ## tests against MySQL, newer MariaDB, Valkey, Redis (tests/compat)
	@BUILD=$(BUILD) PARTS='$(PARTS)' tests/compat/run $(ARGS)

# Recursive, since what is installed decides what the Makefile finds.
test:  ## install what is missing, build, and run all tests
	@conf/local/deps test
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory integration

SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all
ASAN := $(MAKE) --no-print-directory BUILD=$(BUILD)/asan OPT=-O1 SANITIZE='$(SANITIZERS)'
asan:  ## unit and integration tests under ASan and UBSan, built in build/asan
	+@$(ASAN) all unit corpora
	+@$(ASAN) integration

# A race ends the program that has it, and so fails its test.
TSAN_OPTIONS := halt_on_error=1 second_deadlock_stack=1 suppressions=$(CURDIR)/tests/tsan.supp
TSAN := TSAN_OPTIONS='$(TSAN_OPTIONS)' \
    $(MAKE) --no-print-directory BUILD=$(BUILD)/tsan OPT=-O1 SANITIZE=-fsanitize=thread
TSAN_TESTS ?= servers or test_products or test_events or test_cache or reload
tsan:  ## unit tests and some of integration under TSan (TSAN_TESTS='cache or events')
	+@$(TSAN) all unit
	+@$(TSAN) integration PYTEST="-k '$(TSAN_TESTS)'"

# ------------------------------------------------------------------ the local stack (conf/local)

STACK := BUILD=$(BUILD) $(if $(RUN_DIR),RUN_DIR=$(RUN_DIR)) \
         $(if $(PORT_BASE),PORT_BASE=$(PORT_BASE)) conf/local/stack

run: deps  ## the whole system in the foreground; Ctrl-C stops it
	@$(MAKE) --no-print-directory all
	@$(STACK) run

up: deps  ## the same in the background; returns when it is ready
	@$(MAKE) --no-print-directory all
	@$(STACK) up

down:  ## stop what make up started
	@$(STACK) down

deps:  ## install the Debian packages that are missing
	@conf/local/deps

# ------------------------------------------------------------------ speed

TOOLS := $(patsubst loadtest/%.c,$(BUILD)/loadtest/%,$(wildcard loadtest/*.c))
$(BUILD)/loadtest/micro: $(BUILD)/loadtest/micro.o $(call archives,conf/settings conf/expr)
	$(call run,LD)$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)
micro: $(BUILD)/loadtest/micro  ## what validation and expressions cost, without a server
	@$<

$(BUILD)/loadtest/%: $(BUILD)/loadtest/%.o
	$(call run,LD)$(CC) $(CFLAGS) -o $@ $^

precision: $(PROVE)  ## which answers an event voids, beside those that it changes
	@DERIVE=$(PROVE) loadtest/precision.py $(ARGS)

loadtest:  ## what a request costs, beside peers (ARGS='--seconds 5 hit miss'; loadtest/README.md)
	@conf/local/deps loadtest
	@$(MAKE) --no-print-directory all $(TOOLS)
	@BUILD=$(BUILD) loadtest/run.py $(ARGS)

instructions:  ## what a request costs in instructions (ARGS='--functions 20 hit')
	@conf/local/deps loadtest
	@$(MAKE) --no-print-directory all $(BUILD)/loadtest/stub
	@BUILD=$(BUILD) loadtest/instructions.py $(ARGS)

# ------------------------------------------------------------------ style

SOURCES := $(call sources,c) $(call sources,h) $(wildcard conf/local/*.c loadtest/*.[ch]) \
           $(shell find tests -name '*.[ch]')
SCRIPTED := conf/local/* tests/* tests/*/* loadtest/* hooks/* .ci/run
SCRIPTS := $(shell grep -lsE '^\#!/bin/(ba)?sh' $(SCRIPTED))

fmt:  ## rewrite the sources as clang-format wants them
	@clang-format -i $(SOURCES)

fmt-check:  ## complain where they differ from that, or a line is longer than 100 columns
	@clang-format --dry-run -Werror $(SOURCES)
	@tests/columns.sh

scripts:  ## shellcheck
	@shellcheck -x $(SCRIPTS)

lint: fmt-check scripts cppcheck tidy  ## format, scripts, cppcheck, clang-tidy

# A file is looked at again when its object was made again.
ROOMS_SOURCES := $(call sources,c)
TIDY_FLAGS = $(filter-out -MMD -MP,$(CFLAGS)) $(VERSIONED)
$(BUILD)/%.tidy: %.c $(BUILD)/%.o .clang-tidy
	$(call run,TIDY)output=$$(clang-tidy --quiet '--checks=-clang-analyzer-*' $< \
	    -- $(TIDY_FLAGS) 2>&1) || { echo "$$output"; exit 1; }
	@touch $@
tidy: $(ROOMS_SOURCES:%.c=$(BUILD)/%.tidy)

# variableScope: a buffer that is pointed into must live as long as the pointer. uninit*: it reads
# neither sys/queue.h nor what a callee fills in, and the compilers say it too.
LAYERS := $(sort $(foreach r,$(ROOMS),$(firstword $(subst /, ,$(r)))))
cppcheck:
	@mkdir -p $(BUILD)/cppcheck
	@cppcheck --std=c11 --enable=warning,style,performance,portability --suppress=variableScope \
	    --suppress=uninitvar --suppress=uninitStructMember --inline-suppr --error-exitcode=1 --quiet \
	    --cppcheck-build-dir=$(BUILD)/cppcheck -I. $(LAYERS)

# Both lose what a call into another file did: they name paths to think about, and most cannot be
# taken.
UNWANTED := clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling
$(BUILD)/%.analyzed: %.c $(BUILD)/%.o
	@echo "  ANALYZE $<"
	@clang-tidy --quiet '--checks=-*,clang-analyzer-*,-$(UNWANTED)' '--warnings-as-errors=-*' \
	    $< -- $(TIDY_FLAGS) 2>/dev/null
	@gcc $(TIDY_FLAGS) -Wno-error -fanalyzer -o /dev/null -c $<
	@touch $@
ANALYZED := $(ROOMS_SOURCES:%.c=$(BUILD)/%.analyzed)
analyze: $(ANALYZED)  ## clang's and gcc's analyzers: to be read, never fail (minutes)

hooks:  ## run fmt-check and check before each commit
	git config core.hooksPath hooks

# ------------------------------------------------------------------ documents

DOCUMENT = $(BUILD)/settings-document
docs: $(call archives,conf/settings conf/expr)  ## write docs/settings.md from the table of settings
	@mkdir -p docs
	@echo 'int main(void) { settings_document(stdout); return 0; }' | \
	    $(CC) $(filter-out -MMD -MP,$(CFLAGS)) -include conf/settings/settings.h \
	        -x c - -x none $^ $(LDLIBS) -o $(DOCUMENT)
	@$(DOCUMENT) > docs/settings.md

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

clean:  ## remove what was built
	rm -rf $(BUILD)

.PHONY: FORCE all analyze asan check clean compat consistency corpora cppcheck deps docs down \
        fault fmt fmt-check fuzz fuzz-programs globals headers help hooks instructions \
        integration layers lint loadtest \
        micro precision prove prove-stack rooms run scripts servers-tests test tidy tsan unit \
        unit-programs up
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
