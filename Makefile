# Twofold. `make help` lists the targets.
.DEFAULT_GOAL := all
SHELL := /bin/bash

CC       ?= gcc
BUILD    ?= build
VERSION  ?= $(shell git describe --always --dirty 2>/dev/null || echo unknown)
OPT      ?= -O2
WERROR   ?=
SANITIZE ?=

PACKAGES := hiredis libevent_core libevent_pthreads libcurl libcjson libmariadb libcrypto libxxhash libpcre2-8
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-qual \
            -Wwrite-strings -Wundef -Wformat=2 -Wswitch-enum -Wvla -Wimplicit-fallthrough -Wdouble-promotion \
            -Wnull-dereference
# Some of the libraries' headers do not stand our warnings: they are system headers to the compiler.
INCLUDES := -I. -I$(BUILD)/gen $(subst -I,-isystem ,$(shell pkg-config --cflags-only-I $(PACKAGES) 2>/dev/null))
CFLAGS   := -std=c11 -D_GNU_SOURCE $(INCLUDES) $(WARNINGS) $(OPT) -g -fno-omit-frame-pointer \
            -fstack-protector-strong $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2) $(WERROR) $(SANITIZE) -MMD -MP -pthread
LDLIBS    = $(shell pkg-config --libs $(PACKAGES)) -lgmp -lm -pthread

# Layers, lowest first: a folder may use itself and those before it (tests/layers.sh).
lib_needs       := lib
conf_needs      := conf lib
cache_needs     := cache conf lib
command_needs   := command conf lib
gateway_needs   := gateway command cache conf lib
projector_needs := projector command cache conf lib
FOLDERS := lib conf cache command gateway projector

archives = $(foreach f,$(1),$(BUILD)/$(f).a)
objects  = $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(1)/main.c,$(wildcard $(1)/*.c)))

all: $(BUILD)/twofold-gateway $(BUILD)/twofold-projector  ## both binaries (the default)

define folder
$(BUILD)/$(1).a: $(call objects,$(1))
	@rm -f $$@
	@ar rcs $$@ $$^
endef
$(foreach f,$(FOLDERS),$(eval $(call folder,$(f))))

$(BUILD)/twofold-gateway: $(BUILD)/gateway/main.o $(call archives,$(gateway_needs))
	$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/twofold-projector: $(BUILD)/projector/main.o $(call archives,$(projector_needs))
	$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)

# SQL and Lua become C strings: cache/publish.lua -> "cache/publish.lua.h" with publish_lua[].
EMBEDDED := $(wildcard */*.lua) $(filter-out conf/%,$(wildcard */*.sql))
GENERATED := $(patsubst %,$(BUILD)/gen/%.h,$(EMBEDDED))
$(BUILD)/gen/%.h: %
	@mkdir -p $(@D)
	@{ echo 'static const char $(subst .,_,$(notdir $*))[] ='; \
	   sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/    "/' -e 's/$$/\\n"/' $<; echo ';'; } > $@

$(BUILD)/%.o: %.c | $(GENERATED)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -DTWOFOLD_VERSION='"$(VERSION)"' -c -o $@ $<

# ------------------------------------------------------------------ tests

UNIT_SOURCES := $(wildcard tests/unit/*/test_*.c)
UNIT := $(UNIT_SOURCES:%.c=$(BUILD)/%)

define unit_folder
$(BUILD)/tests/unit/$(1)/%: $(BUILD)/tests/unit/$(1)/%.o $$(call archives,$$($(1)_needs))
	$$(CC) $$(CFLAGS) -o $$@ $$^ $$(LDLIBS) -lcmocka
endef
$(foreach f,$(FOLDERS),$(eval $(call unit_folder,$(f))))
.SECONDARY:

unit: $(UNIT)  ## unit tests
	@tests/run-unit $(UNIT)

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

clean:  ## remove what was built
	rm -rf $(BUILD)

.PHONY: all unit help clean
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
