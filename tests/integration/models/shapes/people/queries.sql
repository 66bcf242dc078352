-- name: Timeline :many
SELECT author, number, text FROM timeline WHERE reader = :personId;
