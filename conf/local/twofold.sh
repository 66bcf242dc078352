# shellcheck shell=bash
# Twofold's own two processes in the local stack. Sourced by conf/local/stack.

twofold_conf()
{
    secret sql_gateway
    secret sql_projector
    cat >"$RUN_DIR/twofold.conf" <<CONF
# Made by conf/local/stack for both binaries; overwritten at the next start.
listen                      = 127.0.0.1:${port_of[gateway]}
admin_listen                = 127.0.0.1:${port_of[gateway-admin]}
projector_admin_listen      = 127.0.0.1:${port_of[projector]}
models                      = $MODELS
redis                       = 127.0.0.1:${port_of[redis]}
sql_primary                 = 127.0.0.1:${port_of[primary]}
sql_replicas                = 127.0.0.1:${port_of[replica]}
sql_password_file           = $RUN_DIR/secrets/sql_gateway
sql_projector_password_file = $RUN_DIR/secrets/sql_projector
dynamodb_endpoint           = http://127.0.0.1:${port_of[dynamodb]}
aws_region                  = us-east-1
CONF
}

# DynamoDB Local takes any key; no credentials of the user's own may be used.
twofold_environment()
{
    unset "${!AWS_@}" TWOFOLD_REDIS TWOFOLD_SQL_PRIMARY
    export AWS_ACCESS_KEY_ID=twofoldlocal AWS_SECRET_ACCESS_KEY=twofoldlocal
    export AWS_EC2_METADATA_DISABLED=true
}

# Databases, SQL users, streams and tables; what is there stays. root has a password-free socket.
twofold_setup()
{
    "$BUILD/twofold-projector" setup --config="$RUN_DIR/twofold.conf" \
        --sql_primary="$(sql_socket primary)" </dev/null >>"$RUN_DIR/logs/setup.log" 2>&1 || {
        show_log setup
        die "'twofold-projector setup' failed"
    }
}

projector_launch() { launch projector "$BUILD/twofold-projector" --config="$RUN_DIR/twofold.conf"; }
gateway_launch() { launch gateway "$BUILD/twofold-gateway" --config="$RUN_DIR/twofold.conf"; }

answers() { curl -sf -o /dev/null -m 2 "http://127.0.0.1:$1"; }
projector_ready() { await projector answers "${port_of[projector]}/livez"; }
gateway_ready() { await gateway answers "${port_of[gateway-admin]}/livez"; }

readyz() { curl -s -m 2 "$@" "http://127.0.0.1:${port_of[gateway-admin]}/readyz"; }

# Everything at once: Redis, SQL nodes, DynamoDB and the projector as the gateway sees them.
nothing_missing()
{
    local body
    body=$(readyz -f) && [[ $body == *'"missing":[]'* ]]
}

everything_ready()
{
    local limit=$((SECONDS + START_LIMIT_S))
    until nothing_missing; do
        if ((SECONDS > limit)); then
            say "/readyz says: $(readyz)" >&2
            show_log projector
            show_log gateway
            die "something is still missing after $START_LIMIT_S s"
        fi
        sleep 0.05
    done
}
