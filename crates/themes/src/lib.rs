//! What customers' remarks are about and how they sound, in Chinese and in English, found on the device.
//!
//! Words and weights are part of the program: nothing is fetched and nothing of a remark goes anywhere. Everything that is
//! said of a remark is explained by ranges of it. How well it does is in `docs/themes.md`, measured by
//! `examples/evaluate.rs` on remarks that the training has not seen.

mod catalogue;
mod dictionary;
mod found;
mod marks;
mod reading;
mod search;
mod sentiment;
mod stem;
mod table;
mod tokens;
mod view;

pub use self::catalogue::{Catalogue, SEEDS, THEMES};
pub use self::dictionary::{Dictionary, cost_of};
pub use self::found::{Found, Phrases, Sample, find};
pub use self::marks::{Mark, marked};
pub use self::reading::{Hit, Reader, Reading};
pub use self::search::{Query, fold};
pub use self::sentiment::{Clue, Model, Opinion, Sentiment, features};
pub use self::tokens::{Kind, Token, Tokens};
pub use self::view::{Groups, Remark, Theme, Topic, Trend, topics};
