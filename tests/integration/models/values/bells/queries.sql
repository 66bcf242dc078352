-- name: GetBell :one
SELECT bellId, hung FROM bells WHERE bellId = :bellId;

-- name: GetBellsHung :many
SELECT bellId, hung FROM bells WHERE hung = :hung;
