-- name: GetCommentById :one
SELECT commentId, pictureId, author, text, createdAt, updatedAt, version
FROM comments
WHERE commentId = :commentId;

-- name: GetCommentsOfPicture :many
SELECT commentId, pictureId, author, text, createdAt, updatedAt, version
FROM comments
WHERE pictureId = :pictureId;
