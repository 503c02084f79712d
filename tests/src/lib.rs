//! Candor end to end.
