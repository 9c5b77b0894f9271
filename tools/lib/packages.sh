# Sourced by the tools: installs what they need from Debian's packages.

build_packages="g++ meson ninja-build ccache pkg-config libevent-dev node-llhttp libspdlog-dev
    libfmt-dev libcli11-dev libboost-context-dev libtomlplusplus-dev libcereal-dev nlohmann-json3-dev
    libdw-dev libjs-chart.js
    libc-ares-dev libidn2-dev libcurl4-openssl-dev libmemcached-dev default-libmysqlclient-dev"

# What tools/backends runs. The package mariadb-server itself would start a server of its own.
server_packages="memcached mariadb-server-core mariadb-client-core"

# What the tests run beside those.
test_packages="doctest-dev clang-format clang-tidy cmake curl e2fsprogs mount procps
    util-linux python3-httpbin
    chromium chromium-driver python3-selenium python3-jsonschema
    libhiredis-dev libpq-dev librabbitmq-dev libsqlite3-dev"

# What tools/test bare needs.
bare_packages="debootstrap git util-linux python3"

# What tools/lab and its tests run beside those: other servers, with what their applications ask
# backends with.
peer_packages="gunicorn python3-gevent python3-stopit python3-pymysql python3-pymemcache
    uwsgi-core uwsgi-plugin-python3
    php-fpm php-mysql php-memcached php-curl
    nginx-light"

# need PACKAGE...: returns once all are installed. Says what it installs; asks for root only then,
# and needs no network when nothing is missing.
need() {
    local installed missing=()
    # It fails for a package that dpkg has never heard of, and still prints the others.
    installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' "$@" 2>/dev/null || true) "
    for package in "$@"; do
        [[ $installed == *" installed:$package "* ]] || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return

    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        as_root=(sudo)
        command -v sudo >/dev/null || {
            echo "These packages are missing, and there is no sudo to install them: ${missing[*]}" >&2
            return 1
        }
    fi
    echo "Installing from Debian's packages: ${missing[*]}" >&2
    "${as_root[@]}" "$root/tools/lib/install" "${missing[@]}" >&2 || {
        echo "They are not all installed; what apt-get says is above." >&2
        return 1
    }
}
