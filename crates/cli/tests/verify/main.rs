//! The program `candor verify`, on exports and on stores that somebody has really laid hands on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod exports;
mod stores;
mod support;
