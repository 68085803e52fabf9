//! What merchants may answer to a signature, and what the wallet makes of it.

use crate::support::*;
use purser_domain::*;
use purser_rails::x402::MAX_BODY_BYTES;
use purser_rails::{Outcome, Rail as _};
use serde_json::{Value, json};
use std::sync::Arc;

/// Pays a shop that does this with whoever pays. The chain has seen the payment if `used`.
async fn pay(paid: Answer, used: bool) -> (Outcome, Server) {
    let server = Server::shop(paid).await;
    let chain = Chain::start(used).await;
    let rail = rail(&Arc::default(), &chain.url());
    let request = request(&rail, &server.url()).await;
    (rail.submit(&authorized(&request)).await, server)
}

#[tokio::test]
async fn an_honest_merchant_is_paid_exactly_what_was_authorized() {
    let server = Server::shop(Answer::serves(&paid_receipt()).body(b"goods".to_vec())).await;
    let chain = Chain::start(true).await;
    let signer: Arc<Signer> = Arc::default();
    let rail = rail(&signer, &chain.url());
    let request = request(&rail, &server.url()).await;
    let outcome = rail.submit(&authorized(&request)).await;

    let given = receipt(&outcome.resolution);
    assert_eq!(given.reference, TRANSACTION);
    assert!(given.verified);
    let evidence = given.evidence.as_ref().map(Claim::raw);
    assert_eq!(evidence, Some(base64_json(&paid_receipt()).as_str()));
    assert_eq!(outcome.delivery.unwrap().body, b"goods");

    let signed = signer.signed.lock().unwrap().clone();
    assert_eq!(signed.len(), 1);
    assert_eq!((signed[0].value, signed[0].chain_id), (10_000, 84_532));
    assert_eq!((signed[0].token_name.as_str(), signed[0].token_version.as_str()), ("USDC", "2"));
    assert_eq!(signed[0].from, PAYER);
    let (after, before) = (signed[0].valid_after as i64, signed[0].valid_before as i64);
    assert_eq!((after, before), (NOW_S - 60, NOW_S + 60));

    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[1].line, seen[0].line, "the same request again");
    let sent = seen[1].payment().unwrap();
    let nonce = hex::encode(signed[0].nonce);
    assert_eq!(sent["x402Version"], 2);
    assert_eq!(sent["accepted"], offer()["accepts"][0]);
    assert_eq!(sent["resource"], offer()["resource"]);
    assert_eq!(sent["payload"]["signature"], format!("0x{}", "5a".repeat(65)));
    let expected = json!({
        "from": format!("0x{}", "11".repeat(20)), "to": SHOP.to_lowercase(), "value": "10000",
        "validAfter": after.to_string(), "validBefore": before.to_string(),
        "nonce": format!("0x{nonce}"),
    });
    assert_eq!(sent["payload"]["authorization"], expected);
    let identifier = &sent["extensions"]["payment-identifier"]["info"];
    assert_eq!(identifier["required"], false);
    assert!(identifier["id"].as_str().is_some_and(|id| (16..=128).contains(&id.len())));

    let asked = &chain.asked("eth_call")[0]["params"];
    let data = format!("0xe94a0102{}{}{}", "0".repeat(24), "11".repeat(20), nonce);
    assert_eq!(asked[0], json!({ "to": TOKEN.to_lowercase(), "data": data }));
    assert_eq!(asked[1], "0x1388", "the block whose time was read");
}

#[tokio::test]
async fn the_request_is_sent_again_with_its_body_and_headers() {
    let server = Server::shop(Answer::serves(&paid_receipt())).await;
    let rail = rail(&Arc::default(), "");
    let mut fetch = get(&server.url());
    fetch.method = "POST".to_owned();
    fetch.body = b"{\"a\":1}\0\xff".to_vec();
    fetch.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    let quote = rail.quote(fetch.clone()).await.unwrap();
    let purser_rails::x402::Quote::Priced { payee, amount, terms, .. } = quote else { panic!() };
    let request = spend(7, RailId::X402, payee, amount, Some(terms));
    rail.submit(&authorized(&request)).await;
    for seen in server.seen() {
        assert_eq!(seen.line, "POST /item?q=1 HTTP/1.1");
        assert_eq!(seen.body, fetch.body);
        assert_eq!(seen.headers["content-type"], "application/json");
    }
}

#[tokio::test]
async fn after_the_signature_left_only_a_receipt_settles_and_all_else_is_unknown() {
    let b64 = base64_json;
    let refused = json!({ "success": false, "errorReason": "insufficient_funds" });
    let other = json!({ "success": true, "transaction": TRANSACTION, "network": "eip155:1" });
    let with =
        |status: u16, receipt: &str| Answer::status(status).with("PAYMENT-RESPONSE", receipt);
    for (answer, problem) in [
        (Answer::asks(&offer()), "merchant_402_again"),
        (with(402, &b64(&refused)), "settlement_failed"),
        (with(200, &b64(&refused)), "settlement_failed"),
        (Answer::status(500), "merchant_error"),
        (with(500, &b64(&paid_receipt())), "merchant_error"),
        (Answer::status(403), "merchant_error"),
        (Answer::status(412), "merchant_error"),
        (Answer::status(302).with("Location", "https://evil.example/"), "merchant_redirected"),
        (Answer::status(200), "no_receipt"),
        (with(200, "%%%"), "bad_receipt"),
        (with(200, &b64(&json!([]))), "bad_receipt"),
        (with(200, &b64(&json!({ "success": "true" }))), "bad_receipt"),
        (with(200, &b64(&other)), "bad_receipt"),
        (with(200, &"A".repeat(9000)), "bad_receipt"),
        (Answer::serves(&paid_receipt()).with("PAYMENT-RESPONSE", "e30="), "bad_receipt"),
    ] {
        let (outcome, server) = pay(answer, true).await;
        assert_eq!(doubt(&outcome.resolution), problem);
        assert!(outcome.delivery.is_some(), "{problem}: the answer is kept");
        assert_eq!(server.seen().len(), 2, "{problem}: nothing is sent twice");
    }
}

#[tokio::test]
async fn a_merchant_that_hangs_or_closes_leaves_the_payment_unknown() {
    let half = b"HTTP/1.1 200 OK\r\nPAYMENT-RES".to_vec();
    for answer in [
        Answer::Stuck(Vec::new()),
        Answer::Stuck(half.clone()),
        Answer::Raw(Vec::new()),
        Answer::Raw(half),
        Answer::Raw(b"\0\xffnonsense\r\n\r\n".to_vec()),
    ] {
        let (outcome, server) = pay(answer, true).await;
        assert_eq!(doubt(&outcome.resolution), "no_answer");
        assert_eq!(outcome.delivery, None);
        assert_eq!(server.seen().len(), 2);
    }
}

#[tokio::test]
async fn a_receipt_counts_even_when_the_goods_are_too_big_or_never_end() {
    let big = Answer::serves(&paid_receipt()).body(vec![7; MAX_BODY_BYTES * 2]);
    let header = base64_json(&paid_receipt());
    let head =
        format!("HTTP/1.1 200 OK\r\nPAYMENT-RESPONSE: {header}\r\ncontent-length: 9\r\n\r\n");
    for answer in [big, Answer::Stuck(head.clone().into()), Answer::Raw(head.into())] {
        let (outcome, _) = pay(answer, true).await;
        assert!(receipt(&outcome.resolution).verified);
        assert!(outcome.delivery.unwrap().truncated);
    }
}

#[tokio::test]
async fn a_claim_of_success_that_the_chain_denies_is_unknown() {
    let (outcome, _) = pay(Answer::serves(&paid_receipt()), false).await;
    assert_eq!(doubt(&outcome.resolution), "unconfirmed_settlement");
    assert!(outcome.delivery.is_some());
}

#[tokio::test]
async fn a_chain_that_sees_the_payment_a_moment_later_confirms_it() {
    let server = Server::shop(Answer::serves(&paid_receipt())).await;
    let chain = Chain::start(false).await;
    let rail = rail(&Arc::default(), &chain.url());
    let request = request(&rail, &server.url()).await;
    let authorized = authorized(&request);
    let seen = async {
        while chain.asked("eth_call").is_empty() {
            tokio::task::yield_now().await;
        }
        chain.set(|says| says.used = true);
    };
    let (outcome, ()) = tokio::join!(rail.submit(&authorized), seen);
    assert!(receipt(&outcome.resolution).verified);
}

#[tokio::test]
async fn the_chains_transaction_counts_and_not_the_one_that_the_merchant_names() {
    let server = Server::shop(Answer::serves(&paid_receipt())).await;
    let chain = Chain::start(true).await;
    const OTHER: &str = "0x1212121212121212121212121212121212121212121212121212121212121212";
    for (logged, reference) in [(Some(OTHER), OTHER), (None, "nonce:"), (Some("junk"), "nonce:")] {
        chain.set(|says| says.logged = logged);
        let rail = rail(&Arc::default(), &chain.url());
        let request = request(&rail, &server.url()).await;
        let outcome = rail.submit(&authorized(&request)).await;
        let given = receipt(&outcome.resolution);
        assert!(given.reference.starts_with(reference) && given.verified, "{given:?}");
    }
}

#[tokio::test]
async fn without_an_endpoint_the_merchants_word_is_all_there_is_and_says_so() {
    let names_none = json!({ "success": true, "network": NETWORK, "transaction": "soon" });
    let pay_unasked = async |receipt: &Value| {
        let server = Server::shop(Answer::serves(receipt)).await;
        let rail = rail(&Arc::default(), "");
        let request = request(&rail, &server.url()).await;
        rail.submit(&authorized(&request)).await.resolution
    };
    let resolution = pay_unasked(&paid_receipt()).await;
    let given = receipt(&resolution);
    assert!(!given.verified && given.reference == TRANSACTION);
    assert_eq!(doubt(&pay_unasked(&names_none).await), "rpc_unreachable");
}

#[tokio::test]
async fn a_silent_endpoint_or_one_of_another_chain_confirms_nothing() {
    for (broken, chain_id, problem) in
        [(true, 84_532, "rpc_unreachable"), (false, 8453, "wrong_chain")]
    {
        let server = Server::shop(Answer::serves(&paid_receipt())).await;
        let chain = Chain::start(true).await;
        chain.set(|says| (says.broken, says.chain_id) = (broken, chain_id));
        let rail = rail(&Arc::default(), &chain.url());
        let request = request(&rail, &server.url()).await;
        let outcome = rail.submit(&authorized(&request)).await;
        assert_eq!(doubt(&outcome.resolution), problem);
    }
}

#[tokio::test]
async fn when_nobody_listens_nothing_was_sent() {
    let server = Server::shop(Answer::serves(&paid_receipt())).await;
    let rail = rail(&Arc::default(), "");
    let mut request = request(&rail, &server.url()).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = listener.local_addr().unwrap().to_string();
    drop(listener);
    let terms = request.terms.as_mut().unwrap();
    terms.instruction = terms.instruction.replace(&server.address.to_string(), &gone);
    request.payee.host = Some(Host::new(&gone).unwrap());
    let outcome = rail.submit(&authorized(&request)).await;
    assert_eq!(failure(&outcome.resolution), "not_sent");
}

#[tokio::test]
async fn terms_that_are_not_what_was_authorized_are_never_signed() {
    let server = Server::shop(Answer::serves(&paid_receipt())).await;
    let signer: Arc<Signer> = Arc::default();
    let rail = rail(&signer, "");
    let good = request(&rail, &server.url()).await;
    let change = |from: &str, to: &str| {
        let mut request = good.clone();
        let terms = request.terms.as_mut().unwrap();
        assert!(terms.instruction.contains(from), "{from}");
        terms.instruction = terms.instruction.replace(from, to);
        request
    };
    let amount = Money::parse("0.02", "USDC").unwrap();
    let host = Some(Host::new("shop.example").unwrap());
    let account = Some(Account::new("eip155:84532:0x1").unwrap());
    let payee = good.payee.clone();
    for (what, request) in [
        ("more", change(r#"\"amount\":\"10000\""#, r#"\"amount\":\"5000000\""#)),
        ("another payee", change(SHOP, "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC")),
        ("another scheme", change(r#"\"exact\""#, r#"\"upto\""#)),
        ("another network", change(NETWORK, "eip155:137")),
        ("another host", change(&server.address.to_string(), "localhost:1")),
        ("another method", change(r#""GET""#, r#""TRACE""#)),
        ("another version", change(r#""version":1"#, r#""version":2"#)),
        ("another amount", SpendRequest { amount, ..good.clone() }),
        ("another asker", SpendRequest { payee: Payee { host, ..payee.clone() }, ..good.clone() }),
        ("another account", SpendRequest { payee: Payee { account, ..payee }, ..good.clone() }),
        ("another rail", SpendRequest { rail: RailId::Sandbox, ..good.clone() }),
        ("no terms", SpendRequest { terms: None, ..good.clone() }),
    ] {
        let outcome = rail.submit(&authorized(&request)).await;
        assert_eq!(failure(&outcome.resolution), "terms_changed", "{what}");
    }
    assert!(signer.signed.lock().unwrap().is_empty());
    assert_eq!(server.seen().len(), 1, "only the question");
}

#[tokio::test]
async fn without_a_key_or_after_its_time_nothing_leaves() {
    let server = Server::shop(Answer::serves(&paid_receipt())).await;
    let locked = Arc::new(Signer { locked: true, ..Signer::default() });
    let rail = rail(&locked, "");
    let mut request = request(&rail, &server.url()).await;
    let outcome = rail.submit(&authorized(&request)).await;
    assert_eq!(failure(&outcome.resolution), "not_signed");

    let early = Timestamp::from_millis((NOW_S - 120) * 1000);
    let late = authorize(&request, early, early.plus_seconds(60));
    assert_eq!(failure(&rail.submit(&late).await.resolution), "expired");

    let terms = request.terms.as_mut().unwrap();
    terms.instruction = terms.instruction.replace(&"11".repeat(20), &"22".repeat(20));
    let outcome = rail.submit(&authorized(&request)).await;
    assert_eq!(failure(&outcome.resolution), "payer_changed");
    assert_eq!(server.seen().len(), 1);
}
