//! A text as a QR code: one drawing, black on white in any appearance, and the text below for whoever has no camera.

use std::fmt::Write;

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};

/// What a reader needs around a code to find it (ISO/IEC 18004).
const QUIET_ZONE: i32 = 4;

/// The code with its text; `None` for a text that no code holds. `name` says what it is to whoever does not see it.
pub fn qr(testid: &'static str, text: &str, name: &str) -> Option<AnyView> {
    // A screen is not scratched: the least redundancy gives the largest modules, and more is taken where there is room.
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let side = code.size() + 2 * QUIET_ZONE;
    let drawing = view! {
        <figure class="m-qr">
            <svg role="img" aria-label=name.to_owned() viewBox=format!("0 0 {side} {side}") shape-rendering="crispEdges">
                <path fill="#fff" d=format!("M0 0h{side}v{side}h-{side}z") />
                <path fill="#000" d=dark_modules(&code) />
            </svg>
            <figcaption class="m-code m-select-all" data-testid=testid>{text.to_owned()}</figcaption>
        </figure>
    };
    Some(drawing.into_any())
}

/// A rectangle for each run of dark modules in a row.
fn dark_modules(code: &QrCode) -> String {
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
    path
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn draws_every_dark_module_once_and_no_other() {
        let code = QrCode::encode_text("https://kiosk.example.com/#setup=e30", QrCodeEcc::Low).unwrap();
        let mut drawn = vec![];
        for run in dark_modules(&code).split('M').skip(1) {
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
        assert!(qr("code", &"x".repeat(3_000), "").is_none());
    }
}
