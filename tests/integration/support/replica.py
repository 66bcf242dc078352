"""Orders to the stack's SQL replica. MariaDB and MySQL both take most of these words; what differs
is told apart by the server's version.
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
