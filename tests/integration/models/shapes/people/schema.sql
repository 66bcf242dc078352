CREATE TABLE IF NOT EXISTS follows (
    follower VARCHAR(64) NOT NULL,
    followee VARCHAR(64) NOT NULL,
    PRIMARY KEY (follower, followee),
    KEY followers (followee)
);
CREATE TABLE IF NOT EXISTS posts (
    author VARCHAR(64)  NOT NULL,
    number BIGINT       NOT NULL,
    text   VARCHAR(500) NOT NULL,
    PRIMARY KEY (author, number)
);
CREATE TABLE IF NOT EXISTS timeline (
    reader VARCHAR(64)  NOT NULL,
    author VARCHAR(64)  NOT NULL,
    number BIGINT       NOT NULL,
    text   VARCHAR(500) NOT NULL,
    PRIMARY KEY (reader, author, number),
    KEY authors (author)
);
