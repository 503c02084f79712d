//! What an owner sets on a tablet, apart from the token, which is a secret and kept alone.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::batch::Format;
use crate::wire::Acknowledge;

/// The named record of the journal that holds the settings as JSON.
pub const SETTINGS_RECORD: &str = "settings";
/// The named record that holds the token, as [`token_record`] writes it.
pub const TOKEN_RECORD: &str = "token";
/// What is kept of acknowledged events without being asked: a year and a month, so that a year can be compared.
pub const RETENTION_DAYS: u32 = 400;
/// Light, dark, or as the system has it.
pub const APPEARANCES: [&str; 3] = ["light", "dark", "auto"];
/// When customers are asked who served: never, before they rate, after that.
pub const ASKS: [&str; 3] = ["never", "before", "after"];
/// How a switch or a few keys are used: not at all; a key for each level; one switch, with a frame that moves by itself;
/// two, of which one moves it.
pub const SWITCHES: [&str; 4] = ["off", "keys", "one", "two"];
/// How long the frame of one switch stands at a place, in milliseconds, the fastest first.
pub const SCAN_PACES: [u32; 5] = [1_000, 1_500, 2_000, 3_000, 5_000];
/// A hundred years. More is a slip of the finger.
pub const MAX_RETENTION_DAYS: u32 = 36_500;

/// A tablet's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// Where events are delivered. A path means the origin that the app came from.
    pub endpoint: String,
    /// The service point, as the owner names it: “3 号窗口”.
    pub point: String,
    /// The survey in service.
    pub survey: String,
    /// Languages offered, in order, the first one the default; empty means those of the survey.
    pub languages: Vec<String>,
    /// How events stand in a request.
    pub format: Format,
    /// What makes an event count as delivered.
    pub acknowledge: Acknowledge,
    /// Whether numbers that name a person are masked in comments before they are stored.
    pub mask: bool,
    /// How many days acknowledged events are kept whole; 0 keeps everything.
    pub retention_days: u32,
    /// The number of the person who serves here; empty for whoever it is.
    pub staff: String,
    /// Origins of pages that may ask for a rating, besides the kiosk's own: `docs/clerk.md`.
    pub programs: Vec<String>,
    /// Whether a scanner that types tells the ticket.
    pub scanner: bool,
    /// One of [`APPEARANCES`].
    pub appearance: String,
    /// Whether everything to tap stands in the lower half, in reach of whoever sits or is small.
    pub low: bool,
    /// Whether the page takes the whole screen with the first touch, where a browser shows anything else.
    pub fullscreen: bool,
    /// Whether the question whether anybody is there comes with a sound.
    pub sound: bool,
    /// Where customers' own phones reach the kiosk's page; empty where no code is shown for that.
    pub link: String,
    /// When customers are asked who served, one of [`ASKS`].
    pub ask_staff: String,
    /// Whether clerks sign in at the tablet, with a code.
    pub sign_in: bool,
    /// Whether customers see who serves, by name and photo.
    pub show_staff: bool,
    /// One of [`SWITCHES`].
    pub switches: String,
    /// One of [`SCAN_PACES`].
    pub scan_ms: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self::around(KioskSettings::default())
    }
}

/// The few settings that the first load of a kiosk needs, read by themselves since every tablet pays for that load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KioskSettings {
    /// As [`Settings::point`].
    pub point: String,
    /// As [`Settings::survey`].
    pub survey: String,
    /// As [`Settings::languages`].
    pub languages: Vec<String>,
    /// As [`Settings::mask`].
    pub mask: bool,
    /// As [`Settings::staff`].
    pub staff: String,
    /// As [`Settings::programs`].
    pub programs: Vec<String>,
    /// As [`Settings::scanner`].
    pub scanner: bool,
    /// As [`Settings::appearance`].
    pub appearance: String,
    /// As [`Settings::low`].
    pub low: bool,
    /// As [`Settings::fullscreen`].
    pub fullscreen: bool,
    /// As [`Settings::sound`].
    pub sound: bool,
}

impl Default for KioskSettings {
    fn default() -> Self {
        Self {
            point: String::new(),
            survey: "government".into(),
            languages: Vec::new(),
            mask: true,
            staff: String::new(),
            programs: Vec::new(),
            scanner: false,
            appearance: APPEARANCES[0].to_owned(),
            low: false,
            fullscreen: false,
            sound: true,
        }
    }
}

impl KioskSettings {
    /// Reads what was saved; a field that is missing has its default. `None` when it is no object. What holds at present
    /// is put over it, a JSON object of the same names: a shift, somebody who has signed in. Empty for nothing.
    pub fn from_json(json: &str, over: &str) -> Option<Self> {
        let mut value = serde_json::from_str::<Value>(json).ok()?;
        let fields = value.as_object_mut()?;
        if let Ok(Value::Object(over)) = serde_json::from_str(over) {
            fields.extend(over);
        }
        Some(Self::of(fields))
    }

    /// As they are saved by a kiosk that sets itself up: the other settings have their defaults.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn of(fields: &Map<String, Value>) -> Self {
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let texts = |name: &str| -> Vec<String> {
            let texts = fields.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            texts.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let default = Self::default();
        Self {
            point: text("point").unwrap_or(default.point),
            survey: text("survey").unwrap_or(default.survey),
            languages: texts("languages"),
            // Only a plain no turns it off.
            mask: fields.get("mask") != Some(&Value::Bool(false)),
            staff: text("staff").unwrap_or_default(),
            programs: texts("programs"),
            scanner: fields.get("scanner") == Some(&Value::Bool(true)),
            appearance: text("appearance")
                .filter(|known| APPEARANCES.contains(&known.as_str()))
                .unwrap_or(default.appearance),
            low: fields.get("low") == Some(&Value::Bool(true)),
            fullscreen: fields.get("fullscreen") == Some(&Value::Bool(true)),
            sound: fields.get("sound") != Some(&Value::Bool(false)),
        }
    }
}

/// One setting that cannot be used, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsFault {
    /// Not a path from `/`, not `https://…`, not `http://` to this very machine.
    Endpoint,
    /// Longer than fits a header or a chart: 60 characters.
    Point,
    /// No language is left.
    Languages,
    /// White space or characters that cannot stand in a header.
    Token,
    /// No number of days from 0 to [`MAX_RETENTION_DAYS`].
    RetentionDays,
    /// Longer than fits a header or a chart: 60 characters.
    Staff,
    /// Not the origin of a page: `https://counter.example.com`.
    Programs,
    /// Not the address of a page: `https://feedback.example.com/`.
    Link,
}

impl Settings {
    /// The kiosk's part, and of the rest what it is at first.
    fn around(kiosk: KioskSettings) -> Self {
        let KioskSettings {
            point,
            survey,
            languages,
            mask,
            staff,
            programs,
            scanner,
            appearance,
            low,
            fullscreen,
            sound,
        } = kiosk;
        Self {
            endpoint: "/v1/events".into(),
            point,
            survey,
            languages,
            format: Format::default(),
            acknowledge: Acknowledge::default(),
            mask,
            retention_days: RETENTION_DAYS,
            staff,
            programs,
            scanner,
            appearance,
            low,
            fullscreen,
            sound,
            link: String::new(),
            ask_staff: ASKS[0].to_owned(),
            sign_in: false,
            show_staff: false,
            switches: SWITCHES[0].to_owned(),
            scan_ms: SCAN_PACES[2],
        }
    }

    /// Reads what was saved; a field that is missing has its default. `None` when it is no object.
    pub fn from_json(json: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(json).ok()?;
        let fields = value.as_object()?;
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        let is_on = |name: &str| fields.get(name) == Some(&Value::Bool(true));
        let one_of = |name: &str, known: &[&'static str]| {
            let chosen = known.iter().find(|known| text(name) == Some(**known)).or(known.first());
            chosen.copied().unwrap_or_default().to_owned()
        };
        let pace = fields.get("scan_ms").and_then(Value::as_u64);
        let pace = pace.and_then(|pace| SCAN_PACES.into_iter().find(|known| u64::from(*known) == pace));
        let days = fields.get("retention_days").and_then(Value::as_u64).and_then(|days| u32::try_from(days).ok());
        let rest = Self::around(KioskSettings::of(fields));
        Some(Self {
            endpoint: text("endpoint").map_or(rest.endpoint, str::to_owned),
            format: text("format").and_then(Format::named).unwrap_or_default(),
            acknowledge: text("acknowledge").and_then(Acknowledge::named).unwrap_or_default(),
            retention_days: days.unwrap_or(rest.retention_days),
            link: text("link").unwrap_or_default().to_owned(),
            ask_staff: one_of("ask_staff", &ASKS),
            sign_in: is_on("sign_in"),
            show_staff: is_on("show_staff"),
            switches: one_of("switches", &SWITCHES),
            scan_ms: pace.unwrap_or(rest.scan_ms),
            ..rest
        })
    }

    /// The settings as they are saved.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Checks settings that a person entered, with the token that belongs to them.
    ///
    /// # Errors
    /// Every fault.
    pub fn check(&self, token: &str) -> Result<(), Vec<SettingsFault>> {
        let mut faults = Vec::new();
        if !is_usable_endpoint(&self.endpoint) {
            faults.push(SettingsFault::Endpoint);
        }
        if self.point.chars().count() > 60 {
            faults.push(SettingsFault::Point);
        }
        if self.languages.is_empty() {
            faults.push(SettingsFault::Languages);
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            faults.push(SettingsFault::Token);
        }
        if self.retention_days > MAX_RETENTION_DAYS {
            faults.push(SettingsFault::RetentionDays);
        }
        if self.staff.chars().count() > 60 {
            faults.push(SettingsFault::Staff);
        }
        if !self.link.is_empty() && !is_usable_link(&self.link) {
            faults.push(SettingsFault::Link);
        }
        if !self.programs.iter().all(|program| is_origin(program)) {
            faults.push(SettingsFault::Programs);
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// The names of the settings in which two differ.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let pairs = [
            ("endpoint", self.endpoint == other.endpoint),
            ("point", self.point == other.point),
            ("survey", self.survey == other.survey),
            ("languages", self.languages == other.languages),
            ("format", self.format == other.format),
            ("acknowledge", self.acknowledge == other.acknowledge),
            ("mask", self.mask == other.mask),
            ("retention_days", self.retention_days == other.retention_days),
            ("staff", self.staff == other.staff),
            ("programs", self.programs == other.programs),
            ("scanner", self.scanner == other.scanner),
            ("appearance", self.appearance == other.appearance),
            ("low", self.low == other.low),
            ("fullscreen", self.fullscreen == other.fullscreen),
            ("sound", self.sound == other.sound),
            ("link", self.link == other.link),
            ("ask_staff", self.ask_staff == other.ask_staff),
            ("sign_in", self.sign_in == other.sign_in),
            ("show_staff", self.show_staff == other.show_staff),
            ("switches", self.switches == other.switches),
            ("scan_ms", self.scan_ms == other.scan_ms),
        ];
        pairs.into_iter().filter(|(_, is_same)| !is_same).map(|(name, _)| name.to_owned()).collect()
    }
}

/// Who a token is for: scheme, host and port of an endpoint in lower case, the usual port left out; `/` stands for
/// where the app came from.
pub fn origin(endpoint: &str) -> String {
    let Some((scheme, rest)) = endpoint.split_once("://").filter(|_| !endpoint.starts_with('/')) else {
        return "/".to_owned();
    };
    let (scheme, host) = (scheme.to_ascii_lowercase(), host_of(rest).to_ascii_lowercase());
    let usual_port = if scheme == "https" { ":443" } else { ":80" };
    [&scheme, "://", host.strip_suffix(usual_port).unwrap_or(&host)].concat()
}

/// A token as it is stored: with the origin that it is for, so that no order of writing and no crash between two
/// writes can bring it to another.
pub fn token_record(token: &str, endpoint: &str) -> String {
    if token.is_empty() { String::new() } else { [token, " ", &origin(endpoint)].concat() }
}

/// The stored token, for a request to `endpoint` and no other; empty where it is for somebody else. A record without
/// an origin is from a kiosk that set itself up: for where the app came from.
pub fn token_for<'a>(record: &'a str, endpoint: &str) -> &'a str {
    let (token, of) = record.split_once(' ').unwrap_or((record, "/"));
    if of == origin(endpoint) { token } else { "" }
}

fn host_of(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Whether this is an origin as browsers write it: encrypted or of this machine, no path, no usual port.
pub fn is_origin(text: &str) -> bool {
    is_usable_endpoint(text)
        && text.split_once("://").is_some_and(|(_, rest)| host_of(rest) == rest)
        && origin(text) == text
}

/// Whether this is the address of a page that a phone can open, without anything asked of it yet.
pub fn is_usable_link(link: &str) -> bool {
    is_usable_endpoint(link) && !link.starts_with('/') && !link.contains('?') && link.len() <= 200
}

/// Whether complaints may travel there: encrypted, or not leaving this machine, or to where the app came from.
pub fn is_usable_endpoint(endpoint: &str) -> bool {
    if endpoint.contains(char::is_whitespace) || endpoint.contains(['@', '#', '\\']) {
        return false;
    }
    if let Some(rest) = endpoint.strip_prefix("https://") {
        return !host_of(rest).is_empty();
    }
    if let Some(rest) = endpoint.strip_prefix("http://") {
        let host = host_of(rest);
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        return matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    }
    endpoint.starts_with('/') && !endpoint.starts_with("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(endpoint: &str, is_usable: bool) {
        let settings = Settings { endpoint: endpoint.into(), languages: vec!["en".into()], ..Settings::default() };
        assert_eq!(settings.check("").is_ok(), is_usable, "{endpoint}");
    }

    #[test]
    fn sends_complaints_only_where_nobody_reads_along() {
        for usable in ["/v1/events", "https://example.org/in", "http://127.0.0.1:8080/v1/events", "http://localhost/x"]
        {
            check(usable, true);
        }
        for refused in [
            "",
            "v1/events",
            "//example.org/x",
            "http://example.org/",
            "http://localhost.example.org/",
            "https://",
            "https:///x",
            "ftp://example.org",
            "https://user@example.org/",
            "javascript:alert(1)",
            "https://a b/",
            "/\\example.org",
        ] {
            check(refused, false);
        }
    }

    #[test]
    fn reads_what_was_saved_and_fills_what_is_missing() {
        let settings = Settings {
            endpoint: "https://example.org/in".into(),
            point: "3 号窗口".into(),
            survey: "bank".into(),
            languages: vec!["en".into()],
            format: Format::Lines,
            acknowledge: Acknowledge::Status,
            mask: false,
            retention_days: 0,
            staff: "0417".into(),
            programs: vec!["https://counter.example.org".into()],
            scanner: true,
            appearance: "auto".into(),
            low: true,
            fullscreen: true,
            sound: false,
            link: "https://feedback.example.org/".into(),
            ask_staff: "after".into(),
            sign_in: true,
            show_staff: true,
            switches: "one".into(),
            scan_ms: 3_000,
        };
        assert_eq!(Settings::from_json(&settings.to_json()), Some(settings));
        assert_eq!(Settings::from_json("{}"), Some(Settings::default()));
        assert_eq!(Settings::from_json("[]"), None);
    }

    #[test]
    fn what_cannot_be_read_is_the_safe_default() {
        for json in [
            r#"{"format":"xml","acknowledge":"hope","mask":"no","retention_days":-1}"#,
            r#"{"format":1,"acknowledge":null,"mask":null,"retention_days":4294967296}"#,
            r#"{"format":"","acknowledge":"","mask":0,"retention_days":"9","appearance":"pink","low":"yes"}"#,
        ] {
            assert_eq!(Settings::from_json(json), Some(Settings::default()), "{json}");
        }
    }

    #[test]
    fn a_kiosk_reads_its_part_as_the_rest_does() {
        let whole =
            Settings { survey: "bank".into(), mask: false, languages: vec!["en".into()], ..Settings::default() };
        let part = KioskSettings::from_json(&whole.to_json(), "").unwrap();
        assert_eq!(Settings::from_json(&part.to_json()), Some(whole));
        assert_eq!(KioskSettings::from_json("{}", ""), Some(KioskSettings::default()));
        assert_eq!(KioskSettings::from_json("[]", ""), None);
        assert!(KioskSettings::default().mask);
    }

    #[test]
    fn what_holds_at_present_goes_over_the_settings() {
        let saved = Settings { point: "3".into(), staff: "0417".into(), ..Settings::default() }.to_json();
        let with = |over: &str| KioskSettings::from_json(&saved, over).unwrap();
        let evening = with(r#"{"survey":"bank","staff":"0418","attract":"evening","signed_in":"0418"}"#);
        assert_eq!((evening.survey.as_str(), evening.staff.as_str(), evening.point.as_str()), ("bank", "0418", "3"));
        for nothing in ["", "{}", "no", "[]"] {
            assert_eq!(with(nothing), with("{}"), "{nothing}");
        }
    }

    #[test]
    fn choices_that_are_unknown_are_as_at_first() {
        let settings = Settings::from_json(r#"{"ask_staff":"often","switches":3,"scan_ms":2001}"#).unwrap();
        assert_eq!(settings, Settings::default());
    }

    #[test]
    fn names_every_fault() {
        let settings = Settings {
            endpoint: "x".into(),
            point: "长".repeat(61),
            retention_days: u32::MAX,
            staff: "9".repeat(61),
            programs: vec!["counter.example.org".into()],
            link: "/here".into(),
            ..Settings::default()
        };
        let faults = settings.check("to ken").unwrap_err();
        use SettingsFault::{Endpoint, Languages, Link, Point, Programs, RetentionDays, Staff, Token};
        assert_eq!(faults, [Endpoint, Point, Languages, Token, RetentionDays, Staff, Link, Programs]);
    }

    #[test]
    fn names_what_changed_and_never_to_what() {
        let changed = Settings { point: "x".into(), survey: "bank".into(), ..Settings::default() };
        assert_eq!(Settings::default().differences(&changed), ["point", "survey"]);
        let changed = Settings {
            format: Format::Single,
            acknowledge: Acknowledge::Status,
            mask: false,
            retention_days: 0,
            staff: "7".into(),
            programs: vec!["http://localhost:9000".into()],
            scanner: true,
            appearance: "dark".into(),
            low: true,
            fullscreen: true,
            sound: false,
            link: "https://feedback.example.org/".into(),
            ..Settings::default()
        };
        let names = [
            "format",
            "acknowledge",
            "mask",
            "retention_days",
            "staff",
            "programs",
            "scanner",
            "appearance",
            "low",
            "fullscreen",
            "sound",
            "link",
        ];
        assert_eq!(Settings::default().differences(&changed), names);
    }

    #[test]
    fn who_may_ask_is_an_origin_as_browsers_write_it() {
        for known in ["https://counter.example.org", "http://127.0.0.1:9000", "https://counter.example.org:8443"] {
            assert!(is_origin(known), "{known}");
        }
        for unknown in [
            "*",
            "null",
            "/",
            "https://counter.example.org/",
            "https://Counter.example.org",
            "https://counter.example.org:443",
            "http://counter.example.org",
            "https://a.org https://b.org",
        ] {
            assert!(!is_origin(unknown), "{unknown}");
        }
    }

    fn check_origin(endpoint: &str, expected: &str) {
        assert_eq!(origin(endpoint), expected, "{endpoint}");
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        check_origin("/v1/events", "/");
        check_origin("/in?next=https://example.org/", "/");
        check_origin("https://Example.ORG/in", "https://example.org");
        check_origin("https://example.org:443?x", "https://example.org");
        check_origin("https://example.org:8443/in", "https://example.org:8443");
        check_origin("http://127.0.0.1:80/in", "http://127.0.0.1");
        check_origin("http://[::1]:8080/", "http://[::1]:8080");
    }

    #[test]
    fn a_token_goes_to_the_origin_that_it_is_for_and_nowhere_else() {
        let record = token_record("cdt_1", "https://a.example/in");
        assert_eq!(token_for(&record, "https://a.example/other?x"), "cdt_1");
        for other in [
            "/in",
            "http://a.example/in",
            "https://b.example/in",
            "https://a.example:8443/in",
            "https://a.example.b.example/in",
        ] {
            assert_eq!(token_for(&record, other), "", "{other}");
        }
        assert_eq!(token_for("cdt_1", "/v1/events"), "cdt_1");
        assert_eq!(token_for("cdt_1", "https://a.example/in"), "");
        assert_eq!(token_for(&token_record("cdt_1", "/v1/events"), "/other"), "cdt_1");
        assert_eq!((token_record("", "/").as_str(), token_for("", "/")), ("", ""));
    }
}
