-- name: GetVisit :one
SELECT visitId, begun, host FROM visits WHERE visitId = :visitId;

-- name: GetVisitsBegun :many
SELECT visitId, begun FROM visits WHERE begun = :begun;

-- name: GetVisitsOn :many
SELECT visitId, host FROM visits WHERE host = :host;
