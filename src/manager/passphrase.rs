//! Passphrases: what may be chosen, and the field that they are typed into.

use candor_vault::is_long_enough;
use leptos::prelude::*;

use crate::manager::field::Field;
use crate::manager::text::PassphraseTexts;

/// Why a new passphrase is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassphraseFault {
    /// Too few characters.
    Short,
    /// The second entry is another one.
    Differs,
}

/// Checks a passphrase that is being chosen.
///
/// # Errors
/// [`PassphraseFault`].
pub fn check(passphrase: &str, again: &str) -> Result<(), PassphraseFault> {
    if !is_long_enough(passphrase) {
        return Err(PassphraseFault::Short);
    }
    if passphrase == again { Ok(()) } else { Err(PassphraseFault::Differs) }
}

/// What is wrong, in words.
pub fn fault_text(fault: PassphraseFault, words: &PassphraseTexts) -> &'static str {
    match fault {
        PassphraseFault::Short => words.short,
        PassphraseFault::Differs => words.differs,
    }
}

/// A field for a passphrase. `edited` is called when what stands in it changes.
pub fn field(
    id: &'static str,
    label: &'static str,
    typed: RwSignal<String>,
    described_by: &'static str,
    edited: impl Fn() + Copy + 'static,
) -> impl IntoView {
    view! { <div class="m-field">{Field::secret(id, label, described_by).view(typed, edited)}</div> }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn takes_a_long_passphrase_entered_twice() {
        assert_eq!(check("correct horse", "correct horse"), Ok(()));
        assert_eq!(check("correct horse", "correct house"), Err(PassphraseFault::Differs));
        assert_eq!(check("too short", "too short"), Err(PassphraseFault::Short));
        assert_eq!(check("", ""), Err(PassphraseFault::Short));
    }
}
