//! The trial gives its token to the kiosk's own page and to nobody else.

use candor_collector::http::Trial;
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
