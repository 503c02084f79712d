CREATE TABLE holders (
    holder BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('device', 'reader')),
    made_at BIGINT NOT NULL
);
CREATE TABLE tokens (
    digest BYTEA PRIMARY KEY CHECK (length(digest) = 32),
    holder BIGINT NOT NULL REFERENCES holders (holder),
    made_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX tokens_of_holder ON tokens (holder);
CREATE TABLE sources (
    source BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    holder BIGINT NOT NULL REFERENCES holders (holder),
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL
);
CREATE TABLE chains (
    source BIGINT NOT NULL REFERENCES sources (source),
    epoch BIGINT NOT NULL,
    continuity TEXT NOT NULL,
    PRIMARY KEY (source, epoch)
);
-- json is TEXT, not JSONB: an event is given back byte for byte, and JSONB refuses what JSON allows ("\u0000").
-- There is no foreign key on source: the one writer has just read it, and the check would cost a look-up a row.
CREATE TABLE events (
    cursor BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source BIGINT NOT NULL,
    id UUID NOT NULL,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL CHECK (length(hash) = 32),
    prev BYTEA NOT NULL CHECK (length(prev) = 32),
    received_at BIGINT NOT NULL,
    json TEXT NOT NULL,
    UNIQUE (source, id),
    UNIQUE (source, epoch, seq)
);
