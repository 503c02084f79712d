//! The collector's Ed25519 key, and where it is kept. Receipts are signed with it (`candor_core::witness`).
//!
//! The secret leaves this file in two ways only: into the place where it is kept, and into a signature.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use candor_core::chain::{Hash, hex};
use candor_core::witness::SignedHead;
use ed25519_dalek::{Signer as _, SigningKey};

use crate::arrival::Digest;

/// Where the key is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KeySource {
    /// With the store: beside an SQLite file, as `{file}.key`; in a PostgreSQL database, in a table of its own.
    #[default]
    OfStore,
    /// In a file that the operator has named.
    File(PathBuf),
}

/// Why there is no key to sign with.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// The file cannot be read or made.
    #[error("the signing key {0}: {1}")]
    File(PathBuf, io::Error),
    /// The file holds something else.
    #[error(
        "the signing key {0} is not 64 hexadecimal digits: put the right file back, or remove it to have a new key made"
    )]
    Unreadable(PathBuf),
    /// No random bytes.
    #[error("the operating system has no random bytes to give: {0}")]
    Random(#[from] getrandom::Error),
}

/// A key pair. It has no `Debug` and no `Display`, so that it cannot slip into a log.
#[derive(Clone)]
pub struct Signer(SigningKey);

impl Signer {
    /// Makes a key of 32 bytes from the operating system.
    ///
    /// # Errors
    /// When the operating system has no random bytes to give.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// Reads a key as it is kept: 64 lower-case hexadecimal digits, and white space around them.
    pub fn parse(text: &str) -> Option<Self> {
        let seed = Digest::from_hash(&Hash::parse(text.trim())?)?;
        Some(Self(SigningKey::from_bytes(seed.as_bytes())))
    }

    /// The key as it is kept.
    pub(crate) fn secret_text(&self) -> String {
        hex(self.0.as_bytes())
    }

    /// The public half as 64 lower-case hexadecimal digits.
    pub fn public_key(&self) -> String {
        hex(self.0.verifying_key().as_bytes())
    }

    /// The head under this key: `key` and `signature` are filled in.
    pub fn sign(&self, head: SignedHead) -> SignedHead {
        let head = SignedHead { key: self.public_key(), ..head };
        let signature = hex(&self.0.sign(&head.payload()).to_bytes());
        SignedHead { signature, ..head }
    }

    /// Reads the key in a file. Where there is none, makes one, for nobody else to read.
    ///
    /// # Errors
    /// [`KeyFault`]
    pub fn in_file(path: &Path) -> Result<Self, KeyFault> {
        let fault = |fault| KeyFault::File(path.to_owned(), fault);
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => {
                place(path, &Self::generate()?.secret_text()).map_err(fault)?;
                // Read again: another collector may have been first, and its key is the one that stays.
                fs::read_to_string(path).map_err(fault)?
            }
            Err(other) => return Err(fault(other)),
        };
        warn_if_open(path);
        Self::parse(&text).ok_or_else(|| KeyFault::Unreadable(path.to_owned()))
    }
}

/// Puts a new key in its place, whole or not at all, and never over another.
fn place(path: &Path, secret: &str) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let unfinished = PathBuf::from(name);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    let written = writeln!(file, "{secret}").and_then(|()| file.sync_all());
    // A link fails where there is a file already; a rename would take its place.
    let linked = written.and_then(|()| match fs::hard_link(&unfinished, path) {
        Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(_) => fs::copy(&unfinished, path).map(|_| ()),
        Ok(()) => Ok(()),
    });
    fs::remove_file(&unfinished)?;
    linked?;
    // Without its folder's entry a power cut would take the key, and what it has signed would be a stranger's.
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        sync_folder(folder)?;
    }
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn warn_if_open(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if let Ok(about) = fs::metadata(path)
        && about.permissions().mode() & 0o077 != 0
    {
        tracing::warn!(key = %path.display(), "others can read the signing key: chmod 600 keeps it to its owner");
    }
}

#[cfg(not(unix))]
fn warn_if_open(_: &Path) {}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signature, VerifyingKey};

    use super::*;

    #[test]
    fn makes_a_key_once_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.key");
        let key = Signer::in_file(&path).unwrap().public_key();
        assert_eq!(Signer::in_file(&path).unwrap().public_key(), key);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left lying about");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        place(&path, "another").unwrap();
        assert_eq!(Signer::in_file(&path).unwrap().public_key(), key, "never over another");
    }

    #[test]
    fn says_which_file_is_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.key");
        fs::write(&path, "").unwrap();
        let said = Signer::in_file(&path).err().unwrap().to_string();
        assert!(said.contains("store.key") && said.contains("64 hexadecimal digits"), "{said}");
        let said = Signer::in_file(&folder.path().join("none/store.key")).err().unwrap().to_string();
        assert!(said.contains("none"), "{said}");
    }

    #[test]
    fn signs_what_anybody_can_check() {
        let signer = Signer::parse(&format!("{}\n", "07".repeat(32))).unwrap();
        let head = signer.sign(SignedHead { device: "t".to_owned(), epoch: 1, seq: 7, ..SignedHead::default() });
        let bytes = |digits: &str| -> Vec<u8> {
            digits
                .as_bytes()
                .chunks(2)
                .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
                .collect()
        };
        let key = VerifyingKey::from_bytes(&bytes(&head.key).try_into().unwrap()).unwrap();
        let signature = Signature::from_slice(&bytes(&head.signature)).unwrap();
        assert!(key.verify_strict(&head.payload(), &signature).is_ok());
        let longer = SignedHead { seq: 8, ..head };
        assert!(key.verify_strict(&longer.payload(), &signature).is_err());
    }
}
