-- The read model of products.

CREATE TABLE IF NOT EXISTS products (
    ProductId  BIGINT        NOT NULL PRIMARY KEY,
    Name       VARCHAR(200)  NOT NULL,
    Price      DECIMAL(26,6) NOT NULL,
    OutOfStock TINYINT(1)    NOT NULL,
    KEY in_stock (OutOfStock, ProductId)
) ENGINE = InnoDB;
