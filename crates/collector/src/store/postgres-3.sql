-- Further places of events: an event that was linked twice has two numbers and is one event. `json` is as it came, without
-- the customer's words. A cursor of its own, counted on with those of the events.
CREATE TABLE copies (
    cursor BIGINT PRIMARY KEY,
    source BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL CHECK (length(hash) = 32),
    prev BYTEA NOT NULL CHECK (length(prev) = 32),
    received_at BIGINT NOT NULL,
    json TEXT NOT NULL,
    UNIQUE (source, epoch, seq)
);
