# shellcheck shell=bash
# redis-server of the local stack. Sourced by conf/local/stack.

redis_launch()
{
    launch redis redis-server "$LOCAL/redis.conf" --port "${port_of[redis]}" --dir "$RUN_DIR/data"
}

redis_ready()
{
    await redis redis-cli -e -p "${port_of[redis]}" ping
}
