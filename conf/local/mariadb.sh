# shellcheck shell=bash
# MariaDB of the local stack: a primary and a replica that follows it by GTID over TCP. Sourced by
# conf/local/stack.

MARIADB_VERSION=$(mariadbd --version 2>/dev/null | grep -o '[0-9]*\.[0-9]*\.[0-9]*' | head -n 1)
MARIADB_TEMPLATE=$CACHE/mariadb-data-$MARIADB_VERSION

# mariadb-install-db takes seconds: its result is kept as a template. root needs no password, so it
# exists on the socket only. --force: names of hosts need not resolve, for we use none. The script
# fails where a path has a blank: SOCKETS has none.
mariadb_template()
{
    local tmp
    [[ ! -d $MARIADB_TEMPLATE ]] || return 0
    say "preparing MariaDB's data"
    tmp=$(mktemp -d "$CACHE/new-XXXXXX")
    rm -rf "$SOCKETS/data"
    mariadb-install-db --no-defaults --force --user="$(id -un)" --datadir="$SOCKETS/data" \
        --skip-test-db --auth-root-authentication-method=normal --innodb-log-file-size=16M \
        >"$tmp/log" 2>&1 || die "mariadb-install-db failed; see $tmp/log"
    echo "DELETE FROM mysql.global_priv WHERE User = 'root' AND Host <> 'localhost';" |
        mariadbd --no-defaults --bootstrap --user="$(id -un)" --datadir="$SOCKETS/data" \
            --innodb-log-file-size=16M >>"$tmp/log" 2>&1 ||
        die "MariaDB's data could not be prepared; see $tmp/log"
    mv "$SOCKETS/data" "$tmp/data" # perhaps to another file system
    mv "$tmp/data" "$MARIADB_TEMPLATE"
    rm -rf "$tmp"
}

mariadb_socket() { printf '%s/%s.sock' "$SOCKETS" "$1"; }
mariadb_root() { mariadb --no-defaults --user=root --socket="$(mariadb_socket "$1")" "${@:2}"; }
mariadb_sql() { mariadb_root "$1" --batch --skip-column-names; }
mariadb_answers() { echo 'SELECT 1' | mariadb_sql "$1"; }

mariadb_launch()
{
    local name=$1 data=$RUN_DIR/data/$1
    if [[ ! -d $data ]]; then
        cp -a "$MARIADB_TEMPLATE" "$data.new"
        mv "$data.new" "$data"
    fi
    cat "$LOCAL/mariadb.cnf" "$LOCAL/$name.cnf" >"$RUN_DIR/$name.cnf"
    launch "$name" mariadbd --defaults-file="$RUN_DIR/$name.cnf" --user="$(id -un)" \
        --datadir="$data" --port="${port_of[$name]}" --socket="$(mariadb_socket "$name")" \
        --pid-file="$data/mariadbd.pid"
}

primary_launch() { mariadb_launch primary; }
replica_launch() { mariadb_launch replica; }

primary_ready()
{
    await primary mariadb_answers primary
    secret sql_replication
    mariadb_sql primary <<SQL
CREATE USER IF NOT EXISTS twofold_replication@'127.0.0.1';
ALTER USER twofold_replication@'127.0.0.1' IDENTIFIED BY '$(<"$RUN_DIR/secrets/sql_replication")';
GRANT REPLICATION SLAVE ON *.* TO twofold_replication@'127.0.0.1';
SQL
}

# Where the replica was is in its own tables; only who the primary is, is said anew (its port may
# have moved).
replica_ready()
{
    await replica mariadb_answers replica
    mariadb_sql replica <<SQL
STOP SLAVE;
CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = ${port_of[primary]},
    MASTER_USER = 'twofold_replication',
    MASTER_PASSWORD = '$(<"$RUN_DIR/secrets/sql_replication")',
    MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1;
START SLAVE;
SQL
    await replica replica_follows
}

replica_follows()
{
    [[ $(echo 'SHOW SLAVE STATUS\G' | mariadb_root replica |
        grep -cE 'Slave_(IO|SQL)_Running: Yes') == 2 ]]
}
