-- name: VisitBegun
INSERT INTO visits (visitId, begun, host) VALUES (:visitId, :begun, :host);

-- name: VisitMoved
UPDATE visits SET host = :host WHERE visitId = :visitId;

-- name: VisitEnded
DELETE FROM visits WHERE visitId = :aggregateId;
