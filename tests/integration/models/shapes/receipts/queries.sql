-- name: GetReceipt :one
SELECT r.receiptId, r.shop, r.total,
       (SELECT JSON_ARRAYAGG(JSON_OBJECT('sku', l.sku, 'quantity', l.quantity))
        FROM receipt_lines l WHERE l.receiptId = r.receiptId) AS `lines`
FROM receipts r
WHERE r.receiptId = :receiptId;

-- name: TopShops :many
SELECT shop, sold FROM shops;
