-- The tables that each model's database has beside its own (cache/PROTOCOL.md "Where things live").
-- Made by `projector setup`; the common subset of MySQL 8 and MariaDB. Texts compare by bytes, as
-- tags do, whatever the database says.

CREATE TABLE IF NOT EXISTS twofold_revision (
    id       TINYINT UNSIGNED NOT NULL PRIMARY KEY,   -- always 1
    epoch    CHAR(16)         NOT NULL,               -- 64 random bits, hex
    revision BIGINT UNSIGNED  NOT NULL,
    -- "<run_id>.<nonce>" of the page whose floors may be trusted
    home     VARCHAR(80)      NULL,
    -- random, new at each CLEAR; '0' while a rebuild holds it
    cleared  CHAR(32)         NOT NULL,
    touches  CHAR(16)         NOT NULL                -- fingerprint of the model's tags
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS twofold_aggregate (
    aggregate VARCHAR(512)    NOT NULL PRIMARY KEY,   -- "<Aggregate>:<id, percent-encoded>"
    version   BIGINT UNSIGNED NOT NULL,               -- last applied one
    revision  BIGINT UNSIGNED NOT NULL,               -- that applied it
    -- "<version>:<eventId>"; another version than that of the row: a projector that does not know
    -- the column was here, and the eventId is not known. NULL: not known, or of a state store. It
    -- is the last column, for `setup` adds it to tables that are there
    event     VARCHAR(64)     NULL
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS twofold_checkpoint (
    shard       VARCHAR(191)    NOT NULL PRIMARY KEY,
    stream      VARCHAR(255)    NOT NULL,             -- ARN
    parent      VARCHAR(191)    NULL,
    -- last applied sequence number; NULL: from the beginning (TRIM_HORIZON)
    position    VARCHAR(64)     NULL,
    finished    TINYINT(1)      NOT NULL DEFAULT 0,   -- closed and read to its end
    owner       VARCHAR(64)     NULL,
    fence       BIGINT UNSIGNED NOT NULL DEFAULT 0,   -- rises with each change of owner
    lease_until DATETIME(3)     NULL,                 -- UTC, by the primary's clock
    applied_at  DATETIME(3)     NULL,
    KEY (stream)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS twofold_dead_letter (
    id        BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    aggregate VARCHAR(512)    NOT NULL,
    version   BIGINT UNSIGNED NOT NULL,
    shard     VARCHAR(191)    NOT NULL,
    position  VARCHAR(64)     NOT NULL,
    record    MEDIUMTEXT      NOT NULL,               -- the stream's record, JSON
    error     TEXT            NOT NULL,
    attempts  INT UNSIGNED    NOT NULL DEFAULT 1,
    created   DATETIME(3)     NOT NULL,
    UNIQUE KEY (shard, position),
    KEY (aggregate(255))
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Letters that an operator discarded: their tags are touched with the next record of the aggregate.
CREATE TABLE IF NOT EXISTS twofold_discarded (
    id        BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    aggregate VARCHAR(512)    NOT NULL,
    record    MEDIUMTEXT      NOT NULL,               -- the stream's record, JSON
    created   DATETIME(3)     NOT NULL,
    KEY (aggregate(255))
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS twofold_secret (
    id            TINYINT UNSIGNED NOT NULL PRIMARY KEY, -- always 1
    cursor_secret CHAR(64)         NOT NULL              -- key of the gateways' cursors, hex
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
