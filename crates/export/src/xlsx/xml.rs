//! Text as XML, and as a cell has it.

/// A cell holds so many UTF-16 units (the applications' limit).
const MOST_UNITS: usize = 32_767;

/// A text inside an element or an attribute of XML.
pub fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    push_escaped(&mut xml, text);
    xml
}

/// Appends it. What XML cannot hold stands as `_x0007_` (ST_Xstring, ECMA-376 part 1, 22.9.2.19); whatever looks like
/// that by itself has its underscore written so.
pub fn push_escaped(xml: &mut String, text: &str) {
    let is_plain = |byte: u8| byte >= b' ' && !matches!(byte, b'&' | b'<' | b'>' | b'"' | b'_' | 0xEF);
    // Nearly every text.
    if text.bytes().all(is_plain) {
        return xml.push_str(text);
    }
    for (at, c) in text.char_indices() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\n' | '\t' => xml.push(c),
            '_' if looks_coded(text.get(at..).unwrap_or_default()) => xml.push_str("_x005F_"),
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => xml.push_str(&format!("_x{:04X}_", u32::from(c))),
            _ => xml.push(c),
        }
    }
}

fn looks_coded(text: &str) -> bool {
    matches!(text.as_bytes(), [b'_', b'x', a, b, c, d, b'_', ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()))
}

/// As much of a text as a cell holds.
pub fn fitting(text: &str) -> &str {
    if text.len() <= MOST_UNITS {
        return text;
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > MOST_UNITS
    });
    end.map_or(text, |(at, _)| text.get(..at).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_xml_cannot_hold() {
        let check = |text, expected| assert_eq!(escaped(text), expected);
        check("a & b < \"c\" > d", "a &amp; b &lt; &quot;c&quot; &gt; d");
        check("line\nnext\ttab", "line\nnext\ttab");
        check("\u{7}\r\u{FFFF}", "_x0007__x000D__xFFFF_");
        check("_x0041_ snake_case 很好", "_x005F_x0041_ snake_case 很好");
    }

    #[test]
    fn a_cell_holds_so_much_and_no_half_a_letter() {
        let units = |text: &str| fitting(&text.repeat(20_000)).encode_utf16().count();
        assert_eq!((units("好好"), units("😀")), (MOST_UNITS, MOST_UNITS - 1));
        assert_eq!(fitting("short"), "short");
    }
}
