CREATE TABLE IF NOT EXISTS receipts (
    receiptId VARCHAR(64)   NOT NULL PRIMARY KEY,
    shop      VARCHAR(32)   NOT NULL,
    total     DECIMAL(12,2) NOT NULL
);
CREATE TABLE IF NOT EXISTS receipt_lines (
    receiptId VARCHAR(64)   NOT NULL,
    sku       VARCHAR(32)   NOT NULL,
    quantity  INT           NOT NULL,
    price     DECIMAL(10,2) NOT NULL,
    PRIMARY KEY (receiptId, sku)
);
CREATE TABLE IF NOT EXISTS shops (
    shop VARCHAR(32) NOT NULL PRIMARY KEY,
    sold INT         NOT NULL
);
