/*
 * What an operator can set: one table for parser, defaults, ranges, documentation and
 * --print-settings.
 *
 * File (key = value, # comments) < environment (TWOFOLD_KEY) < flag (--key=value). Any fault ends
 * the start with a line that says where and what is allowed. Units: durations "600ms", "5s", "1h"
 * (kept as microseconds); sizes "16k", "1m" (bytes). Secrets print as ***, and KEY_file names a
 * file to read one from.
 */
#ifndef CONF_SETTINGS_SETTINGS_H
#define CONF_SETTINGS_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/base/log.h"
#include "lib/base/slice.h"

// clang-format off
/*
 * The words of the CHOICEs: X(constant, word). A word's place is its constant's value, which
 * settings.c asserts.
 */
#define ROLES(X)              \
    X(ROLE_COMMAND, "command") \
    X(ROLE_QUERY,   "query")   \
    X(ROLE_ALL,     "all")
#define LOG_LEVELS(X)     \
    X(LOG_DEBUG, "debug") \
    X(LOG_INFO,  "info")  \
    X(LOG_WARN,  "warn")  \
    X(LOG_ERROR, "error")
// clang-format on

#define CHOICE_CONSTANT(constant, word) constant,
#define CHOICE_WORD(constant, word)     "|" word

/* Which sides of the plan a gateway serves. */
enum role {
    ROLES(CHOICE_CONSTANT)
};

// clang-format off
/*
 * X(name, type, default, minimum, maximum, text)
 *
 *     type     member           minimum, maximum
 *     TEXT     struct slice     empty
 *     SECRET   struct slice     empty
 *     TABLE    struct slice     empty; a name that DynamoDB allows
 *     TIME     uint64_t, us     durations
 *     SIZE     size_t, bytes    sizes
 *     COUNT    unsigned int     numbers
 *     FLAG     bool             empty
 *     CHOICE   enum NAME        the maximum lists the words: "|command|query|all"
 */
#define SETTINGS(X)                                                                               \
    X(listen,                   TEXT,   "127.0.0.1:8080",      "", "",                            \
      "address and port of the clients' server")                                                  \
    X(admin_listen,             TEXT,   "127.0.0.1:8081",      "", "",                            \
      "address and port of the gateway's metrics, health and dashboard")                          \
    X(projector_admin_listen,   TEXT,   "127.0.0.1:8082",      "", "",                            \
      "the same of the projector")                                                                \
    X(role,                     CHOICE, "all",                 "", ROLES(CHOICE_WORD),            \
      "which side this gateway serves")                                                           \
    X(models,                   TEXT,   "conf/models",         "", "",                            \
      "folder whose sub-folders are the models")                                                  \
    X(workers,                  COUNT,  "0",                   "0", "256",                        \
      "worker threads; 0: one for each core")                                                     \
    X(pid_file,                 TEXT,   "",                    "", "",                            \
      "file that is locked and holds the process id; empty: none")                                \
    X(log_level,                CHOICE, "info",                "", LOG_LEVELS(CHOICE_WORD),       \
      "the least severe level that is logged")                                                    \
    X(line_max,                 SIZE,   "8k",                  "1k", "64k",                       \
      "bytes of a request line")                                                                  \
    X(header_max,               SIZE,   "16k",                 "1k", "1m",                        \
      "bytes of a request's head")                                                                \
    X(header_timeout,           TIME,   "10s",                 "100ms", "10m",                    \
      "time for a request's head to be whole")                                                    \
    X(body_max,                 SIZE,   "1m",                  "1k", "64m",                       \
      "bytes of a request's body")                                                                \
    X(body_timeout,             TIME,   "10s",                 "100ms", "10m",                    \
      "time for a request's body to be whole")                                                    \
    X(write_timeout,            TIME,   "10s",                 "100ms", "10m",                    \
      "time in which a client must take some of its answer")                                      \
    X(idle_timeout,             TIME,   "60s",                 "100ms", "1h",                     \
      "time that a connection may rest between requests")                                         \
    X(linger,                   TIME,   "2s",                  "0ms", "30s",                      \
      "time to read and drop after an early refusal")                                             \
    X(connections_max,          COUNT,  "20000",               "1", "1000000",                    \
      "connections of one worker; beyond: refused")                                               \
    X(inflight_max,             COUNT,  "10000",               "1", "1000000",                    \
      "requests of one worker that are being served; beyond: 503")                                \
    X(pipeline_max,             COUNT,  "64",                  "1", "10000",                      \
      "pipelined requests of one connection that run side by side")                               \
    X(drain_timeout,            TIME,   "15s",                 "0ms", "10m",                      \
      "time for what is in flight after SIGTERM")                                                 \
    X(request_timeout,          TIME,   "10s",                 "10ms", "10m",                     \
      "deadline of a request")                                                                    \
    X(consistency_timeout,      TIME,   "5s",                  "0ms", "1m",                       \
      "longest wait for a Consistency-Token or Prefer: wait")                                     \
    X(consistency_waiters,      COUNT,  "1000",                "1", "1000000",                    \
      "requests of one worker that wait for a token; beyond: 503")                                \
    X(redis,                    TEXT,   "127.0.0.1:6379",      "", "",                            \
      "addresses of Redis, separated by commas; the master is used")                              \
    X(redis_username,           TEXT,   "",                    "", "",                            \
      "user name at Redis; empty: the default one")                                               \
    X(redis_password,           SECRET, "",                    "", "",                            \
      "password at Redis")                                                                        \
    X(redis_connect_timeout,    TIME,   "500ms",               "1ms", "1m",                       \
      "deadline of connecting to Redis")                                                          \
    X(redis_timeout,            TIME,   "250ms",               "1ms", "1m",                       \
      "deadline of a Redis command")                                                              \
    X(redis_retry_base,         TIME,   "50ms",                "1ms", "1m",                       \
      "first pause before Redis is tried again (full jitter, doubles)")                           \
    X(redis_retry_cap,          TIME,   "500ms",               "1ms", "1m",                       \
      "longest pause")                                                                            \
    X(redis_pending,            COUNT,  "100000",              "1", "10000000",                   \
      "Redis commands of one worker in flight; beyond: asked without Redis")                      \
    X(lease,                    TIME,   "600ms",               "50ms", "1m",                      \
      "D of the cache protocol: how long a page may be trusted. The same everywhere")             \
    X(sql_primary,              TEXT,   "127.0.0.1:3306",      "", "",                            \
      "host:port or socket of the primary")                                                       \
    X(sql_replicas,             TEXT,   "",                    "", "",                            \
      "the replicas, separated by commas; empty: all reads go to the primary")                    \
    X(sql_user,                 TEXT,   "twofold_gateway",     "", "",                            \
      "the gateway's SQL user (SELECT only)")                                                     \
    X(sql_password,             SECRET, "",                    "", "",                            \
      "its password")                                                                             \
    X(sql_projector_user,       TEXT,   "twofold_projector",   "", "",                            \
      "the projector's SQL user")                                                                 \
    X(sql_projector_password,   SECRET, "",                    "", "",                            \
      "its password")                                                                             \
    X(sql_setup_user,           TEXT,   "root",                "", "",                            \
      "SQL user of `projector setup`")                                                            \
    X(sql_setup_password,       SECRET, "",                    "", "",                            \
      "its password")                                                                             \
    X(sql_setup_hosts,          TEXT,   "localhost,127.0.0.1", "", "",                            \
      "hosts from which the SQL users made by setup may connect")                                 \
    X(sql_shared_storage,       FLAG,   "no",                  "", "",                            \
      "the writers share one storage (Aurora): another server_id is no loss of data")             \
    X(sql_threads,              COUNT,  "8",                   "1", "256",                        \
      "threads, and so queries in flight, of a gateway")                                          \
    X(sql_queue,                COUNT,  "5000",                "1", "1000000",                    \
      "queries that wait for a thread; beyond: 503")                                              \
    X(sql_primary_max,          COUNT,  "6",                   "1", "256",                        \
      "queries at once on the primary; others wait")                                              \
    X(sql_primary_queue,        COUNT,  "200",                 "0", "1000000",                    \
      "queries that wait for the primary; beyond: 503")                                           \
    X(sql_connect_timeout,      TIME,   "2s",                  "10ms", "1m",                      \
      "deadline of connecting to SQL")                                                            \
    X(sql_timeout,              TIME,   "5s",                  "10ms", "10m",                     \
      "deadline of a query")                                                                      \
    X(sql_replica_timeout,      TIME,   "1s",                  "10ms", "10m",                     \
      "longest try at a replica; then the next node is asked, and it is left alone until it "     \
      "accepts a connection")                                                                     \
    X(sql_rows_max,             COUNT,  "10000",               "1", "1000000",                    \
      "rows of one answer; beyond: 500")                                                          \
    X(sql_eject,                TIME,   "500ms",               "1ms", "1h",                       \
      "first rest of a broken or lagging replica; doubles")                                       \
    X(sql_eject_cap,            TIME,   "10s",                 "1ms", "1h",                       \
      "longest rest")                                                                             \
    X(cursor_secret,            SECRET, "",                    "", "",                            \
      "key of the cursors; empty: the random one that setup stored in the database")              \
    X(dynamodb_endpoint,        TEXT,   "",                    "", "",                            \
      "URL of DynamoDB; empty: AWS's of the region")                                              \
    X(streams_endpoint,         TEXT,   "",                    "", "",                            \
      "URL of DynamoDB Streams; empty: dynamodb_endpoint, or AWS's of the region")                \
    X(aws_region,               TEXT,   "",                    "", "",                            \
      "region; empty: AWS_REGION, or the profile's")                                              \
    X(dynamodb_connections,     COUNT,  "64",                  "1", "10000",                      \
      "connections of one worker to DynamoDB")                                                    \
    X(dynamodb_pending,         COUNT,  "5000",                "1", "1000000",                    \
      "DynamoDB requests of one worker in flight; beyond: 503")                                   \
    X(dynamodb_connect_timeout, TIME,   "1s",                  "1ms", "1m",                       \
      "deadline of connecting to DynamoDB")                                                       \
    X(dynamodb_timeout,         TIME,   "3s",                  "1ms", "1m",                       \
      "deadline of one try of a request")                                                         \
    X(dynamodb_retries,         COUNT,  "5",                   "0", "100",                        \
      "further tries of what was surely not applied")                                             \
    X(dynamodb_retry_base,      TIME,   "25ms",                "1ms", "1m",                       \
      "first pause between tries (full jitter, doubles)")                                         \
    X(dynamodb_retry_cap,       TIME,   "1s",                  "1ms", "1m",                       \
      "longest pause")                                                                            \
    X(dynamodb_retry_budget,    COUNT,  "500",                 "0", "1000000",                    \
      "tokens of the retry budget (a retry costs 5, a success gives 1)")                          \
    X(command_races,            COUNT,  "3",                   "0", "100",                        \
      "how often a command that lost a race is decided again")                                    \
    X(aggregate_cache,          SIZE,   "64m",                 "0", "64g",                        \
      "bytes of event stores' aggregates that the gateway keeps; the least recently used go "     \
      "first")                                                                                    \
    X(commands_table,           TABLE,  "TwofoldCommands",     "", "",                            \
      "DynamoDB's table of the answers to commands with a key; one for each deployment of an "    \
      "account")                                                                                  \
    X(commands_old_keys,        FLAG,   "yes",                 "", "",                            \
      "keys are also looked for and stored in the form that they had before, in "                 \
      "TwofoldCommands; no: seven days after the last gateway that knew no other form")           \
    X(poll_min,                 TIME,   "5ms",                 "1ms", "1m",                       \
      "pause after an empty poll of a shard, first")                                              \
    X(poll_max,                 TIME,   "5ms",                 "1ms", "1m",                       \
      "and at most (AWS: 250ms keeps within five reads a second and shard)")                      \
    X(batch_records,            COUNT,  "1000",                "1", "1000",                       \
      "records of one GetRecords and one transaction")                                            \
    X(batch_slots,              COUNT,  "4000",                "1", "100000",                     \
      "slots of one PUBLISH")                                                                     \
    X(shard_lease,              TIME,   "5s",                  "200ms", "10m",                    \
      "lease of a shard")                                                                         \
    X(lanes_max,                COUNT,  "32",                  "1", "1000",                       \
      "shards of one projector at once")                                                          \
    X(record_attempts,          COUNT,  "3",                   "1", "1000",                       \
      "tries of a record before it is a dead letter")                                             \
    X(record_patience,          TIME,   "10s",                 "1ms", "1h",                       \
      "time that a record which fails is tried for, unless its data are the fault")               \
    X(apply_timeout,            TIME,   "10s",                 "10ms", "10m",                     \
      "deadline of one projection transaction's statements")
// clang-format on

struct settings {
#define SETTINGS_MEMBER_TEXT(name)                                    struct slice name
#define SETTINGS_MEMBER_SECRET(name)                                  struct slice name
#define SETTINGS_MEMBER_TABLE(name)                                   struct slice name
#define SETTINGS_MEMBER_TIME(name)                                    uint64_t name
#define SETTINGS_MEMBER_SIZE(name)                                    size_t name
#define SETTINGS_MEMBER_COUNT(name)                                   unsigned int name
#define SETTINGS_MEMBER_FLAG(name)                                    bool name
#define SETTINGS_MEMBER_CHOICE(name)                                  enum name name
#define SETTINGS_MEMBER(name, type, fallback, minimum, maximum, text) SETTINGS_MEMBER_##type(name);
    SETTINGS(SETTINGS_MEMBER)
#undef SETTINGS_MEMBER
};

/*
 * Reads file (--config=PATH, else TWOFOLD_CONFIG, else none), environment and flags. Words without
 * "--" and flags named in OWN (like "check", NULL-terminated list) are the program's: they are
 * left, in order, in argv[1..*argc). On INVALID each complaint was written to standard error.
 * Strings live as long as the process.
 */
MUST_CHECK enum status settings_load(struct settings *settings, int *argc, char **argv,
                                     const char *const *own);

/* key = value lines with comments and units; secrets as ***. */
void settings_print(const struct settings *settings, FILE *out);

/* The table as Markdown, for docs/settings.md. */
void settings_document(FILE *out);

#endif
