# lib - what the scripts share: packages, builds, one way to speak and to stop. Sourced, not run.
# shellcheck shell=sh

set -eu
case ${1:-} in
-h | --help) # what stands at the top of the script
    sed -n '2,/^[^#]/{s/^# \{0,1\}//p;}' "$0"
    exit 0
    ;;
esac
cd "$(dirname "$0")/.."

packages_build="gcc libc6-dev meson ninja-build pkg-config libcurl4-openssl-dev libsqlite3-dev libmicrohttpd-dev libgnutls28-dev
    libjson-c-dev libinih-dev libssl-dev libsodium-dev libmariadb-dev"
packages_test="clang clang-tidy libclang-rt-14-dev libcmocka-dev python3 python3-pytest python3-yaml python3-jsonschema openssl curl procps
    mariadb-server-core mariadb-client-core"
packages_ops="prometheus" # promtool comes with it
packages_module="php-cli php-curl php-mysql php-xml php-mbstring phpunit mariadb-server-core mariadb-client-core python3"
packages_shop="php-cli php-fpm php-curl php-mysql php-xml php-mbstring php-intl php-gd php-zip mariadb-server-core
    mariadb-client-core nginx-light python3 python3-pymysql"
packages_browser="chromium fonts-dejavu-core nodejs"
command -v npm >/dev/null 2>&1 || packages_browser="$packages_browser npm" # some builds of nodejs bring it along
packages_bench="nginx-light wrk openssl mariadb-server-core mariadb-client-core"

say() { printf '== %s\n' "$*"; }
die() {
    printf '%s: %s\n' "$0" "$*" >&2
    exit 1
}

# As root, or with sudo.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        die "installing packages needs root or sudo: $*"
    fi
}

# Installs the packages of the list that are missing; does nothing when all are there.
need_packages() {
    if ! command -v dpkg-query >/dev/null 2>&1; then
        say "not Debian: the README names what must be installed"
        return 0
    fi
    missing=""
    for package in $1; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
    done
    [ -z "$missing" ] && return 0
    say "installing:$missing"
    log=$(mktemp)
    # shellcheck disable=SC2086 # a list of names
    if ! { as_root apt-get update -q && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
        --no-install-recommends $missing; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        die "apt-get could not install:$missing"
    fi
    rm -f "$log"
}

# build_in FOLDER [meson options]: configures once, then builds what changed.
build_in() {
    folder=$1
    shift
    log=$(mktemp)
    if [ ! -f "$folder/build.ninja" ]; then
        say "configuring $folder"
        if ! meson setup "$folder" "$@" >"$log" 2>&1; then
            tail -n 20 "$log" >&2
            rm -f "$log"
            die "meson could not configure $folder"
        fi
    fi
    say "building $folder"
    if ! ninja -C "$folder" >"$log" 2>&1; then
        grep -v '^\[' "$log" | tail -n 60 >&2
        rm -f "$log"
        die "the build in $folder failed"
    fi
    rm -f "$log"
}
