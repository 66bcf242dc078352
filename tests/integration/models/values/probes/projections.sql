-- name: put
INSERT INTO probes (probeId, address, seen, doc, price)
VALUES (:probeId, :address, :seen, :doc, :price)
ON DUPLICATE KEY UPDATE address = VALUES(address), seen = VALUES(seen), doc = VALUES(doc),
                        price = VALUES(price);

-- name: delete
DELETE FROM probes WHERE probeId = :probeId;
