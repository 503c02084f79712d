//! Statements that read the same in both databases, and what their rows look like.

/// Digest, holder, name and role of a token that is not revoked.
pub const TOKEN: &str = "SELECT t.digest, h.holder, h.name, h.role FROM tokens t JOIN holders h ON h.holder = t.holder \
     WHERE t.digest = $1 AND t.revoked_at IS NULL";
/// A row of [`TOKEN`].
pub type TokenRow = (Vec<u8>, i64, String, String);

/// Name, role, now.
pub const ADD_HOLDER: &str =
    "INSERT INTO holders (name, role, made_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";
/// The holder and its role, by name.
pub const HOLDER: &str = "SELECT holder, role FROM holders WHERE name = $1";
/// Digest, holder, now.
pub const ADD_TOKEN: &str = "INSERT INTO tokens (digest, holder, made_at) VALUES ($1, $2, $3)";
/// Holder, now.
pub const REVOKE: &str = "UPDATE tokens SET revoked_at = $2 WHERE holder = $1 AND revoked_at IS NULL";

/// Name, role, when made, good tokens.
pub const HOLDERS: &str = "SELECT h.name, h.role, h.made_at, \
     (SELECT count(*) FROM tokens t WHERE t.holder = h.holder AND t.revoked_at IS NULL) \
     FROM holders h ORDER BY h.name";
/// A row of [`HOLDERS`].
pub type HolderRow = (String, String, i64, i64);

/// Holder's name, source, first and last seen; and each of its chains with its first and last seen and its head.
pub const SOURCES: &str = "SELECT h.name, s.name, s.first_seen, s.last_seen, \
     c.epoch, c.continuity, c.first_seen, c.last_seen, c.head \
     FROM sources s JOIN holders h ON h.holder = s.holder LEFT JOIN chains c ON c.source = s.source \
     ORDER BY h.name, s.name, c.epoch";
/// A row of [`SOURCES`].
pub type SourceRow = (String, String, i64, i64, Option<i64>, Option<String>, Option<i64>, Option<i64>, Option<String>);

/// After, limit. A further place of an event is a line of its own kind, so that nobody takes it for an event.
pub const PAGE: &str = "SELECT cursor, json FROM events WHERE cursor > $1 \
     UNION ALL SELECT cursor, '{\"copy\":' || json || '}' FROM copies WHERE cursor > $1 ORDER BY cursor LIMIT $2";

/// Name, holder, now.
pub const BIND: &str =
    "INSERT INTO sources (name, holder, first_seen, last_seen) VALUES ($1, $2, $3, $3) RETURNING source";

/// Up to which cursor alerts have been forwarded.
pub const FORWARDED: &str = "SELECT cursor FROM forwarded";
/// Cursor. The key is named: SQLite counts one up that is left out.
pub const NOTE_FORWARDED: &str = "INSERT INTO forwarded (single, cursor) VALUES (TRUE, $1) \
     ON CONFLICT (single) DO UPDATE SET cursor = excluded.cursor";
/// The newest cursor of all; 0 of an empty store.
pub const NEWEST: &str = "SELECT CAST(coalesce(max(cursor), 0) AS BIGINT) FROM \
     (SELECT max(cursor) AS cursor FROM events UNION ALL SELECT max(cursor) FROM copies) AS newest";
