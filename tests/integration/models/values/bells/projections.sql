-- name: BellHung
INSERT INTO bells (bellId, hung) VALUES (:bellId, :hung);

-- name: BellHeard
INSERT INTO sounds (bellId, number) VALUES (:bellId, :version);

-- name: BellRung
INSERT INTO sounds (bellId, number) VALUES (:bellId, :version);

-- name: BellStruck
INSERT INTO sounds (bellId, number) VALUES (:bellId, :version);

-- name: HungWithBell :many
SELECT CONCAT('hung:', hung) FROM bells WHERE bellId = :bellId;
