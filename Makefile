# make             build build/release/tdwatch
# make demo        install what is missing, build, run the main job on the shipped sample
# make check       install what is missing, build, run every test
# make fault       the long fault tests
# make format      apply .clang-format
# make install     DESTDIR= PREFIX=/usr/local
#
# VARIANT=release|debug|asan|cov   objects go to build/$(VARIANT)

VARIANT ?= release
ifeq ($(origin CC),default)
CC := gcc
endif
PREFIX  ?= /usr/local
B       := build/$(VARIANT)

PACKAGES := libevent libevent_pthreads libcurl yaml-0.1 sqlite3 json-c openssl zlib libzstd smartcols
WARN     := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
CPPFLAGS += -D_GNU_SOURCE -I daemon -I . -DTDWATCH_VERSION='"$(shell cat docs/VERSION)"'
CFLAGS   += -std=c11 $(WARN) -fno-common -pthread
LDFLAGS  += -pthread

ifeq ($(VARIANT),release)
CFLAGS  += -O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=2
LDFLAGS += -Wl,-z,relro,-z,now
else ifeq ($(VARIANT),debug)
CFLAGS  += -O0 -g
else ifeq ($(VARIANT),asan)
CFLAGS  += -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS += -fsanitize=address,undefined
else ifeq ($(VARIANT),cov)
CFLAGS  += -O0 -g --coverage
LDFLAGS += --coverage
else ifeq ($(VARIANT),fuzz)
CC      := clang
CFLAGS  += -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LDFLAGS += -fsanitize=fuzzer,address,undefined
else
$(error VARIANT=$(VARIANT): expected release, debug, asan, cov or fuzz)
endif

# pkg-config is asked only once the libraries are there (see `deps`).
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS   = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lcsv -lm

SOURCES := $(sort $(wildcard daemon/*/*.c feeds/*.c))
ASSETS  := daemon/app/assets.S
EMBEDDED := feeds/sample/vn-nso.csv feeds/vn-nso-sample.feed.yaml feeds/baskets.yaml rules/demo.yaml
OBJECTS := $(patsubst %.c,$(B)/%.o,$(SOURCES)) $(patsubst %.S,$(B)/%.o,$(wildcard $(ASSETS)))

.PHONY: all
all: deps-build
	@$(MAKE) --no-print-directory $(B)/tdwatch

$(B)/tdwatch: $(OBJECTS)
	@echo "  link $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  $(CC) $<"
	@$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/%.o: %.S
	@mkdir -p $(@D)
	@echo "  as $<"
	@$(CC) $(CPPFLAGS) -MMD -MP -c -o $@ $<

$(B)/daemon/app/assets.o: $(EMBEDDED)

-include $(patsubst %.o,%.d,$(OBJECTS))

# ---- unit tests: the first line of each names the only objects it is linked with ----

UNIT_SOURCES := $(sort $(wildcard tests/unit/test_*.c))
UNIT_TESTS   := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(UNIT_SOURCES))
link_line     = $(shell sed -n '1s|^/\* link: \(.*\) \*/$$|\1|p' $(1))

define unit_rule
$(B)/tests/unit/$(1): $(B)/tests/unit/$(1).o $$(patsubst %,$(B)/%.o,$$(call link_line,tests/unit/$(1).c))
	@echo "  link $$@"
	@$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(PKG_LIBS) -lcmocka
endef
$(foreach t,$(notdir $(UNIT_TESTS)),$(eval $(call unit_rule,$(t))))
-include $(patsubst %,%.d,$(UNIT_TESTS))

.PHONY: unit
unit: $(UNIT_TESTS)

.PHONY: deps-build deps-check
deps-build:
	@tests/support/install.sh build
deps-check:
	@tests/support/install.sh check
