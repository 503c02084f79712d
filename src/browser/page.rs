//! The page itself.
