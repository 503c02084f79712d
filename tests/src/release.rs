//! Releases to tell apart: the built app with a tag in each kind of file, sealed by the build's own script.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A module that the browser compiles, and that traps as soon as it is there: a start function of `unreachable`.
const TRAP: [u8; 28] = [
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x04, 0x01, 0x60, 0x00, 0x00, 0x03, 0x02, 0x01, 0x00, 0x08,
    0x01, 0x00, 0x0a, 0x05, 0x01, 0x03, 0x00, 0x00, 0x0b,
];

/// A worker that says its release's tag, in the release's folder.
pub const WORKER: &str = "tagged-worker.js";

/// What a release does when its page is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// It starts.
    Well,
    /// The kiosk's wasm traps.
    Trap,
    /// The kiosk's wasm never comes to anything.
    Never,
    /// The page holds nothing: not even a script that could notice.
    White,
}

/// The app's files in a folder that goes with it.
#[derive(Debug)]
pub struct Release {
    folder: TempDir,
    /// What its page, its kiosk, its survey, its manager and its manager's style sheet say they are of.
    pub tag: String,
    /// As the build names it: its folder's name.
    pub name: String,
}

impl Release {
    /// A release that says `tag` wherever it can.
    ///
    /// # Panics
    /// When the app is not built, or the script that seals a release fails.
    pub fn tagged(tag: &str) -> Self {
        Self::starting(tag, Start::Well)
    }

    /// A release that starts as it should not.
    ///
    /// # Panics
    /// As [`Self::tagged`].
    pub fn starting(tag: &str, start: Start) -> Self {
        let mut release = Self::built();
        release.tag = tag.to_owned();
        release.put_tags();
        let kiosk = |file: &str| release.file(&format!("{}/{file}", release.name));
        let broken = match start {
            Start::Well => Ok(()),
            Start::Trap => fs::write(kiosk("kiosk_bg.wasm"), TRAP),
            Start::Never => fs::write(kiosk("kiosk.js"), "export default () => new Promise(() => {});"),
            Start::White => fs::write(release.file("index.html"), "<!doctype html><title>Candor</title>"),
        };
        broken.expect("a copy can be written");
        release.seal();
        release
    }

    /// The app as it was built.
    ///
    /// # Panics
    /// When it is not built.
    pub fn built() -> Self {
        let dist = root().join("dist");
        assert!(dist.join("index.html").is_file(), "there is no app in {}: `make build` makes it", dist.display());
        let folder = tempfile::tempdir().expect("the system has room for a release");
        copy(&dist, folder.path());
        let mut release = Self { folder, tag: String::new(), name: String::new() };
        release.name = release.find_name();
        release
    }

    /// The app as it was built, but for a keeper that is told of a nearly full storage as long as there is a cache named
    /// `test-gauge`: Chromium tells every site of ten spare gibibytes.
    ///
    /// # Panics
    /// As [`Self::built`].
    pub fn with_a_gauge() -> Self {
        const GAUGE: &str = "StorageManager.prototype.estimate = async () => \
            ({ quota: 100, usage: await caches.has('test-gauge') ? 85 : 1 });\n";
        let mut release = Self::built();
        release.change(&format!("{}/keeper-worker.js", release.name), |script| script + GAUGE);
        release.seal();
        release
    }

    /// The app as it was built, with a keeper whose timers of a second and more never go off once the channel
    /// `test-sleep` has said a word: a tablet that sleeps stops them.
    ///
    /// # Panics
    /// As [`Self::built`].
    pub fn with_a_keeper_that_sleeps() -> Self {
        const SLEEP: &str = "\nlet isAsleep = false;\n\
            new BroadcastChannel('test-sleep').onmessage = () => { isAsleep = true; };\n\
            const wake = self.setTimeout;\n\
            self.setTimeout = (work, ms = 0, ...rest) => isAsleep && ms >= 1_000 ? 0 : wake(work, ms, ...rest);\n";
        let mut release = Self::built();
        release.change(&format!("{}/keeper-worker.js", release.name), |script| script + SLEEP);
        release.seal();
        release
    }

    /// The app as it was built, in a browser without files of the origin's own, and with a database that cannot be used
    /// for as long as `localStorage` has `test-broken`. Whoever changes that says `broken` or `mended` on the channel
    /// `test-storage` as well.
    ///
    /// # Panics
    /// As [`Self::built`].
    pub fn with_storage_that_breaks() -> Self {
        const BREAK: &str = "\nnew BroadcastChannel('test-storage').onmessage = ({ data }) => { isBroken = data === 'broken'; };\n\
            if (navigator.storage) navigator.storage.getDirectory = () => Promise.reject(new DOMException('none here', 'UnknownError'));\n\
            for (const [kind, method] of [[IDBFactory, 'open'], [IDBDatabase, 'transaction']]) {\n\
              const works = kind.prototype[method];\n\
              kind.prototype[method] = function (...rest) {\n\
                if (isBroken) throw new DOMException('none here', 'InvalidStateError');\n\
                return works.apply(this, rest);\n\
              };\n\
            }\n";
        const IN_PAGE: &str = "\nlet isBroken = localStorage.getItem('test-broken') !== null;\n\
            const Plain = window.Worker;\n\
            window.Worker = function (script, options) {\n\
              return new Plain(script, { ...options, name: localStorage.getItem('test-broken') ?? '' });\n\
            };\n";
        const IN_WORKER: &str = "\nlet isBroken = self.name !== '';\n";
        let mut release = Self::built();
        for (file, start) in [("kiosk.js", IN_PAGE), ("keeper-worker.js", IN_WORKER)] {
            release.change(&format!("{}/{file}", release.name), |script| [&script, start, BREAK].concat());
        }
        release.seal();
        release
    }

    /// Names it again by what it holds, as the build does.
    ///
    /// # Panics
    /// When the script fails.
    pub fn seal(&mut self) {
        let output = Command::new("node").arg(root().join("scripts/release.mjs")).arg(self.path()).output();
        let output = output.unwrap_or_else(|fault| panic!("node does not start: {fault}"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.name = self.find_name();
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), self.name);
    }

    /// Where its files are.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self, file: &str) -> PathBuf {
        self.path().join(file)
    }

    fn find_name(&self) -> String {
        let entries = fs::read_dir(self.path()).expect("a folder of the test's own");
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let found: Vec<String> = names.filter(|name| name.starts_with("release-")).collect();
        let [name] = &found[..] else { panic!("a release has one folder of its files: {found:?}") };
        name.clone()
    }

    fn put_tags(&self) {
        let tag = &self.tag;
        let say = |what: &str| format!("\ndocument.documentElement.dataset.{what} = {tag:?};\n");
        let files = format!("{}/", self.name);
        self.change("index.html", |page| page.replacen("<html ", &format!("<html data-page={tag} "), 1));
        self.change(&format!("{files}kiosk.js"), |script| script + &say("kiosk"));
        self.change(&format!("{files}release.js"), |script| script + &say("switch"));
        self.change(&format!("{files}manager.js"), |script| script + &say("manager"));
        self.change(&format!("{files}manager.css"), |sheet| format!("{sheet}\n#manager {{ --release: {tag} }}\n"));
        self.change(&format!("{files}templates/government.json"), |survey| {
            survey.replacen("轻点一个表情就好，不记名。", tag, 1)
        });
        // A worker of the page, and what it imports, as the app has them for work that must not hold up the screen.
        let worker = "import { tag } from './neighbour.js';\npostMessage(tag);\n";
        self.add(&format!("{files}{WORKER}"), worker);
        self.add(&format!("{files}neighbour.js"), &format!("export const tag = {tag:?};\n"));
    }

    /// Puts a further file into it, to be sealed with the others.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn add(&self, file: &str, content: &str) {
        fs::write(self.file(file), content).expect("a folder of the test's own takes a file");
    }

    fn change(&self, file: &str, edit: impl Fn(String) -> String) {
        let before = fs::read_to_string(self.file(file)).unwrap_or_else(|fault| panic!("{file}: {fault}"));
        let after = edit(before.clone());
        assert_ne!(before, after, "{file} takes a tag");
        fs::write(self.file(file), after).expect("a copy can be written");
    }
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Without the packed copies: they would still hold what the files held before.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a built app can be read").flatten() {
        let target = to.join(entry.file_name());
        let path = entry.path();
        if path.is_dir() {
            fs::create_dir(&target).expect("a folder of the test's own");
            copy(&path, &target);
        } else if !path.extension().is_some_and(|extension| extension == "br" || extension == "gz") {
            fs::copy(&path, &target).expect("the system has room for a release");
        }
    }
}
