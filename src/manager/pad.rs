//! The number pad of the door: the field's own digits, for a finger.

use leptos::prelude::*;

use crate::manager::icon::{DELETE, icon};
use crate::manager::text::DoorTexts;

/// A key of the pad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// 0 to 9.
    Digit(u8),
    /// Takes the last digit back.
    Delete,
    /// Empties the field.
    Clear,
}

impl Key {
    /// What a key makes of a text that may have `most` digits.
    pub fn press(self, text: &mut String, most: usize) {
        match self {
            Self::Digit(digit) if text.len() < most => text.push(char::from(b'0' + digit)),
            Self::Digit(_) => {}
            Self::Delete => drop(text.pop()),
            Self::Clear => text.clear(),
        }
    }
}

/// The pad.
#[component]
pub fn Pad(texts: &'static DoorTexts, press: Callback<Key>) -> impl IntoView {
    let digit = move |digit: u8| {
        view! { <button type="button" class="m-key" on:click=move |_| press.run(Key::Digit(digit))>{digit.to_string()}</button> }
    };
    view! {
        <div class="m-pad" role="group" aria-label=texts.pad>
            {(1..=9).map(digit).collect_view()}
            <button type="button" class="m-key m-key-word" on:click=move |_| press.run(Key::Clear)>{texts.clear}</button>
            {digit(0)}
            <button type="button" class="m-key" aria-label=texts.delete on:click=move |_| press.run(Key::Delete)>
                {icon(DELETE)}
            </button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn writes_digits_up_to_the_most_and_takes_them_back() {
        let mut text = String::new();
        for key in [Key::Digit(0), Key::Digit(9), Key::Digit(5), Key::Digit(1)] {
            key.press(&mut text, 3);
        }
        assert_eq!(text, "095");
        Key::Delete.press(&mut text, 3);
        assert_eq!(text, "09");
        Key::Clear.press(&mut text, 3);
        Key::Delete.press(&mut text, 3);
        assert_eq!(text, "");
    }
}
