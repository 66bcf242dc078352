-- name: GetCustomerById :one
SELECT customerId, email, name, status, suspensionReason, registrationDate, lastUpdated, version
FROM customers
WHERE customerId = :customerId;

-- name: GetActiveCustomers :many
SELECT customerId, email, name, status, suspensionReason, registrationDate, lastUpdated, version
FROM customers
WHERE status = 'ACTIVE';

-- A prefix, whatever its case. % and _ of the client's text mean themselves: | escapes them.
-- name: SearchCustomersByEmail :many
SELECT customerId, email, name, status, suspensionReason, registrationDate, lastUpdated, version
FROM customers
WHERE emailLower LIKE CONCAT(REPLACE(REPLACE(REPLACE(LOWER(:email), '|', '||'), '%', '|%'), '_', '|_'), '%') ESCAPE '|';
