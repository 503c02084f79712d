//! The passphrase: asked at the terminal or read from a file, never an argument, which every user of a machine can see.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use zeroize::Zeroizing;

use crate::fault::Fault;

/// Where the passphrase comes from.
#[derive(Args)]
pub struct Source {
    /// Take the passphrase from the first line of a file in place of asking for it
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Source {
    /// The passphrase of what is there already.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn read(&self, prompt: &str) -> Result<Zeroizing<String>, Fault> {
        match &self.passphrase_file {
            Some(path) => first_line(path),
            None => ask(prompt),
        }
    }

    /// A new passphrase, asked for twice and long enough.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn choose(&self) -> Result<Zeroizing<String>, Fault> {
        let passphrase = self.read("New passphrase: ")?;
        if !candor_vault::is_long_enough(&passphrase) {
            return Err(Fault::Short);
        }
        if self.passphrase_file.is_none() && *ask("The same again: ")? != *passphrase {
            return Err(Fault::Twice);
        }
        Ok(passphrase)
    }
}

fn first_line(path: &Path) -> Result<Zeroizing<String>, Fault> {
    let text = fs::read_to_string(path).map(Zeroizing::new);
    let text = text.map_err(|fault| Fault::Read { path: path.to_owned(), fault })?;
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

fn ask(prompt: &str) -> Result<Zeroizing<String>, Fault> {
    rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(Fault::Terminal)
}
