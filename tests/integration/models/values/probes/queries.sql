-- name: GetProbe :one
SELECT probeId, address, seen, doc, price FROM probes WHERE probeId = :probeId;

-- name: GetProbesAt :many
SELECT probeId, address FROM probes WHERE address = :address;

-- name: GetProbesSeen :many
SELECT probeId, seen FROM probes WHERE seen = :seen;

-- name: GetProbesFor :many
SELECT probeId, price FROM probes WHERE price = :price;

-- name: GetProbesSince :many
SELECT probeId, seen FROM probes WHERE seen >= :since;
