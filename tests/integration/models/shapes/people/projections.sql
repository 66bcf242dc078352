-- name: Followed
INSERT INTO follows (follower, followee) VALUES (:personId, :followee)
ON DUPLICATE KEY UPDATE followee = VALUES(followee);
INSERT INTO timeline (reader, author, number, text)
SELECT :personId, author, number, text FROM posts WHERE author = :followee
ON DUPLICATE KEY UPDATE text = VALUES(text);

-- name: Posted
INSERT INTO posts (author, number, text) VALUES (:personId, :version, :text);
INSERT INTO timeline (reader, author, number, text)
SELECT follower, :personId, :version, :text FROM follows WHERE followee = :personId;
