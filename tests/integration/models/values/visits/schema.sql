-- The same in events; MariaDB's own types for two of them.

CREATE TABLE IF NOT EXISTS visits (
    visitId UUID        NOT NULL PRIMARY KEY,
    begun   DATETIME(3) NOT NULL,
    host    INET6       NOT NULL,
    KEY byBegun (begun, visitId),
    KEY byHost (host, visitId)
) ENGINE = InnoDB;
