-- When a chain's first and newest events were received, and its newest signed head as JSON.
ALTER TABLE chains ADD COLUMN first_seen BIGINT;
ALTER TABLE chains ADD COLUMN last_seen BIGINT;
ALTER TABLE chains ADD COLUMN head TEXT;
-- By number and not by time of receipt: that goes by the index.
UPDATE chains SET
    first_seen = (
        SELECT e.received_at FROM events e
        WHERE e.source = chains.source AND e.epoch = chains.epoch ORDER BY e.seq LIMIT 1
    ),
    last_seen = (
        SELECT e.received_at FROM events e
        WHERE e.source = chains.source AND e.epoch = chains.epoch ORDER BY e.seq DESC LIMIT 1
    );
-- One row: collectors that share the database sign with one key. A role that only reads needs no right to it.
CREATE TABLE signing_key (
    single BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (single),
    secret TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
