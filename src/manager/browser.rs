//! The manager's own adapters: numbers and times in the reader's way, a file to take away, the page's data. `JsValue`
//! stops here.

use candor_core::hours::{Date as Day, Weekday};
use js_sys::{Array, Date, Function, Intl::NumberFormat, Number, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, Document, HtmlAnchorElement, Url};

use crate::browser::task::{sleep, spawn};
use crate::manager::language::Language;

/// In the folder of this release: the build puts its name in place of the zeros (`scripts/release.mjs`).
const STYLE_SHEET: &str = "./release-0000000000000000/manager.css";
/// How long a download may take to begin; the file stays in memory until then.
const DOWNLOAD_MS: u32 = 60_000;

/// A point in time, written for a purpose.
#[derive(Clone, Copy, Debug)]
pub enum Written {
    /// Day and minute: beside a comment.
    Minute,
    /// Day and weekday: above today's figures.
    Day,
    /// Day with its year: since when there are figures.
    Date,
    /// The time of day.
    Clock,
    /// Day and month: beside an axis.
    MonthDay,
    /// Month and year.
    Month,
    /// The weekday alone, short.
    Weekday,
}

#[wasm_bindgen]
extern "C" {
    type LockManager;

    #[wasm_bindgen(method)]
    fn request(this: &LockManager, name: &str, granted: &Function) -> Promise;
}

/// Shows the beginning of what an element scrolls.
pub fn scroll_to_top(id: &str) {
    let element = web_sys::window().and_then(|window| window.document()?.get_element_by_id(id));
    if let Some(element) = element {
        element.set_scroll_top(0);
    }
}

/// Queues for a lock of this origin and keeps it while the page lives. `granted` hears when it has come: never where
/// the browser has no locks.
pub fn hold_while_open(name: &str, granted: impl FnOnce() + 'static) {
    let navigator = web_sys::window().map(|window| window.navigator());
    let locks = navigator.and_then(|navigator| Reflect::get(&navigator, &"locks".into()).ok());
    let Some(locks) = locks.filter(JsValue::is_object) else { return };
    let granted = Closure::once_into_js(move || {
        granted();
        // It is held until this promise is settled.
        Promise::new(&mut |_, _| {})
    });
    let held = locks.unchecked_ref::<LockManager>().request(name, granted.unchecked_ref());
    spawn(async move {
        let _ = JsFuture::from(held).await;
    });
}

/// The language in which the kiosk stands.
pub fn page_language() -> Language {
    let tag = root().and_then(|root| root.get_attribute("lang"));
    Language::of(&tag.unwrap_or_default())
}

/// `data-{name}` of the root element; empty where it is not set.
pub fn root_data(name: &str) -> String {
    root().and_then(|root| root.get_attribute(&format!("data-{name}"))).unwrap_or_default()
}

/// Adds the manager's style sheet to the page, unless it is there.
pub fn attach_style_sheet() {
    let Some(document) = document() else { return };
    let present = document.query_selector(&format!("link[href=\"{STYLE_SHEET}\"]"));
    let (Ok(None), Some(head), Ok(link)) = (present, document.head(), document.create_element("link")) else { return };
    let _ = link.set_attribute("rel", "stylesheet");
    let _ = link.set_attribute("href", STYLE_SHEET);
    let _ = head.append_child(&link);
}

/// Whether the tablet has a mouse: then there is a keyboard as well, and a field may take the focus by itself without
/// one popping up on the screen.
pub fn has_mouse() -> bool {
    let query = web_sys::window().and_then(|window| window.match_media("(pointer: fine)").ok().flatten());
    query.is_some_and(|query| query.matches())
}

/// Gives the keyboard's focus to an element.
pub fn focus(id: &str) {
    if let Some(element) = document().and_then(|document| document.get_element_by_id(id))
        // A mark of a chart takes the focus as an element of the page does, and has another type.
        && let Ok(focus) = Reflect::get(&element, &"focus".into())
        && let Some(focus) = focus.dyn_ref::<Function>()
    {
        let _ = focus.call0(&element);
    }
}

/// Shows an element at the top of what scrolls it, and gives it the keyboard's focus, which a heading takes as well.
pub fn lead_to(id: &str) {
    if let Some(element) = document().and_then(|document| document.get_element_by_id(id)) {
        let _ = element.set_attribute("tabindex", "-1");
        element.scroll_into_view();
        focus(id);
    }
}

/// A whole number with the language's separators.
pub fn integer(n: u64, language: Language) -> String {
    Number::from(n as f64).to_locale_string(language.tag()).into()
}

/// A number with one decimal, for people.
pub fn decimal(x: f64, language: Language) -> String {
    number(x, language, &[("minimumFractionDigits", 1.into()), ("maximumFractionDigits", 1.into())])
}

/// A small number with two significant digits, for people.
pub fn precise(x: f64, language: Language) -> String {
    number(x, language, &[("maximumSignificantDigits", 2.into())])
}

/// A number with one decimal, for programs: the same in every language.
pub fn machine_decimal(x: f64) -> String {
    Number::from(x).to_fixed(1).map(String::from).unwrap_or_default()
}

/// Bytes in the unit that suits them, with one decimal.
pub fn bytes(n: u64, language: Language) -> String {
    const UNITS: [(&str, f64); 3] = [("gigabyte", 1e9), ("megabyte", 1e6), ("kilobyte", 1e3)];
    let n = n as f64;
    let (unit, size) = UNITS.into_iter().find(|(_, size)| n >= *size).unwrap_or(UNITS[2]);
    let options = [("style", "unit".into()), ("unit", unit.into()), ("maximumFractionDigits", 1.into())];
    number(n / size, language, &options)
}

/// Seconds in words, in the two largest units that they fill: seconds count within an hour, minutes within a day.
pub fn duration(seconds: u64, language: Language) -> String {
    let unit = |n: u64, unit: &str| {
        let options = [("style", "unit".into()), ("unit", unit.into()), ("unitDisplay", "long".into())];
        number(n as f64, language, &options)
    };
    let both = |whole: (u64, &str), rest: (u64, &str)| {
        let parts = [whole, rest].into_iter().filter(|(n, _)| *n > 0).map(|(n, name)| unit(n, name));
        language.joined(&parts.collect::<Vec<_>>())
    };
    match seconds {
        0 => unit(0, "second"),
        1..3_600 => both((seconds / 60, "minute"), (seconds % 60, "second")),
        3_600..86_400 => both((seconds / 3_600, "hour"), (seconds / 60 % 60, "minute")),
        _ => both((seconds / 86_400, "day"), (seconds / 3_600 % 24, "hour")),
    }
}

/// An RFC 3339 time in the tablet's own time zone.
pub fn time(rfc3339: &str, written: Written, language: Language) -> String {
    instant(Date::parse(rfc3339), written, language)
}

/// A local day, wherever the tablet stands.
pub fn day(day: Day, written: Written, language: Language) -> String {
    // Without an offset a time is local.
    instant(Date::parse(&(String::from(day) + "T00:00:00")), written, language)
}

/// A weekday's short name.
pub fn weekday(weekday: Weekday, language: Language) -> String {
    // 5 January 1970 was a Monday.
    Day::of_time("1970-01-05")
        .map(|monday| day(monday.plus(weekday as i64), Written::Weekday, language))
        .unwrap_or_default()
}

/// An hour of the day, `08:00`.
pub fn hour(hour: u8, language: Language) -> String {
    instant(Date::parse(&format!("1970-01-05T{hour:02}:00:00")), Written::Clock, language)
}

/// The present.
pub fn now(written: Written, language: Language) -> String {
    instant(Date::now(), written, language)
}

fn instant(unix_ms: f64, written: Written, language: Language) -> String {
    let (numeric, short) = (|| JsValue::from("numeric"), || JsValue::from("short"));
    let clock = || [("hour", "2-digit".into()), ("minute", "2-digit".into()), ("hourCycle", "h23".into())];
    let options = match written {
        Written::Minute => {
            let [hour, minute, cycle] = clock();
            options(&[("month", short()), ("day", numeric()), hour, minute, cycle])
        }
        Written::Day => options(&[("month", short()), ("day", numeric()), ("weekday", short())]),
        Written::Date => options(&[("year", numeric()), ("month", short()), ("day", numeric())]),
        Written::Clock => options(&clock()),
        Written::MonthDay => options(&[("month", short()), ("day", numeric())]),
        Written::Month => options(&[("year", numeric()), ("month", short())]),
        Written::Weekday => options(&[("weekday", short())]),
    };
    Date::new(&unix_ms.into()).to_locale_string(language.tag(), &options).into()
}

fn number(x: f64, language: Language, with: &[(&str, JsValue)]) -> String {
    let format = NumberFormat::new(&Array::of1(&language.tag().into()), &options(with)).format();
    let written = format.call1(&JsValue::UNDEFINED, &x.into());
    written.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

fn options(pairs: &[(&str, JsValue)]) -> Object {
    let options = Object::new();
    for (name, value) in pairs {
        let _ = Reflect::set(&options, &(*name).into(), value);
    }
    options
}

/// Hands the browser a file to store; `false` when it does not take it.
pub fn download(name: &str, media_type: &str, text: &str) -> bool {
    offer(name, media_type, text).is_ok()
}

fn offer(name: &str, media_type: &str, text: &str) -> Result<(), JsValue> {
    let bag = BlobPropertyBag::new();
    bag.set_type(media_type);
    offer_blob(name, &Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &bag)?)
}

/// The same for a file that is together already.
///
/// # Errors
/// What the browser throws.
pub fn offer_blob(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let document = document().ok_or(JsValue::NULL)?;
    let url = Url::create_object_url_with_blob(blob)?;
    let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    spawn(async move {
        sleep(DOWNLOAD_MS).await;
        let _ = Url::revoke_object_url(&url);
    });
    Ok(())
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

fn root() -> Option<web_sys::Element> {
    document()?.document_element()
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn a_duration_is_told_in_the_two_largest_units_that_it_fills() {
        for (seconds, expected) in [
            (0, "0 seconds"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (399, "6 minutes 39 seconds"),
            (3_599, "59 minutes 59 seconds"),
            (3_600, "1 hour"),
            (7_000, "1 hour 56 minutes"),
            (86_399, "23 hours 59 minutes"),
            (86_400, "1 day"),
            (180_061, "2 days 2 hours"),
        ] {
            assert_eq!(duration(seconds, Language::English), expected);
        }
        assert_eq!(duration(7_000, Language::Chinese), "1小时56分钟");
    }
}
