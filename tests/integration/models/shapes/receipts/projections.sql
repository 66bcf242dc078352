-- name: LineSold
INSERT INTO receipt_lines (receiptId, sku, quantity, price)
VALUES (:receiptId, :sku, :quantity, :price);
REPLACE INTO receipts (receiptId, shop, total)
SELECT :receiptId, :shop, SUM(quantity * price) FROM receipt_lines WHERE receiptId = :receiptId;
INSERT INTO shops (shop, sold) VALUES (:shop, :quantity)
ON DUPLICATE KEY UPDATE sold = sold + VALUES(sold);

-- name: LineReturned
DELETE FROM receipt_lines WHERE receiptId = :receiptId AND sku = :sku;
UPDATE receipts
SET total = (SELECT COALESCE(SUM(quantity * price), 0) FROM receipt_lines
             WHERE receiptId = :receiptId)
WHERE receiptId = :receiptId;
