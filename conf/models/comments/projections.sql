-- name: CommentCreated
INSERT INTO comments (commentId, pictureId, author, text, createdAt, updatedAt, version)
VALUES (:aggregateId, :pictureId, :author, :text, :timestamp, :timestamp, :version);

-- name: CommentUpdated
UPDATE comments
SET text = :text, updatedAt = :timestamp, version = :version
WHERE commentId = :aggregateId;

-- name: CommentDeleted
DELETE FROM comments WHERE commentId = :aggregateId;
