CREATE TABLE holders (
    holder INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('device', 'reader')),
    made_at INTEGER NOT NULL
);
CREATE TABLE tokens (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    holder INTEGER NOT NULL REFERENCES holders (holder),
    made_at INTEGER NOT NULL,
    revoked_at INTEGER
) WITHOUT ROWID;
CREATE INDEX tokens_of_holder ON tokens (holder);
CREATE TABLE sources (
    source INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    holder INTEGER NOT NULL REFERENCES holders (holder),
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL
);
CREATE TABLE chains (
    source INTEGER NOT NULL REFERENCES sources (source),
    epoch INTEGER NOT NULL,
    continuity TEXT NOT NULL,
    PRIMARY KEY (source, epoch)
) WITHOUT ROWID;
-- There is no foreign key on source: the one writer has just read it, and the check would cost a look-up a row.
-- AUTOINCREMENT: a cursor is never given out twice, even after the newest rows are gone.
CREATE TABLE events (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    source INTEGER NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    prev BLOB NOT NULL CHECK (length(prev) = 32),
    received_at INTEGER NOT NULL,
    json TEXT NOT NULL,
    UNIQUE (source, id),
    UNIQUE (source, epoch, seq)
);
