//! Elements of the page, made without a view of their own type: where many kinds of them stand on one screen, each type
//! would cost the first load a copy of the machinery (ADR 6).

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::browser::task::{sleep, spawn};

const SVG: &str = "http://www.w3.org/2000/svg";

/// An element with its attributes and its text. Nothing of a text is ever markup.
pub fn make(name: &str, attributes: &[(&str, &str)], text: &str) -> Option<Element> {
    let element = web_sys::window()?.document()?.create_element(name).ok()?;
    // Of itself a button would send a form.
    for (attribute, value) in attributes.iter().chain(if name == "button" { &[("type", "button")][..] } else { &[] }) {
        let _ = element.set_attribute(attribute, value);
    }
    if !text.is_empty() {
        element.set_text_content(Some(text));
    }
    Some(element)
}

/// Adds a child, if it could be made.
pub fn add(parent: &Element, child: Option<Element>) {
    if let Some(child) = child {
        let _ = parent.append_child(&child);
    }
}

/// Moves the focus there once the next frame is drawn: at once, all of it would have to be laid out for that alone.
pub fn focus_soon(element: HtmlElement) {
    spawn(async move {
        sleep(0).await;
        let _ = element.focus();
    });
}

/// One of the page's symbols, with a class.
pub fn symbol(id: &str, class: &str) -> Option<Element> {
    let document = web_sys::window()?.document()?;
    let svg = document.create_element_ns(Some(SVG), "svg").ok()?;
    let drawn = document.create_element_ns(Some(SVG), "use").ok()?;
    let attributes = [(&svg, "viewBox", "0 0 100 100"), (&svg, "aria-hidden", "true"), (&svg, "class", class)];
    for (element, attribute, value) in attributes.into_iter().chain([(&drawn, "href", ["#", id].concat().as_str())]) {
        let _ = element.set_attribute(attribute, value);
    }
    let _ = svg.append_child(&drawn);
    Some(svg)
}

/// The nearest element around a place that has this attribute, with its value. What is tapped is an element, also in
/// the document of a preview, whose own idea of one is another.
pub fn around(place: &web_sys::Event, attribute: &str) -> Option<String> {
    let place: Element = place.target()?.unchecked_into();
    place.closest(&["[", attribute, "]"].concat()).ok()??.get_attribute(attribute)
}

/// Every element inside another that has this attribute, with its value.
pub fn all_with(root: &Element, attribute: &str, mut each: impl FnMut(&HtmlElement, &str)) {
    let Ok(found) = root.query_selector_all(&["[", attribute, "]"].concat()) else { return };
    for index in 0..found.length() {
        let element = found.item(index).map(JsCast::unchecked_into::<HtmlElement>);
        if let Some((element, value)) = element.and_then(|e| e.get_attribute(attribute).map(|value| (e, value))) {
            each(&element, &value);
        }
    }
}
