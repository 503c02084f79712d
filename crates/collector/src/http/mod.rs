//! What answers which address. Each answer is its own file; what all of them share stands in [`guard`].

mod body;
mod cors;
mod csp;
mod devices;
mod guard;
mod intake;
mod key;
mod media;
mod read;
mod record;
mod site;
mod trial;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};

pub use cors::{Origin, OriginFault};
pub use site::{EMBEDDED, EmbeddedFile, Site};
pub use trial::Trial;

use crate::problem::{Kind, Problem};
use crate::store::{Holder, Store};
use crate::token::{Role, Token};

/// How long the store may take to show a sign of life before `/healthz` says it does not.
const HEALTH_TIME: Duration = Duration::from_secs(2);

/// What an operator can set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The largest body of a request in bytes, as it comes and unpacked.
    pub max_body: usize,
    /// How long a request may take from its headers to the start of its answer.
    pub request_time: Duration,
    /// Web origins other than this one whose pages may send events.
    pub allow_origins: Vec<Origin>,
    /// Whether a page of another origin that has opened the kiosk keeps hold of its window.
    pub allow_opener: bool,
    /// What customers' own devices are given, if they may send ratings.
    pub links: Option<Trial>,
}

impl Default for Settings {
    fn default() -> Self {
        // 30 s is when a tablet gives up on an answer.
        Self {
            max_body: 1024 * 1024,
            request_time: Duration::from_secs(30),
            allow_origins: Vec::new(),
            allow_opener: false,
            links: None,
        }
    }
}

struct App {
    store: Store,
    settings: Settings,
    trial: Option<Trial>,
    site: Site,
}

type Shared = Arc<App>;

/// Everything that the collector answers.
pub fn router(store: Store, settings: Settings, trial: Option<Trial>, site: Site) -> Router {
    let app = Arc::new(App { store, settings, trial, site });
    let events =
        post(record::post).get(read::get).options(cors::preflight).fallback(|| refuse("GET, HEAD, OPTIONS, POST"));
    Router::new()
        .route("/v1/events", events.layer(middleware::from_fn_with_state(app.clone(), cors::admit)))
        .route("/v1/devices", reading(get(devices::get)))
        .route("/v1/key", reading(get(key::get)))
        .route("/v1/trial", reading(get(trial::get)))
        .route("/v1/link", reading(get(trial::link)))
        .route("/healthz", reading(get(health)))
        .fallback(site::serve)
        .with_state(app.clone())
        .layer(middleware::from_fn_with_state(app.clone(), guard::time_limit))
        .layer(middleware::from_fn_with_state(app, guard::headers))
        .layer(middleware::from_fn(guard::log))
}

fn reading(route: MethodRouter<Shared>) -> MethodRouter<Shared> {
    route.fallback(|| refuse("GET, HEAD"))
}

async fn refuse(allow: &'static str) -> Problem {
    Problem::method_not_allowed(allow)
}

async fn health(State(app): State<Shared>, _: Request) -> Result<Response, Problem> {
    match tokio::time::timeout(HEALTH_TIME, app.store.ping()).await {
        Ok(Ok(())) => Ok(json(&serde_json::json!({ "status": "ok" }))),
        Ok(Err(fault)) => Err(unavailable(&fault)),
        Err(_) => Err(Problem::new(Kind::Unavailable, "the store gave no sign of life within 2 seconds")),
    }
}

fn json(body: &impl serde::Serialize) -> Response {
    match serde_json::to_string(body) {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(fault) => unavailable(&fault).into_response(),
    }
}

/// The cause goes into the log; a stranger learns only that it will pass.
fn unavailable(fault: &dyn std::error::Error) -> Problem {
    tracing::error!(%fault, "could not answer");
    Problem::new(
        Kind::Unavailable,
        "the store does not answer; nothing is known of what was stored, so send it again later",
    )
}

/// Who asks, if they may.
async fn authorize(app: &App, headers: &HeaderMap, role: Role) -> Result<Holder, Problem> {
    let refuse = |detail: &str| Problem::new(Kind::Unauthorized, detail);
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let Some(header) = given.next() else {
        return Err(refuse("there is no token: send the header Authorization: Bearer <token>"));
    };
    // RFC 6750, section 3.1. A proxy may have looked at the other one.
    if given.next().is_some() {
        let detail = "the header Authorization stands there more than once: send one token";
        return Err(Problem::new(Kind::SeveralTokens, detail));
    }
    let token = header.to_str().ok().and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| Token::from_header(token.trim()))
    });
    let Some(token) = token else {
        return Err(refuse("the header Authorization is not of the form Bearer <token>"));
    };
    let holder = app.store.holder(token.digest()).await.map_err(|fault| unavailable(&fault))?;
    let holder = holder.ok_or_else(|| refuse("this token is unknown here or was revoked: enrol the device again"))?;
    match (role, holder.role) {
        (wanted, held) if wanted == held => Ok(holder),
        (Role::Device, _) => Err(Problem::new(
            Kind::WrongToken,
            "this token is for reading; events are sent with a device's token (cdt_…)",
        )),
        (Role::Reader, _) => {
            Err(Problem::new(Kind::WrongToken, "this token is a device's; reading takes a reader's token (cdr_…)"))
        }
    }
}
