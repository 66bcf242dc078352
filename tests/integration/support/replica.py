"""Orders to the stack's SQL replica, and changes of roles. MariaDB and MySQL both take most of
these words; what differs is told apart by the server's version.
"""

from support.wait import wait_until


def is_mysql(stack):
    return "MariaDB" not in stack.sql("SELECT VERSION() AS version")[0]["version"]


def halt(stack):
    """It goes on receiving what the primary commits, and applies nothing."""
    stack.sql("STOP REPLICA SQL_THREAD", node="replica")


def go_on(stack):
    stack.sql("START REPLICA SQL_THREAD", node="replica")
    wait_until(lambda: applies(stack), 10, "replica runs")


def applies(stack):
    """Whether its SQL thread runs. MariaDB says Slave_SQL_Running, MySQL Replica_SQL_Running."""
    status = stack.sql("SHOW REPLICA STATUS", node="replica")[0]
    return [value for name, value in status.items() if name.endswith("_SQL_Running")] == ["Yes"]


def delay(stack, seconds):
    """From now on it applies everything that late."""
    change = ("CHANGE REPLICATION SOURCE TO SOURCE_DELAY" if is_mysql(stack)
              else "CHANGE MASTER TO MASTER_DELAY")
    for text in ("STOP REPLICA", f"{change} = {int(seconds)}", "START REPLICA"):
        stack.sql(text, node="replica")


def promote(stack, old, new):
    """OLD is read-only, NEW has all that it had and follows nobody."""
    stack.sql("SET GLOBAL read_only = 1", node=old)
    end, wait = (("@@GLOBAL.gtid_executed", "WAIT_FOR_EXECUTED_GTID_SET") if is_mysql(stack)
                 else ("@@gtid_binlog_pos", "MASTER_GTID_WAIT"))
    position = stack.sql(f"SELECT {end} AS end", node=old)[0]["end"]
    waited = stack.sql(f"SELECT {wait}(%s, 20) AS late", position, node=new)
    assert waited[0]["late"] == 0, f"{new} does not have what {old} had"
    for text in ("STOP REPLICA", "RESET REPLICA ALL", "SET GLOBAL read_only = 0"):
        stack.sql(text, node=new)


def follow(stack, node, primary):
    """NODE, which follows nobody, follows PRIMARY from what it has."""
    port = stack.sql("SELECT @@port AS port", node=primary)[0]["port"]
    password = (stack.run_dir / "secrets/sql_replication").read_text().strip()
    if is_mysql(stack):
        stack.sql("CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = %s, "
                  "SOURCE_USER = 'twofold_replication', SOURCE_PASSWORD = %s, "
                  "SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1, GET_SOURCE_PUBLIC_KEY = 1",
                  port, password, node=node)
    else:
        stack.sql("SET GLOBAL gtid_slave_pos = @@gtid_binlog_pos", node=node)
        stack.sql("CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = %s, "
                  "MASTER_USER = 'twofold_replication', MASTER_PASSWORD = %s, "
                  "MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1",
                  port, password, node=node)
    stack.sql("START REPLICA", node=node)
