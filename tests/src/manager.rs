//! What a manager does behind the door.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::kiosk::Kiosk;
use crate::wait::until;

/// The PIN that the managers of these tests choose.
pub const PIN: &str = "482915";

/// The four counts, in events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Everything in the journal.
    pub recorded: u64,
    /// What the endpoint has said it has.
    pub acknowledged: u64,
    /// What is still to be sent.
    pub queued: u64,
    /// What the endpoint will never take.
    pub quarantined: u64,
}

impl Kiosk {
    /// Opens the door for the first time and chooses a PIN.
    ///
    /// # Panics
    /// When no PIN is asked for, or the door stays closed.
    pub async fn open_manager_and_choose_a_pin(&self) {
        self.knock().await;
        self.choose_a_pin().await;
    }

    /// Chooses a PIN at the open door.
    ///
    /// # Panics
    /// When none is asked for, or the door stays closed.
    pub async fn choose_a_pin(&self) {
        self.type_into("pin", PIN).await;
        self.type_into("pin-again", PIN).await;
        self.tap("unlock").await;
        self.see("count-recorded").await;
    }

    /// Opens the door with the PIN chosen before.
    ///
    /// # Panics
    /// When the door stays closed.
    pub async fn open_manager(&self) {
        self.knock().await;
        self.type_into("pin", PIN).await;
        self.tap("unlock").await;
        self.see("count-recorded").await;
    }

    /// Back to the customers' screens.
    ///
    /// # Panics
    /// When they do not come.
    pub async fn lock_manager(&self) {
        self.tap("lock").await;
        self.see_first_screen().await;
    }

    /// Puts a text where another one stands.
    ///
    /// # Panics
    /// When the field takes no keys.
    pub async fn replace(&self, testid: &str, text: &str) {
        let field = self.see(testid).await;
        field.clear().await.unwrap_or_else(|fault| panic!("{testid} cannot be cleared: {fault}"));
        field.send_keys(text).await.unwrap_or_else(|fault| panic!("{testid} takes no keys: {fault}"));
    }

    /// Chooses from a list.
    ///
    /// # Panics
    /// When it is not offered.
    pub async fn choose(&self, testid: &str, value: &str) {
        let list = self.see(testid).await;
        list.select_by_value(value).await.unwrap_or_else(|fault| panic!("{testid} does not offer {value}: {fault}"));
    }

    /// Saves the settings.
    ///
    /// # Panics
    /// When they are not taken.
    pub async fn save_settings(&self) {
        self.tap("save-settings").await;
        self.see_attribute("settings-saved", "data-ok", "true").await;
    }

    /// The four counts as they stand, read in one moment, and found to add up.
    ///
    /// # Panics
    /// When one is missing or no integer, or when they do not add up.
    pub async fn read_counts(&self) -> Counts {
        let script = "return ['recorded', 'acknowledged', 'queued', 'quarantined'].map((name) => \
                      document.querySelector(`[data-testid=count-${name}]`)?.textContent ?? null)";
        let seen = self.browser.run(script, vec![]).await;
        let count = |place: usize| {
            let text = seen[place].as_str().unwrap_or_else(|| panic!("a count is missing: {seen}"));
            text.parse().unwrap_or_else(|_| panic!("{text:?} is no bare integer"))
        };
        let counts = Counts { recorded: count(0), acknowledged: count(1), queued: count(2), quarantined: count(3) };
        assert_eq!(
            counts.recorded,
            counts.acknowledged + counts.queued + counts.quarantined,
            "recorded = acknowledged + queued + quarantined: {counts:?}"
        );
        counts
    }

    /// Until the counts are as `is_expected` wants them.
    ///
    /// # Panics
    /// When they never are.
    pub async fn see_counts(&self, what: &str, is_expected: impl Fn(&Counts) -> bool) -> Counts {
        until(&format!("the counts to show {what}"), async || {
            let counts = self.read_counts().await;
            if is_expected(&counts) { Ok(counts) } else { Err(format!("{counts:?}")) }
        })
        .await
    }

    /// What a score of all time carries: its interval and its n.
    ///
    /// # Panics
    /// When it is not shown.
    pub async fn read_score(&self, score: &str) -> (String, u64) {
        let script = "const score = document.querySelector(`[data-period=all] [data-testid=${arguments[0]}], \
                      [data-period=all][data-testid=${arguments[0]}]`); \
                      return score && [score.dataset.interval ?? null, score.dataset.n ?? null]";
        until(&format!("{score} of all time"), async || {
            let seen = self.browser.run(script, vec![json!(score)]).await;
            let n = seen[1].as_str().and_then(|n| n.parse().ok());
            seen[0].as_str().zip(n).map(|(interval, n)| (interval.to_owned(), n)).ok_or_else(|| seen.to_string())
        })
        .await
    }

    /// The latest comments as they are listed, newest first.
    pub async fn read_comments(&self) -> Vec<String> {
        let script =
            "return [...document.querySelectorAll('[data-testid=comment-item]')].map((item) => item.textContent)";
        let seen = self.browser.run(script, vec![]).await;
        let items = seen.as_array().cloned().unwrap_or_default();
        items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    /// Chooses a file from this machine's disk.
    ///
    /// # Panics
    /// When the field takes none.
    pub async fn choose_file(&self, testid: &str, path: &Path) {
        let field = self.see(testid).await;
        let path = path.to_str().expect("a path of the test's own is text");
        field.send_keys(path).await.unwrap_or_else(|fault| panic!("{testid} takes no file: {fault}"));
    }

    /// The file with this ending among the downloads, once it is whole.
    ///
    /// # Panics
    /// When none comes.
    pub async fn downloaded(&self, ending: &str) -> PathBuf {
        until(&format!("a file .{ending} among the downloads"), async || {
            let folder = fs::read_dir(self.browser.downloads()).map_err(|fault| fault.to_string())?;
            let paths: Vec<_> = folder.flatten().map(|entry| entry.path()).collect();
            let is_whole = |path: &&PathBuf| fs::metadata(path).is_ok_and(|file| file.len() > 0);
            let whole =
                paths.iter().filter(is_whole).find(|path| path.extension().is_some_and(|found| found == ending));
            whole.cloned().ok_or_else(|| format!("{paths:?}"))
        })
        .await
    }

    /// Exports what is shown, as codes, and gives back the file that was downloaded.
    ///
    /// # Panics
    /// When no file comes.
    pub async fn export_csv(&self) -> String {
        self.export("csv").await;
        fs::read_to_string(self.downloaded("csv").await).expect("a downloaded file can be read")
    }

    /// Exports what is shown in a format: `csv`, `xlsx`, `jsonl`. It becomes a download, as where nobody can be asked.
    ///
    /// # Panics
    /// When it cannot be chosen, or there is no file.
    pub async fn export(&self, format: &str) {
        self.browser.run("delete Window.prototype.showSaveFilePicker; delete window.showSaveFilePicker", vec![]).await;
        let is_open = self.browser.run("return !!document.querySelector('[data-testid=export-card]')", vec![]).await;
        if is_open != json!(true) {
            self.tap("export-open").await;
        }
        self.tap(&format!("export-{format}")).await;
        if format != "jsonl" {
            self.tap("export-codes").await;
        }
        self.tap("export-save").await;
        self.see_attribute("export-result", "data-ok", "true").await;
    }
}
