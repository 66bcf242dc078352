-- name: put
INSERT INTO products (ProductId, Name, Price, OutOfStock)
VALUES (:ProductId, :Name, :Price, :OutOfStock)
ON DUPLICATE KEY UPDATE Name = VALUES(Name), Price = VALUES(Price), OutOfStock = VALUES(OutOfStock);

-- name: delete
DELETE FROM products WHERE ProductId = :old.ProductId;
