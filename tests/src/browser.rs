//! A browser of one's own: a driver on a free port, a session in it, a profile that nobody has used.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Program, descendants, signal};
use crate::wait::until;

/// How Chromium is always started.
const CHROMIUM_FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // A kiosk's screen is in front; a headless page may count as covered, and its timers are then slowed down.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--window-size=800,1280",
];

/// What renders the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium by chromedriver.
    Chromium,
    /// Firefox by geckodriver.
    Firefox,
    /// WebKit's MiniBrowser by WebKitWebDriver: the nearest to an iPad's Safari that runs here.
    WebKit,
}

impl Engine {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// As the results name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::WebKit => "WebKit",
        }
    }
}

/// When a navigation counts as done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loading {
    /// At the page's `load` event, as a driver does by itself.
    Whole,
    /// At once, for pages that are held back on purpose.
    Begun,
}

/// How a browser is to be started.
#[derive(Clone, Debug)]
pub struct Launch {
    /// What renders the page.
    pub engine: Engine,
    /// When a navigation counts as done.
    pub loading: Loading,
    /// A profile that outlives the browser; an empty one of its own where there is none. WebKit's own small browser
    /// keeps what a driven session leaves in memory all the same.
    pub profile: Option<PathBuf>,
    /// Further arguments of Chromium's command line.
    pub flags: Vec<String>,
}

impl Launch {
    /// An empty profile and nothing unusual.
    pub fn of(engine: Engine) -> Self {
        Self { engine, loading: Loading::Whole, profile: None, flags: Vec::new() }
    }
}

/// A session in a running browser. Dropping it ends the session, the browser and the driver.
#[derive(Debug)]
pub struct Browser {
    /// Speaks to the driver.
    pub client: Client,
    /// What renders the page.
    pub engine: Engine,
    session: String,
    driver_address: SocketAddr,
    is_killed: AtomicBool,
    // Ended in this order: the processes, then the folder that they write to.
    driver: Program,
    folder: TempDir,
}

impl Browser {
    /// Starts a browser with an empty profile.
    ///
    /// # Panics
    /// When the driver or the browser is missing or does not start.
    pub async fn start(engine: Engine, loading: Loading) -> Self {
        Self::launch(Launch { loading, ..Launch::of(engine) }).await
    }

    /// Starts a browser as `launch` says.
    ///
    /// # Panics
    /// When the driver or the browser is missing or does not start.
    pub async fn launch(launch: Launch) -> Self {
        let engine = launch.engine;
        let folder = tempfile::tempdir().expect("the system has room for a profile");
        let driver_address = free_address();
        let mut driver =
            Program::start(&mut driver_command(&launch, driver_address, &folder), &folder.path().join("driver.log"));
        until("the driver to listen", async || match (TcpStream::connect(driver_address), driver.ended()) {
            (_, Some(end)) => panic!("the driver of {engine:?} did not start: {end}"),
            (connected, None) => connected.map(drop).map_err(|fault| fault.to_string()),
        })
        .await;
        let connecting = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(&launch, folder.path()))
            .connect(&format!("http://{driver_address}"))
            .await;
        let client = connecting
            .unwrap_or_else(|fault| panic!("{engine:?} did not start: {fault}\nthe driver said: {}", driver.said()));
        let session = client.session_id().await.expect("the driver tells the session").expect("a session has an id");
        Self { client, engine, session, driver_address, is_killed: AtomicBool::new(false), driver, folder }
    }

    /// Where the browser puts what is downloaded.
    pub fn downloads(&self) -> PathBuf {
        self.folder.path().join("downloads")
    }

    /// Runs a script in the page; `arguments` is what it finds there under that name.
    ///
    /// # Panics
    /// When the script throws.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let outcome = self.client.execute(script, arguments).await;
        outcome.unwrap_or_else(|fault| panic!("a script of the test failed: {fault}\n{script}"))
    }

    /// Runs a script that calls its last argument with the outcome when it is done.
    ///
    /// # Panics
    /// When the script throws or takes longer than the session allows.
    pub async fn run_until_called_back(&self, script: &str, arguments: Vec<Value>) -> Value {
        let outcome = self.try_until_called_back(script, arguments).await;
        outcome.unwrap_or_else(|fault| panic!("a script of the test failed: {fault}\n{script}"))
    }

    /// As [`Self::run_until_called_back`], on a page that may go meanwhile.
    ///
    /// # Errors
    /// What the driver says instead of a result.
    pub async fn try_until_called_back(&self, script: &str, arguments: Vec<Value>) -> Result<Value, String> {
        self.client.execute_async(script, arguments).await.map_err(|fault| fault.to_string())
    }

    /// Sends a command of the DevTools protocol and gives its result; Chromium only.
    ///
    /// # Panics
    /// When the driver refuses it.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.try_devtools(command, parameters).await.unwrap_or_else(|fault| panic!("{command}: {fault}"))
    }

    /// As [`Self::devtools`], for commands that may not come back, such as the end of a tab.
    ///
    /// # Errors
    /// What the driver says instead of a result.
    pub async fn try_devtools(&self, command: &str, parameters: Value) -> Result<Value, String> {
        let address = format!("http://{}/session/{}/goog/cdp/execute", self.driver_address, self.session);
        let body = json!({ "cmd": command, "params": parameters }).to_string();
        let answer = reqwest::Client::new().post(address).body(body).send().await.map_err(|fault| fault.to_string())?;
        let is_success = answer.status().is_success();
        let said = answer.text().await.map_err(|fault| fault.to_string())?;
        let result = serde_json::from_str::<Value>(&said).map(|said| said["value"].clone());
        if is_success { result.map_err(|fault| fault.to_string()) } else { Err(said) }
    }

    /// Name and version, as the browser tells them.
    ///
    /// # Panics
    /// When it does not.
    pub async fn version(&self) -> String {
        let agent = self.run("return navigator.userAgent", vec![]).await;
        let agent = agent.as_str().unwrap_or_default();
        let exact = match self.engine {
            Engine::Chromium => {
                self.devtools("Browser.getVersion", json!({})).await["product"].as_str().map(str::to_owned)
            }
            Engine::Firefox | Engine::WebKit => agent.split(' ').next_back().map(str::to_owned),
        };
        let exact = exact.unwrap_or_default().replace("Headless", "").replace("Chrome/", "Chromium ");
        exact.replace("Safari/", "WebKit ").replace('/', " ")
    }

    /// The browser's processes, the driver's own not among them.
    pub fn processes(&self) -> Vec<u32> {
        descendants(self.driver.id())
    }

    /// Ends the browser as SIGKILL does: all of its processes, without a word.
    pub fn kill(&self) {
        self.is_killed.store(true, Ordering::Relaxed);
        signal(&self.processes(), Signal::KILL);
    }

    /// Stops all of the browser's processes where they are.
    pub fn stop(&self) {
        signal(&self.processes(), Signal::STOP);
    }

    /// Lets them go on.
    pub fn go_on(&self) {
        signal(&self.processes(), Signal::CONT);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if self.is_killed.load(Ordering::Relaxed) {
            return;
        }
        // Asked politely first: a browser that is only killed leaves folders behind. A test that panicked may have
        // no runtime any more, hence by hand.
        let Ok(mut stream) = TcpStream::connect(self.driver_address) else { return };
        let request = format!(
            "DELETE /session/{} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.session, self.driver_address
        );
        let limit = Some(Duration::from_secs(10));
        let _ = stream.set_read_timeout(limit).and_then(|()| stream.write_all(request.as_bytes()));
        let _ = stream.read(&mut [0; 512]);
    }
}

/// An address of this machine that nobody listens on.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    listener.local_addr().expect("a listener has an address")
}

fn driver_command(launch: &Launch, address: SocketAddr, folder: &TempDir) -> Command {
    let variable = match launch.engine {
        Engine::Chromium => "CHROMEDRIVER",
        Engine::Firefox => "GECKODRIVER",
        Engine::WebKit => "WEBKITDRIVER",
    };
    let mut command = Command::new(named_program(variable));
    command.arg(format!("--port={}", address.port())).env("TMPDIR", folder.path());
    match launch.engine {
        Engine::Chromium => {}
        Engine::Firefox => {
            command.arg("--profile-root").arg(folder.path());
        }
        Engine::WebKit => {
            command.arg("--host=127.0.0.1");
            let profile = launch.profile.as_deref().unwrap_or(folder.path());
            command.env("XDG_DATA_HOME", profile).env("XDG_CACHE_HOME", folder.path());
        }
    }
    command
}

/// The path that a variable of the environment names.
///
/// # Panics
/// When there is none: `scripts/test.sh` sets them, and a browser that is missing is no reason to skip.
fn named_program(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: `make test-e2e` finds the browsers and their drivers"));
    let path = PathBuf::from(path);
    assert!(path.is_file(), "{variable} names {}, and there is no such file", path.display());
    path
}

fn capabilities(launch: &Launch, folder: &Path) -> Capabilities {
    let downloads = folder.join("downloads");
    std::fs::create_dir(&downloads).expect("the profile's folder takes another");
    let (name, options) = match launch.engine {
        Engine::Chromium => ("goog:chromeOptions", chromium_options(launch, folder, &downloads)),
        Engine::Firefox => ("moz:firefoxOptions", firefox_options(launch, &downloads)),
        Engine::WebKit => {
            let options = json!({ "binary": named_program("MINIBROWSER"), "args": ["--automation"] });
            ("webkitgtk:browserOptions", options)
        }
    };
    let strategy = match launch.loading {
        Loading::Whole => "normal",
        Loading::Begun => "none",
    };
    // Scripts that stand at the kiosk for a while are the longest thing that a session waits for.
    let timeouts = json!({ "script": 300_000, "pageLoad": 60_000, "implicit": 0 });
    let wanted = [(name, options), ("pageLoadStrategy", json!(strategy)), ("timeouts", timeouts)];
    wanted.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn chromium_options(launch: &Launch, folder: &Path, downloads: &Path) -> Value {
    let profile = launch.profile.clone().unwrap_or_else(|| folder.join("profile"));
    let mut args = vec![format!("--user-data-dir={}", profile.display())];
    args.extend(CHROMIUM_FLAGS.map(str::to_owned));
    args.extend(launch.flags.iter().cloned());
    json!({
        "args": args,
        "prefs": { "download.default_directory": downloads, "download.prompt_for_download": false },
    })
}

fn firefox_options(launch: &Launch, downloads: &Path) -> Value {
    let mut args = ["-headless", "-width", "800", "-height", "1280"].map(str::to_owned).to_vec();
    if let Some(profile) = &launch.profile {
        std::fs::create_dir_all(profile).expect("there is room for a profile");
        args.extend(["-profile".to_owned(), profile.display().to_string()]);
    }
    json!({
        "args": args,
        "prefs": { "browser.download.folderList": 2, "browser.download.dir": downloads },
    })
}
