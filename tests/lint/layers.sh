#!/bin/sh
# Who may include whom, and who may call what (docs/ARCHITECTURE.md, "Who may use whom"). Prints every breach.
set -u
cd "$(dirname "$0")/../.." || exit 2
breach=0

# forbid WHY PATTERN EXCEPTION FILE…: no line of the files holds the pattern. The exception is matched against "file:line:text".
forbid() {
    why=$1 pattern=$2 exception=$3
    shift 3
    found=$(grep -nHE "$pattern" "$@" | grep -vE "$exception" | grep -vE '^[^:]*:[0-9]*: *(/?\*|//)')
    [ -z "$found" ] && return
    printf '%s\n  = %s\n' "$found" "$why"
    breach=1
}

none='^$'
all='daemon/*/*.[ch] feeds/*.[ch]'
call='(^|[^_[:alnum:]])'

# $all and the like are lists of patterns, and meant to be split.
forbid 'headers are included by layer: "core/rule.h"' '#include "[^/"]*"' "$none" $all
forbid 'the program does not know its tests' '#include "tests/' "$none" $all
forbid 'base uses base' '#include "(core|io|app|feeds)/' "$none" daemon/base/*.[ch]
forbid 'core uses core and base' '#include "(io|app|feeds)/' "$none" daemon/core/*.[ch]
forbid 'io uses io, core and base' '#include "(app|feeds)/' "$none" daemon/io/*.[ch]
forbid 'feeds uses base, and of core what an observation, a case and a notice are' '#include "(core|io|app)/' \
    '"core/(dataset|observation|code|country|notice|period|date|rates|score_case)\.h"' feeds/*.[ch]

forbid 'the outside world is under daemon/io' '#include <(event2|curl|libsmartcols|librsvg|cairo|glib)/|#include <(event|evhttp|sqlite3|yaml|zstd|zlib|libsmartcols)\.h' \
    '^daemon/io/' $all
forbid 'XML, archives and JSON are read under feeds' '#include <(expat|archive(_entry)?|yajl/[a-z_]+)\.h' '^feeds/' $all
forbid 'time zones are read under daemon/io' '#include <glib' '^daemon/io/' $all
forbid 'libcsv is for the tests' '#include <csv\.h' "$none" $all
forbid 'JSON is read under feeds, and written under daemon/io' '#include <(json|json-c/)' '^(feeds|daemon/io)/' $all
forbid 'memory comes from base/alloc.c' "$call(malloc|calloc|realloc|free|v?asprintf|strn?dup)\\(" '^daemon/base/alloc\.c' $all
forbid 'clocks are read in base/clock.c' "$call(clock_gettime|gettimeofday|time)\\(" '^daemon/base/clock[a-z_]*\.c' $all
forbid 'base, core and feeds do not log' "$call(log_(write|info|notice|warning|error)|syslog)\\(" '^daemon/base/log\.[ch]' \
    daemon/base/*.[ch] daemon/core/*.[ch] feeds/*.[ch]
forbid 'what is printed follows no locale; libsmartcols only measures letters by it' "$call(setlocale|uselocale)\\(" \
    '^daemon/io/table\.c.*LC_CTYPE' $all
exit $breach
