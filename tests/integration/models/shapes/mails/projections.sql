-- name: put
REPLACE INTO mails (mail, personId) VALUES (:mail, :personId);

-- name: delete
DELETE FROM mails WHERE mail = :mail;
