-- name: CustomerRegistered
INSERT INTO customers (customerId, email, emailLower, name, status, registrationDate, lastUpdated, version)
VALUES (:aggregateId, :email, LOWER(:email), :name, 'ACTIVE', :timestamp, :timestamp, :version);

-- name: CustomerEmailUpdated
UPDATE customers
SET email = :newEmail, emailLower = LOWER(:newEmail), lastUpdated = :timestamp, version = :version
WHERE customerId = :aggregateId;

-- name: CustomerSuspended
UPDATE customers
SET status = 'SUSPENDED', suspensionReason = :reason, lastUpdated = :timestamp, version = :version
WHERE customerId = :aggregateId;
