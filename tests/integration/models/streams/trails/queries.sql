-- name: GetTrail :one
SELECT trailId, steps, version FROM trails WHERE trailId = :trailId;
