//! `candor open`: the sealed words of an export, opened away from the tablet.
//!
//! Each line stays as it is, sealed text included, so that the export can still be verified; the words come with it as
//! the attribute `comment`, also where they were in clear: one place to look.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use candor_core::chain::PersonalText;
use candor_core::event::EventId;
use candor_vault::backup::MAGIC;
use candor_vault::{OpenFault, PrivateKey, Sealing, UnwrapFault, open};
use clap::Args;
use serde_json::Value;

use crate::fault::Fault;
use crate::output::{Data, counted, tell};
use crate::{Finding, passphrase};

/// What the command line says.
#[derive(Args)]
pub struct Options {
    /// The export (JSON Lines); - for standard input
    file: PathBuf,
    /// The key file, or the key that a tablet has given out
    #[arg(long, value_name = "KEYFILE")]
    key: PathBuf,
    #[command(flatten)]
    passphrase: passphrase::Source,
}

/// What became of the words in a file.
#[derive(Default)]
struct Tally {
    opened: u64,
    clear: u64,
    /// Sealed to other keys, by the keys' names.
    other: BTreeMap<String, u64>,
    altered: u64,
    unreadable: u64,
}

/// Writes the lines to standard output, and to stderr what became of them.
///
/// # Errors
/// [`Fault`].
pub fn run(options: &Options) -> Result<Finding, Fault> {
    let read = |fault| Fault::Read { path: options.file.clone(), fault };
    let mut input: Box<dyn BufRead> = if options.file.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(&options.file).map_err(read)?))
    };
    if input.fill_buf().map_err(read)?.starts_with(MAGIC.as_bytes()) {
        return Err(Fault::IsBackup(options.file.clone()));
    }
    let private = unwrap(&options.key, &options.passphrase)?;
    let mut output = Data::to_stdout();
    let mut tally = Tally::default();
    for line in input.lines() {
        let line = line.map_err(read)?;
        output.line(&opened(&private, line, &mut tally)).map_err(Fault::Write)?;
    }
    output.flush().map_err(Fault::Write)?;
    Ok(tally.tell())
}

fn unwrap(path: &Path, passphrase: &passphrase::Source) -> Result<PrivateKey, Fault> {
    let json = fs::read_to_string(path).map_err(|fault| Fault::Read { path: path.to_owned(), fault })?;
    let sealing = Sealing::from_json(&json).ok_or_else(|| Fault::NotAKey(path.to_owned()))?;
    if sealing.wrapped.is_none() {
        return Err(Fault::PublicOnly(path.to_owned()));
    }
    let passphrase = passphrase.read("Passphrase of the key: ")?;
    let pair = sealing.unwrap(&passphrase).map_err(|fault| match fault {
        UnwrapFault::Passphrase => Fault::Passphrase,
        UnwrapFault::Costs => Fault::Memory,
        UnwrapFault::Altered => Fault::AlteredKey(path.to_owned()),
        UnwrapFault::Absent => Fault::PublicOnly(path.to_owned()),
    })?;
    Ok(pair.private)
}

fn opened(private: &PrivateKey, line: String, tally: &mut Tally) -> String {
    let Ok(Value::Object(mut event)) = serde_json::from_str(&line) else {
        tally.unreadable += u64::from(!line.trim().is_empty());
        return line;
    };
    // A manifest, a pruned event, an event without words, or a line that has been opened already.
    let text = event.get_mut("data").and_then(|data| data.get_mut("text")).map(Value::take);
    let (Some(text), None) = (text, event.get("comment")) else { return line };
    let id = event.get("id").and_then(Value::as_str).and_then(EventId::parse);
    let (Ok(text), Some(id)) = (serde_json::from_value::<PersonalText>(text), id) else {
        tally.unreadable += 1;
        return line;
    };
    match open(private, &id, &text) {
        Ok(words) => {
            let count = if text.comment().is_some() { &mut tally.clear } else { &mut tally.opened };
            *count += 1;
            with_words(&line, &words)
        }
        Err(OpenFault::OtherKey(name)) => {
            *tally.other.entry(name).or_default() += 1;
            line
        }
        Err(OpenFault::Altered) => {
            tally.altered += 1;
            line
        }
    }
}

/// The line with the words behind it, and with the contact where one was left.
fn with_words(line: &str, words: &PersonalText) -> String {
    let front = line.trim_end().strip_suffix('}').unwrap_or(line);
    let mut opened = [front, ",\"comment\":", &Value::from(words.comment().unwrap_or_default()).to_string()].concat();
    if let Some(contact) = words.contact().filter(|contact| !contact.is_empty()) {
        opened.push_str(&[",\"contact\":", &Value::from(contact).to_string()].concat());
    }
    opened + "}"
}

impl Tally {
    fn tell(&self) -> Finding {
        eprintln!("{} opened, {} in clear", counted(self.opened, "sealed text", "sealed texts"), self.clear);
        for (name, count) in &self.other {
            tell(&format!("{count} left sealed: to the key {name}, which is not this one"));
        }
        if self.altered > 0 {
            eprintln!("{} left sealed: altered, or moved from another event", self.altered);
        }
        if self.unreadable > 0 {
            let lines = counted(self.unreadable, "line is no event and was", "lines are no events and were");
            eprintln!("{lines} left as found");
        }
        let is_well = self.other.is_empty() && self.altered == 0 && self.unreadable == 0;
        if is_well { Finding::Well } else { Finding::Amiss }
    }
}
