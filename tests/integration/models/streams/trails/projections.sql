-- name: TrailStarted
INSERT INTO trails (trailId, steps, version) VALUES (:aggregateId, :version, :version);

-- name: StepTaken
UPDATE trails SET steps = CONCAT(steps, ' ', :version), version = :version
 WHERE trailId = :aggregateId;
