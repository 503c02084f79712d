//! A text as a QR code (ISO/IEC 18004), as the path of a drawing. In the manager's module and the keeper's, which both
//! come later than the kiosk's.

use std::fmt::Write;

use qrcodegen::{QrCode, QrCodeEcc};

/// What a reader needs around a code to find it.
const QUIET_ZONE: i32 = 4;

/// A drawing of unit squares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// How many units its side has, the quiet zone included.
    pub side: i32,
    /// The dark modules, as the `d` of an SVG path: a rectangle for each run in a row.
    pub path: String,
}

/// Draws a text; `None` where no code holds it.
pub fn draw(text: &str) -> Option<Drawing> {
    // A screen is not scratched: the least redundancy gives the largest modules, and more is taken where there is room.
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let length = (x..code.size()).take_while(|x| code.get_module(*x, y)).count();
            if length > 0 {
                let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET_ZONE, y + QUIET_ZONE);
            }
            // A module outside counts as light.
            x += i32::try_from(length).unwrap_or(code.size()) + 1;
        }
    }
    Some(Drawing { side: code.size() + 2 * QUIET_ZONE, path })
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn draws_every_dark_module_once_and_no_other() {
        const TEXT: &str = "https://kiosk.example.com/#setup=e30";
        let code = QrCode::encode_text(TEXT, QrCodeEcc::Low).unwrap();
        let mut drawn = vec![];
        for run in draw(TEXT).unwrap().path.split('M').skip(1) {
            let (place, rest) = run.split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let length: i32 = rest.split('v').next().unwrap().parse().unwrap();
            let (x, y): (i32, i32) = (x.parse().unwrap(), y.parse().unwrap());
            drawn.extend((x..x + length).map(|x| (x - QUIET_ZONE, y - QUIET_ZONE)));
        }
        let all = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let dark: Vec<_> = all.filter(|(x, y)| code.get_module(*x, *y)).collect();
        assert_eq!(drawn, dark);
    }

    #[wasm_bindgen_test]
    fn a_text_that_no_code_holds_is_not_drawn() {
        assert_eq!(draw(&"x".repeat(3_000)), None);
    }
}
