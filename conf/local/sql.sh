# shellcheck shell=bash
# SQL of the local stack: a primary and a replica that follows it by GTID over TCP. SERVERS says
# whose servers: mariadb (the default) or mysql. What differs is in the file of that name. Sourced
# by conf/local/stack.

# The servers that made the data of a RUN_DIR go on with them, whatever SERVERS says now.
servers_of_data()
{
    [[ ! -d $RUN_DIR/data/primary ]] || cat "$RUN_DIR/data/servers" 2>/dev/null || echo mariadb
}

SERVERS_ASKED=${SERVERS:-}
SERVERS=$(servers_of_data)
SERVERS=${SERVERS:-${SERVERS_ASKED:-mariadb}}
case $SERVERS in
mariadb)
    # shellcheck source=conf/local/mariadb.sh
    source "$LOCAL/mariadb.sh"
    ;;
mysql)
    # shellcheck source=conf/local/mysql.sh
    source "$LOCAL/mysql.sh"
    ;;
*) die "SERVERS is '$SERVERS'; it may be mariadb or mysql" ;;
esac

# Fresh data take seconds to make: they are kept as a template. root needs no password, so it exists
# on the socket only. server_data_make leaves them in its folder's data.
sql_template()
{
    local tmp
    [[ ${SERVERS_ASKED:-$SERVERS} == "$SERVERS" ]] ||
        die "the data in $RUN_DIR are of SERVERS=$SERVERS; choose another RUN_DIR," \
            "or remove that folder"
    server_found
    SQL_TEMPLATE=$CACHE/$SERVERS-data-$(server_version)
    [[ ! -d $SQL_TEMPLATE ]] || return 0
    say "preparing data of $SERVERS"
    tmp=$(mktemp -d "$CACHE/new-XXXXXX")
    server_data_make "$tmp"
    mv "$tmp/data" "$SQL_TEMPLATE"
    rm -rf "$tmp"
}

sql_socket() { printf '%s/%s.sock' "$SOCKETS" "$1"; }
sql_root() { mariadb --no-defaults --user=root --socket="$(sql_socket "$1")" "${@:2}"; }
sql_say() { sql_root "$1" --batch --skip-column-names; }
sql_answers() { echo 'SELECT 1' | sql_say "$1"; }

# A server that was killed leaves its socket's lock with a process id that may be another's by now.
sql_launch()
{
    local name=$1 data=$RUN_DIR/data/$1
    if [[ ! -d $data ]]; then
        echo "$SERVERS" >"$RUN_DIR/data/servers"
        cp -a "$SQL_TEMPLATE" "$data.new"
        mv "$data.new" "$data"
    fi
    cat "$LOCAL/$SERVERS.cnf" "$LOCAL/$name.cnf" >"$RUN_DIR/$name.cnf"
    rm -f "$(sql_socket "$name").lock"
    launch "$name" "$SERVER" --defaults-file="$RUN_DIR/$name.cnf" --user="$(id -un)" \
        --datadir="$data" --port="${port_of[$name]}" --socket="$(sql_socket "$name")" \
        --pid-file="$data/$SERVER.pid"
}

primary_launch() { sql_launch primary; }
replica_launch() { sql_launch replica; }

primary_ready()
{
    await primary sql_answers primary
    secret sql_replication
    sql_say primary <<SQL
CREATE USER IF NOT EXISTS twofold_replication@'127.0.0.1';
ALTER USER twofold_replication@'127.0.0.1' IDENTIFIED BY '$(<"$RUN_DIR/secrets/sql_replication")';
GRANT REPLICATION SLAVE ON *.* TO twofold_replication@'127.0.0.1';
SQL
}

# Where the replica was is in its own tables; only who the primary is, is said anew (its port may
# have moved).
replica_ready()
{
    await replica sql_answers replica
    sql_say replica <<SQL
STOP REPLICA;
$(server_follow "${port_of[primary]}" twofold_replication "$(<"$RUN_DIR/secrets/sql_replication")");
START REPLICA;
SQL
    await replica replica_follows
}

# MariaDB takes the new words, but answers with the old ones.
replica_follows()
{
    [[ $(echo 'SHOW REPLICA STATUS\G' | sql_root replica |
        grep -cE '(Slave|Replica)_(IO|SQL)_Running: Yes') == 2 ]]
}
