# shellcheck shell=bash disable=SC2034
# What is MariaDB's own in conf/local/sql.sh, which sources this.

SERVER=mariadbd

server_found() { command -v "$SERVER" >/dev/null || die "there is no $SERVER; type 'make deps'"; }
server_version() { "$SERVER" --version | grep -o '[0-9]*\.[0-9]*\.[0-9]*' | head -n 1; }

# --force: names of hosts need not resolve, for we use none. The script fails where a path has a
# blank: SOCKETS has none.
server_data_make()
{
    rm -rf "$SOCKETS/data"
    mariadb-install-db --no-defaults --force --user="$(id -un)" --datadir="$SOCKETS/data" \
        --skip-test-db --auth-root-authentication-method=normal --innodb-log-file-size=16M \
        >"$1/log" 2>&1 || die "mariadb-install-db failed; see $1/log"
    echo "DELETE FROM mysql.global_priv WHERE User = 'root' AND Host <> 'localhost';" |
        mariadbd --no-defaults --bootstrap --user="$(id -un)" --datadir="$SOCKETS/data" \
            --innodb-log-file-size=16M >>"$1/log" 2>&1 ||
        die "MariaDB's data could not be prepared; see $1/log"
    mv "$SOCKETS/data" "$1/data" # perhaps to another file system
}

# server_follow PORT USER PASSWORD: the statement that tells a replica who its primary is.
server_follow()
{
    cat <<SQL
CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = $1, MASTER_USER = '$2',
    MASTER_PASSWORD = '$3', MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1
SQL
}
