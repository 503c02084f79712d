//! The first screen as the page's own markup and script draw it, for the preview, where neither is: the same elements
//! and classes, filled from the survey.

use candor_core::event::{Rating, Scale};
use candor_core::first_screen::{Key, language_name};
use candor_core::session::{Input, Look, Session};
use candor_core::survey::{Survey, text as say};
use leptos::prelude::*;

use crate::kiosk::text::text;
use crate::runtime::Kiosk;

/// A whole screen: the bar, what stands below it, and the promise.
pub fn screen(kiosk: Kiosk, name: &'static str, stage: AnyView) -> AnyView {
    let shown = kiosk.session.with_untracked(|session| session.as_ref().map(|session| parts(kiosk, session)));
    let Some((bar, rating, promise)) = shown else { return ().into_any() };
    view! {
        <div class="kiosk" data-screen=name>
            {bar}
            <main class="main">
                {rating}
                <div id="stage">{stage}</div>
            </main>
            <footer class="foot"><span>{promise}</span></footer>
        </div>
    }
    .into_any()
}

fn parts(kiosk: Kiosk, session: &Session) -> (AnyView, AnyView, String) {
    let (survey, locale) = (session.survey(), session.locale());
    let promise = say(&survey.promise, locale).to_owned();
    (bar(kiosk, session), rating(kiosk, survey, locale), promise)
}

fn bar(kiosk: Kiosk, session: &Session) -> AnyView {
    let (survey, locale) = (session.survey(), session.locale());
    let words = text(locale);
    let Look { is_large, has_contrast } = session.look();
    let place = match session.point() {
        "" => say(&survey.title, locale).to_owned(),
        point => point.to_owned(),
    };
    let language = |tag: &String| {
        let (chosen, is_shown) = (tag.clone(), tag == locale);
        view! {
            <button
                type="button"
                lang=tag.clone()
                aria-pressed=is_shown.to_string()
                data-testid=format!("language-{tag}")
                on:click=move |_| kiosk.dispatch(Input::LocaleChosen(chosen.clone()))
            >
                {language_name(tag).to_owned()}
            </button>
        }
    };
    let languages = survey.locales.iter().map(language).collect_view();
    view! {
        <header class="bar">
            <div class="place">
                <span class="mark" aria-hidden="true">
                    <svg width="28" height="28" viewBox="0 0 100 100"><path d="M18 58 Q50 96 82 58" /></svg>
                </span>
                <span>{place}</span>
            </div>
            <div class="tools">
                <button
                    type="button"
                    class="tool"
                    aria-pressed=is_large.to_string()
                    data-testid="elder-mode"
                    on:click=move |_| kiosk.dispatch(Input::LargeToggled)
                >
                    <b class="glyph" dir="ltr" aria-hidden="true">"A+"</b>
                    <span>{words.large_text}</span>
                </button>
                <button
                    type="button"
                    class="tool bare"
                    aria-pressed=has_contrast.to_string()
                    data-testid="contrast"
                    on:click=move |_| kiosk.dispatch(Input::ContrastToggled)
                >
                    <svg viewBox="0 0 24 24" aria-hidden="true">
                        <circle cx="12" cy="12" r="9" />
                        <path class="full" d="M12 3a9 9 0 0 1 0 18z" />
                    </svg>
                    <span class="sr">{words.contrast}</span>
                </button>
                <div class="languages" role="group" hidden=survey.locales.len() < 2>{languages}</div>
            </div>
        </header>
    }
    .into_any()
}

fn rating(kiosk: Kiosk, survey: &Survey, locale: &str) -> AnyView {
    let scale = survey.scale;
    let level = |rating: Rating| {
        let name = if scale.is_numbers() { None } else { survey.level_text(rating, locale) };
        level(kiosk, scale, rating, name.map_or_else(|| rating.level().to_string(), str::to_owned))
    };
    let levels = scale.levels().map(level).collect_view();
    let ends = scale.is_numbers().then(|| {
        let end = |rating: Option<Rating>| {
            let words = rating.and_then(|rating| survey.level_text(rating, locale));
            view! { <span>{words.unwrap_or_default().to_owned()}</span> }
        };
        view! { <p class="ends">{end(scale.levels().next())}{end(scale.levels().next_back())}</p> }
    });
    view! {
        <div id="rate" class="rate">
            <div>
                <h1 id="question" data-testid="question">{say(&survey.question, locale).to_owned()}</h1>
                <p class="sub">{say(&survey.hint, locale).to_owned()}</p>
            </div>
            <div class="faces" data-scale=scale.name() role="group" aria-labelledby="question">{levels}</div>
            {ends}
        </div>
    }
    .into_any()
}

fn level(kiosk: Kiosk, scale: Scale, rating: Rating, name: String) -> AnyView {
    let Key { icon, tone } = Key::of(scale, rating);
    let test = if scale == Scale::Nps { "nps" } else { "rate" };
    let drawing = (!icon.is_empty()).then(|| {
        view! { <svg viewBox="0 0 100 100" aria-hidden="true"><use href=["#", icon].concat() /></svg> }
    });
    view! {
        <button
            type="button"
            class="face"
            data-level=rating.level().to_string()
            data-tone=tone.to_string()
            data-testid=format!("{test}-{}", rating.level())
            aria-pressed="false"
            on:click=move |_| kiosk.dispatch(Input::Rated(rating))
        >
            {drawing}
            <b>{name}</b>
        </button>
    }
    .into_any()
}
