//! Ids that are made of content: the same content, the same id.

use candor_core::event::EventId;
use sha2::{Digest, Sha256};

/// The id that these parts make.
pub fn derived(parts: &[&str]) -> EventId {
    EventId::of_content(bytes(parts))
}

/// 16 bytes of the SHA-256 of the parts, each with its length in front so that none runs into the next.
pub fn bytes(parts: &[&str]) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(b"candor-import");
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash.finalize()).for_each(|(byte, hashed)| *byte = hashed);
    bytes
}
