//! What an owner sets on a tablet, apart from the token, which is a secret and kept alone.

use serde::Serialize;
use serde_json::Value;

/// The named record of the journal that holds the settings as JSON.
pub const SETTINGS_RECORD: &str = "settings";
/// The named record that holds the token.
pub const TOKEN_RECORD: &str = "token";

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
}

impl Default for Settings {
    fn default() -> Self {
        Self { endpoint: "/v1/events".into(), point: String::new(), survey: "government".into(), languages: Vec::new() }
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
}

impl Settings {
    /// Reads what was saved; a field that is missing has its default. `None` when it is no object.
    pub fn from_json(json: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(json).ok()?;
        let fields = value.as_object()?;
        let text =
            |name: &str, default: String| fields.get(name).and_then(Value::as_str).map_or(default, str::to_owned);
        let tags = fields.get("languages").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let default = Self::default();
        Some(Self {
            endpoint: text("endpoint", default.endpoint),
            point: text("point", default.point),
            survey: text("survey", default.survey),
            languages: tags.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
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
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// The names of the settings in which two differ.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let pairs = [
            ("endpoint", self.endpoint == other.endpoint),
            ("point", self.point == other.point),
            ("survey", self.survey == other.survey),
            ("languages", self.languages == other.languages),
        ];
        pairs.into_iter().filter(|(_, is_same)| !is_same).map(|(name, _)| name.to_owned()).collect()
    }
}

/// Whether complaints may travel there: encrypted, or not leaving this machine, or to where the app came from.
fn is_usable_endpoint(endpoint: &str) -> bool {
    let host_of = |rest: &str| rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned();
    if endpoint.contains(char::is_whitespace) || endpoint.contains(['@', '#', '\\']) {
        return false;
    }
    if let Some(rest) = endpoint.strip_prefix("https://") {
        return !host_of(rest).is_empty();
    }
    if let Some(rest) = endpoint.strip_prefix("http://") {
        let host = host_of(rest);
        let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
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
        let settings = Settings { point: "3 号窗口".into(), languages: vec!["en".into()], ..Settings::default() };
        assert_eq!(Settings::from_json(&settings.to_json()), Some(settings));
        assert_eq!(Settings::from_json("{}"), Some(Settings::default()));
        assert_eq!(Settings::from_json("[]"), None);
    }

    #[test]
    fn names_every_fault() {
        let settings = Settings { endpoint: "x".into(), point: "长".repeat(61), ..Settings::default() };
        let faults = settings.check("to ken").unwrap_err();
        use SettingsFault::{Endpoint, Languages, Point, Token};
        assert_eq!(faults, [Endpoint, Point, Languages, Token]);
    }

    #[test]
    fn names_what_changed_and_never_to_what() {
        let changed = Settings { point: "x".into(), survey: "bank".into(), ..Settings::default() };
        assert_eq!(Settings::default().differences(&changed), ["point", "survey"]);
    }
}
