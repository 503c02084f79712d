//! What can be wrong with a line.

use candor_core::event::Scale;

use super::Part;
use crate::csv::LineFault;

/// A line with something wrong, as an editor counts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1; the headings stand on the first.
    pub line: u64,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What is wrong; the first of what is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Its quotes.
    Quotes(LineFault),
    /// It has another number of fields than there are headings.
    Fields {
        /// Fields of the line.
        has: usize,
        /// Headings.
        wants: usize,
    },
    /// Something that has to be there is not.
    Missing(Part),
    /// What stands where a time should is none that can be read in one way only.
    Time(String),
    /// It was given after today.
    Future(String),
    /// What stands where a level should is none of the scale.
    Level {
        /// What stands there.
        text: String,
        /// The scale.
        scale: Scale,
    },
    /// There is no such survey on this tablet.
    Survey(String),
    /// So long a text is not taken.
    Long {
        /// Which.
        part: Part,
        /// The most letters.
        most: usize,
    },
    /// Another line has the same id.
    Doubled {
        /// That line.
        line: u64,
    },
}
