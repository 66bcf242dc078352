-- The read model of customers.

CREATE TABLE IF NOT EXISTS customers (
    customerId       VARCHAR(64)  NOT NULL PRIMARY KEY,
    email            VARCHAR(254) NOT NULL,
    emailLower       VARCHAR(254) NOT NULL,             -- for the search: the database compares by bytes
    name             VARCHAR(200) NOT NULL,
    status           VARCHAR(16)  NOT NULL,             -- ACTIVE or SUSPENDED
    suspensionReason VARCHAR(500) NULL,
    registrationDate DATETIME(3)  NOT NULL,
    lastUpdated      DATETIME(3)  NOT NULL,
    version          BIGINT       NOT NULL,
    KEY active (status, customerId),
    KEY emails (emailLower)
) ENGINE = InnoDB;
