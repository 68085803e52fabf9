//! Asking without paying.

use crate::support::*;
use purser_domain::*;
use purser_rails::x402::*;
use purser_rails::{Delivery, Rail as _};
use serde_json::json;
use std::sync::Arc;

async fn quote(answer: Answer) -> Result<Quote, QuoteError> {
    let server = Server::start(move |_| answer.clone()).await;
    rail(&Arc::default(), "").quote(get(&server.url())).await
}

async fn free(answer: Answer) -> Delivery {
    match quote(answer).await.unwrap() {
        Quote::Free(delivery) => delivery,
        Quote::Priced { .. } => panic!("a price"),
    }
}

#[tokio::test]
async fn an_offer_becomes_a_payee_an_amount_and_terms_and_signs_nothing() {
    let server = Server::shop(Answer::status(200)).await;
    let signer: Arc<Signer> = Arc::default();
    let rail = rail(&signer, "");
    let quote = rail.quote(get(&server.url())).await.unwrap();
    let Quote::Priced { payee, amount, terms, resource } = quote else { panic!("free") };
    let host = server.address.to_string();
    assert_eq!(payee.host.as_ref().map(Host::as_str), Some(host.as_str()));
    assert_eq!(payee.name.raw(), host);
    let account = format!("{NETWORK}:{}", SHOP.to_lowercase());
    assert_eq!(payee.account.as_ref().map(Account::as_str), Some(account.as_str()));
    assert_eq!(amount.to_string(), "0.01 USDC");
    assert_eq!(terms.method, "x402 exact, USDC on Base Sepolia");
    assert_eq!(terms.description.as_ref().map(Claim::raw), Some("an item"));
    assert_eq!(resource.as_ref().map(Claim::raw), Some("https://shop.example/item"));
    assert!(signer.signed.lock().unwrap().is_empty());
    let request = spend(7, RailId::X402, payee, amount, Some(terms));
    assert_eq!(rail.validity_s(&request), 30, "as long as the merchant needs");
    let seen = &server.seen()[0];
    assert_eq!(seen.line, "GET /item?q=1 HTTP/1.1");
    assert_eq!(seen.headers["user-agent"], concat!("Purser/", env!("CARGO_PKG_VERSION")));
    assert_eq!(seen.headers["accept"], "application/json");
    let names: Vec<_> = seen.headers.keys().map(String::as_str).collect();
    assert_eq!(names, ["accept", "host", "user-agent"], "nothing else is sent");
}

#[tokio::test]
async fn a_signature_is_good_for_a_minute_at_most_and_five_seconds_at_least() {
    for (asked, given) in [(0, 5), (4, 5), (8, 8), (60, 60), (61, 60), (86_400, 60)] {
        let mut offer = offer();
        offer["accepts"][0]["maxTimeoutSeconds"] = json!(asked);
        let server = Server::start(move |_| Answer::asks(&offer)).await;
        let rail = rail(&Arc::default(), "");
        let request = request(&rail, &server.url()).await;
        assert_eq!(rail.validity_s(&request), given, "{asked}");
    }
}

#[tokio::test]
async fn what_asks_for_no_money_is_handed_on_whatever_its_status() {
    for status in [200, 204, 404, 500, 304] {
        let answer = Answer::Http { status, headers: Vec::new(), body: Vec::new() };
        let delivery = free(answer.with("Content-Type", "text/plain")).await;
        assert_eq!(delivery.status, status);
        assert_eq!(delivery.content_type.as_deref(), Some("text/plain"));
        assert!(!delivery.truncated);
    }
    let delivery = free(Answer::status(200).body(vec![7; MAX_BODY_BYTES])).await;
    assert!(delivery.body.len() == MAX_BODY_BYTES && !delivery.truncated);
}

#[tokio::test]
async fn a_long_body_and_one_that_never_ends_are_cut() {
    let delivery = free(Answer::status(200).body(vec![7; MAX_BODY_BYTES + 1])).await;
    assert!(delivery.body.len() == MAX_BODY_BYTES && delivery.truncated);
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
    let delivery = free(Answer::Stuck(head.into())).await;
    assert!(delivery.body == b"half" && delivery.truncated);
    let delivery = free(Answer::Raw(head.into())).await;
    assert!(delivery.body == b"half" && delivery.truncated);
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let elsewhere = Server::start(|_| Answer::asks(&offer())).await;
    for status in [301, 302, 303, 307, 308] {
        let error = quote(Answer::status(status).with("Location", &elsewhere.url())).await;
        let location = Claim::new(&elsewhere.url(), 1024).unwrap();
        assert_eq!(error, Err(QuoteError::Redirect { location }), "{status}");
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn silence_and_nonsense_are_errors_by_name() {
    let huge_head = format!("HTTP/1.1 200 OK\r\n{}\r\n\r\n", "a: b\r\n".repeat(500));
    for (answer, code) in [
        (Answer::Stuck(Vec::new()), "merchant_timeout"),
        (Answer::Raw(Vec::new()), "merchant_broken"),
        (Answer::Raw(b"SSH-2.0-OpenSSH\r\n".to_vec()), "merchant_broken"),
        (Answer::Raw(huge_head.into_bytes()), "merchant_broken"),
    ] {
        assert_eq!(quote(answer).await.unwrap_err().code(), code);
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let error = rail(&Arc::default(), "").quote(get(&gone)).await.unwrap_err();
    assert_eq!(error.code(), "merchant_unreachable");
}

#[tokio::test]
async fn offers_that_cannot_be_paid_say_why() {
    let mut upfront = offer();
    upfront["accepts"][0]["extra"]["paymentFlow"] = json!("upfront");
    upfront["accepts"].as_array_mut().unwrap().push(json!({ "scheme": "upto" }));
    let error = quote(Answer::asks(&upfront)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the merchant's offer can't be paid: 1: payment flow `upfront` is not supported; \
         2: the entry lacks a field or has one of another type"
    );
    let v1 = br#"{"x402Version":1,"accepts":[]}"#.to_vec();
    let twice = Answer::asks(&offer()).with("PAYMENT-REQUIRED", "e30=");
    let long = "A".repeat(MAX_OFFER_BYTES + 1);
    for (answer, expected) in [
        (Answer::status(402).body(v1), OfferError::Version1),
        (Answer::status(402), OfferError::Missing),
        (twice, OfferError::Header),
        (Answer::status(402).with("PAYMENT-REQUIRED", "%%%"), OfferError::Base64),
        (Answer::status(402).with("PAYMENT-REQUIRED", &long), OfferError::TooLarge),
    ] {
        assert_eq!(quote(answer).await, Err(QuoteError::Offer(expected)));
    }
}

#[tokio::test]
async fn urls_and_requests_are_checked_before_anything_is_sent() {
    let server = Server::start(|_| Answer::status(200)).await;
    let rail = rail(&Arc::default(), "");
    rail.set_own_ports([server.address.port()]);
    let own = rail.quote(get(&server.url())).await.unwrap_err();
    assert_eq!(own, QuoteError::Url(UrlError::OwnPort { port: server.address.port() }));
    let by_name = format!("http://localhost:{}/", server.address.port());
    assert_eq!(rail.quote(get(&by_name)).await.unwrap_err(), own);
    rail.set_own_ports([]);
    let mut cookie = get(&server.url());
    cookie.headers.push(("Cookie".to_owned(), "a=b".to_owned()));
    let refused = FetchError::Header { name: "cookie".to_owned() };
    assert_eq!(rail.quote(cookie).await, Err(QuoteError::Fetch(refused)));
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn localhost_is_this_machine_by_name() {
    let server = Server::start(|_| Answer::status(200)).await;
    let url = format!("http://localhost:{}/", server.address.port());
    let quote = rail(&Arc::default(), "").quote(get(&url)).await.unwrap();
    assert!(matches!(quote, Quote::Free(Delivery { status: 200, .. })));
}
