//! Secrets that devices and readers show. The collector keeps only their SHA-256.

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

use candor_core::chain::hex;

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Sending events.
    Device,
    /// Reading them.
    Reader,
}

impl Role {
    /// How the stores write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Reader => "reader",
        }
    }

    /// Reads what [`Role::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Device, Self::Reader].into_iter().find(|role| role.as_str() == text)
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Device => "cdt_",
            Self::Reader => "cdr_",
        }
    }
}

/// A token in clear. It has no `Debug` and no `Display`, so that it cannot slip into a log.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// Makes a token of 32 bytes from the operating system.
    ///
    /// # Errors
    /// When the operating system has no random bytes to give.
    pub fn generate(role: Role) -> Result<Self, getrandom::Error> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)?;
        Ok(Self(format!("{}{}", role.prefix(), hex(&secret))))
    }

    /// Takes what came after `Bearer`.
    pub fn from_header(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The secret itself: to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What a store keeps.
    pub fn digest(&self) -> TokenDigest {
        TokenDigest(Sha256::digest(self.0.as_bytes()).into())
    }
}

/// SHA-256 of a token. The token is 256 random bits, so neither a salt nor a slow hash would add anything.
#[derive(Clone, Copy)]
pub struct TokenDigest([u8; 32]);

impl TokenDigest {
    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Compares with what a store holds, in a time that does not depend on where the two differ.
    pub fn matches(&self, stored: &[u8]) -> bool {
        self.0.ct_eq(stored).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_say_what_they_are_and_never_repeat() {
        let (one, two) = (Token::generate(Role::Device).unwrap(), Token::generate(Role::Device).unwrap());
        assert!(one.reveal().starts_with("cdt_") && one.reveal().len() == 4 + 64);
        assert!(Token::generate(Role::Reader).unwrap().reveal().starts_with("cdr_"));
        assert_ne!(one.reveal(), two.reveal());
        assert!(one.digest().matches(Token::from_header(one.reveal()).digest().as_bytes()));
        assert!(!one.digest().matches(two.digest().as_bytes()));
    }
}
