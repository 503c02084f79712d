//! Naming a store, and refusing one that this version does not know.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use super::StoreFault;
use crate::signer::KeyFault;

/// Where a store is. Its `Display` shows no password.
#[derive(Clone, Debug)]
pub enum StoreUrl {
    /// `sqlite:{path}`.
    Sqlite(PathBuf),
    /// `postgres://…`, boxed since it is large.
    Postgres(Box<PgConnectOptions>),
}

impl FromStr for StoreUrl {
    type Err = OpenFault;

    fn from_str(text: &str) -> Result<Self, OpenFault> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" | ":memory:" => Err(OpenFault::NoFile),
                path => Ok(Self::Sqlite(path.into())),
            };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return text.parse().map(|options| Self::Postgres(Box::new(options))).map_err(|_| OpenFault::Postgres);
        }
        Err(OpenFault::Scheme)
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "the SQLite file {}", path.display()),
            Self::Postgres(options) => {
                let database = options.get_database().unwrap_or_else(|| options.get_username());
                write!(f, "the PostgreSQL database {database} at {}:{}", options.get_host(), options.get_port())
            }
        }
    }
}

/// Why a store could not be opened. No variant carries the URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    /// Neither SQLite nor PostgreSQL.
    #[error("a store is sqlite:<file> or postgres://<user>:<password>@<host>/<database>")]
    Scheme,
    /// SQLite without a file would forget everything.
    #[error("sqlite: wants the path of a file, as in sqlite:candor.sqlite")]
    NoFile,
    /// Not a PostgreSQL URL.
    #[error("this is no PostgreSQL URL; it looks like postgres://<user>:<password>@<host>/<database>")]
    Postgres,
    /// The database does not open or does not answer.
    #[error("it cannot be opened: {0}")]
    Database(#[from] sqlx::Error),
    /// There is no key to sign with.
    #[error(transparent)]
    Key(#[from] KeyFault),
    /// The database holds something that this program never wrote.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// A newer version has been at work here.
    #[error(
        "it has schema {found} and this version knows up to {known}: use the newer candor-collector, or restore a back-up from before it ran"
    )]
    NewerSchema {
        /// In the database.
        found: i64,
        /// In this program.
        known: i64,
    },
}

/// The steps that a database at schema `found` still lacks.
pub fn pending(steps: &[&'static str], found: i64) -> Result<Vec<&'static str>, OpenFault> {
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    match usize::try_from(found) {
        Ok(done) if found <= known => Ok(steps.iter().skip(done).copied().collect()),
        _ => Err(OpenFault::NewerSchema { found, known }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, shown: &str) {
        assert_eq!(
            url.parse::<StoreUrl>().map_or_else(|fault| fault.to_string(), |url| url.to_string()),
            shown,
            "{url}"
        );
    }

    #[test]
    fn reads_a_url_and_never_shows_its_password() {
        check("sqlite:candor.sqlite", "the SQLite file candor.sqlite");
        check("sqlite:///var/lib/c.sqlite", "the SQLite file /var/lib/c.sqlite");
        check("postgres://c:secret@db:6432/candor", "the PostgreSQL database candor at db:6432");
        check("postgresql://c:secret@db", "the PostgreSQL database c at db:5432");
        for url in ["mysql://c:secret@db", "postgres://c:secret@db:port/x", "sqlite::memory:", "sqlite:"] {
            assert!(!url.parse::<StoreUrl>().unwrap_err().to_string().contains("secret@"), "{url}");
        }
    }

    #[test]
    fn refuses_a_newer_schema() {
        assert_eq!(pending(&["a", "b"], 1).unwrap(), ["b"]);
        assert!(pending(&["a"], 1).unwrap().is_empty());
        assert!(matches!(pending(&["a"], 2), Err(OpenFault::NewerSchema { found: 2, known: 1 })));
    }
}
