-- name: GetMail :one
SELECT mail, personId FROM mails WHERE mail = :mail;
