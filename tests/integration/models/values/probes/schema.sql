-- Values that have more than one text, or of which SQL would make others.

CREATE TABLE IF NOT EXISTS probes (
    probeId CHAR(36)     NOT NULL PRIMARY KEY,
    address VARCHAR(45)  NOT NULL,
    seen    DATETIME(3)  NOT NULL,
    doc     JSON,
    price   DECIMAL(9,1) NOT NULL,
    KEY byAddress (address, probeId),
    KEY bySeen (seen, probeId),
    KEY byPrice (price, probeId)
) ENGINE = InnoDB;
