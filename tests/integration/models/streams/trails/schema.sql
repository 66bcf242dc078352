-- A trail shows every event that was applied, so one that is missing, doubled or out of order is
-- seen.

CREATE TABLE IF NOT EXISTS trails (
    trailId VARCHAR(64) NOT NULL PRIMARY KEY,
    steps   TEXT        NOT NULL,
    version BIGINT      NOT NULL
) ENGINE = InnoDB;
