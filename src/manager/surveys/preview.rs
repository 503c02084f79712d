//! What customers will see: their own screens, led to the part that is being edited. It can be tapped through, and
//! nothing of it is ever stored.

use std::any::Any;

use candor_core::event::EventId;
use candor_core::rehearsal::{Place, led_to};
use candor_core::session::{Input, Look, Screen, Session};
use candor_core::survey::Survey;
use candor_core::survey::sketch::Sketch;
use candor_core::words::Pack;
use gloo_timers::callback::Timeout;
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::Surveys;
use super::place::Part;
use super::preview_frame::PreviewFrame;
use super::rate::screen;
use crate::browser::dom::make;
use crate::browser::task::{sleep, spawn};
use crate::browser::{clock, fetch};
use crate::kiosk::{self, Stage, text};
use crate::manager::icon::{AGAIN, ENLARGE, PAUSE, TURN, icon};
use crate::manager::language::Language;
use crate::runtime::Kiosk;

/// While somebody types, it is not drawn with every key.
const QUIET_MS: u32 = 200;
/// Until a page that was drawn has moved the focus to its heading: the one who types keeps it.
const FOCUS_MS: u32 = 120;

/// What the preview is made of.
#[derive(Clone, Copy)]
struct Stand {
    surveys: Surveys,
    kiosk: Kiosk,
    /// The language that it is looked at in.
    locale: RwSignal<String>,
    /// Counts what was led anew, so that it is drawn even where the same stage stands.
    led: RwSignal<u32>,
    /// Whether what stands is older than what is edited, since that has too many faults.
    is_behind: RwSignal<bool>,
    frame: StoredValue<Option<PreviewFrame>, LocalStorage>,
    drawn: StoredValue<Option<Box<dyn Any>>, LocalStorage>,
}

/// The preview.
#[component]
pub fn Preview(surveys: Surveys, language: Language, is_enlarged: RwSignal<bool>) -> impl IntoView {
    let words = &language.texts().surveys;
    let is_upright = RwSignal::new(false);
    let stand = Stand {
        surveys,
        kiosk: Kiosk::preview(),
        locale: RwSignal::default(),
        led: RwSignal::default(),
        is_behind: RwSignal::new(false),
        frame: StoredValue::new_local(None),
        drawn: StoredValue::new_local(None),
    };
    let waiting = StoredValue::new_local(None::<Timeout>);
    Effect::new(move |before: Option<u32>| {
        let steps = surveys.steps.get();
        match before {
            Some(_) => waiting.set_value(Some(Timeout::new(QUIET_MS, move || stand.lead()))),
            None => stand.lead(),
        }
        steps
    });
    let part = Memo::new(move |_| surveys.part.get());
    Effect::new(move |before: Option<()>| {
        part.track();
        if before.is_some() {
            stand.lead();
        }
    });
    stand.follow();
    on_cleanup(move || {
        drop(waiting.try_update_value(Option::take));
        drop(stand.drawn.try_update_value(Option::take));
    });
    let load = move |event: leptos::ev::Event| {
        let made = PreviewFrame::make(&event_target::<web_sys::HtmlIFrameElement>(&event));
        if made.is_some() {
            stand.frame.set_value(made);
            stand.led.update(|led| *led += 1);
        }
    };
    let pressed = |is_on: RwSignal<bool>| move || is_on.get().to_string();
    view! {
        <aside
            class="m-preview"
            aria-label=words.preview
            data-testid="preview"
            data-way=move || if is_upright.get() { "upright" } else { "across" }
        >
            <div class="m-row m-preview-tools">
                <button
                    type="button"
                    class="m-quiet"
                    data-testid="preview-turn"
                    aria-pressed=pressed(is_upright)
                    on:click=move |_| is_upright.update(|is_upright| *is_upright = !*is_upright)
                >
                    {icon(TURN)}
                    {words.upright}
                </button>
                <button
                    type="button"
                    class="m-quiet"
                    data-testid="preview-again"
                    on:click=move |_| stand.lead_to(Place::Rating)
                >
                    {icon(AGAIN)}
                    {words.from_start}
                </button>
                <button
                    type="button"
                    class="m-quiet"
                    data-testid="preview-loop"
                    on:click=move |_| stand.lead_to(Place::Attract)
                >
                    {icon(PAUSE)}
                    {words.waiting}
                </button>
                <button
                    type="button"
                    class="m-quiet"
                    data-testid="preview-enlarge"
                    aria-pressed=pressed(is_enlarged)
                    on:click=move |_| is_enlarged.update(|is_enlarged| *is_enlarged = !*is_enlarged)
                >
                    {icon(ENLARGE)}
                    {words.enlarge}
                </button>
            </div>
            <div class="m-screen">
                <iframe class="m-frame" data-testid="preview-frame" title=words.preview on:load=load></iframe>
            </div>
            <p class="m-fine" role="status">
                {move || if stand.is_behind.get() { words.preview_behind } else { words.preview_hint }}
            </p>
        </aside>
    }
}

impl Stand {
    /// Leads the session to the part that is edited, in the survey as it stands.
    fn lead(self) {
        let part = self.surveys.part.get_untracked();
        let place = self.surveys.sketch.with_untracked(|sketch| place_of(sketch, part));
        self.lead_to(place);
    }

    fn lead_to(self, place: Place) {
        let Some(glimpse) = self.surveys.sketch.try_with_untracked(Sketch::glimpse) else { return };
        self.is_behind.set(glimpse.is_none());
        let Some(survey) = glimpse else { return };
        let locale = self.locale.with_untracked(|locale| survey.locales.iter().find(|tag| *tag == locale).cloned());
        let locale = locale.unwrap_or_else(|| survey.default_locale().to_owned());
        self.read_words(&survey);
        let session = led_to(survey, place, &locale, &clock::moment());
        self.kiosk.session.set(Some(session));
        self.led.update(|led| *led += 1);
    }

    /// Fetches the kiosk's own words in languages that it has not read yet; drawn anew once they are there.
    fn read_words(self, survey: &Survey) {
        let lacking: Vec<String> =
            survey.locales.iter().filter(|tag| text::is_fetched(tag) && !text::has(tag)).cloned().collect();
        if lacking.is_empty() {
            return;
        }
        spawn(async move {
            let mut has_any = false;
            for tag in lacking {
                let pack = fetch::language(&tag).await.and_then(|json| Pack::parse(&json));
                if let Some(pack) = pack.filter(|_| !text::has(&tag)) {
                    text::keep(&tag, pack);
                    has_any = true;
                }
            }
            if has_any {
                self.led.try_update(|led| *led += 1);
            }
        });
    }

    /// Draws what stands, and tells the session that what waits for the disk has come there.
    fn follow(self) {
        let kiosk = self.kiosk;
        let awaiting = Memo::new(move |_| kiosk.session.with(|session| session.as_ref().and_then(awaited)));
        Effect::new(move |_| {
            if let Some(id) = awaiting.get() {
                kiosk.dispatch(Input::Stored(id, 1));
            }
        });
        let stage = kiosk::stage_of(kiosk);
        let shown = Memo::new(move |_| {
            kiosk.session.with(|session| session.as_ref().map(|session| (session.locale().to_owned(), session.look())))
        });
        Effect::new(move |before: Option<u32>| {
            let (led, stage) = (self.led.get(), stage.get());
            if let Some((locale, look)) = shown.get() {
                self.locale.set(locale.clone());
                self.draw(&stage, &locale, look, before != Some(led));
            }
            led
        });
    }

    /// Puts a screen into the frame. One that nobody in it has asked for takes no focus.
    fn draw(self, stage: &Stage, locale: &str, look: Look, is_led: bool) {
        let Some(frame) = self.frame.get_value() else { return };
        let Some(holder) = make("div", &[], "") else { return };
        let theme = self.kiosk.session.with_untracked(|session| session.as_ref().map(|s| s.survey().theme.clone()));
        frame.set("lang", Some(locale));
        frame.set("dir", Some(if locale == "ar" { "rtl" } else { "ltr" }));
        frame.set("data-theme", theme.as_deref());
        frame.set("data-large", look.is_large.then_some(""));
        frame.set("data-contrast", look.has_contrast.then_some(""));
        if is_led {
            let _ = holder.set_attribute("inert", "");
            spawn(wake(holder.clone()));
        }
        drop(self.drawn.try_update_value(Option::take));
        frame.put(&holder);
        let (kiosk, desk, name, locale) = (self.kiosk, self.surveys.desk, stage.name(), locale.to_owned());
        let stage = stage.clone();
        let mounted = mount_to(holder.unchecked_into::<HtmlElement>(), move || {
            let shown = screen(kiosk, name, kiosk::screen(kiosk, &stage, &locale));
            view! {
                <div class="sheet" on:pointerdown=move |_| desk.touch() on:keydown=move |_| desk.touch()>
                    {shown}
                </div>
            }
        });
        self.drawn.set_value(Some(Box::new(mounted)));
    }
}

async fn wake(holder: Element) {
    sleep(FOCUS_MS).await;
    let _ = holder.remove_attribute("inert");
}

fn awaited(session: &Session) -> Option<EventId> {
    match session.screen() {
        Screen::Saving { awaiting, .. } => Some(awaiting.clone()),
        _ => None,
    }
}

/// Where a part is seen.
fn place_of(sketch: &Sketch, part: Part) -> Place {
    match part {
        Part::Survey | Part::First => Place::Rating,
        Part::Page(page) => Place::Page(page),
        Part::Last => Place::Thanks,
        Part::Items => {
            let asks = |page: &usize| {
                let fields = sketch.count(&format!("pages[{page}].fields"));
                (0..fields).any(|field| sketch.word(&format!("pages[{page}].fields[{field}].kind")) == "items")
            };
            (0..sketch.count("pages")).find(asks).map_or(Place::Rating, Place::Page)
        }
    }
}
