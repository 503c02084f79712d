//! The trial gives its token to the kiosk's own page and to nobody else.

use candor_collector::http::{Settings, Trial};
use candor_collector::token::{Role, Token};
use reqwest::Method;

use super::support::{Answer, Options, Server, fresh_sqlite, send};

async fn ask(with_trial: bool, headers: &[(&str, &str)]) -> Answer {
    let fresh = fresh_sqlite().await;
    let trial = Trial { token: Token::generate(Role::Device).unwrap(), point: "trial".to_owned() };
    let trial = with_trial.then_some(trial);
    let server = Server::start_with(&fresh, Options { trial, ..Options::default() }).await;
    let request = server.request(Method::GET, "/v1/trial");
    send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

#[tokio::test]
async fn the_kiosks_own_page_gets_the_token() {
    for headers in [&[][..], &[("sec-fetch-site", "same-origin")], &[("host", "localhost:1234")]] {
        let answer = ask(true, headers).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{headers:?}");
        assert!(answer.json()["token"].as_str().unwrap().starts_with("cdt_"));
        assert_eq!(answer.json()["point"], "trial");
    }
}

#[tokio::test]
async fn other_pages_do_not() {
    let foreign: [&[(&str, &str)]; 4] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("host", "rebound.example:8080")],
        &[("host", "127.0.0.1.rebound.example"), ("sec-fetch-site", "same-origin")],
    ];
    for headers in foreign {
        let answer = ask(true, headers).await;
        answer.is_problem(403, "not-for-this-page");
        assert!(!answer.text.contains("cdt_"));
    }
}

#[tokio::test]
async fn without_a_trial_there_is_nothing_to_get() {
    ask(false, &[]).await.is_problem(404, "not-found");
}

#[tokio::test]
async fn customers_own_devices_get_a_token_where_the_owner_wants_that() {
    let fresh = fresh_sqlite().await;
    let links = Trial { token: Token::generate(Role::Device).unwrap(), point: String::new() };
    let settings = Settings { links: Some(links), ..Settings::default() };
    let server = Server::start_with(&fresh, Options { settings, ..Options::default() }).await;
    let answer = send(server.request(Method::GET, "/v1/link").header("sec-fetch-site", "same-origin")).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
    assert!(answer.json()["token"].as_str().unwrap().starts_with("cdt_"));
    let foreign = send(server.request(Method::GET, "/v1/link").header("sec-fetch-site", "cross-site")).await;
    foreign.is_problem(403, "not-for-this-page");
    send(server.request(Method::GET, "/v1/trial")).await.is_problem(404, "not-found");
    let closed = Server::start_with(&fresh_sqlite().await, Options::default()).await;
    send(closed.request(Method::GET, "/v1/link")).await.is_problem(404, "not-found");
}
