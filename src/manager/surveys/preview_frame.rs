//! The frame in which customers' screens stand beside the editor: a document of its own, so that it has the size of a
//! tablet for the style sheet's own eyes, and so that no name in it is one of the page's. `JsValue` stops here.

use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlElement, HtmlIFrameElement};

/// Says that the document was made here.
const MADE: &str = "data-preview";
/// Without it the style sheet would be read as of the nineties.
const EMPTY: &str = "<!doctype html><title>Candor</title><body>";
/// The customers' style sheets: not the manager's own.
const SHEETS: &str = "head style, head link[rel=stylesheet]:not([href$='manager.css'])";

#[wasm_bindgen]
extern "C" {
    /// A document that is written to. Opened by the page it has the page's address: a `#face-1` in it is its own.
    type Written;

    #[wasm_bindgen(method, catch)]
    fn open(this: &Written) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn write(this: &Written, text: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn close(this: &Written) -> Result<(), JsValue>;
}

/// What is drawn into.
#[derive(Clone, Debug)]
pub struct PreviewFrame {
    root: Element,
    body: HtmlElement,
}

impl PreviewFrame {
    /// Makes the frame's document: the page's style sheets and signs, and nothing that runs. `None` where that is done,
    /// or cannot be.
    pub fn make(frame: &HtmlIFrameElement) -> Option<Self> {
        let inside = frame.content_document()?;
        if inside.document_element().is_some_and(|root| root.has_attribute(MADE)) {
            return None;
        }
        let written: &Written = inside.unchecked_ref();
        written.open().ok()?;
        written.write(EMPTY).ok()?;
        // It ends in a `load`, which has to find the mark.
        let root = inside.document_element()?;
        let _ = root.set_attribute(MADE, "");
        let _ = written.close();
        let page = web_sys::window()?.document()?;
        let head: Element = inside.head()?.unchecked_into();
        let body = inside.body()?;
        copy(&page, &inside, SHEETS, &head);
        copy(&page, &inside, "body > svg", &body);
        Some(Self { root, body })
    }

    /// Puts an element in, in the stead of the one before. It is one of the page's: what is made by the page goes on being
    /// known by it.
    pub fn put(&self, element: &Element) {
        if let Ok(Some(before)) = self.body.query_selector(":scope > div") {
            before.remove();
        }
        let _ = self.body.append_child(element);
    }

    /// Writes an attribute on the root element, or takes it away.
    pub fn set(&self, name: &str, value: Option<&str>) {
        let _ = match value {
            Some(value) => self.root.set_attribute(name, value),
            None => self.root.remove_attribute(name),
        };
    }
}

/// Copies of what the page has. An inline style sheet keeps its text, and so the hash by which it is allowed.
fn copy(page: &Document, inside: &Document, selector: &str, to: &Element) {
    let Ok(found) = page.query_selector_all(selector) else { return };
    for index in 0..found.length() {
        if let Some(copy) = found.item(index).and_then(|node| inside.import_node_with_deep(&node, true).ok()) {
            let _ = to.append_child(&copy);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use leptos::mount::mount_to;
    use leptos::prelude::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::browser::dom::{around, make};

    fn frame() -> HtmlIFrameElement {
        let page = web_sys::window().unwrap().document().unwrap();
        let frame: HtmlIFrameElement = page.create_element("iframe").unwrap().unchecked_into();
        page.body().unwrap().append_child(&frame).unwrap();
        frame
    }

    #[wasm_bindgen_test]
    fn the_document_is_made_once_and_holds_one_screen() {
        let frame = frame();
        let made = PreviewFrame::make(&frame).unwrap();
        assert!(PreviewFrame::make(&frame).is_none(), "its own load would begin it again");
        let inside = frame.content_document().unwrap();
        assert_eq!(inside.compat_mode(), "CSS1Compat");
        for text in ["one", "another"] {
            made.put(&make("div", &[], text).unwrap());
        }
        assert_eq!(inside.body().unwrap().text_content().as_deref(), Some("another"));
        made.set("lang", Some("ar"));
        assert_eq!(inside.document_element().unwrap().get_attribute("lang").as_deref(), Some("ar"));
        frame.remove();
    }

    #[wasm_bindgen_test]
    fn what_is_tapped_inside_is_heard_outside() {
        let frame = frame();
        let made = PreviewFrame::make(&frame).unwrap();
        let holder = make("div", &[], "").unwrap();
        made.put(&holder);
        let heard = Rc::new(Cell::new(None));
        let hear = Rc::clone(&heard);
        let mounted = mount_to(holder.unchecked_into::<HtmlElement>(), move || {
            view! {
                <section on:click=move |event| hear.set(around(&event, "data-do"))>
                    <button type="button" data-do="send">"Send"</button>
                </section>
            }
        });
        let inside = frame.content_document().unwrap();
        let button = inside.query_selector("button").unwrap().unwrap();
        button.unchecked_into::<HtmlElement>().click();
        assert_eq!(heard.take().as_deref(), Some("send"));
        drop(mounted);
        assert_eq!(inside.query_selector("button").unwrap(), None);
        frame.remove();
    }
}
