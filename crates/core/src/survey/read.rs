//! Reads a survey field by field, so that every fault is found and each has its path. What is at fault is read as empty
//! and never leaves [`Survey::parse`].

use serde_json::{Map, Value};

use super::{Choice, Fault, FaultKind, Field, Item, LocalText, Metric, Page, Survey, Timeouts, When};
use crate::event::{CHANNELS, Rating, Scale};

/// The format that this version reads.
const FORMAT: u32 = 2;
/// More do not fit a screen at finger size, and the results keep reasons as bits of a word.
const MAX_OPTIONS: usize = 8;
/// A matrix of more rows is a form.
const MAX_ROWS: usize = 6;
/// More on one screen has to be scrolled on a small tablet.
const MAX_FIELDS: usize = 6;
/// More pages nobody sees through after being served.
const MAX_PAGES: usize = 24;
/// More standards than this nobody keeps an eye on.
const MAX_ITEMS: usize = 12;
/// As many as one organisation may list for one page.
const MAX_POINTS: usize = 200;
/// Names of places, as long as the settings allow them.
const MAX_PLACE_CHARS: usize = 60;

impl Survey {
    /// Reads and checks a survey.
    ///
    /// # Errors
    /// Every fault found, each with its path.
    pub fn parse(json: &str) -> Result<Self, Vec<Fault>> {
        Self::parse_with(json, &[])
    }

    /// Reads and checks a survey with further languages: for each a tag and an object that has every text by its path,
    /// as in `"pages[0].title": "…"`.
    ///
    /// # Errors
    /// Every fault found, each with its path.
    pub fn parse_with(json: &str, packs: &[(String, Value)]) -> Result<Self, Vec<Fault>> {
        let value: Value = serde_json::from_str(json).map_err(|error| {
            let kind = FaultKind::NotJson { line: error.line(), column: error.column() };
            vec![Fault { path: String::new(), kind }]
        })?;
        let mut reader = Reader { path: String::new(), locales: Vec::new(), packs, faults: Vec::new() };
        let survey = reader.survey(&value);
        if reader.faults.is_empty() { Ok(survey) } else { Err(reader.faults) }
    }
}

/// Reads without a closure for each field: every closure would be a copy of the machinery in the first load (ADR 6).
struct Reader<'a> {
    path: String,
    locales: Vec<String>,
    packs: &'a [(String, Value)],
    faults: Vec<Fault>,
}

type Fields<'a> = Option<&'a Map<String, Value>>;

/// Where the path goes back to.
struct Mark(usize);

/// What stands where nothing does.
static NOTHING: Value = Value::Null;

fn field<'a>(fields: Fields<'a>, name: &str) -> &'a Value {
    fields.and_then(|fields| fields.get(name)).unwrap_or(&NOTHING)
}

impl Reader<'_> {
    fn survey(&mut self, value: &Value) -> Survey {
        const FIELDS: [&str; 18] = [
            "format",
            "id",
            "version",
            "theme",
            "metric",
            "locales",
            "title",
            "promise",
            "question",
            "hint",
            "scale",
            "levels",
            "bad",
            "items",
            "pages",
            "thanks",
            "thanks_hint",
            "timeouts",
        ];
        let fields = self.fields(value, &FIELDS);
        self.locales = self.words(fields, "locales", 20, Self::tag);
        let scale = self.one_of(fields, "scale", &Scale::ALL.map(|(name, _)| name));
        let scale = scale.and_then(|place| Scale::ALL.get(place)).map(|(_, scale)| *scale).unwrap_or_default();
        let items = self.items(fields);
        let bad = self.bad(fields, scale);
        let pages = self.pages(fields, scale, &bad, &items);
        let mut locales = self.locales.clone();
        locales.extend(self.packs.iter().map(|(tag, _)| tag.clone()));
        let survey = Survey {
            format: self.number(fields, "format", FORMAT, FORMAT),
            id: self.name(fields, "id"),
            version: self.number(fields, "version", 1, u32::MAX),
            theme: self.name(fields, "theme"),
            metric: self.metric(fields),
            locales,
            title: self.local(fields, "title"),
            promise: self.local(fields, "promise"),
            question: self.local(fields, "question"),
            hint: self.local(fields, "hint"),
            scale,
            levels: self.levels(fields, scale.names()),
            bad,
            items,
            pages,
            thanks: self.local(fields, "thanks"),
            thanks_hint: self.local(fields, "thanks_hint"),
            timeouts: self.timeouts(fields),
        };
        self.check_effort(&survey);
        survey
    }

    fn metric(&mut self, fields: Fields<'_>) -> Metric {
        let place = self.one_of(fields, "metric", &Metric::ALL.map(|(name, _)| name));
        place.and_then(|place| Metric::ALL.get(place)).map_or(Metric::Csat, |(_, metric)| *metric)
    }

    /// Every level has to cost the same effort.
    fn check_effort(&mut self, survey: &Survey) {
        let mut levels = survey.scale.levels();
        let Some(first) = levels.next() else { return };
        let effort = survey.effort(first);
        if let Some(other) = levels.find(|level| survey.effort(*level) != effort) {
            self.fault_at("pages", FaultKind::UnevenEffort { level: other.level(), other: first.level() });
        }
    }

    fn levels(&mut self, fields: Fields<'_>, names: usize) -> Vec<LocalText> {
        let mark = self.enter("levels");
        let mut levels = Vec::new();
        for (index, level) in self.list(field(fields, "levels"), names, names).iter().enumerate() {
            let inside = self.enter_place(index);
            levels.push(self.text_of(level));
            self.leave(inside);
        }
        self.leave(mark);
        levels
    }

    fn bad(&mut self, fields: Fields<'_>, scale: Scale) -> Vec<Rating> {
        let bad = self.ratings(fields, "bad", scale);
        let are_lowest = scale.levels().zip(&bad).all(|(level, bad)| level == *bad);
        if !are_lowest || bad.last().is_some_and(|last| last.level() == scale.best()) {
            self.fault_at("bad", FaultKind::NotTheLowest);
        }
        bad
    }

    fn ratings(&mut self, fields: Fields<'_>, name: &str, scale: Scale) -> Vec<Rating> {
        let mark = self.enter(name);
        let mut ratings = Vec::new();
        for (index, level) in self.list(field(fields, name), 1, 11).iter().enumerate() {
            let inside = self.enter_place(index);
            let level = self.number_of(level, scale.worst().into(), scale.best().into());
            ratings.extend(u8::try_from(level).ok().and_then(Rating::new));
            self.leave(inside);
        }
        self.leave(mark);
        ratings
    }

    fn items(&mut self, fields: Fields<'_>) -> Vec<Item> {
        let value = field(fields, "items");
        let mut items: Vec<Item> = Vec::new();
        if value.is_null() {
            return items;
        }
        let mark = self.enter("items");
        for (index, item) in self.list(value, 0, MAX_ITEMS).iter().enumerate() {
            let inside = self.enter_place(index);
            let fields = self.fields(item, &["id", "text", "target"]);
            let item = Item {
                id: self.name(fields, "id"),
                text: self.local(fields, "text"),
                target: u8::try_from(self.number(fields, "target", 1, 100)).unwrap_or_default(),
            };
            if items.iter().any(|other| other.id == item.id) {
                self.fault(FaultKind::Twice);
            }
            items.push(item);
            self.leave(inside);
        }
        self.leave(mark);
        items
    }

    fn pages(&mut self, fields: Fields<'_>, scale: Scale, bad: &[Rating], items: &[Item]) -> Vec<Page> {
        let mark = self.enter("pages");
        let mut pages: Vec<Page> = Vec::new();
        for (index, page) in self.list(field(fields, "pages"), 0, MAX_PAGES).iter().enumerate() {
            let inside = self.enter_place(index);
            let fields = self.fields(page, &["id", "when", "title", "fields"]);
            let when = self.when(field(fields, "when"), scale);
            let is_for_bad = !when.rating.is_empty() && when.rating.iter().all(|rating| bad.contains(rating));
            let page = Page {
                id: self.name(fields, "id"),
                title: self.local(fields, "title"),
                fields: self.asked(fields, is_for_bad, items),
                when,
            };
            if pages.iter().any(|other| other.id == page.id) {
                self.fault_at("id", FaultKind::Twice);
            }
            self.check_page(&page, &pages);
            self.leave(inside);
            pages.push(page);
        }
        self.leave(mark);
        pages
    }

    /// What a page says of the ones before it, and of itself.
    fn check_page(&mut self, page: &Page, before: &[Page]) {
        let asked = |id: &str| {
            before.iter().flat_map(|page| &page.fields).find_map(|field| match field {
                Field::Choice { id: known, options, .. } if known == id => Some(options),
                _ => None,
            })
        };
        if let Some((field, any)) = &page.when.answer {
            let options = asked(field);
            let is_known = |id: &String| options.is_some_and(|options| options.iter().any(|option| option.id == *id));
            // A question that some ratings are not asked would make the page theirs alone.
            let asks = |other: &Field| matches!(other, Field::Choice { id, .. } if id == field);
            let asking = before.iter().find(|page| page.fields.iter().any(asks)).map(|page| &page.when);
            let is_asked_of = |when: &When| {
                let ratings = &page.when.rating;
                when.rating.is_empty()
                    || !ratings.is_empty() && ratings.iter().all(|rating| when.rating.contains(rating))
            };
            if !any.iter().all(is_known) || !asking.is_some_and(is_asked_of) {
                self.fault_at("when.answer", FaultKind::Nowhere);
            }
        }
        for (index, field) in page.fields.iter().enumerate() {
            let is_twice = match field {
                Field::Choice { id, .. } => {
                    let is_here = |other: &Field| matches!(other, Field::Choice { id: known, .. } if known == id);
                    asked(id).is_some() || page.fields.iter().take(index).any(is_here)
                }
                Field::Message { .. } => false,
                // Each rating is asked once for reasons, words and a contact: there is one place to keep them.
                _ => {
                    let may_meet = |other: &&Page| {
                        let (own, others) = (&page.when.rating, &other.when.rating);
                        own.is_empty() || others.is_empty() || own.iter().any(|rating| others.contains(rating))
                    };
                    let is_one = |other: &Field| other.kind() == field.kind();
                    let is_before = || before.iter().filter(may_meet).flat_map(|page| &page.fields).any(is_one);
                    page.fields.iter().take(index).any(is_one) || field.kind() != "items" && is_before()
                }
            };
            if is_twice {
                let mark = self.enter("fields");
                let inside = self.enter_place(index);
                self.fault(FaultKind::Twice);
                self.leave(inside);
                self.leave(mark);
            }
        }
    }

    fn when(&mut self, value: &Value, scale: Scale) -> When {
        let mut when = When::default();
        if value.is_null() {
            return when;
        }
        let mark = self.enter("when");
        let fields = self.fields(value, &["rating", "answer", "point", "channel", "hours"]);
        let has = |name: &str| fields.is_some_and(|fields| fields.contains_key(name));
        if has("rating") {
            when.rating = self.ratings(fields, "rating", scale);
        }
        if has("answer") {
            let inside = self.enter("answer");
            let fields = self.fields(field(fields, "answer"), &["field", "any"]);
            when.answer = Some((self.name(fields, "field"), self.words(fields, "any", MAX_OPTIONS, Self::name_of)));
            self.leave(inside);
        }
        if has("point") {
            when.point = self.words(fields, "point", MAX_POINTS, Self::place);
        }
        if has("channel") {
            when.channel = self.words(fields, "channel", CHANNELS.len(), Self::channel);
        }
        if has("hours") {
            let inside = self.enter("hours");
            let hours = self.list(field(fields, "hours"), 2, 2).to_vec();
            if let [from, to] = &hours[..] {
                let [from, to] = [from, to].map(|hour| u8::try_from(self.number_of(hour, 0, 24)).unwrap_or_default());
                if from >= to {
                    self.fault(FaultKind::HoursBackwards);
                }
                when.hours = Some((from, to));
            }
            self.leave(inside);
        }
        self.leave(mark);
        when
    }

    fn asked(&mut self, fields: Fields<'_>, is_for_bad: bool, items: &[Item]) -> Vec<Field> {
        let mark = self.enter("fields");
        let mut asked = Vec::new();
        for (index, one) in self.list(field(fields, "fields"), 1, MAX_FIELDS).iter().enumerate() {
            let inside = self.enter_place(index);
            asked.push(self.field(one, is_for_bad, items));
            self.leave(inside);
        }
        self.leave(mark);
        asked
    }

    fn field(&mut self, value: &Value, is_for_bad: bool, items: &[Item]) -> Field {
        const KINDS: [(&str, &[&str]); 7] = [
            ("reasons", &["kind", "options", "required"]),
            ("choice", &["kind", "id", "label", "options"]),
            ("choices", &["kind", "id", "label", "options"]),
            ("items", &["kind", "label", "items"]),
            ("comment", &["kind", "label"]),
            ("contact", &["kind", "label", "consent"]),
            ("message", &["kind", "text"]),
        ];
        let kind = value.get("kind").unwrap_or(&NOTHING);
        let Some((kind, known)) = KINDS.into_iter().find(|(name, _)| kind.as_str() == Some(name)) else {
            self.fault_at("kind", FaultKind::NotOneOf(KINDS.iter().map(|(name, _)| *name).collect()));
            return Field::Message { text: Vec::new() };
        };
        let fields = self.fields(value, known);
        match kind {
            "reasons" => {
                Field::Reasons { is_required: self.required(fields, is_for_bad), options: self.options(fields, 1) }
            }
            "choice" | "choices" => Field::Choice {
                id: self.name(fields, "id"),
                label: self.local(fields, "label"),
                options: self.options(fields, 2),
                is_multiple: kind == "choices",
            },
            "items" => Field::Items { label: self.local(fields, "label"), items: self.rows(fields, items) },
            "comment" => Field::Comment { label: self.local(fields, "label") },
            "contact" => Field::Contact { label: self.local(fields, "label"), consent: self.local(fields, "consent") },
            _ => Field::Message { text: self.local(fields, "text") },
        }
    }

    /// Items of the survey, each once.
    fn rows(&mut self, fields: Fields<'_>, items: &[Item]) -> Vec<String> {
        let rows = self.words(fields, "items", MAX_ROWS, Self::name_of);
        let mark = self.enter("items");
        for (index, row) in rows.iter().enumerate() {
            let inside = self.enter_place(index);
            if rows.iter().take(index).any(|other| other == row) {
                self.fault(FaultKind::Twice);
            } else if !items.iter().any(|item| item.id == *row) {
                self.fault(FaultKind::Nowhere);
            }
            self.leave(inside);
        }
        self.leave(mark);
        rows
    }

    fn required(&mut self, fields: Fields<'_>, is_for_bad: bool) -> bool {
        match field(fields, "required") {
            Value::Null | Value::Bool(false) => false,
            Value::Bool(true) => {
                if !is_for_bad {
                    self.fault_at("required", FaultKind::RequiredForGood);
                }
                true
            }
            _ => {
                self.fault_at("required", FaultKind::NotABool);
                false
            }
        }
    }

    fn options(&mut self, fields: Fields<'_>, least: usize) -> Vec<Choice> {
        let mark = self.enter("options");
        let mut options: Vec<Choice> = Vec::new();
        for (index, option) in self.list(field(fields, "options"), least, MAX_OPTIONS).iter().enumerate() {
            let inside = self.enter_place(index);
            let fields = self.fields(option, &["id", "text"]);
            let option = Choice { id: self.name(fields, "id"), text: self.local(fields, "text") };
            if options.iter().any(|other| other.id == option.id) {
                self.fault(FaultKind::Twice);
            }
            options.push(option);
            self.leave(inside);
        }
        self.leave(mark);
        options
    }

    fn timeouts(&mut self, fields: Fields<'_>) -> Timeouts {
        let mark = self.enter("timeouts");
        let fields = self.fields(field(fields, "timeouts"), &["idle_s", "warning_s", "thanks_s", "attract_s"]);
        let mut seconds = |name, min, max| u16::try_from(self.number(fields, name, min, max)).unwrap_or_default();
        let timeouts = Timeouts {
            idle_s: seconds("idle_s", 15, 600),
            warning_s: seconds("warning_s", 20, 120),
            thanks_s: seconds("thanks_s", 3, 60),
            attract_s: seconds("attract_s", 60, 7_200),
        };
        self.leave(mark);
        timeouts
    }

    // --- The path ---------------------------------------------------------------------------------------------------

    fn enter(&mut self, name: &str) -> Mark {
        let mark = Mark(self.path.len());
        if mark.0 > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        mark
    }

    fn enter_place(&mut self, index: usize) -> Mark {
        let mark = Mark(self.path.len());
        self.path.push('[');
        self.path.push_str(&index.to_string());
        self.path.push(']');
        mark
    }

    fn leave(&mut self, Mark(length): Mark) {
        self.path.truncate(length);
    }

    fn fault(&mut self, kind: FaultKind) {
        self.faults.push(Fault { path: self.path.clone(), kind });
    }

    fn fault_at(&mut self, name: &str, kind: FaultKind) {
        let mark = self.enter(name);
        self.fault(kind);
        self.leave(mark);
    }

    // --- Single values ----------------------------------------------------------------------------------------------

    fn fields<'b>(&mut self, value: &'b Value, known: &[&str]) -> Fields<'b> {
        let Some(fields) = value.as_object() else {
            self.fault(FaultKind::NotAnObject);
            return None;
        };
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            self.fault_at(name, FaultKind::Unknown);
        }
        Some(fields)
    }

    fn list<'b>(&mut self, value: &'b Value, min: usize, max: usize) -> &'b [Value] {
        let items = value.as_array().map_or(&[][..], Vec::as_slice);
        if items.len() < min || items.len() > max || !value.is_array() {
            self.fault(FaultKind::NotAList { min, max });
        }
        items
    }

    /// A list of words, at least one, each read by `read`.
    fn words(
        &mut self,
        fields: Fields<'_>,
        name: &str,
        max: usize,
        read: fn(&mut Self, &Value) -> String,
    ) -> Vec<String> {
        let mark = self.enter(name);
        let mut words = Vec::new();
        for (index, word) in self.list(field(fields, name), 1, max).iter().enumerate() {
            let inside = self.enter_place(index);
            words.push(read(self, word));
            self.leave(inside);
        }
        self.leave(mark);
        words
    }

    fn number(&mut self, fields: Fields<'_>, name: &str, min: u32, max: u32) -> u32 {
        let mark = self.enter(name);
        let number = self.number_of(field(fields, name), min, max);
        self.leave(mark);
        number
    }

    fn number_of(&mut self, value: &Value, min: u32, max: u32) -> u32 {
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        match number.filter(|number| (min..=max).contains(number)) {
            Some(number) => number,
            None => {
                self.fault(FaultKind::NotANumber { min, max });
                min
            }
        }
    }

    /// The place of a word among those that are known.
    fn one_of(&mut self, fields: Fields<'_>, name: &str, known: &[&'static str]) -> Option<usize> {
        let wanted = field(fields, name).as_str();
        let found = known.iter().position(|name| wanted == Some(name));
        if found.is_none() {
            self.fault_at(name, FaultKind::NotOneOf(known.to_vec()));
        }
        found
    }

    fn name(&mut self, fields: Fields<'_>, name: &str) -> String {
        let mark = self.enter(name);
        let found = self.name_of(field(fields, name));
        self.leave(mark);
        found
    }

    fn name_of(&mut self, value: &Value) -> String {
        let name = value.as_str().unwrap_or_default();
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        self.kept(name, (1..=40).contains(&name.len()) && name.chars().all(allowed), FaultKind::NotAName)
    }

    fn tag(&mut self, value: &Value) -> String {
        let tag = value.as_str().unwrap_or_default();
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
        self.kept(tag, (2..=20).contains(&tag.len()) && tag.chars().all(allowed), FaultKind::NotATag)
    }

    fn place(&mut self, value: &Value) -> String {
        let place = value.as_str().unwrap_or_default();
        let is_right = !place.trim().is_empty() && place.chars().count() <= MAX_PLACE_CHARS;
        self.kept(place, is_right, FaultKind::NotAText)
    }

    fn channel(&mut self, value: &Value) -> String {
        let channel = value.as_str().unwrap_or_default();
        self.kept(channel, CHANNELS.contains(&channel), FaultKind::NotOneOf(CHANNELS.to_vec()))
    }

    fn kept(&mut self, word: &str, is_right: bool, fault: FaultKind) -> String {
        if is_right {
            word.to_owned()
        } else {
            self.fault(fault);
            String::new()
        }
    }

    fn local(&mut self, fields: Fields<'_>, name: &str) -> LocalText {
        let mark = self.enter(name);
        let local = self.text_of(field(fields, name));
        self.leave(mark);
        local
    }

    fn text_of(&mut self, value: &Value) -> LocalText {
        let locales = self.locales.clone();
        let known: Vec<&str> = locales.iter().map(String::as_str).collect();
        let Some(fields) = self.fields(value, &known) else { return Vec::new() };
        let mut local = Vec::with_capacity(locales.len() + self.packs.len());
        for tag in locales {
            let words = fields.get(&tag);
            self.push_words(&mut local, &tag, words);
        }
        for (tag, pack) in self.packs {
            self.push_words(&mut local, tag, pack.get(&self.path));
        }
        local
    }

    fn push_words(&mut self, local: &mut LocalText, tag: &str, words: Option<&Value>) {
        let words = words.and_then(Value::as_str).filter(|words| !words.trim().is_empty());
        if words.is_none() {
            self.fault_at(tag, FaultKind::TextMissing);
        }
        local.push((tag.to_owned(), words.unwrap_or_default().to_owned()));
    }
}
