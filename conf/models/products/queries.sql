-- name: GetProduct :one
SELECT ProductId, Name, Price, OutOfStock
FROM products
WHERE ProductId = :ProductId;

-- name: GetProducts :many
SELECT ProductId, Name, Price, OutOfStock
FROM products;

-- name: GetInStock :many
SELECT ProductId, Name, Price, OutOfStock
FROM products
WHERE OutOfStock = 0;
