//! Everything that the manager's part says. A text that one language lacks does not compile.

pub mod en;
pub mod zh;

/// All texts of one language. `{}` stands for what [`fill`] puts there.
#[derive(Debug)]
#[allow(missing_docs, reason = "each field is named by what it says")]
pub struct Texts {
    pub product: &'static str,
    pub desk: &'static str,
    pub to_kiosk: &'static str,
    pub door: DoorTexts,
    pub rail: RailTexts,
    pub results: ResultsTexts,
    pub sync: SyncTexts,
    pub settings: SettingsTexts,
    pub trouble: TroubleTexts,
}

/// A text that counts: for one, and for any other number.
#[derive(Debug)]
pub struct Count {
    /// For exactly one.
    pub one: &'static str,
    /// For the rest.
    pub other: &'static str,
}

impl Count {
    /// The text for `n`, written as `shown`.
    pub fn of(&self, n: u64, shown: &str) -> String {
        fill(if n == 1 { self.one } else { self.other }, &[shown])
    }
}

/// What is said and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What it means.
    pub meaning: &'static str,
    /// What to do; empty when nothing.
    pub action: &'static str,
}

#[derive(Debug)]
#[allow(missing_docs, reason = "each field is named by what it says")]
pub struct DoorTexts {
    pub ask: &'static str,
    pub ask_hint: &'static str,
    pub choose: &'static str,
    pub choose_hint: &'static str,
    pub pin: &'static str,
    pub again: &'static str,
    pub unlock: &'static str,
    pub set: &'static str,
    pub checking: &'static str,
    pub refused: &'static str,
    pub wait: &'static str,
    pub enter_again: &'static str,
    pub fault_digits: &'static str,
    pub fault_guessable: &'static str,
    pub fault_differs: &'static str,
    pub damaged: &'static str,
    pub pad: &'static str,
    pub delete: &'static str,
    pub clear: &'static str,
}

#[derive(Debug)]
#[allow(missing_docs, reason = "each field is named by what it says")]
pub struct RailTexts {
    pub results: &'static str,
    pub sync: &'static str,
    pub settings: &'static str,
    pub tabs: &'static str,
    pub lock: &'static str,
    pub counts: &'static str,
    pub recorded: &'static str,
    pub acknowledged: &'static str,
    pub queued: &'static str,
    pub quarantined: &'static str,
    pub add_up: &'static str,
    pub do_not_add_up: &'static str,
    pub do_not_add_up_long: &'static str,
    pub locking: &'static str,
    pub stay: &'static str,
}

#[derive(Debug)]
#[allow(missing_docs, reason = "each field is named by what it says")]
pub struct ResultsTexts {
    pub today: &'static str,
    pub all: &'static str,
    pub since: &'static str,
    pub csat: &'static str,
    pub csat_formula: &'static str,
    pub negative: &'static str,
    pub negative_formula: &'static str,
    pub interval: &'static str,
    pub responses: Count,
    pub too_few: &'static str,
    pub none_today: &'static str,
    pub none_ever: &'static str,
    pub none_hint: &'static str,
    pub distribution: &'static str,
    pub as_table: &'static str,
    pub level: &'static str,
    pub count: &'static str,
    pub share: &'static str,
    pub total: &'static str,
    pub levels: [&'static str; 5],
    pub comments: &'static str,
    pub comments_shown: &'static str,
    pub no_comments: &'static str,
    pub no_comments_hint: &'static str,
    pub reading: &'static str,
    pub export: &'static str,
    pub export_note: &'static str,
    pub exporting: &'static str,
    /// The browser did not take the file.
    pub export_failed: &'static str,
    pub exported: Count,
    pub exported_untraced: &'static str,
}

#[derive(Debug)]
#[allow(missing_docs, reason = "each field is named by what it says")]
pub struct SyncTexts {
    pub idle: &'static str,
    pub about: &'static str,
    pub sending: &'static str,
    pub waiting: &'static str,
    pub paused: &'static str,
    pub misconfigured: &'static str,
    pub unknown: &'static str,
    pub is_idle: Advice,
    pub is_about: Advice,
    pub is_sending: Advice,
    pub is_waiting: Advice,
    pub is_offline: Advice,
    pub is_portal: Advice,
    pub is_token: Advice,
    pub is_endpoint: Advice,
    pub is_no_endpoint: Advice,
    pub is_storage: Advice,
    pub is_unknown: Advice,
    pub now: &'static str,
    pub asked: &'static str,
    pub safe: &'static str,
    pub endpoint: &'static str,
    pub token: &'static str,
    pub token_set: &'static str,
    pub token_unset: &'static str,
    pub balance: &'static str,
    pub balance_note: &'static str,
    pub quarantine: &'static str,
    pub quarantine_note: &'static str,
    pub quarantine_none: &'static str,
    pub event: &'static str,
    pub code: &'static str,
    pub reason: &'static str,
    pub tablet: &'static str,
    pub tablet_note: &'static str,
    pub device: &'static str,
    pub epoch: &'static str,
    pub newest: &'static str,
    pub hash: &'static str,
}

#[derive(Debug)]
#[allow(missing_docs, reason = "each field is named by what it says")]
pub struct SettingsTexts {
    pub delivery: &'static str,
    pub endpoint: &'static str,
    pub endpoint_hint: &'static str,
    pub endpoint_fault: &'static str,
    pub token: &'static str,
    pub token_set: &'static str,
    pub token_unset: &'static str,
    pub token_keep: &'static str,
    pub token_remove: &'static str,
    pub token_fault: &'static str,
    pub kiosk: &'static str,
    pub point: &'static str,
    pub point_hint: &'static str,
    pub point_example: &'static str,
    pub point_fault: &'static str,
    pub survey: &'static str,
    pub survey_hint: &'static str,
    pub languages: &'static str,
    pub languages_hint: &'static str,
    pub languages_fault: &'static str,
    pub first: &'static str,
    pub save: &'static str,
    pub saving: &'static str,
    pub saved: &'static str,
    pub not_saved: &'static str,
    pub see_faults: &'static str,
    pub change_pin: &'static str,
    pub change_pin_hint: &'static str,
    pub old_pin: &'static str,
    pub new_pin: &'static str,
    pub new_pin_again: &'static str,
    pub change: &'static str,
    pub changed: &'static str,
    pub old_refused: &'static str,
}

#[derive(Debug)]
#[allow(missing_docs, reason = "each field is named by what it says")]
pub struct TroubleTexts {
    pub again: &'static str,
    pub full: &'static str,
    pub broken: &'static str,
    pub untraced: &'static str,
}

/// Puts each of `parts` where the next `{}` stands.
pub fn fill(pattern: &str, parts: &[&str]) -> String {
    parts.iter().fold(pattern.to_owned(), |text, part| text.replacen("{}", part, 1))
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn fills_in_order_and_counts() {
        assert_eq!(fill("{}–{} %", &["82.7", "89.4"]), "82.7–89.4 %");
        let rows = Count { one: "{} row", other: "{} rows" };
        assert_eq!([rows.of(1, "1"), rows.of(1_284, "1,284")], ["1 row", "1,284 rows"]);
    }
}
