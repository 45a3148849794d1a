#!/bin/sh
# Installs what tests/bench/bench.py compares with, where it is missing: Debian packages, and npm packages of the versions in
# tests/bench/package.json into build/bench. None of it is needed to build or test tdwatch.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)

missing=
for package in python3-pandas sqlite3 postgresql prometheus victoria-metrics util-linux nodejs npm; do
    case "$package" in
    # Tools count as present wherever they come from.
    nodejs) command -v node >/dev/null 2>&1 && continue ;;
    npm) command -v npm >/dev/null 2>&1 && continue ;;
    esac
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
if [ -n "$missing" ]; then
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root=sudo
    echo "Installing, to compare with:$missing"
    # Their services stay off: the benchmark starts its own, on loopback, in its own directory.
    $as_root sh -c "apt-get update -qq && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends$missing" >/dev/null
fi

peers=$root/build/bench/npm
mkdir -p "$peers"
if ! cmp -s "$root/tests/bench/package.json" "$peers/package.json"; then
    echo "Installing, to compare with: DuckDB, ClickHouse's engine and Polars (npm, build/bench/npm)"
    cp "$root/tests/bench/package.json" "$peers/package.json.new"
    (cd "$peers" && cp package.json.new package.json && npm install --silent --no-audit --no-fund) || {
        rm -f "$peers/package.json"
        exit 1
    }
    rm -f "$peers/package.json.new"
fi
