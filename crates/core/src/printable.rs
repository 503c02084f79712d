//! Text of others on a terminal. An event's `source` or a key's name may hold what moves the cursor, turns the direction
//! of writing or does not show, so that a line says something else than is in it.

use std::borrow::Cow;

/// The text with every character that shows nothing of its own written as `\u001b`: controls, format characters such as
/// the marks of direction, line and paragraph separators, what is private or not assigned. White space within a line and
/// combining marks stay. Of JSON it makes the same JSON.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_printable) {
        return text.into();
    }
    let written = |c: char| {
        let mut units = [0; 2];
        let escaped = |unit: &u16| format!("\\u{unit:04x}");
        if is_printable(c) { c.to_string() } else { c.encode_utf16(&mut units).iter().map(escaped).collect() }
    };
    text.chars().map(written).collect::<String>().into()
}

/// Whether a character shows as itself on a line.
pub fn is_printable(c: char) -> bool {
    match c {
        ' '..='~' => true,
        '\u{2028}' | '\u{2029}' => false,
        _ if c.is_whitespace() => !c.is_control(),
        // The standard library keeps the table of what can be shown. Behind another character, where a combining mark
        // may stand.
        _ => format!("a{c}").escape_debug().nth(1) == Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cc, Cf, Zl and Zp of Unicode 17, and non-characters: first and last of each range.
    const HIDDEN: [(u32, u32); 30] = [
        (0, 0x1F),
        (0x7F, 0x9F),
        (0xAD, 0xAD),
        (0x600, 0x605),
        (0x61C, 0x61C),
        (0x6DD, 0x6DD),
        (0x70F, 0x70F),
        (0x890, 0x891),
        (0x8E2, 0x8E2),
        (0x180E, 0x180E),
        (0x200B, 0x200F),
        (0x2028, 0x202E),
        (0x2060, 0x206F),
        (0xE000, 0xF8FF),
        (0xFDD0, 0xFDEF),
        (0xFEFF, 0xFEFF),
        (0xFFF9, 0xFFFB),
        (0xFFFE, 0xFFFF),
        (0x110BD, 0x110BD),
        (0x110CD, 0x110CD),
        (0x13430, 0x1343F),
        (0x1BCA0, 0x1BCA3),
        (0x1D173, 0x1D17A),
        (0x1FFFE, 0x1FFFF),
        (0x2FFFE, 0x2FFFF),
        (0xE0001, 0xE0001),
        (0xE0020, 0xE007F),
        (0xEFFFE, 0xEFFFF),
        (0xF0000, 0xF0010),
        (0x10FFFE, 0x10FFFF),
    ];

    #[test]
    fn nothing_that_hides_or_moves_is_printable() {
        let hidden = HIDDEN.iter().flat_map(|&(first, last)| first..=last).filter_map(char::from_u32);
        assert_eq!(hidden.filter(|&c| is_printable(c)).collect::<Vec<_>>(), []);
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        let text =
            "排队太久，\u{3000}“好”！ naïve e\u{301} Привет العربية हिन्दी ไทย 한국어 👍🏽 ❤\u{FE0F} \\ ' \" \u{A0}€";
        assert!(matches!(printable(text), Cow::Borrowed(same) if same == text));
    }

    #[test]
    fn json_stays_the_same_json() {
        let value = serde_json::json!({ "source": "a\u{9B}2J\u{202E}b\u{E0041}\u{1B}[2K\\u{7F}\u{7F}\n" });
        let shown = printable(&value.to_string()).into_owned();
        assert!(shown.is_ascii() && !shown.contains(char::is_control), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
        assert_eq!(printable("\u{1b}[2K\u{202e}"), "\\u001b[2K\\u202e");
    }
}
