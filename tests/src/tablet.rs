//! A tablet that is killed and started again: one profile through many lives of the browser, always the same origin.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::browser::{Browser, Engine, Launch};
use crate::kiosk::{Kiosk, open_kiosk_in};

/// What lies below IndexedDB, and with it which browser it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// What Chromium has always had.
    LevelDb,
    /// What it changes to.
    Sqlite,
    /// Firefox with the one that it has.
    Firefox,
}

impl Backend {
    /// Both of Chromium.
    pub const ALL: [Self; 2] = [Self::LevelDb, Self::Sqlite];

    /// What renders the page above it.
    pub fn engine(self) -> Engine {
        match self {
            Self::LevelDb | Self::Sqlite => Engine::Chromium,
            Self::Firefox => Engine::Firefox,
        }
    }

    /// As the results name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::LevelDb => "LevelDB",
            Self::Sqlite => "SQLite",
            Self::Firefox => "its own",
        }
    }

    fn flags(self) -> Vec<String> {
        match self {
            Self::LevelDb => vec!["--disable-features=IdbSqliteBackingStore".to_owned()],
            Self::Sqlite => vec!["--enable-features=IdbSqliteBackingStore".to_owned()],
            Self::Firefox => Vec::new(),
        }
    }
}

/// Every file below a folder; none where there is no such folder.
pub fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

/// A database of SQLite, also one whose pages are still in its write-ahead log.
fn is_sqlite(file: &Path) -> bool {
    let begins_with = |file: &Path, magic: &[u8]| {
        let mut bytes = vec![0; magic.len()];
        std::fs::File::open(file).is_ok_and(|mut file| file.read_exact(&mut bytes).is_ok()) && bytes == magic
    };
    let log = file.with_file_name(format!("{}-wal", file.file_name().unwrap_or_default().to_string_lossy()));
    begins_with(file, b"SQLite format 3\0")
        || [&[0x37, 0x7f, 0x06, 0x82], &[0x37, 0x7f, 0x06, 0x83]].iter().any(|magic| begins_with(&log, *magic))
}

/// A profile, the backend that writes it, and the page that it shows.
#[derive(Clone, Debug)]
pub struct Tablet {
    /// Where the profile lies.
    pub profile: PathBuf,
    /// What the browser stores with.
    pub backend: Backend,
    /// The kiosk's address.
    pub page: String,
}

impl Tablet {
    /// The same tablet with its profile elsewhere: what is left of it after a power cut.
    pub fn with_profile(&self, profile: &Path) -> Self {
        Self { profile: profile.to_owned(), ..self.clone() }
    }

    /// Starts the browser and opens the kiosk.
    ///
    /// # Panics
    /// When the app does not take over.
    pub async fn start(&self) -> Kiosk {
        open_kiosk_in(self.launch(), &self.page).await
    }

    /// What lies below IndexedDB in the profile, as its files tell; `None` where there is no database.
    pub fn backend_of_files(&self) -> Option<Backend> {
        let has_files = |folder: &str, is_one: &dyn Fn(&Path) -> bool| {
            files_in(&self.profile.join(folder)).iter().any(|file| is_one(file))
        };
        if has_files("storage/default", &|file| is_sqlite(file) && file.iter().any(|part| part == "idb")) {
            return Some(Backend::Firefox);
        }
        if has_files("Default/IndexedDB", &is_sqlite) {
            return Some(Backend::Sqlite);
        }
        let is_leveldb = |file: &Path| {
            let folder = file.parent().and_then(Path::extension);
            file.ends_with("CURRENT") && folder.is_some_and(|ending| ending == "leveldb")
        };
        has_files("Default/IndexedDB", &is_leveldb).then_some(Backend::LevelDb)
    }

    /// Starts the browser and shows a page of the same origin that is not the app: what lies in the profile is looked
    /// at before anybody can repair it.
    ///
    /// # Panics
    /// When the browser does not start.
    pub async fn start_without_the_app(&self) -> Kiosk {
        let kiosk = Kiosk { browser: Browser::launch(self.launch()).await };
        kiosk.go_to(&format!("{}healthz", self.page)).await;
        kiosk
    }

    /// Starts the browser and opens nothing.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_empty(&self) -> Kiosk {
        Kiosk { browser: Browser::launch(self.launch()).await }
    }

    fn launch(&self) -> Launch {
        // A power cut leaves the browser's own settings empty: the browser makes new ones, but its driver stops there.
        for settings in ["Local State", "Default/Preferences"] {
            let file = self.profile.join(settings);
            if std::fs::metadata(&file).is_ok_and(|file| file.len() == 0) {
                std::fs::remove_file(&file).expect("an empty file can be removed");
            }
        }
        Launch { profile: Some(self.profile.clone()), flags: self.backend.flags(), ..Launch::of(self.backend.engine()) }
    }
}
