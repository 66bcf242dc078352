-- name: GetReceipt :one
SELECT r.receiptId, r.shop, r.total,
       (SELECT JSON_ARRAYAGG(JSON_OBJECT('sku', l.sku, 'quantity', l.quantity))
        FROM receipt_lines l WHERE l.receiptId = r.receiptId) AS `lines`
FROM receipts r
WHERE r.receiptId = :receiptId;

-- name: Lines :many
SELECT receiptId, sku, quantity FROM receipt_lines
WHERE (:receipt IS NULL OR receiptId = :receipt) AND (:sku IS NULL OR sku = :sku);

-- name: TopShops :many
SELECT shop, sold FROM shops;
