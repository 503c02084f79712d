//! Why a command could not do its work. To be shown to the person at the terminal.

use std::io;
use std::path::PathBuf;

use candor_vault::backup::BackupFault;

/// Exit status 2.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A file cannot be read.
    #[error("{} cannot be read: {fault}", .path.display())]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why.
        fault: io::Error,
    },
    /// The key file would take the place of another.
    #[error("{} exists already and is left alone", .0.display())]
    Exists(PathBuf),
    /// The key file cannot be made.
    #[error("{} cannot be made: {fault}", .path.display())]
    Create {
        /// Which one.
        path: PathBuf,
        /// Why.
        fault: io::Error,
    },
    /// Standard output does not take it.
    #[error("the output cannot be written: {0}")]
    Write(io::Error),
    /// There is nobody to ask for the passphrase.
    #[error("no passphrase could be asked for ({0}); --passphrase-file takes it from a file")]
    Terminal(io::Error),
    /// The two entries differ.
    #[error("the two passphrases are not the same")]
    Twice,
    /// It would be guessed.
    #[error("the passphrase is too short: it needs at least {} characters", candor_vault::MIN_PASSPHRASE_CHARS)]
    Short,
    /// It is a back-up and no export.
    #[error("{} is a back-up, encrypted as a whole: candor read-backup makes lines of it", .0.display())]
    IsBackup(PathBuf),
    /// It is not a key file.
    #[error("{} is no key file of Candor", .0.display())]
    NotAKey(PathBuf),
    /// It has the public half only.
    #[error("{} has no private key in it: it was made where the key file lies", .0.display())]
    PublicOnly(PathBuf),
    /// The passphrase does not open the key.
    #[error("the passphrase is wrong")]
    Passphrase,
    /// The key file was altered.
    #[error("{} was altered or damaged: the passphrase is right and the key does not open", .0.display())]
    AlteredKey(PathBuf),
    /// No memory for Argon2.
    #[error("there is not enough memory to try the passphrase")]
    Memory,
    /// The back-up cannot even be begun.
    #[error("{0}")]
    Backup(BackupFault),
    /// No random bytes.
    #[error("the operating system has no random bytes to give: {0}")]
    Random(#[from] getrandom::Error),
}
