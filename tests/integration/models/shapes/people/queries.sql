-- name: Timeline :many
SELECT author, number, text FROM timeline WHERE reader = :personId;
-- name: Authors :many
SELECT d.author, d.posts, f.followee
FROM (SELECT author, COUNT(*) AS posts FROM timeline WHERE reader = :personId GROUP BY author) d
LEFT JOIN follows f ON f.followee = d.author AND f.follower = :personId
WHERE d.author IN (WITH e AS (SELECT author FROM posts) SELECT author FROM e);
-- name: Seen :many
(SELECT author, number FROM timeline WHERE reader = :personId)
UNION (SELECT author, number FROM posts WHERE author = :personId);
