#!/bin/sh
# Installs the webhook receiver's libraries (tests/package-lock.json); silent when they are there.
set -eu
cd "$(dirname "$0")/.."
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent --no-audit --no-fund
