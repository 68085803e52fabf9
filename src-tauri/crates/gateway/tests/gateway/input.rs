//! Bad input: each kind has its own answer, and what an authenticated agent sent is logged.

use crate::support::{Agent, Signed, World, answer, ask};
use purser_domain::{AgentPolicy, Event};
use purser_wallet::Search;
use serde_json::{Value, json};

async fn shopper(world: &World) -> (Agent, String) {
    named(world, "shopper").await
}

async fn named(world: &World, name: &str) -> (Agent, String) {
    let policy = AgentPolicy { rate_limit_per_minute: 6000, ..AgentPolicy::default() };
    let agent = world.agent(name, policy).await;
    let token = world.token(&agent).await;
    (agent, token)
}

fn with(field: &str, value: Value) -> String {
    let mut body = ask("1");
    match field.split_once('.') {
        Some((outer, inner)) => body[outer][inner] = value,
        None => body[field] = value,
    }
    body.to_string()
}

/// A body, the status it gets and the field that is named.
fn bad_bodies() -> Vec<(String, u16, Option<&'static str>)> {
    let long = "9".repeat(40);
    vec![
        (String::from("{"), 400, None),
        (String::from("{\"payee\": nonsense}"), 400, None),
        (String::from("\"text\""), 422, Some("body")),
        (String::from("[]"), 422, Some("body")),
        (String::from("{}"), 422, Some("payee")),
        (with("amount", json!("-1")), 422, Some("amount")),
        (with("amount", json!("0")), 422, Some("amount")),
        (with("amount", json!("0.00")), 422, Some("amount")),
        (with("amount", json!("10000000000000")), 422, Some("amount")),
        (with("amount", json!(long)), 422, Some("amount")),
        (with("amount", json!("0.0000000000001")), 422, Some("amount")),
        (with("amount", json!("1e3")), 422, Some("amount")),
        (with("amount", json!("NaN")), 422, Some("amount")),
        (with("amount", json!(" 1")), 422, Some("amount")),
        (with("amount", json!(12.5)), 422, Some("amount")),
        (with("amount", json!(null)), 422, Some("amount")),
        (with("currency", json!("XYZ")), 422, Some("currency")),
        (with("currency", json!("usd")), 422, Some("currency")),
        (with("payee.name", json!("  ")), 422, Some("payee.name")),
        (with("payee.name", json!("x".repeat(257))), 422, Some("payee.name")),
        (with("payee.name", json!("a\u{0}b")), 422, Some("payee.name")),
        (with("payee.account", json!("<script>")), 422, Some("payee.account")),
        (with("payee.url", json!("javascript:alert(1)")), 422, Some("payee.url")),
        (with("payee.url", json!("https://a@evil.example")), 422, Some("payee.url")),
        (with("payee.country", json!("Germany")), 422, Some("payee.country")),
        (with("payee.verified", json!(true)), 422, Some("payee.verified")),
        (with("context", json!("x".repeat(8193))), 422, Some("context")),
        (with("context", json!("a\u{0}b")), 422, Some("context")),
        (with("category", json!("a b")), 422, Some("category")),
        (with("session", json!("../../etc")), 422, Some("session")),
        (with("idempotency_key", json!("")), 422, Some("idempotency_key")),
        (with("task.id", json!("")), 422, Some("task.id")),
        (with("task.origin", json!("owner")), 422, Some("task.origin")),
        (with("approved", json!(true)), 422, Some("approved")),
        (with("agent", json!("agt_00000000000000000000000000")), 422, Some("agent")),
        (with("rail", json!("x402")), 422, Some("rail")),
    ]
}

#[tokio::test]
async fn every_bad_body_names_its_field_and_is_logged() {
    let world = World::new().await;
    let mut agents = Vec::new();
    for (n, (body, expected, field)) in bad_bodies().into_iter().enumerate() {
        // Ten of an agent in a minute are logged whole.
        if n % 10 == 0 {
            agents.push(named(&world, &format!("shopper {n}")).await);
        }
        let (agent, token) = agents.last().unwrap();
        let before = world.entries().await;
        let request = Signed::post("/v1/spend-requests", &body).with(token).send(&world, agent);
        let (status, problem) = answer(request).await;
        assert_eq!(status, expected, "{body}: {problem}");
        assert_eq!(problem["field"].as_str(), field, "{body}: {problem}");
        if expected == 400 {
            assert!(problem["detail"].as_str().unwrap().contains("line 1 column"), "{problem}");
        }
        assert_eq!(world.entries().await, before + 1, "{body}: an attempt is an entry");
    }
}

#[tokio::test]
async fn unreadable_requests_fill_the_log_only_so_fast() {
    let world = World::new().await;
    let (agent, token) = shopper(&world).await;
    let before = world.entries().await;
    // At once: from the eleventh on, an answer takes until it is counted.
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..80 {
        let request = Signed::post("/v1/spend-requests", "{").with(&token).send(&world, &agent);
        asking.spawn(async move { answer(request).await.0 });
    }
    let answers = asking.join_all().await;
    let limited = answers.iter().filter(|status| **status == 429).count();
    assert!((10..80).contains(&limited), "{answers:?}");
    // Ten whole, one a second for the others; the minute may turn once.
    let written = world.entries().await - before;
    assert!((11..=30).contains(&written), "{written}");
    // And each of them is in one.
    let search = Search { limit: Some(100), ..Search::default() };
    let found = world.wallet().search(search).await.unwrap();
    let attempts = found.entries.iter().map(|entry| match &entry.event {
        Event::AttemptRejected { .. } => 1,
        Event::AttemptsRefused { count, .. } => *count,
        _ => 0,
    });
    assert_eq!(attempts.sum::<u32>(), 80);
}

#[tokio::test]
async fn wrong_media_types_and_sizes_are_refused() {
    let world = World::new().await;
    let (agent, token) = shopper(&world).await;
    let body = ask("1").to_string();
    let mut request = Signed::post("/v1/spend-requests", &body)
        .with(&token)
        .send(&world, &agent)
        .build()
        .unwrap();
    request.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    let before = world.entries().await;
    let response = world.client.execute(request).await.unwrap();
    assert_eq!(response.status(), 415);
    assert_eq!(world.entries().await, before + 1);

    for bytes in [64 * 1024, 1024 * 1024, 3 * 1024 * 1024] {
        let body = with("context", json!("x".repeat(bytes)));
        let request = Signed::post("/v1/spend-requests", &body).with(&token).send(&world, &agent);
        let (status, problem) = answer(request).await;
        assert_eq!((status.as_u16(), &problem["code"]), (413, &json!("body_too_large")));
    }
}

#[tokio::test]
async fn deceptive_characters_are_taken_and_shown_as_what_they_are() {
    let world = World::new().await;
    let (agent, token) = shopper(&world).await;
    let mut body = ask("1");
    body["payee"]["name"] = json!("Good\u{202e}liвE\u{200b}");
    body["context"] = json!("line\nbreak \u{1b}[31m <b>bold</b> \u{7}");
    let body = body.to_string();
    let request = Signed::post("/v1/spend-requests", &body).with(&token).send(&world, &agent);
    let (status, paid) = answer(request).await;
    assert!(status.is_success(), "{paid}");
    assert_eq!(paid["payee"]["name"], "Good<U+202E>liвE<U+200B>");
}

#[tokio::test]
async fn foreign_hosts_and_pages_are_kept_out() {
    let world = World::new().await;
    let port = world.running.addr.port();
    let health = || world.client.get(world.url("/health"));
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        "127.0.0.1".to_owned(),
        format!("127.0.0.1.evil.example:{port}"),
        format!("localhost:{}", port.wrapping_add(1)),
    ] {
        let (status, problem) = answer(health().header("host", &host)).await;
        assert_eq!(
            (status.as_u16(), &problem["code"]),
            (403, &json!("host_not_allowed")),
            "{host}"
        );
    }
    for origin in ["https://evil.example", "null", "http://localhost.evil.example"] {
        let (status, problem) = answer(health().header("origin", origin)).await;
        assert_eq!(
            (status.as_u16(), &problem["code"]),
            (403, &json!("origin_not_allowed")),
            "{origin}"
        );
    }
    for path in ["/v1/spend-requests", "/mcp", "/nothing"] {
        let request = world.client.post(world.url(path)).header("origin", "https://evil.example");
        assert_eq!(answer(request).await.0, 403, "{path}");
    }
    let preflight = world.client.request(reqwest::Method::OPTIONS, world.url("/v1/spend-requests"));
    let preflight = preflight.header("origin", "http://localhost:3000");
    assert_eq!(answer(preflight).await.0, 405);
    assert_eq!(answer(health().header("origin", "http://localhost:3000")).await.0, 200);
    assert_eq!(answer(health().header("host", format!("localhost:{port}"))).await.0, 200);
}

#[tokio::test]
async fn unknown_places_and_methods_are_problems_too() {
    let world = World::new().await;
    for path in [
        "/",
        "/v1",
        "/v1/approve",
        "/v1/spend-requests/x/approve",
        "/v1/usage",
        "/v1/events",
        "/v1/policy",
        "/v1/unlock",
        "/admin",
    ] {
        let (status, problem) = answer(world.client.post(world.url(path))).await;
        assert_eq!((status.as_u16(), &problem["code"]), (404, &json!("no_such_route")), "{path}");
    }
    for path in ["/v1/budget", "/health", "/openapi.json", "/v1/spend-requests/x"] {
        let (status, problem) = answer(world.client.delete(world.url(path))).await;
        let code = &problem["code"];
        assert_eq!((status.as_u16(), code), (405, &json!("method_not_allowed")), "{path}");
    }
    assert_eq!(answer(world.client.get(world.url("/mcp"))).await.0, 405);
}

#[tokio::test]
async fn ids_and_waits_that_are_none_are_refused() {
    let world = World::new().await;
    let (agent, token) = shopper(&world).await;
    let get = |path: &'static str| answer(Signed::get(path).with(&token).send(&world, &agent));
    let unknown = "/v1/spend-requests/pay_00000000000000000000000000";
    assert_eq!(get(unknown).await.0, 404);
    for bad in ["/v1/spend-requests/x", "/v1/spend-requests/..%2f..%2fetc"] {
        let (status, problem) = get(bad).await;
        assert_eq!((status.as_u16(), &problem["field"]), (422, &json!("payment")), "{bad}");
    }
    for bad in ["?wait=301", "?wait=-1", "?wait=x", "?wiat=1", "?wait=1&wait=2"] {
        let path = format!("{unknown}{bad}");
        let (status, _) = answer(Signed::get(&path).with(&token).send(&world, &agent)).await;
        assert_eq!(status, 422, "{bad}");
    }
}

#[tokio::test]
async fn the_document_is_served() {
    let world = World::new().await;
    let (status, document) = answer(world.client.get(world.url("/openapi.json"))).await;
    assert_eq!(status, 200);
    assert_eq!(document, purser_gateway::openapi_document());
}
