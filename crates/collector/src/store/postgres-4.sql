-- One row: up to which cursor alerts have been handed to the owner's webhook.
CREATE TABLE forwarded (
    single BOOLEAN PRIMARY KEY CHECK (single),
    cursor BIGINT NOT NULL
);
