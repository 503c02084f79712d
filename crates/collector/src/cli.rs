//! The command line: what can be asked for, and what is said about it.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use candor_core::printable::{is_printable, printable};
use candor_core::time::{UnixMillis, UtcOffset, rfc3339};
use clap::{Args, Parser, Subcommand};
use tokio::net::TcpListener;
use tracing::level_filters::LevelFilter;

use crate::http::{EMBEDDED, Origin, Settings, Site, Trial, router};
use crate::serve::{Limits, serve};
use crate::signer::KeySource;
use crate::store::{ChainReport, HolderReport, IssueFault, OpenFault, Store, StoreFault, StoreUrl, now};
use crate::token::{Role, Token};
use crate::webhook::{Pace, Webhook, forward};

/// Names of the two that a trial enrols.
const TRIAL_DEVICE: &str = "trial";
/// Under this name stands everything that came from customers' own devices.
const LINKS_DEVICE: &str = "links";
const TRIAL_READER: &str = "trial-reader";
/// The service point that a trial's tablet starts with.
const TRIAL_POINT: &str = "";
/// The longest name of a device or reader, in characters.
const MAX_NAME: usize = 100;

/// The endpoint that Candor's tablets send to.
#[derive(Parser)]
#[command(name = "candor-collector", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Take events, give them to readers, serve the kiosk
    Serve(Serve),
    /// Make a token for a device and print it, this once; asked again, a further one for the same device
    Enrol(Named),
    /// Make a token for somebody who may read what is stored, and print it, this once
    Reader(Named),
    /// Revoke every token of a device or reader
    Revoke(Named),
    /// List devices and readers, and what has come from them
    Devices(Stored),
    /// Print the public key under which receipts are signed; the first time, make it
    Key(Signed),
}

#[derive(Args)]
struct Stored {
    /// sqlite:<file> or postgres://<user>:<password>@<host>/<database>; a password is better kept in the environment
    #[arg(
        long,
        env = "CANDOR_STORE",
        hide_env_values = true,
        default_value = "sqlite:candor.sqlite",
        value_name = "URL"
    )]
    store: String,
}

#[derive(Args)]
struct Signed {
    #[command(flatten)]
    stored: Stored,
    /// The file of the key that receipts are signed with, made where there is none; otherwise it is kept with the
    /// store: beside an SQLite file with .key at its end, or in the PostgreSQL database
    #[arg(long, env = "CANDOR_SIGNING_KEY", value_name = "FILE")]
    signing_key: Option<PathBuf>,
}

#[derive(Args)]
struct Named {
    /// A name of your own choice, such as lobby-1
    name: String,
    #[command(flatten)]
    stored: Stored,
}

#[derive(Args)]
struct Serve {
    /// Address and port
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
    #[command(flatten)]
    signed: Signed,
    /// Largest body of a request, unpacked
    #[arg(long, default_value_t = 1024 * 1024, value_name = "BYTES")]
    max_body: usize,
    /// A web origin other than this one whose pages may send events; can be given several times
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<Origin>,
    /// Let a page of another origin that has opened the kiosk keep hold of its window: for a counter's program that uses
    /// postMessage
    #[arg(long)]
    allow_opener: bool,
    /// Take ratings from customers' own devices too: whoever opens the kiosk's address with ?channel=link may send some
    #[arg(long)]
    links: bool,
    /// Hand every alert of a tablet on to this address, as soon as it has come: a POST with a batch of CloudEvents
    #[arg(long, env = "CANDOR_ALERT_WEBHOOK", hide_env_values = true, value_name = "URL")]
    alert_webhook: Option<Webhook>,
    /// Seconds that a request may take
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    request_time: u64,
    /// Connections at a time
    #[arg(long, default_value_t = 1_024, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    max_connections: u32,
    /// Enrol a device for trying out and give its token to any page opened on this machine
    #[arg(long)]
    trial: bool,
}

/// Why a command was not carried out. The message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum CliFault {
    /// The store is not to be had.
    #[error("cannot use {store}: {fault}")]
    Open {
        /// Without a password.
        store: String,
        /// The reason.
        fault: OpenFault,
    },
    /// The store's URL cannot be read; the message does not repeat it, since it may hold a password.
    #[error("cannot read the store's URL: {0}")]
    Url(OpenFault),
    /// Somebody else listens there.
    #[error("{0} is taken by another program: stop that one, or choose another port, as in --listen {next}", next = next(.0))]
    Taken(SocketAddr),
    /// The address is not to be had for another reason.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// A trial that others could reach.
    #[error("--trial gives a token to anybody who asks, so it listens on this machine only: use --listen 127.0.0.1:{port}", port = .0.port())]
    OpenTrial(SocketAddr),
    /// The name is empty, long, or holds control characters.
    #[error("a name has 1 to {MAX_NAME} characters, and none that controls or does not show")]
    Name,
    /// A command that looks into a store was given a file that is not there: most likely it is in another folder.
    #[error("{0} is not there: name the store with --store or CANDOR_STORE, as candor-collector serve has it")]
    NoStore(StoreUrl),
    /// Nobody has this name.
    #[error("nobody is called {0}: candor-collector devices lists the names")]
    Nobody(String),
    /// No token could be given.
    #[error(transparent)]
    Issue(#[from] IssueFault),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// The operating system failed.
    #[error("the operating system failed: {0}")]
    System(#[from] io::Error),
    /// No random bytes.
    #[error("the operating system has no random bytes to give: {0}")]
    Random(#[from] getrandom::Error),
}

fn next(taken: &SocketAddr) -> SocketAddr {
    SocketAddr::new(taken.ip(), taken.port().checked_add(1).unwrap_or(8080))
}

/// Reads the command line and does what it says.
///
/// # Errors
/// [`CliFault`], to be shown to the person at the terminal.
pub async fn run() -> Result<(), CliFault> {
    match Cli::parse().command {
        Command::Serve(options) => run_serve(options).await,
        Command::Enrol(named) => enrol(&named, Role::Device).await,
        Command::Reader(named) => enrol(&named, Role::Reader).await,
        Command::Revoke(named) => revoke(&named).await,
        Command::Devices(stored) => list(&stored).await,
        Command::Key(signed) => show_key(&signed).await,
    }
}

async fn open(stored: &Stored) -> Result<(Store, StoreUrl), CliFault> {
    let url: StoreUrl = stored.store.parse().map_err(CliFault::Url)?;
    let store = Store::open(&url).await.map_err(|fault| CliFault::Open { store: url.to_string(), fault })?;
    Ok((store, url))
}

/// Opens a store that has to be there already: one that a slip of the folder brought about would look like an answer.
async fn open_known(stored: &Stored) -> Result<(Store, StoreUrl), CliFault> {
    match stored.store.parse().map_err(CliFault::Url)? {
        StoreUrl::Sqlite(file) if !file.exists() => Err(CliFault::NoStore(StoreUrl::Sqlite(file))),
        _ => open(stored).await,
    }
}

async fn open_signing(signed: &Signed) -> Result<(Store, StoreUrl), CliFault> {
    let url: StoreUrl = signed.stored.store.parse().map_err(CliFault::Url)?;
    let source = signed.signing_key.clone().map_or(KeySource::OfStore, KeySource::File);
    let store = Store::open_signing(&url, &source).await;
    let store = store.map_err(|fault| CliFault::Open { store: url.to_string(), fault })?;
    Ok((store, url))
}

async fn show_key(signed: &Signed) -> Result<(), CliFault> {
    let (store, _) = open_signing(signed).await?;
    println!("{}", store.public_key().unwrap_or_default());
    store.close().await;
    Ok(())
}

async fn enrol(named: &Named, role: Role) -> Result<(), CliFault> {
    let name = named.name.trim();
    if !(1..=MAX_NAME).contains(&name.chars().count()) || !name.chars().all(is_printable) {
        return Err(CliFault::Name);
    }
    let (store, url) = open(&named.stored).await?;
    let token = issue(&store, name, role).await?;
    store.close().await;
    println!("{}", token.reveal());
    eprintln!(
        "This is the token of the {} {name} for {url}. It is shown this once; the store keeps only its hash.",
        role.as_str()
    );
    Ok(())
}

async fn issue(store: &Store, name: &str, role: Role) -> Result<Token, CliFault> {
    let token = Token::generate(role)?;
    store.issue(name, role, token.digest(), now()).await?;
    Ok(token)
}

async fn revoke(named: &Named) -> Result<(), CliFault> {
    let (store, _) = open_known(&named.stored).await?;
    let revoked = store.revoke(&named.name, now()).await?;
    store.close().await;
    let count = revoked.ok_or_else(|| CliFault::Nobody(named.name.clone()))?;
    println!("{count} {} of {} revoked", if count == 1 { "token" } else { "tokens" }, named.name);
    Ok(())
}

async fn list(stored: &Stored) -> Result<(), CliFault> {
    let (store, url) = open_known(stored).await?;
    let holders = store.holders().await?;
    store.close().await;
    if holders.is_empty() {
        println!("nobody is enrolled in {url}: candor-collector enrol <name> does it");
    }
    for holder in &holders {
        print!("{}", described(holder));
    }
    Ok(())
}

fn described(holder: &HolderReport) -> String {
    let HolderReport { name, role, good_tokens, sources, .. } = holder;
    let mut text = format!("{}: {}, {good_tokens} good token(s)\n", printable(name), role.as_str());
    let starts = holder.fresh_starts();
    if starts > 0 {
        text.push_str(&format!("  began anew {starts} time(s): its store was wiped, or the tablet was replaced\n"));
    }
    for source in sources {
        let seen = rfc3339(UnixMillis(source.last_seen), UtcOffset(0));
        // From a store that was written before such names were refused, or by somebody else.
        text.push_str(&format!("  {}, last heard of {seen}\n", printable(&source.source)));
        for ChainReport { state, first_seen, last_seen, .. } in &source.chain {
            let (epoch, last, gaps, breaks) = (state.epoch, state.last_seq, state.missing.len(), state.broken_at.len());
            text.push_str(&format!("    epoch {epoch}: up to {last}, {gaps} gap(s), {breaks} break(s)"));
            if let (Some(first), Some(last)) = (first_seen, last_seen) {
                let utc = |millis: &i64| rfc3339(UnixMillis(*millis), UtcOffset(0));
                text.push_str(&format!(", received from {} to {}", utc(first), utc(last)));
            }
            text.push('\n');
        }
    }
    text
}

async fn run_serve(options: Serve) -> Result<(), CliFault> {
    start_log();
    if options.trial && !options.listen.ip().is_loopback() {
        return Err(CliFault::OpenTrial(options.listen));
    }
    // The address first: a second collector by mistake is noticed before it touches the store.
    let listener = TcpListener::bind(options.listen).await.map_err(|fault| match fault.kind() {
        io::ErrorKind::AddrInUse => CliFault::Taken(options.listen),
        _ => CliFault::Listen(options.listen, fault),
    })?;
    let address = listener.local_addr()?;
    let stop = stop_signal()?;
    let (store, url) = open_signing(&options.signed).await?;
    println!("Candor is ready at   http://{address}/");
    println!("Events are stored in {url}");
    println!("Receipts are signed with the key {}", store.public_key().unwrap_or_default());
    println!("Stop it with         Ctrl-C");
    let trial = if options.trial {
        let token = issue(&store, TRIAL_DEVICE, Role::Device).await?;
        let reader = issue(&store, TRIAL_READER, Role::Reader).await?;
        println!("\nThis is a trial: a kiosk opened on this machine is enrolled by itself. To see what is stored:");
        println!("  curl -H 'Authorization: Bearer {}' http://{address}/v1/events", reader.reveal());
        Some(Trial { token, point: TRIAL_POINT.to_owned() })
    } else {
        None
    };
    // A token of each start: its digest alone is kept, and what was handed out before goes on.
    let links = match options.links {
        true => Some(Trial { token: issue(&store, LINKS_DEVICE, Role::Device).await?, point: String::new() }),
        false => None,
    };
    let settings = Settings {
        max_body: options.max_body,
        request_time: Duration::from_secs(options.request_time),
        allow_origins: options.allow_origin,
        allow_opener: options.allow_opener,
        links,
    };
    let limits = Limits { connections: options.max_connections as usize, ..Limits::default() };
    let site = Site::new(EMBEDDED.iter().cloned());
    let forwarding = match options.alert_webhook {
        Some(webhook) => Some(tokio::spawn(forward(store.clone(), webhook.client()?, Pace::default()))),
        None => None,
    };
    serve(listener, router(store.clone(), settings, trial, site), limits, stop).await;
    // Nothing is lost with it: what was not taken is sent again after the next start.
    if let Some(forwarding) = forwarding {
        forwarding.abort();
    }
    store.close().await;
    println!("Stopped; everything acknowledged is stored.");
    Ok(())
}

/// Log lines go to stderr at the level of `CANDOR_LOG`: error, warn, info (the default), debug, off.
fn start_log() {
    let level = std::env::var("CANDOR_LOG").ok().and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    tracing_subscriber::fmt().with_writer(io::stderr).with_max_level(level).with_target(false).init();
}

/// Done at SIGINT or SIGTERM. Installed before anything is promised.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Done at Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::store::SourceReport;

    use super::*;

    #[test]
    fn what_a_store_holds_does_not_write_to_the_terminal() {
        let source = SourceReport {
            source: "urn:candor:device:\u{1b}[2K\u{9b}1A\u{202e}a".to_owned(),
            first_seen: 0,
            last_seen: 0,
            chain: Vec::new(),
        };
        let holder = HolderReport {
            name: "lobby\u{2066}".to_owned(),
            role: Role::Device,
            made_at: 0,
            good_tokens: 1,
            sources: vec![source],
        };
        let said = described(&holder);
        assert!(said.contains("lobby\\u2066: device") && said.contains("\\u001b[2K\\u009b1A\\u202ea"), "{said}");
        assert!(said.lines().all(|line| line.chars().all(is_printable)), "{said}");
    }
}
