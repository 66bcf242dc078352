# shellcheck shell=bash
# Where things are, which port is whose, and how a daemon is started and stopped. Sourced by
# conf/local/stack.
#
#   RUN_DIR/  pids/NAME.pid  locked by the daemon as long as it lives
#             sockets        the name of a short folder under /tmp: a socket's path has at most 107
#                            bytes
#             env  twofold.conf  logs/  data/  secrets/
#   CACHE     what is fetched or prepared once for all stacks of this checkout

PATH=$PATH:/usr/sbin:/sbin # a user's has none of them on Debian, and mariadbd is there
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
RUN_DIR=$(realpath -m "${RUN_DIR:-$ROOT/.run}")
CACHE=$(realpath -m "${CACHE:-$ROOT/.run/cache}")
BUILD=$(realpath -m "${BUILD:-$ROOT/build}")
MODELS=$(realpath -m "${MODELS:-$ROOT/conf/models}")
# shellcheck disable=SC2034
LOCAL=$ROOT/conf/local
# shellcheck disable=SC2034
PIECES=(redis dynamodb primary replica projector gateway) # in the order of their start

say() { printf '%s\n' "$*"; }
die() { printf 'twofold: %s\n' "$*" >&2; exit 1; }

# ports BASE: all ports move with the first.
ports()
{
    PORT_BASE=$1
    if ! [[ $PORT_BASE =~ ^[1-9][0-9]{3,4}$ ]] || ((PORT_BASE < 1024 || PORT_BASE > 65500)); then
        die "PORT_BASE is '$PORT_BASE'; a number from 1024 to 65500 is allowed"
    fi
    declare -gA port_of=([gateway]=$PORT_BASE [gateway-admin]=$((PORT_BASE + 1))
        [projector]=$((PORT_BASE + 2)) [dynamodb]=$((PORT_BASE + 3)) [redis]=$((PORT_BASE + 4))
        [primary]=$((PORT_BASE + 5)) [replica]=$((PORT_BASE + 6)))
}

# ports_free NAME...: complains of each port that somebody else holds, and names the holder.
ports_free()
{
    local name port holder taken=0
    for name in "$@"; do
        for port in "${port_of[$name]}" ${port_of[$name-admin]:-}; do
            [[ -n $(ss -Hltn "sport = :$port") ]] || continue
            holder=$(ss -Hltnp "sport = :$port" | grep -o 'users:.*' | head -n 1 |
                sed -E 's/.*\("([^"]*)",pid=([0-9]+).*/\1 (process \2)/')
            printf 'twofold: port %s, wanted for %s, is held by %s\n' "$port" "$name" \
                "${holder:-a process of another user}" >&2
            taken=1
        done
    done
    ((!taken)) || die "nothing was started; free the ports or choose others, such as" \
        "'make up PORT_BASE=9080'"
}

pid_file() { printf '%s/pids/%s.pid' "$RUN_DIR" "$1"; }

# A daemon holds the lock on its pid file, so neither a stale file nor a reused process id deceives.
running()
{
    [[ -s $(pid_file "$1") ]] && ! flock -ns "$(pid_file "$1")" true
}

pid_of() { running "$1" && cat "$(pid_file "$1")"; }

declare -A launched=() # process ids, by name

# launch NAME COMMAND...: in the background, in a session and folder of its own, output to
# logs/NAME.log, no other file inherited. Returns when the daemon holds its pid file, or is gone
# already.
launch()
{
    local name=$1 file
    shift
    file=$(pid_file "$name")
    rm -f "$file"
    # shellcheck disable=SC2016
    setsid bash -c '
        for fd in /proc/$$/fd/*; do
            fd=${fd##*/}
            ((fd <= 2)) || eval "exec $fd>&-"
        done
        cd "${0%/*}/../data"
        exec 9<>"$0"
        flock 9
        echo $$ >&9
        exec "$@"' "$file" "$@" </dev/null >>"$RUN_DIR/logs/$name.log" 2>&1 &
    launched["$name"]=$!
    disown
    while ! running "$name" && kill -0 "${launched[$name]}" 2>/dev/null; do
        sleep 0.01
    done
}

# A bound, not a goal: beside twenty compilers on two cores java was not there after a minute. What
# dies is noticed at once.
START_LIMIT_S=180

# await NAME CONDITION...: until CONDITION holds; fails with the log's end if the daemon dies or is
# late.
await()
{
    local name=$1 limit=$((SECONDS + START_LIMIT_S))
    shift
    until "$@" >/dev/null 2>&1; do
        if ! kill -0 "${launched[$name]}" 2>/dev/null; then
            show_log "$name"
            die "$name ended while it started"
        fi
        if ((SECONDS > limit)); then
            show_log "$name"
            die "$name is not ready in time"
        fi
        sleep 0.05
    done
}

show_log()
{
    printf 'twofold: the end of %s:\n' "$RUN_DIR/logs/$1.log" >&2
    tail -n 12 "$RUN_DIR/logs/$1.log" | sed 's/^/    /' >&2
}

# end SIGNAL SECONDS NAME: signals a daemon and waits until it let go of its pid file; then it is
# gone.
end()
{
    local file pid
    file=$(pid_file "$3")
    pid=$(pid_of "$3") || return 0
    kill "-$1" "$pid" 2>/dev/null || true
    kill -CONT "$pid" 2>/dev/null || true
    if ! flock -s -w "$2" "$file" true; then
        say "$3 does not end; it is killed"
        kill -KILL "$pid" 2>/dev/null || true
        flock -s -w 10 "$file" true || die "$3 (process $pid) cannot be ended"
    fi
    rm -f "$file"
}

# secret NAME: makes secrets/NAME, readable by its owner only, unless it is there.
secret()
{
    [[ -s $RUN_DIR/secrets/$1 ]] ||
        (umask 077 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$RUN_DIR/secrets/$1")
}
