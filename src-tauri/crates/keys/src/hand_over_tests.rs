use super::*;
use crate::credential::tests::{at, check, grant, minted_for, root, tasks, with_block};
use crate::{Credential, Grant, Verified, attenuate, mint, narrow};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use biscuit_auth::builder::{BlockBuilder, Fact as BiscuitFact, Term as BiscuitTerm};
use biscuit_auth::format::schema;
use proptest::prelude::*;
use prost::Message as _;
use purser_domain::{CredentialId, Label};

const NOW: i64 = 1_000_000;

fn key(seed: u8) -> HolderKey {
    HolderKey::from_secret(&[seed; 32])
}

fn minted() -> Credential {
    minted_for(key(1).public())
}

fn over(token: &str, from: u8, to: u8, scope: &Scope, end: Option<i64>) -> Credential {
    crate::hand_over(token, &key(from), &key(to).public(), scope, end.map(at)).unwrap()
}

fn plain(token: &str, from: u8, to: u8) -> String {
    over(token, from, to, &Scope::default(), None).token
}

fn refused(token: &str) -> KeysError {
    check(token, NOW).unwrap_err()
}

fn parts(token: &str) -> schema::Biscuit {
    schema::Biscuit::decode(BASE64URL.decode(token).unwrap().as_slice()).unwrap()
}

fn whole(parts: &schema::Biscuit) -> String {
    BASE64URL.encode(parts.encode_to_vec())
}

/// The last block's signature.
fn last_id(token: &str) -> [u8; 64] {
    let parts = parts(token);
    let last = parts.blocks.last().unwrap_or(&parts.authority);
    last.signature.as_slice().try_into().unwrap()
}

/// A hand-over block of these terms, as whoever has the token can append it.
fn raw(token: &str, to: &[u8], text: &str, signature: &[u8]) -> String {
    let terms = vec![
        BiscuitTerm::Bytes(to.to_vec()),
        BiscuitTerm::Str(text.to_owned()),
        BiscuitTerm::Bytes(signature.to_vec()),
    ];
    let fact = BiscuitFact::new(HAND_OVER.to_owned(), terms);
    with_block(token, BlockBuilder::new().fact(fact).unwrap())
}

/// The terms of the last block's hand-over.
fn terms(token: &str) -> (Vec<u8>, String, Vec<u8>) {
    let bytes = BASE64URL.decode(token).unwrap();
    let mut blocks = crate::blocks::Cut::new(&bytes).unwrap().read().unwrap();
    let fact = blocks.pop().unwrap().facts.pop().unwrap();
    match <[Term; 3]>::try_from(fact.terms).unwrap_or_else(|_| panic!("other terms")) {
        [Term::Bytes(to), Term::Text(text), Term::Bytes(signature)] => (to, text, signature),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_new_key_holds_what_the_old_one_left_it() {
    let minted = minted();
    let once = over(&minted.token, 1, 2, &tasks(&["b", "c"]), Some(1_300_123));
    let verified = check(&once.token, NOW).unwrap();
    let expected = Verified {
        credential: grant().credential,
        agent: grant().agent,
        holder: key(2).public(),
        issued_to: key(1).public(),
        scope: tasks(&["b"]),
        issued_at: at(1_000_000),
        expires_at: at(1_300_123),
        bearer: false,
        revocation_ids: once.revocation_ids.clone(),
    };
    assert_eq!(verified, expected);
    assert_eq!(once.revocation_ids.len(), 2);
    assert_eq!(once.revocation_ids[0], minted.revocation_ids[0]);
    assert_eq!(check(&once.token, 1_300_123), Err(KeysError::TokenExpired));

    let narrowed = attenuate(&once.token, &Scope::default(), Some(at(1_200_000))).unwrap();
    let twice = over(&narrowed.token, 2, 3, &Scope::default(), None);
    let verified = check(&twice.token, NOW).unwrap();
    assert_eq!((verified.holder, verified.issued_to), (key(3).public(), key(1).public()));
    assert_eq!((verified.scope, verified.expires_at), (tasks(&["b"]), at(1_200_000)));
    assert_eq!(verified.revocation_ids, twice.revocation_ids);
    assert_eq!(verified.revocation_ids.len(), 4);
}

#[test]
fn only_the_key_that_holds_it_can_hand_it_over() {
    let token = minted().token;
    let to = key(3).public();
    let by = |from| crate::hand_over(&token, &key(from), &to, &Scope::default(), None).err();
    assert_eq!(by(2), Some(KeysError::NotTheHolder));
    assert_eq!(by(1), None);
    // The old holder no longer holds it.
    let handed = plain(&token, 1, 2);
    let again = crate::hand_over(&handed, &key(1), &to, &Scope::default(), None);
    assert_eq!(again.err(), Some(KeysError::NotTheHolder));
}

#[test]
fn a_thief_of_the_token_can_not_hand_it_over() {
    let token = minted().token;
    let thief = key(66);
    let narrowing = Narrowing { scope: Scope::default(), expires_at_ms: None };
    let (text, own) = sign(&thief, &last_id(&token), &thief.public(), &narrowing).unwrap();
    for signature in [own, [0; 64], [0xff; 64]] {
        let stolen = raw(&token, &thief.public(), &text, &signature);
        assert_eq!(refused(&stolen), KeysError::TokenHandOver);
    }
    // Nor with a key under which anything verifies to a lenient reader.
    let mut identity = [0; 32];
    identity[0] = 1;
    let minted_to_weak = minted_for(identity).token;
    let mut signature = [0; 64];
    signature[0] = 1;
    let stolen = raw(&minted_to_weak, &thief.public(), &text, &signature);
    assert_eq!(refused(&stolen), KeysError::TokenHandOver);
}

#[test]
fn a_hand_over_holds_for_its_own_token_and_place_only() {
    let token = minted().token;
    let (to, text, signature) = terms(&plain(&token, 1, 2));
    assert!(check(&raw(&token, &to, &text, &signature), NOW).is_ok(), "where it was made");
    let other = Grant { credential: CredentialId::from_random(7), ..granted() };
    let another = mint(&root(), &other).unwrap().token;
    assert_eq!(refused(&raw(&another, &to, &text, &signature)), KeysError::TokenHandOver);
    // The same grant, minted again.
    let again = minted().token;
    assert_eq!(refused(&raw(&again, &to, &text, &signature)), KeysError::TokenHandOver);
    // The same token, one block later.
    let later = attenuate(&token, &Scope::default(), None).unwrap().token;
    assert_eq!(refused(&raw(&later, &to, &text, &signature)), KeysError::TokenHandOver);
}

fn granted() -> Grant {
    Grant { holder: key(1).public(), ..grant() }
}

#[test]
fn a_swapped_key_or_a_changed_narrowing_is_refused() {
    let token = minted().token;
    let (to, text, signature) = terms(&over(&token, 1, 2, &tasks(&["b"]), Some(1_200_000)).token);
    assert!(text.contains("1200000") && text.contains("\"b\""), "{text}");
    let swapped = raw(&token, &key(9).public(), &text, &signature);
    assert_eq!(refused(&swapped), KeysError::TokenHandOver);
    let wider = text.replace("[\"b\"]", "[\"a\",\"b\"]");
    let longer = text.replace("1200000", "1300000");
    let endless = canonical(&Narrowing { scope: tasks(&["b"]), expires_at_ms: None }).unwrap();
    for changed in [wider, longer, endless, r#"{"scope":{}}"#.to_owned()] {
        let token = raw(&token, &to, &changed, &signature);
        assert_eq!(refused(&token), KeysError::TokenHandOver, "{changed}");
    }
    // The same words in another spelling are not what was signed.
    for spelling in [text.replace(":", ": "), format!("{text} "), text.replace("b", "\\u0062")] {
        let token = raw(&token, &to, &spelling, &signature);
        assert_eq!(refused(&token), KeysError::TokenUnsupported, "{spelling}");
    }
}

#[test]
fn blocks_that_are_reordered_or_left_out_do_not_verify() {
    let token = minted().token;
    let handed = plain(&plain(&plain(&token, 1, 2), 2, 3), 3, 4);
    let original = parts(&handed);
    for change in [
        (|blocks: &mut Vec<schema::SignedBlock>| blocks.swap(0, 1)) as fn(&mut Vec<_>),
        |blocks| blocks.swap(1, 2),
        |blocks| drop(blocks.remove(0)),
        |blocks| drop(blocks.remove(1)),
        |blocks| drop(blocks.pop()),
        |blocks| blocks.clear(),
    ] {
        let mut changed = original.clone();
        change(&mut changed.blocks);
        assert_eq!(refused(&whole(&changed)), KeysError::TokenForged);
    }
}

#[test]
fn whoever_kept_the_tokens_in_between_can_not_reorder_hand_overs_either() {
    // The first holder has the token before any hand-over, and so can build on it again.
    let token = minted().token;
    let first = plain(&token, 1, 2);
    let second = plain(&first, 2, 3);
    let (to_2, text_2, by_1) = terms(&first);
    let (to_3, text_3, by_2) = terms(&second);
    let without_the_first = raw(&token, &to_3, &text_3, &by_2);
    assert_eq!(refused(&without_the_first), KeysError::TokenHandOver);
    let rebuilt = raw(&token, &to_2, &text_2, &by_1);
    assert!(check(&rebuilt, NOW).is_ok(), "its own hand-over, made again");
    let moved = raw(&rebuilt, &to_3, &text_3, &by_2);
    assert_eq!(refused(&moved), KeysError::TokenHandOver, "not the block that 2 signed after");
}

#[test]
fn a_wider_scope_or_a_later_end_is_no_gain() {
    let token = over(&minted().token, 1, 2, &tasks(&["b"]), Some(1_200_000)).token;
    let wider = over(&token, 2, 3, &tasks(&["a", "b", "c"]), Some(9_000_000));
    let verified = check(&wider.token, NOW).unwrap();
    assert_eq!((verified.scope, verified.expires_at), (tasks(&["b"]), at(1_200_000)));
    let (_, text, _) = terms(&wider.token);
    assert!(!text.contains("expires_at_ms"), "a later end is left out: {text}");
    // Also when a holder writes it by hand.
    let (previous, to) = (last_id(&token), key(3).public());
    let narrowing = Narrowing { scope: Scope::default(), expires_at_ms: Some(at(9_000_000)) };
    let (text, signature) = sign(&key(2), &previous, &to, &narrowing).unwrap();
    let verified = check(&raw(&token, &to, &text, &signature), NOW).unwrap();
    assert_eq!((verified.scope, verified.expires_at), (tasks(&["b"]), at(1_200_000)));
}

#[test]
fn nothing_in_common_is_refused_when_it_is_handed_over() {
    let to = key(2).public();
    let nothing = crate::hand_over(&minted().token, &key(1), &to, &tasks(&["z"]), None);
    assert_eq!(nothing.err(), Some(KeysError::TokenEmpty));
}

#[test]
fn sixteen_blocks_are_followed_and_no_more() {
    let mut token = minted().token;
    for holder in 1..16 {
        token = plain(&token, holder, holder + 1);
    }
    let verified = check(&token, NOW).unwrap();
    assert_eq!(verified.holder, key(16).public());
    assert_eq!(verified.revocation_ids.len(), 16);
    assert!(token.len() < crate::MAX_TOKEN, "{}", token.len());
    let to = key(17).public();
    let limit = KeysError::TokenDepth { limit: 16 };
    let more = crate::hand_over(&token, &key(16), &to, &Scope::default(), None);
    assert_eq!(more.err(), Some(limit.clone()));
    let narrowing = Narrowing { scope: Scope::default(), expires_at_ms: None };
    let (text, signature) = sign(&key(16), &last_id(&token), &to, &narrowing).unwrap();
    assert_eq!(refused(&raw(&token, &to, &text, &signature)), limit);
}

#[test]
fn a_block_hands_over_once_and_says_nothing_else() {
    let token = minted().token;
    let (to, text, signature) = terms(&plain(&token, 1, 2));
    let code = |to: &[u8], text: &str, signature: &[u8]| {
        let text = text.replace('"', "\\\"");
        let (to, signature) = (hex::encode(to), hex::encode(signature));
        format!("hand_over(hex:{to}, \"{text}\", hex:{signature});")
    };
    let good = code(&to, &text, &signature);
    let appended = |code: &str| with_block(&token, BlockBuilder::new().code(code).unwrap());
    assert!(check(&appended(&good), NOW).is_ok(), "the form that the others change");
    for bad in [
        // A second one, to a key of one's own; and the same with a narrowing beside it.
        format!("{good}{}", code(&key(9).public(), &text, &signature)),
        format!("{good}narrow(\"{{}}\");"),
        format!("{good}holder(hex:{});", hex::encode(key(9).public())),
        format!("{good}hand_over(1);"),
        format!("{good}hand_over(hex:00) <- time($t);"),
        code(&to[1..], &text, &signature),
        code(&to, &text, &signature[1..]),
        code(&to, "", &signature),
        code(&to, "{}x", &signature),
        code(&to, r#"{"scope":{},"more":1}"#, &signature),
        code(&to, r#"{"scope":{"payees":["nonsense"]}}"#, &signature),
        format!("hand_over(hex:{});", hex::encode(&to)),
        format!("hand_over(\"{}\", \"{{}}\", \"\");", hex::encode(&to)),
        format!("hand_over(hex:{}, \"{{}}\", null);", hex::encode(&to)),
    ] {
        assert_eq!(refused(&appended(&bad)), KeysError::TokenUnsupported, "{bad}");
    }
}

#[test]
fn bytes_that_are_no_key_are_not_handed_to() {
    let point = |y: u8| std::array::from_fn(|index| if index == 0 { y } else { 0 });
    // The identity, another of small order, and one that is on no curve.
    for bad in [point(1), point(0), point(2)] {
        let refused = crate::hand_over(&minted().token, &key(1), &bad, &Scope::default(), None);
        assert_eq!(refused.err(), Some(KeysError::HolderKeyInvalid), "{bad:?}");
    }
}

#[test]
fn a_bearer_credential_stays_one_and_another_never_becomes_one() {
    for bearer in [false, true] {
        let token = mint(&root(), &Grant { bearer, ..granted() }).unwrap().token;
        let verified = check(&plain(&token, 1, 2), NOW).unwrap();
        assert_eq!(verified.bearer, bearer);
    }
}

#[test]
fn a_signed_request_is_no_hand_over() {
    // Whatever an agent signs as a request begins otherwise than this.
    assert!(message(&[0; 64], &[0; 32], "{}").starts_with(b"purser/v1/hand-over\n"));
    let request = crate::RequestParts {
        method: "GET",
        authority: "localhost",
        path: "/",
        query: None,
        authorization: None,
        body_digest: [0; 32],
    };
    let headers = crate::sign_request(&key(1), &request, 1, "AAAAAAAAAAAAAAAAAAAAAA").unwrap();
    let encoded = headers.signature.strip_prefix("purser=:").unwrap().strip_suffix(':').unwrap();
    let signature = base64::engine::general_purpose::STANDARD.decode(encoded).unwrap();
    let token = minted().token;
    let stolen = raw(&token, &key(9).public(), r#"{"scope":{}}"#, &signature);
    assert_eq!(refused(&stolen), KeysError::TokenHandOver);
}

/// Tokens are short-lived, but a running sub-agent may hold one over an update of the wallet.
#[test]
fn the_frozen_hand_over_of_version_1_still_verifies() {
    let token = include_str!("../tests/vectors/credential-handed-over-v1.txt").trim();
    let verified = check(token, NOW).unwrap();
    assert_eq!((verified.holder, verified.scope), (key(2).public(), tasks(&["b"])));
}

/// One step of a chain.
#[derive(Debug, Clone)]
struct Step {
    hands_over: bool,
    scope: Scope,
    end: Option<i64>,
}

fn labels() -> impl Strategy<Value = Vec<Label>> {
    let names = proptest::sample::subsequence(vec!["a", "b", "c", "d"], 0..=4);
    names.prop_map(|names| names.into_iter().map(|name| Label::new(name).unwrap()).collect())
}

fn scopes() -> impl Strategy<Value = Scope> {
    let cap = proptest::option::of(1u32..100);
    let time = || proptest::option::of(NOW..2_000_000i64);
    (labels(), cap, time(), time()).prop_map(|(tasks, cap, not_before, not_after)| Scope {
        tasks,
        per_transaction: cap.map(Into::into),
        not_before: not_before.map(at),
        not_after: not_after.map(at),
        ..Scope::default()
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let end = proptest::option::of(NOW + 1..2_000_000i64);
    let step = (any::<bool>(), scopes(), end);
    let step = step.prop_map(|(hands_over, scope, end)| Step { hands_over, scope, end });
    proptest::collection::vec(step, 0..10)
}

/// Whether a scope lets a payment pass, told without the code under test.
fn lets_pass(scope: &Scope, task: &str, amount: u32, time: i64) -> bool {
    (scope.tasks.is_empty() || scope.tasks.iter().any(|label| label.as_str() == task))
        && scope.per_transaction.is_none_or(|cap| cap >= amount.into())
        && scope.not_before.is_none_or(|begin| begin.as_millis() <= time)
        && scope.not_after.is_none_or(|end| end.as_millis() > time)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any chain allows at most what each of its steps and the wallet allow, until the earliest of
    /// their ends, to the last key.
    #[test]
    fn no_chain_is_wider_than_any_part_of_it(
        first in scopes(),
        steps in steps(),
        asked in proptest::collection::vec((0..4usize, 1u32..100, NOW..2_000_000i64), 20),
    ) {
        let grant = Grant { scope: first.clone(), ..granted() };
        let mut token = mint(&root(), &grant).unwrap().token;
        let mut allowed = vec![first];
        let mut ends = vec![grant.expires_at.as_millis()];
        let mut holder = 1u8;
        for step in steps {
            let before = check(&token, NOW);
            let end = step.end.map(at);
            let longer = if step.hands_over {
                let to = key(holder.saturating_add(1)).public();
                crate::hand_over(&token, &key(holder), &to, &step.scope, end)
            } else {
                attenuate(&token, &step.scope, end)
            };
            let Ok(longer) = longer else {
                // Only what allows nothing can't be handed over.
                let before = before.map(|before| narrow::narrow(before.scope, step.scope));
                prop_assert!(!matches!(before, Ok(Ok(_))));
                break;
            };
            holder = holder.saturating_add(u8::from(step.hands_over));
            token = longer.token;
            allowed.push(step.scope);
            ends.extend(step.end);
        }
        let Ok(verified) = check(&token, NOW) else { return Ok(()) };
        prop_assert_eq!(verified.holder, key(holder).public());
        prop_assert_eq!(verified.issued_to, key(1).public());
        prop_assert_eq!(verified.revocation_ids.len(), allowed.len());
        prop_assert!(ends.iter().all(|end| verified.expires_at.as_millis() <= *end));
        for (task, amount, time) in asked {
            let task = ["a", "b", "c", "d"][task];
            let each = allowed.iter().all(|scope| lets_pass(scope, task, amount, time));
            prop_assert_eq!(lets_pass(&verified.scope, task, amount, time), each);
        }
    }
}
