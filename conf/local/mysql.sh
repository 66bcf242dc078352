# shellcheck shell=bash disable=SC2034
# What is MySQL's own in conf/local/sql.sh, which sources this: mysqld of the PATH. Debian 12 has
# none; tests/compat/root fetches one.

SERVER=mysqld

# Where only MariaDB is installed, it has that name too.
server_found()
{
    local said
    said=$("$SERVER" --version 2>&1) || said="no $SERVER in the PATH"
    [[ $said == *MySQL* || $said != *MariaDB* && $said == *' Ver '* ]] ||
        die "SERVERS=mysql wants MySQL's $SERVER, and finds '$said'; put its folder first in the" \
            "PATH ('tests/compat/root mysql' fetches one)"
}

server_version() { "$SERVER" --version | grep -o '[0-9]*\.[0-9]*\.[0-9]*' | head -n 1; }

# auto.cnf has a server's UUID, which must be each one's own.
server_data_make()
{
    "$SERVER" --no-defaults --user="$(id -un)" --datadir="$1/data" --initialize-insecure \
        --innodb-redo-log-capacity=16M >"$1/log" 2>&1 ||
        die "mysqld --initialize-insecure failed; see $1/log"
    rm -f "$1/data/auto.cnf"
}

# server_follow PORT USER PASSWORD: the statement that tells a replica who its primary is. Without
# TLS caching_sha2_password asks for the primary's public key.
server_follow()
{
    cat <<SQL
CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = $1, SOURCE_USER = '$2',
    SOURCE_PASSWORD = '$3', SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1,
    SOURCE_RETRY_COUNT = 1000000, GET_SOURCE_PUBLIC_KEY = 1
SQL
}
