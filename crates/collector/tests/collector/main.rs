//! The collector as its clients see it: a listening server, real requests, and a store that is looked into only by
//! asking the server. What both stores have to do alike stands in `contract.rs`, once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod lifecycle;
mod load;
mod protocol;
mod refusals;
mod site;
mod support;
mod trial;
mod webhook;

/// The contract, with an SQLite file.
mod sqlite {
    use super::support::fresh_sqlite as fresh;
    include!("contract.rs");
}

/// The contract, with PostgreSQL.
mod postgres {
    use super::support::fresh_postgres as fresh;
    include!("contract.rs");
}
