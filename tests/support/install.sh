#!/bin/sh
# install.sh build|check|peers: installs the Debian packages that are missing, in one apt-get call; silent when none is.
set -eu

build="pkgconf libevent-dev libcurl4-openssl-dev libssl-dev libyaml-dev libjson-c-dev libsqlite3-dev
libsmartcols-dev libzstd-dev zlib1g-dev libyajl-dev libexpat1-dev libarchive-dev libglib2.0-dev tzdata
librsvg2-dev fonts-dejavu-core ca-certificates"
[ -z "${NATS:-}" ] || build="$build libnats-dev"
check="$build libcsv-dev libcmocka-dev clang clang-format libclang-rt-14-dev mandoc python3 python3-aiosmtpd nodejs npm procps systemd"
# Real programs at the other end; tests that want one skip without it.
peers="prometheus-alertmanager nats-server postfix sasl2-bin libsasl2-modules iproute2"

case "${1:-}" in
build) wanted=$build why="to build tdwatch" ;;
check) wanted=$check why="to build and test tdwatch" ;;
peers) wanted=$peers why="to test tdwatch against other programs" ;;
*) echo "usage: install.sh build|check|peers" >&2; exit 2 ;;
esac

missing=
for package in $wanted; do
    case "$package" in
    # Tools count as present wherever they come from.
    nodejs) command -v node >/dev/null 2>&1 && continue ;;
    npm | clang | clang-format | mandoc) command -v "$package" >/dev/null 2>&1 && continue ;;
    systemd) command -v systemd-analyze >/dev/null 2>&1 && continue ;;
    esac
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || {
        echo "These packages are needed $why, and neither root nor sudo is at hand:$missing" >&2
        exit 1
    }
    as_root=sudo
fi
echo "Installing, $why:$missing"
export DEBIAN_FRONTEND=noninteractive
install="apt-get install -y -qq --no-install-recommends$missing"
$as_root sh -c "apt-get update -qq && $install" >/tmp/tdwatch-install.$$ 2>&1 || {
    cat /tmp/tdwatch-install.$$ >&2
    rm -f /tmp/tdwatch-install.$$
    exit 1
}
rm -f /tmp/tdwatch-install.$$
