//! What a customer meets: the first screen, which stands in the page's markup, and the screens after it.

mod attract;
mod follow_up;
mod last;
pub mod text;
mod warning;

use candor_core::event::{EventId, Rating, Scale};
use candor_core::first_screen::Key;
use candor_core::session::{Look, Screen, Session};
use leptos::prelude::*;

use crate::browser::page;
use crate::runtime::Kiosk;

/// Starts the kiosk in the page's own markup.
pub fn start() {
    let Some(stage) = page::element("stage") else { return };
    // The kiosk lives as long as its page.
    leptos::mount::mount_to(stage, move || {
        let kiosk = Kiosk::start();
        reflect(kiosk);
        stage_view(kiosk)
    })
    .forget();
}

/// Which screen stands: what the switch looks at, so that a keystroke does not draw a screen anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The loop after a long quiet, of which survey.
    Attract(String),
    /// The loop while the place is closed.
    Asleep,
    /// The first screen, with what somebody has said of the visit.
    Rating(String),
    /// A page: of which answer, after which rating, and which one.
    FollowUp(EventId, Rating, usize),
    /// It is on its way to the disk.
    Saving,
    /// It is there, under this number.
    Thanks(u64),
    /// It could not be stored.
    NotSaved,
    /// This visit has its rating.
    Known,
}

impl Stage {
    fn of(session: &Session, is_closed: bool) -> Self {
        match session.screen() {
            Screen::Attract if is_closed => Self::Asleep,
            Screen::Attract => Self::Attract(session.survey().id.clone()),
            Screen::Rating { .. } => Self::Rating(session.visit()),
            Screen::FollowUp { answer } => {
                Self::FollowUp(answer.response.id.clone(), answer.response.rating, answer.page)
            }
            Screen::Saving { .. } => Self::Saving,
            Screen::Thanks { number } => Self::Thanks(*number),
            Screen::NotSaved => Self::NotSaved,
            Screen::Known => Self::Known,
        }
    }

    /// Its name on the page.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Attract(_) => "attract",
            Self::Asleep => "asleep",
            Self::Rating(_) => "rating",
            Self::FollowUp(..) => "follow-up",
            Self::Saving => "saving",
            Self::Thanks(_) => "thanks",
            Self::NotSaved => "not-saved",
            Self::Known => "known",
        }
    }
}

/// The stage as it changes.
pub fn stage_of(kiosk: Kiosk) -> Memo<Stage> {
    Memo::new(move |_| {
        let is_closed = kiosk.is_closed.get();
        kiosk.session.with(|session| {
            session.as_ref().map_or(Stage::Rating(String::new()), |session| Stage::of(session, is_closed))
        })
    })
}

fn locale_of(kiosk: Kiosk) -> Memo<String> {
    Memo::new(move |_| kiosk.session.with(|session| session.as_ref().map_or(String::new(), |s| s.locale().to_owned())))
}

fn look_of(kiosk: Kiosk) -> Memo<Look> {
    Memo::new(move |_| kiosk.session.with(|session| session.as_ref().map(Session::look).unwrap_or_default()))
}

/// Carries the session to the markup outside the stage: one effect, since each costs a copy of the machinery.
fn reflect(kiosk: Kiosk) {
    let (stage, locale, look) = (stage_of(kiosk), locale_of(kiosk), look_of(kiosk));
    let standing =
        Memo::new(move |_| kiosk.session.with(|session| session.as_ref().map(Session::standing).unwrap_or_default()));
    let served =
        Memo::new(move |_| kiosk.session.with(|session| session.as_ref().map_or(String::new(), Session::served)));
    Effect::new(move |before: Option<(Stage, String)>| {
        let (stage, locale, is_managed) = (stage.get(), locale.get(), kiosk.is_managed.get());
        let Look { is_large, has_contrast } = look.get();
        let (number, standing) = standing.get();
        page::set_root_data("served", &served.get());
        page::set_root_data("offer", &[&number.to_string(), " ", standing.name()].concat());
        if let Stage::Rating(visit) = &stage {
            page::set_root_data("visit", visit);
            page::release_levels();
        }
        // It shuts the list of languages, which is in somebody's hands: a warning that comes or goes is no reason.
        if before.is_some_and(|(was, of)| !of.is_empty() && (was != stage || of != locale)) {
            page::show_locale(&locale);
        }
        page::look("large", is_large);
        page::look("contrast", has_contrast);
        page::set_data("kiosk", "screen", stage.name());
        page::set_hidden("kiosk", is_managed);
        page::set_hidden("manager", !is_managed);
        let words = text::text(&locale);
        let (is_stuck, needs_pin) = (kiosk.is_door_stuck.get(), kiosk.needs_pin.get());
        let (is_outdated, lacks_language) = (kiosk.is_outdated.get(), kiosk.lacks_language.get());
        let notice = match kiosk.is_without_storage.get() {
            true if is_outdated => words.outdated,
            true => words.no_storage,
            false if is_stuck => words.door_stuck,
            false if lacks_language => words.no_language,
            false if needs_pin => words.no_pin,
            false => "",
        };
        page::set_notice(notice);
        (stage, locale)
    });
}

fn stage_view(kiosk: Kiosk) -> impl IntoView {
    let (stage, locale) = (stage_of(kiosk), locale_of(kiosk));
    let screen = move || screen(kiosk, &stage.get(), &locale.get());
    view! {
        {screen}
        {warning::view(kiosk)}
    }
}

/// What stands on the stage. The first screen stands in the page's own markup.
pub fn screen(kiosk: Kiosk, stage: &Stage, locale: &str) -> AnyView {
    match stage {
        Stage::Rating(_) => ().into_any(),
        Stage::Attract(_) => attract::view(kiosk, false, locale).into_any(),
        Stage::Asleep => attract::view(kiosk, true, locale).into_any(),
        Stage::FollowUp(_, rating, _) => follow_up::view(kiosk, *rating, locale).into_any(),
        Stage::Saving => last::saving(locale).into_any(),
        Stage::Thanks(number) => last::thanks(kiosk, *number, locale).into_any(),
        Stage::NotSaved => last::not_saved(kiosk, locale).into_any(),
        Stage::Known => last::known(kiosk, locale).into_any(),
    }
}

/// The second click of a double tap that began on the screen before is not meant for this one.
fn is_meant(event: &leptos::ev::MouseEvent) -> bool {
    event.detail() < 2
}

/// A level, drawn with the page's own pen.
fn face(scale: Scale, rating: Rating) -> impl IntoView {
    let Key { icon, tone } = Key::of(scale, rating);
    view! {
        <svg viewBox="0 0 100 100" aria-hidden="true" data-tone=tone.to_string()>
            <use href=["#", icon].concat() />
        </svg>
    }
}
