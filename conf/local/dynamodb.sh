# shellcheck shell=bash
# DynamoDB Local of the local stack: AWS's own, as an npm package carries it. Sourced by
# conf/local/stack.

DYNAMODB_PACKAGE=amplify-dynamodb-simulator@2.9.30
DYNAMODB_SHA256=3503ffac19f183407909fecdacf4db51ab1fdad1da7b2f177016670b2d80e4b9
DYNAMODB_HOME=$CACHE/dynamodb-2.9.30

# Fetches and unpacks it once for all stacks of this checkout.
dynamodb_fetch()
{
    local tmp file
    [[ ! -d $DYNAMODB_HOME ]] || return 0
    say "fetching DynamoDB Local ($DYNAMODB_PACKAGE)"
    tmp=$(mktemp -d "$CACHE/new-XXXXXX")
    (cd "$tmp" && npm pack --silent "$DYNAMODB_PACKAGE" >npm.log 2>&1) ||
        die "npm could not fetch $DYNAMODB_PACKAGE; see $tmp/npm.log"
    file=$(echo "$tmp"/*.tgz)
    echo "$DYNAMODB_SHA256  $file" | sha256sum --check --status ||
        die "$file is not the package that we know (SHA-256 differs)"
    tar -xzf "$file" -C "$tmp" package/emulator
    mv "$tmp/package/emulator" "$DYNAMODB_HOME"
    rm -rf "$tmp"
}

# java and SQLite leave files in folders for temporary ones when they are killed: in ours, which
# goes with the stack.
dynamodb_launch()
{
    mkdir -p "$RUN_DIR/data/dynamodb"
    launch dynamodb env LD_PRELOAD="$BUILD/loopback.so" \
        java -Xmx512m -XX:+UseSerialGC -XX:-UsePerfData -Djava.io.tmpdir="$SOCKETS" \
        -Djava.library.path="$DYNAMODB_HOME/DynamoDBLocal_lib" \
        -jar "$DYNAMODB_HOME/DynamoDBLocal.jar" -port "${port_of[dynamodb]}" -sharedDb \
        -disableTelemetry -dbPath "$RUN_DIR/data/dynamodb"
}

# Any answer will do: without a signature it is an error.
dynamodb_ready()
{
    await dynamodb curl -s -o /dev/null -m 10 "http://127.0.0.1:${port_of[dynamodb]}/"
}
