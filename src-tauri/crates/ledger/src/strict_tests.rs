//! The fast way accepts nothing that the plain way refuses, and gives the same entry.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn entry(event: serde_json::Value) -> Vec<u8> {
    let entry = json!({ "seq": 7, "at_ms": 1_800_000_000_000_i64, "event": event });
    let entry: Entry = serde_json::from_value(entry).unwrap();
    canonical_entry(&entry).unwrap()
}

fn pay(n: u128) -> String {
    purser_domain::PaymentId::from_random(n).to_string()
}

/// Entries with every kind of value: ids, decimals, options, lists, escapes, enums.
fn bodies() -> Vec<Vec<u8>> {
    let agent = purser_domain::AgentId::from_random(3).to_string();
    let request = json!({
        "payment": pay(1), "agent": agent, "action": "purchase", "rail": "sandbox",
        "payee": { "account": "sandbox:shop", "host": "shop.example", "name": "A \"shop\"\u{1}" },
        "amount": { "amount": "12.34", "currency": "USD" }, "category": "cloud_computing",
        "context": "Größe \u{202e} \\ \n", "idempotency_key": "key", "key_derived": false,
    });
    [
        json!({ "type": "wallet_unfrozen" }),
        json!({ "type": "wallet_frozen", "canceled": [pay(1), pay(2)] }),
        json!({ "type": "wallet_frozen", "canceled": [] }),
        json!({ "type": "agent_resumed", "agent": agent }),
        json!({ "type": "attempt_rejected", "agent": agent, "problem": "x", "detail": "\u{7f}é" }),
        json!({ "type": "payment_stopped", "payment": pay(1), "stop": { "how": "expired" } }),
        json!({ "type": "payment_stopped", "payment": pay(1),
            "stop": { "how": "canceled", "cause": "owner" } }),
        json!({ "type": "payment_submitted", "payment": pay(5), "valid_until_ms": 5 }),
        json!({ "type": "payment_succeeded", "payment": pay(5), "settled": "12.30",
            "receipt": { "reference": "r", "verified": true } }),
        json!({ "type": "spend_reserved", "reservation": { "request": request, "worth": "12.34",
            "tier": "autonomous", "rules": ["a", "b"], "signals": [] } }),
    ]
    .map(entry)
    .to_vec()
}

fn fast(body: &[u8]) -> Option<Entry> {
    let mut parts = Parts::default();
    let tape = Tape::of(body, &mut parts)?;
    let entry = read::entry(&tape).ok()?;
    entry.serialize(same::Same::of(&tape)).ok()?;
    Some(entry)
}

#[test]
fn another_form_of_a_text_or_a_number_is_refused() {
    let event = json!({ "type": "payment_submitted", "payment": pay(5), "valid_until_ms": 0 });
    let number = entry(event);
    let agent = purser_domain::AgentId::from_random(3).to_string();
    let detail = "\u{8}\t\n\u{c}\r\u{b}\u{1f}\"\\";
    let text = entry(json!({
        "type": "attempt_rejected", "agent": agent, "problem": "x", "detail": detail
    }));
    for (body, from, to) in [
        (&text, r"\b", r"\u0008"),
        (&text, r"\t", r"\u0009"),
        (&text, r"\n", r"\u000a"),
        (&text, r"\f", r"\u000c"),
        (&text, r"\r", r"\u000d"),
        (&text, r"\u000b", r"\u000B"),
        (&text, r"\u001f", r"\u001F"),
        (&text, r#"\""#, r"\u0022"),
        (&text, r"\\", r"\u005c"),
        (&number, r#"_ms":0"#, r#"_ms":-0"#),
        (&number, r#"_ms":0"#, r#"_ms":00"#),
        (&number, r#"seq":7"#, r#"seq":07"#),
        (&number, r#"seq":7"#, r#"seq":7.0"#),
        (&number, r#"seq":7"#, r#"seq":"#),
        (&number, r#"seq":7"#, r#"seq":100000000000000000007"#),
    ] {
        assert!(fast(body).is_some());
        let changed = String::from_utf8(body.clone()).unwrap().replace(from, to).into_bytes();
        assert_ne!(&changed, body, "{from}");
        assert_eq!(fast(&changed), None, "{to}");
        assert!(canonical(&changed, &mut Parts::default()).is_err(), "{to}");
    }
}

#[test]
fn members_in_another_order_or_twice_are_refused() {
    for body in bodies() {
        let text = String::from_utf8(body).unwrap();
        let rest = text.strip_suffix(r#","seq":7}"#).unwrap().strip_prefix('{').unwrap();
        for other in [
            format!(r#"{{"seq":7,{rest}}}"#),
            format!(r#"{{{rest},"seq":7,"seq":7}}"#),
            format!(r#"{{{rest},"seq":7,"":7}}"#),
        ] {
            assert_eq!(fast(other.as_bytes()), None, "{other}");
            assert!(canonical(other.as_bytes(), &mut Parts::default()).is_err(), "{other}");
        }
    }
}

#[test]
fn every_canonical_entry_goes_the_fast_way() {
    for body in bodies() {
        let text = String::from_utf8_lossy(&body).into_owned();
        assert_eq!(fast(&body), plainly_canonical(&body).ok(), "{text}");
        assert!(fast(&body).is_some(), "{text}");
        assert_eq!(canonical(&body, &mut Parts::default()), plainly_canonical(&body), "{text}");
    }
}

#[test]
fn what_is_odd_goes_the_plain_way() {
    let frozen = |canceled: &str| {
        let text = format!(
            r#"{{"at_ms":1,"event":{{"canceled":{canceled},"type":"wallet_frozen"}},"seq":7}}"#
        );
        text.into_bytes()
    };
    let reserved = |rest: &str| {
        format!(r#"{{"at_ms":1,"event":{{"reservation":{rest}}},"seq":7}}"#).into_bytes()
    };
    assert!(fast(&frozen("[]")).is_some());
    for (odd, damage) in [
        (frozen("[ ]"), Damage::NotCanonical),
        (frozen("{}"), Damage::Form),
        (frozen(r#"[],"extra":1"#), Damage::NotCanonical),
        (frozen(r#"[],"at_ms":1"#), Damage::NotCanonical),
        (frozen("[],\"a\\u0041\":1"), Damage::NotCanonical),
        (frozen("[],\"é\":1"), Damage::NotCanonical),
        (reserved(r#"{},"type":"spend_reserved""#), Damage::Form),
        (reserved(r#"[],"type":"wallet_unfrozen""#), Damage::NotCanonical),
        (reserved(r#"[],"tyqe":"spend_reserved""#), Damage::Form),
        (frozen("[1.5]"), Damage::Form),
        (frozen("[-0]"), Damage::Form),
        (frozen(&format!("{}{}", "[".repeat(80), "]".repeat(80))), Damage::Form),
        (b"".to_vec(), Damage::Form),
        (b"\xff".to_vec(), Damage::Form),
        (b"{\"at_ms\":1".to_vec(), Damage::Form),
    ] {
        let text = String::from_utf8_lossy(&odd).into_owned();
        assert_eq!(fast(&odd), None, "{text}");
        assert_eq!(canonical(&odd, &mut Parts::default()), Err(damage), "{text}");
    }
}

#[test]
fn another_form_of_an_entry_is_still_read_where_any_form_will_do() {
    let body = br#"{ "seq": 7, "at_ms": 1, "event": { "type": "wallet_unfrozen" } }"#;
    let parts = &mut Parts::default();
    assert_eq!(any_form(body, parts).unwrap().seq, 7);
    assert_eq!(canonical(body, parts), Err(Damage::NotCanonical));
    assert_eq!(any_form(b"[]", parts), Err(Damage::Form));
}

/// A value of each kind that serde knows, written by it and compared with text.
#[test]
fn what_is_written_is_compared_part_by_part() {
    use std::collections::BTreeMap;

    #[derive(serde::Serialize)]
    struct Unit;
    #[derive(serde::Serialize)]
    struct Pair(i8, char);
    #[derive(serde::Serialize)]
    enum Of {
        One(u16),
        Two(bool, Option<u32>),
        Fields { x: i64 },
    }
    #[derive(serde::Serialize)]
    struct Flat {
        a: u8,
        #[serde(flatten)]
        rest: BTreeMap<String, i16>,
    }
    fn agrees<T: serde::Serialize>(value: &T, text: &str) -> bool {
        let mut parts = Parts::default();
        let tape = Tape::of(text.as_bytes(), &mut parts).unwrap();
        value.serialize(same::Same::of(&tape)).is_ok()
    }
    let map = |pairs: &[(&str, i16)]| -> BTreeMap<String, i16> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect()
    };
    assert!(agrees(&Unit, "null") && !agrees(&Unit, "0"));
    assert!(agrees(&(), "null") && agrees(&None::<u8>, "null") && agrees(&Some(3u8), "3"));
    assert!(agrees(&Pair(-3, 'é'), r#"[-3,"é"]"#) && !agrees(&Pair(-3, 'é'), r#"[-3,"e"]"#));
    assert!(!agrees(&Pair(-3, 'é'), "[-3]") && !agrees(&Pair(-3, 'é'), r#"[-3,"é",1]"#));
    assert!(agrees(&Of::One(9), r#"{"One":9}"#) && !agrees(&Of::One(9), r#"{"One":9,"P":1}"#));
    assert!(agrees(&Of::Two(true, None), r#"{"Two":[true,null]}"#));
    assert!(!agrees(&Of::Two(true, None), r#"{"Two":[false,null]}"#));
    assert!(agrees(&Of::Fields { x: -1 }, r#"{"Fields":{"x":-1}}"#));
    assert!(!agrees(&Of::Fields { x: -1 }, r#"{"Fields":{"x":1}}"#));
    assert!(!agrees(&Of::Fields { x: -1 }, r#"{"Fields":{"x":-1,"y":1}}"#));
    assert!(!agrees(&map(&[("a", 1), ("b\"", 2)]), r#"{"a":1}"#));
    assert!(agrees(&map(&[("a", 1), ("b", 2)]), r#"{"a":1,"b":2}"#));
    assert!(!agrees(&map(&[("a", 1)]), r#"{"a":1,"b":2}"#));
    assert!(agrees(&Flat { a: 1, rest: map(&[("b", 2)]) }, r#"{"a":1,"b":2}"#));
    // The same name twice is written as two members.
    assert!(!agrees(&Flat { a: 1, rest: map(&[("a", 1)]) }, r#"{"a":1,"b":2}"#));
    assert!(!agrees(&BTreeMap::from([(1, 2)]), r#"{"1":2}"#), "left to the plain way");
    assert!(!agrees(&1.0f64, "1") && !agrees(&1.0f32, "1") && !agrees(&1i128, "1"));
    assert!(agrees(&vec![1u64, 2], "[1,2]") && !agrees(&vec![1u64], "[1,2]"));
    assert!(agrees(&"a\"\u{1}b", r#""a\"\u0001b""#) && !agrees(&"a", "1"));
    assert!(!agrees(&serde_json::Value::Null, "true"));
    let many: Vec<(String, i16)> = (0..70).map(|i| (format!("k{i:02}"), i)).collect();
    let many: BTreeMap<String, i16> = many.into_iter().collect();
    assert!(!agrees(&many, &serde_json::to_string(&many).unwrap()), "left to the plain way");
    struct Bytes;
    impl serde::Serialize for Bytes {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(b"1")
        }
    }
    assert!(!agrees(&Bytes, "[49]"));
    assert_eq!(same::Differs.to_string(), "differs");
}

#[test]
fn values_of_every_kind_are_read() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    enum Of {
        Unit,
        One(u16),
        Two(bool, Option<i32>),
        Fields { x: i64 },
    }
    fn read<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
        let mut parts = Parts::default();
        T::deserialize(Tape::of(text.as_bytes(), &mut parts)?.root()).ok()
    }
    assert_eq!(read::<Of>(r#""Unit""#), Some(Of::Unit));
    assert_eq!(read::<Of>(r#"{"One":9}"#), Some(Of::One(9)));
    assert_eq!(read::<Of>(r#"{"Two":[true,null]}"#), Some(Of::Two(true, None)));
    assert_eq!(read::<Of>(r#"{"Two":[true,-4]}"#), Some(Of::Two(true, Some(-4))));
    assert_eq!(read::<Of>(r#"{"Fields":{"x":-1}}"#), Some(Of::Fields { x: -1 }));
    for bad in [r#""One""#, r#"{"Unit":1}"#, "1", "{}", r#"{"Two":[true]}"#, r#"{"No":1}"#] {
        assert_eq!(read::<Of>(bad), None, "{bad}");
    }
    assert_eq!(read::<String>(r#""a\n\"""#).as_deref(), Some("a\n\""));
    assert_eq!(read::<(bool, u8)>("[false,3]"), Some((false, 3)));
    assert_eq!(read::<serde_json::Value>("[]"), Some(json!([])));
    assert_eq!(read::Unread.to_string(), "not read");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_changed_entry_is_judged_the_same_either_way(
        which in 0usize..10,
        changes in proptest::collection::vec((any::<u16>(), any::<u8>(), 0u8..4), 1..4),
    ) {
        let mut body = bodies()[which].clone();
        for (at, byte, how) in changes {
            let at = usize::from(at).checked_rem(body.len()).unwrap_or(0);
            // Bytes that keep it JSON more often.
            let likely = b"\"\\{}[]:,01-+.eEnulatrfs\x00\x1f \xc3";
            let byte = *likely.get(usize::from(byte) % 30).unwrap_or(&byte);
            match how {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                2 if body.len() > 1 => drop(body.remove(at)),
                _ => body.swap(at, usize::from(byte) % 20),
            }
        }
        let plain = plainly_canonical(&body);
        if let Some(entry) = fast(&body) {
            prop_assert_eq!(Ok(&entry), plain.as_ref());
        }
        prop_assert_eq!(canonical(&body, &mut Parts::default()), plain);
    }

    #[test]
    fn what_the_tape_takes_is_canonical_json(text in r#"[\[\]{}",:0-9a-c\\u -]{0,12}"#) {
        if Tape::of(text.as_bytes(), &mut Parts::default()).is_some() {
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(purser_domain::canonical_json(&value).unwrap(), text.as_bytes());
        }
    }
}
