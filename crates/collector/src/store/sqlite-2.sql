-- When a chain's first and newest events were received, and its newest signed head as JSON.
ALTER TABLE chains ADD COLUMN first_seen INTEGER;
ALTER TABLE chains ADD COLUMN last_seen INTEGER;
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
