-- The read model of comments.

CREATE TABLE IF NOT EXISTS comments (
    commentId VARCHAR(64)  NOT NULL PRIMARY KEY,
    pictureId VARCHAR(64)  NOT NULL,
    author    VARCHAR(100) NOT NULL,
    text      TEXT         NOT NULL,
    createdAt DATETIME(3)  NOT NULL,
    updatedAt DATETIME(3)  NOT NULL,
    version   BIGINT       NOT NULL,
    KEY of_picture (pictureId, createdAt, commentId)
) ENGINE = InnoDB;
