# make             build build/release/tdwatch
# make demo        install what is missing, build, run the main job on the shipped sample
# make check       install what is missing, build, run every test
# make fault       the long fault tests
# make bench       speed and memory beside other programs; make bench-peers installs those
# make format      apply .clang-format
# make schema      write the JSON Schemas of what people write; CI compares them
# make update-ok   write the expected output of tests/cases/check again
# make install     DESTDIR= PREFIX=/usr/local
#
# NATS=1           with NATS JetStream (libnats-dev); objects go to build/$(VARIANT)-nats
#
# VARIANT=release|debug|asan|cov|clang|fuzz   objects go to build/$(VARIANT)

VARIANT ?= release
ifeq ($(origin CC),default)
CC := gcc
endif
PREFIX  ?= /usr/local
B       := build/$(VARIANT)$(if $(NATS),-nats)

PACKAGES := libevent libevent_pthreads libcurl yaml-0.1 sqlite3 json-c openssl zlib libzstd smartcols yajl expat libarchive glib-2.0 librsvg-2.0
ifdef NATS
PACKAGES += libnats
CPPFLAGS += -DTDWATCH_NATS
endif
WARN     := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror
CPPFLAGS += -D_GNU_SOURCE -I daemon -I . -DTDWATCH_VERSION='"$(shell cat docs/VERSION)"' -DTDWATCH_SHARE='"$(PREFIX)/share/tdwatch"'
CFLAGS   += -std=c11 $(WARN) -fno-common -pthread
LDFLAGS  += -pthread

ifeq ($(VARIANT),release)
CFLAGS  += -O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=2
LDFLAGS += -Wl,-z,relro,-z,now
# Loops over lanes, which are worth unrolling and vectorising.
$(B)/daemon/core/program_run.o $(B)/daemon/core/gather.o: CFLAGS += -O3
else ifeq ($(VARIANT),debug)
CFLAGS  += -O0 -g
else ifeq ($(VARIANT),asan)
CFLAGS  += -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS += -fsanitize=address,undefined
else ifeq ($(VARIANT),cov)
CFLAGS  += -O0 -g --coverage
LDFLAGS += --coverage
else ifeq ($(VARIANT),clang)
CC      := clang
CFLAGS  += -O2
else ifeq ($(VARIANT),fuzz)
CC      := clang
CFLAGS  += -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LDFLAGS += -fsanitize=address,undefined
else
$(error VARIANT=$(VARIANT): expected release, debug, asan, cov, clang or fuzz)
endif

# pkg-config is asked only once the libraries are there (see `deps`).
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS   = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lm

SOURCES := $(sort $(wildcard daemon/*/*.c feeds/*.c))
ASSETS  := daemon/app/assets.S daemon/core/message_builtin.S
EMBEDDED := feeds/sample/vn-nso.csv feeds/sample/vn-nso-sample.feed.yaml rules/demo.yaml \
	$(filter-out %.feed.yaml,$(wildcard feeds/*.yaml))
OBJECTS := $(patsubst %.c,$(B)/%.o,$(SOURCES)) $(patsubst %.S,$(B)/%.o,$(wildcard $(ASSETS)))

.PHONY: all
all: deps-build
	@$(MAKE) --no-print-directory -j$(shell nproc) $(B)/tdwatch

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
$(B)/daemon/core/message_builtin.o: $(wildcard daemon/core/messages/*.mustache)

-include $(patsubst %.o,%.d,$(OBJECTS))

# ---- tests: the first line of each C test names the only objects of ours that it is linked with ----

link_line = $(shell sed -n '1s|^/\* link: \(.*\) \*/$$|\1|p' $(1))

define test_rule
$(B)/$(1): $(B)/$(1).o $$(patsubst %,$(B)/%.o,$$(call link_line,$(1).c))
	@echo "  link $$@"
	@$$(CC) $$(LDFLAGS) $(2) -o $$@ $$^ $$(PKG_LIBS) -lcmocka $(3)
endef

UNIT := $(patsubst %.c,%,$(sort $(wildcard tests/unit/test_*.c)))
FUZZ := $(patsubst %.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
$(foreach t,$(UNIT),$(eval $(call test_rule,$(t))))
$(foreach t,$(FUZZ),$(eval $(call test_rule,$(t),-fsanitize=fuzzer,-lcsv)))
$(eval $(call test_rule,tests/support/render))

# Programs of the benchmark; findings is the program with another main.
BENCH_PROGRAMS := $(patsubst %.c,%,$(filter-out tests/bench/findings.c,$(sort $(wildcard tests/bench/*.c))))
$(foreach t,$(BENCH_PROGRAMS),$(eval $(call test_rule,$(t),,-lcsv)))

$(B)/tests/bench/findings: $(B)/tests/bench/findings.o $(filter-out $(B)/daemon/app/main.o,$(OBJECTS))
	@echo "  link $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

# The whole daemon, with clock, network and threads replaced (tests/support/fake_*).
REPLACED := daemon/base/clock daemon/base/log daemon/io/loop daemon/io/worker daemon/io/http daemon/io/sd \
	$(patsubst %.c,%,$(wildcard daemon/io/transfer*.c)) daemon/io/mailroom daemon/io/mail_body daemon/io/picture daemon/io/inflate \
	daemon/io/wire_text daemon/io/thread daemon/io/nats_publish daemon/io/smtp_sink daemon/app/trial daemon/app/check_files \
	daemon/app/main daemon/app/command $(patsubst %.c,%,$(wildcard daemon/app/cmd_*.c)) daemon/app/asset daemon/app/submit \
	daemon/app/action_options
SCENARIO_OBJECTS := $(filter-out $(patsubst %,$(B)/%.o,$(REPLACED) daemon/app/assets),$(OBJECTS)) \
	$(patsubst %.c,$(B)/%.o,$(wildcard tests/scenario/*.c tests/support/fake_*.c))

$(B)/tests/scenario/run: $(SCENARIO_OBJECTS)
	@echo "  link $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

# The program, with another main.
$(B)/tests/support/findings $(B)/tests/system/arrivals: %: %.o $(filter-out $(B)/daemon/app/main.o,$(OBJECTS))
	@echo "  link $@"
	@$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(eval $(call test_rule,tests/support/decoded))

$(B)/tests/fault/die_at_write.so: tests/fault/die_at_write.c
	@mkdir -p $(@D)
	@echo "  link $@"
	@$(CC) -D_GNU_SOURCE $(CFLAGS) -fPIC -shared -o $@ $< -ldl

-include $(wildcard $(B)/tests/*/*.d)

# Asked for by `make check` with the VARIANT it needs.
.PHONY: tests fuzzers objects benches
tests: $(patsubst %,$(B)/%,$(UNIT)) $(B)/tests/scenario/run
fuzzers: $(patsubst %,$(B)/%,$(FUZZ))
objects: $(OBJECTS)
benches: $(patsubst %,$(B)/%,$(BENCH_PROGRAMS)) $(B)/tests/bench/findings $(B)/tdwatch

# ---- what people call ----

PARALLEL := $(MAKE) --no-print-directory -j$(shell nproc)

.PHONY: demo
demo: all
	@$(B)/tdwatch demo --directory build/demo

.PHONY: check
check: deps-check
	@$(PARALLEL) VARIANT=release build/release/tdwatch build/release/tests/support/findings \
		build/release/tests/support/decoded build/release/tests/support/render \
		build/release/tests/system/arrivals build/release/tests/fault/die_at_write.so
	@$(PARALLEL) VARIANT=asan tests build/asan/tdwatch build/asan/tests/support/decoded
	@$(PARALLEL) VARIANT=clang objects
	@$(PARALLEL) VARIANT=fuzz fuzzers
	@$(MAKE) --no-print-directory manuals
	@/usr/bin/python3 tests/check.py

# Nothing decided is lost, and no file enters by halves: 200 rounds of kill -9 of each.
.PHONY: fault
fault: deps-check
	@$(PARALLEL) VARIANT=release build/release/tdwatch build/release/tests/fault/die_at_write.so
	@tests/support/npm.sh
	@/usr/bin/python3 tests/fault/kill.py build/release/tdwatch 200
	@/usr/bin/python3 tests/fault/bulk.py build/release/tdwatch build/release/tests/fault/die_at_write.so 200

# Speed and memory beside other programs: BENCH="--rows 1m,10m --rounds 5 --large"; see docs/benchmarks.md.
.PHONY: bench bench-peers
bench: deps-check
	@$(PARALLEL) VARIANT=release benches
	@/usr/bin/python3 tests/bench/bench.py $(BENCH)
bench-peers: deps-check
	@tests/bench/install.sh

.PHONY: format
format:
	@clang-format -i $(wildcard daemon/*/*.[ch] feeds/*.[ch] tests/*/*.[ch])

# ---- schemas: from the tables that the program reads by ----

.PHONY: schema
schema: all
	@$(B)/tdwatch config --schema rules > rules/tdwatch-rules.schema.json
	@$(B)/tdwatch config --schema feeds > feeds/tdwatch-feeds.schema.json
	@$(B)/tdwatch config --schema tables > feeds/tdwatch-tables.schema.json
	@$(B)/tdwatch config --schema tests > rules/tdwatch-tests.schema.json
	@$(B)/tdwatch config --schema receivers > systemd/tdwatch-receivers.schema.json

# To be read before it is committed.
.PHONY: update-ok
update-ok: all
	@/usr/bin/python3 tests/system/check_golden.py $(B)/tdwatch --update

# ---- manuals: the lists of options and functions come from the program's own tables ----

MANUALS := $(patsubst docs/%,build/man/%,$(wildcard docs/*.[58])) $(patsubst docs/%.in,build/man/%,$(wildcard docs/*.in))

.PHONY: manuals
manuals: $(MANUALS)

build/man/%: docs/%
	@mkdir -p $(@D)
	@cp $< $@

build/man/%: docs/%.in build/release/tdwatch
	@mkdir -p $(@D)
	@build/release/tdwatch config --manual > $@.options
	@build/release/tdwatch config --functions > $@.functions
	@sed -e '/@OPTIONS@/{r $@.options' -e 'd}' -e '/@FUNCTIONS@/{r $@.functions' -e 'd}' $< > $@
	@rm -f $@.options $@.functions

.PHONY: install
install: all manuals
	install -D -m 755 build/release/tdwatch $(DESTDIR)$(PREFIX)/bin/tdwatch
	install -d $(DESTDIR)$(PREFIX)/share/tdwatch/feeds $(DESTDIR)$(PREFIX)/share/tdwatch/rules
	install -m 644 feeds/*.yaml feeds/*.schema.json $(DESTDIR)$(PREFIX)/share/tdwatch/feeds
	install -m 644 rules/*.yaml rules/*.schema.json $(DESTDIR)$(PREFIX)/share/tdwatch/rules
	install -m 644 systemd/*.schema.json $(DESTDIR)$(PREFIX)/share/tdwatch
	install -D -m 644 systemd/tdwatch.service $(DESTDIR)$(PREFIX)/lib/systemd/system/tdwatch.service
	install -d $(DESTDIR)$(PREFIX)/share/man/man5 $(DESTDIR)$(PREFIX)/share/man/man8
	install -m 644 $(filter %.5,$(MANUALS)) $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 $(filter %.8,$(MANUALS)) $(DESTDIR)$(PREFIX)/share/man/man8

.PHONY: clean
clean:
	rm -rf build

.PHONY: deps-build deps-check
deps-build:
	@NATS=$(NATS) tests/support/install.sh build
deps-check:
	@tests/support/install.sh check
