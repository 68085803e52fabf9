use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

const SEPOLIA_USDC: &str = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";
const SHOP: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

/// An entry that can be paid, with some fields replaced; `null` takes a field away.
fn entry(change: &Value) -> Value {
    let mut entry = json!({
        "scheme": "exact", "network": "eip155:84532", "amount": "10000",
        "asset": SEPOLIA_USDC, "payTo": SHOP, "maxTimeoutSeconds": 60,
        "extra": { "name": "USDC", "version": "2" },
    });
    let fields = entry.as_object_mut().unwrap();
    for (name, value) in change.as_object().unwrap() {
        if value.is_null() {
            fields.remove(name);
        } else {
            fields.insert(name.clone(), value.clone());
        }
    }
    entry
}

fn header(offer: &Value) -> String {
    STANDARD.encode(offer.to_string())
}

fn offer(accepts: &[Value]) -> Offer {
    Offer::parse(&header(&json!({ "x402Version": 2, "accepts": accepts }))).unwrap()
}

fn refusal(change: &Value) -> EntryRefusal {
    let mut refusals = offer(&[entry(change)]).pick(&Networks::default()).unwrap_err();
    refusals.remove(0)
}

#[test]
fn a_payable_entry_is_read_in_our_own_terms() {
    let offer = offer(&[entry(&json!({ "unknown": { "field": 1 } }))]);
    let (payable, text) = offer.pick(&Networks::default()).unwrap();
    assert_eq!(payable.value, 10_000);
    assert_eq!(payable.amount.to_string(), "0.01 USDC");
    let account = "eip155:84532:0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
    assert_eq!(payable.account.as_str(), account);
    assert_eq!(payable.network.token_name, "USDC");
    assert_eq!(payable.max_timeout_s, 60);
    assert!(text.contains(SHOP) && text.contains("unknown"), "{text}");
}

#[test]
fn our_domain_is_used_when_the_merchant_names_none() {
    for extra in [json!(null), json!({}), json!({ "name": "USDC" })] {
        let offer = offer(&[entry(&json!({ "extra": extra }))]);
        let (payable, _) = offer.pick(&Networks::default()).unwrap();
        assert_eq!((payable.network.token_name, payable.network.token_version), ("USDC", "2"));
    }
    let named = json!({ "assetTransferMethod": "eip3009", "paymentFlow": "authorization" });
    assert!(offer(&[entry(&json!({ "extra": named }))]).pick(&Networks::default()).is_ok());
}

#[test]
fn the_first_payable_entry_is_picked_and_echoed_byte_for_byte() {
    let odd = r#"{"scheme":"exact","network":"eip155:8453", "amount":"5",  "maxTimeoutSeconds":9,
        "asset":"0x833589FCD6EDB6E08F4C7C32D4F71B54BDA02913","x":1.0e2,"extra":null,
        "payTo":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8"}"#;
    let first = entry(&json!({ "scheme": "upto" }));
    let json = format!(r#"{{"x402Version":2,"accepts":[{first},{odd}]}}"#);
    let offer = Offer::parse(&STANDARD.encode(json)).unwrap();
    let (payable, text) = offer.pick(&Networks::default()).unwrap();
    assert_eq!(text, odd);
    assert_eq!(payable.network.name, "Base");
}

#[test]
fn every_entry_that_cannot_be_paid_says_why() {
    let claim = |text: &str| Claim::new(text, 256).unwrap();
    let token = |asset: &str| EntryRefusal::Token { asset: claim(asset), network: "Base Sepolia" };
    let base_usdc = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
    let zero = format!("0x{}", "0".repeat(40));
    let huge = format!("1{}", "0".repeat(30));
    let beyond = "9".repeat(120);
    for (change, expected) in [
        (json!({ "scheme": "upto" }), EntryRefusal::Scheme(claim("upto"))),
        (json!({ "scheme": "EXACT" }), EntryRefusal::Scheme(claim("EXACT"))),
        (json!({ "network": "eip155:1" }), EntryRefusal::Network(claim("eip155:1"))),
        (json!({ "network": "base-sepolia" }), EntryRefusal::Network(claim("base-sepolia"))),
        (json!({ "asset": base_usdc }), token(base_usdc)),
        (json!({ "asset": "" }), token("")),
        (json!({ "payTo": zero }), EntryRefusal::PayTo(claim(&zero))),
        (json!({ "payTo": "shop.eth" }), EntryRefusal::PayTo(claim("shop.eth"))),
        (json!({ "amount": "0" }), EntryRefusal::Amount(claim("0"))),
        (json!({ "amount": "" }), EntryRefusal::Amount(claim(""))),
        (json!({ "amount": "-1" }), EntryRefusal::Amount(claim("-1"))),
        (json!({ "amount": "+1" }), EntryRefusal::Amount(claim("+1"))),
        (json!({ "amount": "010" }), EntryRefusal::Amount(claim("010"))),
        (json!({ "amount": "0x10" }), EntryRefusal::Amount(claim("0x10"))),
        (json!({ "amount": "1.5" }), EntryRefusal::Amount(claim("1.5"))),
        (json!({ "amount": "1e3" }), EntryRefusal::Amount(claim("1e3"))),
        (json!({ "amount": huge }), EntryRefusal::Amount(claim(&huge))),
        (json!({ "amount": beyond }), EntryRefusal::Amount(claim(&beyond))),
    ] {
        assert_eq!(refusal(&change), expected, "{change}");
    }
}

#[test]
fn what_would_be_signed_is_never_the_merchants_to_say() {
    let claim = |text: &str| Claim::new(text, 256).unwrap();
    for (extra, expected) in [
        (json!({ "paymentFlow": "upfront" }), EntryRefusal::Flow(claim("upfront"))),
        (json!({ "paymentFlow": "" }), EntryRefusal::Flow(claim(""))),
        (
            json!({ "assetTransferMethod": "permit2" }),
            EntryRefusal::TransferMethod(claim("permit2")),
        ),
        (json!({ "name": "USD Coin", "version": "2" }), EntryRefusal::Domain(claim("USD Coin"))),
        (json!({ "name": "USDC", "version": "1" }), EntryRefusal::Domain(claim("1"))),
        (json!({ "name": 7 }), EntryRefusal::Malformed),
        (json!("eip3009"), EntryRefusal::Malformed),
    ] {
        assert_eq!(refusal(&json!({ "extra": extra })), expected, "{extra}");
    }
}

#[test]
fn missing_fields_other_types_and_fields_that_come_twice_are_malformed() {
    for field in ["scheme", "network", "amount", "asset", "payTo", "maxTimeoutSeconds"] {
        assert_eq!(refusal(&json!({ field: null })), EntryRefusal::Malformed, "{field}");
        assert_eq!(refusal(&json!({ field: [1] })), EntryRefusal::Malformed, "{field}");
    }
    for change in [json!({ "amount": 10_000 }), json!({ "maxTimeoutSeconds": -1 })] {
        assert_eq!(refusal(&change), EntryRefusal::Malformed, "{change}");
    }
    let twice = entry(&json!({}))
        .to_string()
        .replace(r#""amount":"10000""#, r#""amount":"10000","amount":"5000000""#);
    let read = Payable::read(&twice, &Networks::default());
    assert_eq!(read.err(), Some(EntryRefusal::Malformed));
}

#[test]
fn hidden_characters_stay_in_the_claim_and_show_when_read_out() {
    let scheme = "ex\u{202e}act\u{0}<script>";
    let refused = refusal(&json!({ "scheme": scheme }));
    let shown = refused.to_string();
    assert!(shown.contains("<U+202E>") && !shown.contains('\u{202e}'), "{shown}");
    let long = refusal(&json!({ "network": "n".repeat(9000) })).to_string();
    assert!(long.len() < 200, "{long}");
}

#[test]
fn headers_that_are_no_offer_are_refused_by_name() {
    let json = |text: &str| Offer::parse(&STANDARD.encode(text)).err();
    for bad in ["", "{", "[]", "null", "7", r#"{"x402Version":"2"}"#, r#"{"x402Version":2}"#] {
        assert_eq!(json(bad), Some(OfferError::Json), "{bad}");
    }
    let twice = r#"{"x402Version":1,"x402Version":2,"accepts":[]}"#;
    assert_eq!(json(twice), Some(OfferError::Json));
    let three = r#"{"x402Version":3,"accepts":[]}"#;
    assert_eq!(json(three), Some(OfferError::Version { found: 3 }));
    assert_eq!(Offer::parse("no base64!").err(), Some(OfferError::Base64));
    let long = "A".repeat(MAX_OFFER_BYTES + 1);
    assert_eq!(Offer::parse(&long).err(), Some(OfferError::TooLarge));
    let many = vec![json!(1); MAX_ENTRIES + 1];
    let many = Offer::parse(&header(&json!({ "x402Version": 2, "accepts": many })));
    assert_eq!(many.err(), Some(OfferError::TooManyEntries));
    let deep =
        format!(r#"{{"x402Version":2,"accepts":[{}{}]}}"#, "[".repeat(9000), "]".repeat(9000));
    let deep = Offer::parse(&STANDARD.encode(deep));
    assert!(deep.is_err() || deep.unwrap().pick(&Networks::default()).is_err());
}

#[test]
fn version_1_is_told_from_the_body() {
    let body = br#"{"x402Version":1,"error":"pay","accepts":[]}"#;
    assert_eq!(Offer::without_header(body), OfferError::Version1);
    assert_eq!(Offer::without_header(b"{}"), OfferError::Missing);
    assert_eq!(Offer::without_header(b"\xff"), OfferError::Missing);
}

#[test]
fn what_the_merchant_sells_is_a_bounded_claim() {
    let resource = json!({ "url": "https://a.example/x", "description": "d\u{202e}".repeat(999) });
    let offer = json!({ "x402Version": 2, "accepts": [], "resource": resource });
    let (url, description) = Offer::parse(&header(&offer)).unwrap().resource_claims();
    assert_eq!(url.unwrap().raw(), "https://a.example/x");
    let description = description.unwrap();
    assert!(description.has_hidden() && description.raw().len() <= MAX_DESCRIPTION_BYTES);
    for odd in [json!(7), json!({ "description": 7 }), json!({}), json!(null)] {
        let offer = json!({ "x402Version": 2, "accepts": [], "resource": odd });
        let claims = Offer::parse(&header(&offer)).unwrap().resource_claims();
        assert_eq!(claims, (None, None), "{odd}");
    }
}

/// JSON that looks like an entry, with every field sound or odd.
fn any_entry() -> impl Strategy<Value = Value> {
    let odd = prop_oneof![
        Just(json!(null)),
        any::<u64>().prop_map(|n| json!(n)),
        "\\PC{0,40}".prop_map(|text| json!(text)),
        Just(json!({ "name": "USDC" })),
    ];
    const FIELDS: [&str; 7] =
        ["scheme", "network", "amount", "asset", "payTo", "maxTimeoutSeconds", "extra"];
    proptest::collection::btree_map(proptest::sample::select(&FIELDS[..]), odd, 0..4)
        .prop_map(|change| entry(&json!(change)))
}

proptest! {
    #[test]
    fn no_header_panics(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        if let Ok(text) = std::str::from_utf8(&bytes) {
            let _ = Offer::parse(text);
        }
        let _ = Offer::without_header(&bytes);
        if let Ok(offer) = Offer::parse(&STANDARD.encode(&bytes)) {
            let _ = offer.pick(&Networks::default());
        }
    }

    #[test]
    fn no_entry_panics_and_what_is_picked_is_what_is_paid(entry in any_entry()) {
        let offer = offer(std::slice::from_ref(&entry));
        let networks = Networks::default();
        let _ = offer.resource_claims();
        if let Ok((payable, text)) = offer.pick(&networks) {
            let echoed: Value = serde_json::from_str(text).unwrap();
            prop_assert_eq!(&echoed, &entry);
            prop_assert_eq!(echoed["amount"].as_str().unwrap(), payable.value.to_string());
            let six = rust_decimal::Decimal::from_i128_with_scale(payable.value as i128, 6);
            prop_assert_eq!(payable.amount.amount(), six);
            let pay_to = echoed["payTo"].as_str().unwrap().to_lowercase();
            prop_assert!(payable.account.as_str().ends_with(&pay_to));
        }
    }

    #[test]
    fn no_text_of_any_entry_panics(text in "\\PC{0,300}") {
        let _ = Payable::read(&text, &Networks::default());
    }
}
