//! The page around the wasm: its address, its small store of early taps, the first screen that stands in its markup.

use std::cell::RefCell;

use candor_core::event::{Rating, Scale};
use candor_core::time::{Moment, UnixMillis, Uptime};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use web_sys::{Document, HtmlElement, Storage, UrlSearchParams};

use crate::browser::clock;

const EARLY: &str = "candor.early";
const SEALING: &str = "candor.sealing";
const FIRST: &str = "candor.first";
/// Longer values in the address are cut: they go into every event.
const MAX_PARAMETER_CHARS: usize = 60;

/// The few lines in `first_paint.js` that own the first screen.
#[wasm_bindgen]
extern "C" {
    type FirstPaint;

    #[wasm_bindgen(thread_local_v2, js_name = candor)]
    static FIRST_PAINT: FirstPaint;

    #[wasm_bindgen(method, setter)]
    fn set_handle(this: &FirstPaint, handle: &JsValue);
    #[wasm_bindgen(method, getter, js_name = doorKnocked)]
    fn door_knocked(this: &FirstPaint) -> bool;
    #[wasm_bindgen(method, getter)]
    fn page(this: &FirstPaint) -> String;
    #[wasm_bindgen(method)]
    fn show(this: &FirstPaint, first: &JsValue, locale: &str);
    #[wasm_bindgen(method)]
    fn when(this: &FirstPaint, at: f64) -> String;
    #[wasm_bindgen(method, js_name = showLocale)]
    fn show_locale(this: &FirstPaint, locale: &str);
    #[wasm_bindgen(method, getter)]
    fn wanted(this: &FirstPaint) -> String;
    #[wasm_bindgen(method, getter)]
    fn looks(this: &FirstPaint) -> String;
    #[wasm_bindgen(method)]
    fn look(this: &FirstPaint, name: &str, is_on: bool);
    #[wasm_bindgen(method)]
    fn press(this: &FirstPaint, level: &str);
    #[wasm_bindgen(method, js_name = atRest)]
    fn at_rest(this: &FirstPaint);
    #[wasm_bindgen(method, catch)]
    fn manager(this: &FirstPaint) -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn mark(this: &FirstPaint) -> js_sys::Promise;
    #[wasm_bindgen(method)]
    fn keeper(this: &FirstPaint, hear: &JsValue);
    #[wasm_bindgen(method, js_name = startAgain)]
    fn start_again(this: &FirstPaint);
    #[wasm_bindgen(method)]
    fn ask(this: &FirstPaint, words: &str);
}

thread_local! {
    /// The page calls it for as long as it lives.
    static HANDLER: RefCell<Option<Handler>> = const { RefCell::new(None) };
}

/// Takes a kind of tap and its value.
type Handler = Closure<dyn Fn(String, String)>;

/// What was tapped on the markup that stands outside the wasm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tap {
    /// A level of the first screen.
    Rate(Rating),
    /// A language, by its tag.
    Locale(String),
    /// Large text, or no longer.
    Large,
    /// High contrast, or no longer.
    Contrast,
    /// The manager's door.
    Door,
    /// Somebody beside the tablet asks for a rating: who, and what they say of the visit.
    Offer(String),
    /// And no longer.
    Withdrawal,
    /// The customer has said who served, by number; empty for nobody in particular.
    Staff(String),
}

/// Takes the first screen over: from now on its taps come here. Says whether somebody knocked at the door before.
pub fn take_over(handle: impl Fn(Tap) + 'static) -> bool {
    let handler = Handler::new(move |kind: String, value: String| {
        let tap = match kind.as_str() {
            "rate" => value.parse().ok().and_then(Rating::new).map(Tap::Rate),
            "locale" => Some(Tap::Locale(value)),
            "large" => Some(Tap::Large),
            "contrast" => Some(Tap::Contrast),
            "offer" => Some(Tap::Offer(value)),
            "withdraw" => Some(Tap::Withdrawal),
            "staff" => Some(Tap::Staff(value)),
            _ => Some(Tap::Door),
        };
        if let Some(tap) = tap {
            handle(tap);
        }
    });
    let knocked = FIRST_PAINT.with(|page| {
        page.set_handle(handler.as_ref());
        page.door_knocked()
    });
    HANDLER.with_borrow_mut(|kept| *kept = Some(handler));
    knocked
}

/// Fills the first screen, and keeps it for the first paint of the next start.
pub fn show_first_screen(first: &Value, locale: &str) {
    let json = first.to_string();
    if let Ok(value) = js_sys::JSON::parse(&json) {
        FIRST_PAINT.with(|page| page.show(&value, locale));
    }
    if let Some(storage) = storage() {
        let _ = storage.set_item(FIRST, &json);
    }
}

/// Puts the first screen into another of its languages.
pub fn show_locale(locale: &str) {
    if !locale.is_empty() {
        FIRST_PAINT.with(|page| page.show_locale(locale));
    }
}

/// A day and a time of day in the language that is shown.
pub fn when(at: u64) -> String {
    FIRST_PAINT.with(|page| page.when(at as f64))
}

/// Shows or ends a way to read: `large`, `contrast`.
pub fn look(name: &str, is_on: bool) {
    FIRST_PAINT.with(|page| page.look(name, is_on));
}

/// Whether the customer has chosen a way to read before the wasm was here.
pub fn has_look(name: &str) -> bool {
    FIRST_PAINT.with(FirstPaint::looks).split(' ').any(|chosen| chosen == name)
}

/// The language that was chosen before the wasm was here; empty for none.
pub fn wanted_locale() -> String {
    FIRST_PAINT.with(FirstPaint::wanted)
}

/// Shows no level of the first screen as pressed any more.
pub fn release_levels() {
    FIRST_PAINT.with(|page| page.press(""));
}

/// Nobody is being served and nothing waits to be written: the time for the page to change to the next release.
pub fn tell_at_rest() {
    FIRST_PAINT.with(FirstPaint::at_rest);
}

/// Fetches the manager's module and starts it, or gives `false` when it could not be fetched.
pub async fn start_manager() -> bool {
    let module = FIRST_PAINT.with(|page| page.manager());
    match module {
        Ok(started) => wasm_bindgen_futures::JsFuture::from(started).await.is_ok(),
        Err(_) => false,
    }
}

/// The slots of the high-water mark, as far as this browser has them: see [`candor_core::second`].
pub async fn mark() -> String {
    let slots = wasm_bindgen_futures::JsFuture::from(FIRST_PAINT.with(FirstPaint::mark)).await;
    slots.ok().and_then(|slots| slots.as_string()).unwrap_or_default()
}

/// Starts the keeper in its worker; what it says comes to `hear`.
pub fn start_keeper(hear: impl Fn(String) + 'static) {
    let hear = Closure::<dyn Fn(String)>::new(hear).into_js_value();
    FIRST_PAINT.with(|page| page.keeper(&hear));
}

/// Loads the page anew in a few seconds. Until then taps are kept as before the wasm was here.
pub fn start_again() {
    FIRST_PAINT.with(FirstPaint::start_again);
}

/// Says something to the keeper, once it has been started.
pub fn ask_keeper(words: &str) {
    FIRST_PAINT.with(|page| page.ask(words));
}

/// A tap from before the wasm was here.
#[derive(Clone, Debug)]
pub struct EarlyTap {
    /// The level.
    pub rating: Rating,
    /// The moment of the tap: recording it twice gives the same event id.
    pub moment: Moment,
    /// The survey and the scale that stood on the screen; the usual scale where the page did not say.
    pub survey: Option<String>,
    /// As [`Self::survey`].
    pub scale: Scale,
    /// As the page keeps it.
    pub line: String,
    /// Whether it belongs to this page load, so that the customer still stands there.
    pub is_of_this_page: bool,
}

/// The taps that the page has kept, oldest first. They stay kept until [`forget_early_taps`].
pub fn early_taps() -> Vec<EarlyTap> {
    let kept = storage().and_then(|storage| storage.get_item(EARLY).ok().flatten()).unwrap_or_default();
    kept.lines().filter_map(early_tap).collect()
}

/// One line of the page's: level, wall clock, uptime, random bytes, page, survey, scale.
fn early_tap(line: &str) -> Option<EarlyTap> {
    let mut fields = line.split(' ');
    let rating = Rating::new(fields.next()?.parse().ok()?)?;
    let now = UnixMillis(fields.next()?.parse().ok()?);
    let uptime = Uptime(fields.next()?.parse().ok()?);
    let random = bytes_of(fields.next()?)?;
    let is_of_this_page = fields.next()? == FIRST_PAINT.with(FirstPaint::page);
    let survey = fields.next().map(str::to_owned);
    let scale = fields.next().and_then(|name| Scale::ALL.into_iter().find(|(known, _)| *known == name));
    let scale = scale.map(|(_, scale)| scale).unwrap_or_default();
    let moment = Moment { now, offset: clock::offset_at(now), uptime, random };
    Some(EarlyTap { rating, moment, survey, scale, line: line.to_owned(), is_of_this_page })
}

/// These taps are recorded: the page may forget them. Those of another tab, whose wasm is still on its way, stay.
pub fn forget_early_taps(recorded: &[String]) {
    let Some(storage) = storage().filter(|_| !recorded.is_empty()) else { return };
    let mut rest = String::new();
    for line in storage.get_item(EARLY).ok().flatten().unwrap_or_default().lines() {
        if !recorded.iter().any(|recorded| recorded == line) {
            rest.push_str(line);
            rest.push('\n');
        }
    }
    let _ = storage.set_item(EARLY, &rest);
}

fn bytes_of<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// A parameter of the page's address, trimmed, without control characters, at most 60 characters; `None` when empty.
pub fn parameter(name: &str) -> Option<String> {
    let search = web_sys::window()?.location().search().ok()?;
    let value = UrlSearchParams::new_with_str(&search).ok()?.get(name)?;
    let value: String = value.trim().chars().filter(|c| !c.is_control()).take(MAX_PARAMETER_CHARS).collect();
    (!value.is_empty()).then_some(value)
}

/// Writes `data-{name}` on the root element, where styles, tests and the manager's module read it.
pub fn set_root_data(name: &str, value: &str) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        let _ = root.set_attribute(&format!("data-{name}"), value);
    }
}

/// Writes `data-{name}` on an element of the page's own markup.
pub fn set_data(id: &str, name: &str, value: &str) {
    if let Some(element) = element(id) {
        let _ = element.set_attribute(&format!("data-{name}"), value);
    }
}

/// Hides or shows an element of the page's own markup.
pub fn set_hidden(id: &str, is_hidden: bool) {
    if let Some(element) = element(id) {
        element.set_hidden(is_hidden);
    }
}

/// What somebody of the house should see to, in the corner of the first screen; empty for nothing.
pub fn set_notice(notice: &str) {
    if let Some(element) = element("notice") {
        element.set_text_content(Some(notice));
        element.set_hidden(notice.is_empty());
    }
}

/// A whole number as people of that language write it.
pub fn number(number: u64, locale: &str) -> String {
    js_sys::Number::from(number as f64).to_locale_string(locale).into()
}

/// An element of the page's own markup.
pub fn element(id: &str) -> Option<HtmlElement> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// Calls `heard` whenever one of these events reaches the window or passes through it. For the life of the page.
pub fn listen(events: &[&str], heard: impl Fn() + 'static) {
    let Some(window) = web_sys::window() else { return };
    let listener = Closure::<dyn Fn()>::new(heard).into_js_value();
    for event in events {
        let _ = window.add_event_listener_with_callback_and_bool(event, listener.unchecked_ref(), true);
    }
}

/// Whether nobody can see the page: the tablet sleeps, or another page is in front.
pub fn is_hidden() -> bool {
    web_sys::window().and_then(|window| window.document()).is_some_and(|document| document.hidden())
}

/// Sends a plain event to the window: word between the kiosk's module and the manager's in one page.
pub fn send(event: &str) {
    if let (Some(window), Ok(event)) = (web_sys::window(), web_sys::Event::new(event)) {
        let _ = window.dispatch_event(&event);
    }
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// Keeps a copy of the sealing key's record, empty where the owner has none, for when the database says nothing.
pub fn keep_sealing(record: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(SEALING, record);
    }
}

/// What [`keep_sealing`] kept last; empty before that.
pub fn kept_sealing() -> String {
    storage().and_then(|storage| storage.get_item(SEALING).ok().flatten()).unwrap_or_default()
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}
