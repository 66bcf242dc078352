CREATE TABLE IF NOT EXISTS bells (
    bellId CHAR(36)    NOT NULL PRIMARY KEY,
    hung   DATETIME(3) NOT NULL,
    KEY hung (hung)
);
CREATE TABLE IF NOT EXISTS sounds (
    bellId CHAR(36) NOT NULL,
    number BIGINT   NOT NULL,
    PRIMARY KEY (bellId, number)
);
