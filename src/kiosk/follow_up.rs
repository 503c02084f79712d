//! A page after the rating: one tap each, words if anybody likes, leaving as easy as sending.
//!
//! It is made of plain elements, which are told apart by what a tap on them means (`data-do`); what was chosen is shown by
//! going through them. One listener hears all taps, one effect shows all that changes.

use candor_core::event::Rating;
use candor_core::first_screen::Key;
use candor_core::session::{Answer, BEST_ITEM_LEVEL, Input, Lack, MAX_COMMENT_CHARS, MAX_CONTACT_CHARS, Session};
use candor_core::survey::{Choice, Field, LocalText, Page, Survey, text as say};
use candor_core::words::{Words, fill};
use leptos::ev::MouseEvent;
use leptos::html;
use leptos::prelude::*;
use web_sys::Element;

use super::is_meant;
use super::text::text;
use crate::browser::clock;
use crate::browser::dom::{add, all_with, around, focus_soon, make, symbol};
use crate::runtime::Kiosk;

/// What a tap on an element means, as its `data-do` has it: a word, and what it is about.
fn meaning(tapped: &str) -> Option<Input> {
    let mut words = tapped.split(' ');
    let (what, first, second) = (words.next()?, words.next(), words.next());
    let about = |word: Option<&str>| word.map(str::to_owned);
    Some(match what {
        "reason" => Input::ReasonToggled(about(first)?),
        "option" => Input::OptionToggled(about(first)?, about(second)?),
        "item" => Input::ItemRated(about(first)?, second?.parse().ok()?),
        "consent" => Input::ConsentToggled,
        "change" => Input::ChangeAsked,
        "back" => Input::BackAsked,
        "skip" => Input::Skipped,
        "send" => Input::Submitted,
        _ => return None,
    })
}

/// Whether what a tap means is so already; `None` for what only leads on.
fn is_chosen(input: &Input, answer: &Answer) -> Option<bool> {
    match input {
        Input::ReasonToggled(id) => Some(answer.reasons.contains(id)),
        Input::OptionToggled(asked, option) => Some(answer.has_chosen(asked, option)),
        Input::ItemRated(item, level) => Some(answer.item(item) == Some(*level)),
        Input::ConsentToggled => Some(answer.has_consented),
        _ => None,
    }
}

pub fn view(kiosk: Kiosk, rating: Rating, locale: &str) -> impl IntoView {
    let sheet = NodeRef::<html::Section>::new();
    let words = text(locale);
    let locale = locale.to_owned();
    let mut is_made = false;
    Effect::new(move |_| {
        let Some(sheet) = sheet.get() else { return };
        kiosk.session.with(|session| {
            let Some(session) = session else { return };
            let Some((page, answer)) = session.page() else { return };
            if !is_made {
                is_made = true;
                let has_page_before = session.has_page_before(&clock::moment());
                let drawer = Drawer { words, survey: session.survey(), locale: &locale };
                drawer.page(&sheet, page, answer, rating, has_page_before);
            }
            show(&sheet, session, answer, words);
        });
    });
    let tap = move |event: MouseEvent| {
        if let Some(input) = around(&event, "data-do").and_then(|tapped| meaning(&tapped)).filter(|_| is_meant(&event))
        {
            kiosk.dispatch(input);
        }
    };
    let write = move |event: leptos::ev::Event| match around(&event, "data-edit").as_deref() {
        Some("contact") => kiosk.dispatch(Input::ContactEdited(event_target_value(&event))),
        Some(_) => kiosk.dispatch(Input::CommentEdited(event_target_value(&event))),
        None => {}
    };
    view! { <section class="why" data-testid="follow-up" node_ref=sheet on:click=tap on:input=write></section> }
}

/// Shows the answer as it stands.
fn show(sheet: &Element, session: &Session, answer: &Answer, words: &'static Words) {
    all_with(sheet, "data-do", |element, tapped| {
        if let Some(is_chosen) = meaning(tapped).and_then(|input| is_chosen(&input, answer)) {
            let _ = element.set_attribute("aria-pressed", if is_chosen { "true" } else { "false" });
        }
        if tapped == "send" {
            let goes_on = session.has_page_after(&clock::moment());
            let (testid, label) = if goes_on { ("next", words.next) } else { ("submit", words.submit) };
            let _ = element.set_attribute("data-testid", testid);
            // Left alone where it is so already: WebKit forgets a press whose text is replaced before it ends.
            if element.text_content().as_deref() != Some(label) {
                element.set_text_content(Some(label));
            }
        }
    });
    all_with(sheet, "data-lack", |element, lack| {
        let is_lacking = answer.lack == Some(if lack == "reason" { Lack::Reason } else { Lack::Consent });
        element.set_hidden(!is_lacking);
    });
}

/// Makes the elements of a page.
struct Drawer<'a> {
    words: &'static Words,
    survey: &'a Survey,
    locale: &'a str,
}

impl Drawer<'_> {
    fn page(&self, sheet: &Element, page: &Page, answer: &Answer, rating: Rating, has_page_before: bool) {
        let words = self.words;
        // The page before may have stood in the same element.
        sheet.set_text_content(None);
        let _ = sheet.set_attribute("data-page", &page.id);
        add(sheet, self.given(rating));
        let heading = make("h1", &[("tabindex", "-1")], self.say(&page.title));
        add(sheet, heading.clone());
        for field in &page.fields {
            add(sheet, self.field(field, answer));
        }
        let Some(go) = make("div", &[("class", "go")], "") else { return };
        let lack = [
            ("class", "lack"),
            ("role", "alert"),
            ("data-testid", "required"),
            ("data-lack", "reason"),
            ("hidden", ""),
        ];
        add(&go, make("p", &lack, words.required));
        let is_required = page.fields.iter().any(|field| matches!(field, Field::Reasons { is_required: true, .. }));
        let way = |class, what, label| {
            add(&go, make("button", &[("class", class), ("data-do", what), ("data-testid", what)], label));
        };
        if has_page_before {
            way("button plain", "back", words.back);
        }
        if !is_required {
            way("button plain", "skip", words.skip);
        }
        way("button", "send", "");
        let _ = sheet.append_child(&go);
        // A screen reader begins to read here; no keyboard opens.
        if let Some(heading) = heading {
            focus_soon(wasm_bindgen::JsCast::unchecked_into(heading));
        }
    }

    /// What was tapped, and the way to correct it.
    fn given(&self, rating: Rating) -> Option<Element> {
        let Key { icon, tone } = Key::of(self.survey.scale, rating);
        let given = make("div", &[("class", "given"), ("data-tone", &tone.to_string())], "")?;
        if icon.is_empty() || icon == "star" {
            add(&given, make("b", &[("class", "number")], &rating.level().to_string()));
        }
        if !icon.is_empty() {
            add(&given, symbol(icon, ""));
        }
        if let Some(level) = self.survey.level_text(rating, self.locale) {
            add(&given, make("span", &[], level));
        }
        let change = [("data-do", "change"), ("data-testid", "change")];
        add(&given, make("button", &change, self.words.change));
        Some(given)
    }

    fn field(&self, field: &Field, answer: &Answer) -> Option<Element> {
        let words = self.words;
        match field {
            Field::Reasons { options, .. } => self.options(
                make("div", &[("class", "reasons"), ("role", "group"), ("aria-label", words.reasons)], ""),
                "reason",
                options,
            ),
            Field::Choice { id, label, options, .. } => {
                let asked = self.asked(label)?;
                add(&asked, self.options(make("div", &[("class", "reasons")], ""), &["option ", id].concat(), options));
                Some(asked)
            }
            Field::Items { label, items } => {
                let asked = self.asked(label)?;
                for item in items.iter().filter_map(|id| self.survey.items.iter().find(|item| item.id == *id)) {
                    add(&asked, self.item(&item.id, self.say(&item.text)));
                }
                Some(asked)
            }
            Field::Comment { label } => {
                let part = make("div", &[], "")?;
                let most = MAX_COMMENT_CHARS.to_string();
                let attributes = [
                    ("class", "words"),
                    ("data-edit", "comment"),
                    ("data-testid", "comment"),
                    ("aria-label", words.comment),
                    ("aria-describedby", "privacy"),
                    ("placeholder", self.say(label)),
                    ("maxlength", &most),
                    ("autocomplete", "off"),
                ];
                add(&part, make("textarea", &attributes, &answer.comment));
                add(&part, make("p", &[("id", "privacy"), ("class", "privacy")], words.privacy));
                Some(part)
            }
            Field::Contact { label, consent } => {
                let part = make("div", &[("class", "contact")], "")?;
                add(&part, make("label", &[("for", "contact")], self.say(label)));
                let most = MAX_CONTACT_CHARS.to_string();
                let attributes = [
                    ("id", "contact"),
                    ("class", "words"),
                    ("type", "text"),
                    ("data-edit", "contact"),
                    ("data-testid", "contact"),
                    ("placeholder", words.contact_hint),
                    ("value", &answer.contact),
                    ("maxlength", &most),
                    ("autocomplete", "off"),
                    ("autocapitalize", "off"),
                    ("spellcheck", "false"),
                ];
                add(&part, make("input", &attributes, ""));
                add(&part, option("consent", "contact-consent", self.say(consent)));
                let lack = [("class", "lack"), ("role", "alert"), ("data-lack", "consent"), ("hidden", "")];
                add(&part, make("p", &lack, self.say(consent)));
                Some(part)
            }
            Field::Message { text } => make("p", &[("class", "said")], self.say(text)),
        }
    }

    fn asked(&self, label: &LocalText) -> Option<Element> {
        let asked = make("fieldset", &[("class", "asked")], "")?;
        add(&asked, make("legend", &[], self.say(label)));
        Some(asked)
    }

    fn options(&self, group: Option<Element>, what: &str, options: &[Choice]) -> Option<Element> {
        let group = group?;
        for Choice { id, text } in options {
            let meaning = [what, " ", id].concat();
            add(&group, option(&meaning, &meaning.replace(' ', "-"), self.say(text)));
        }
        Some(group)
    }

    /// A service item with its five levels, drawn as faces that grow happier.
    fn item(&self, id: &str, name: &str) -> Option<Element> {
        let label = ["item-", id].concat();
        let row = make("div", &[("class", "item"), ("role", "group"), ("aria-labelledby", &label)], "")?;
        add(&row, make("span", &[("id", &label)], name));
        let steps = make("div", &[("class", "steps")], "")?;
        for level in (1..=BEST_ITEM_LEVEL).map(|level| level.to_string()) {
            let meaning = ["item ", id, " ", &level].concat();
            let attributes = [
                ("class", "step"),
                ("data-tone", level.as_str()),
                ("data-do", &meaning),
                ("data-testid", &meaning.replace(' ', "-")),
                ("aria-label", &fill(self.words.out_of_five, &level)),
            ];
            let step = make("button", &attributes, "")?;
            add(&step, symbol(&["face-", &level].concat(), ""));
            let _ = steps.append_child(&step);
        }
        let _ = row.append_child(&steps);
        Some(row)
    }

    fn say<'b>(&'b self, local: &'b LocalText) -> &'b str {
        say(local, self.locale)
    }
}

/// Something to tap, with a box that shows whether it was.
fn option(meaning: &str, testid: &str, label: &str) -> Option<Element> {
    let attributes = [("class", "reason"), ("data-do", meaning), ("data-testid", testid)];
    let option = make("button", &attributes, "")?;
    add(&option, symbol("tick", "tick-box"));
    add(&option, make("span", &[], label));
    Some(option)
}
