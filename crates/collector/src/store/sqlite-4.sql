-- One row: up to which cursor alerts have been handed to the owner's webhook.
CREATE TABLE forwarded (
    single INTEGER PRIMARY KEY CHECK (single = 1),
    cursor INTEGER NOT NULL
);
