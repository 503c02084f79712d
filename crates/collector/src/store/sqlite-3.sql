-- Further places of events: an event that was linked twice has two numbers and is one event. `json` is as it came, without
-- the customer's words. A cursor of its own, counted on with those of the events.
CREATE TABLE copies (
    cursor INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    prev BLOB NOT NULL CHECK (length(prev) = 32),
    received_at INTEGER NOT NULL,
    json TEXT NOT NULL,
    UNIQUE (source, epoch, seq)
);
