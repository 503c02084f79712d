//! A text as a QR code: one drawing, black on white in any appearance, and the text below for whoever has no camera.

use leptos::prelude::*;

use crate::code;

/// The code with its text; `None` for a text that no code holds. `name` says what it is to whoever does not see it.
pub fn qr(testid: &'static str, text: &str, name: &str) -> Option<AnyView> {
    let code::Drawing { side, path } = code::draw(text)?;
    let drawing = view! {
        <figure class="m-qr">
            <svg role="img" aria-label=name.to_owned() viewBox=format!("0 0 {side} {side}") shape-rendering="crispEdges">
                <path fill="#fff" d=format!("M0 0h{side}v{side}h-{side}z") />
                <path fill="#000" d=path />
            </svg>
            <figcaption class="m-code m-select-all" data-testid=testid>{text.to_owned()}</figcaption>
        </figure>
    };
    Some(drawing.into_any())
}
