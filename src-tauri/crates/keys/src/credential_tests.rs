use super::*;
use crate::{Phrase, RootKey};
use biscuit_auth::builder::BlockBuilder;
use purser_domain::Label;

const JUNK: &str = "test test test test test test test test test test test junk";

pub(crate) fn root() -> CredentialRoot {
    RootKey::from_phrase(&Phrase::parse(JUNK).unwrap()).credential_root().unwrap()
}

pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

pub(crate) fn tasks(names: &[&str]) -> Scope {
    let tasks = names.iter().map(|name| Label::new(name).unwrap()).collect();
    Scope { tasks, ..Scope::default() }
}

pub(crate) fn grant() -> Grant {
    Grant {
        credential: CredentialId::from_random(1),
        agent: AgentId::from_random(2),
        holder: [3; 32],
        scope: tasks(&["a", "b"]),
        issued_at: at(1_000_000),
        expires_at: at(1_600_500),
        bearer: false,
    }
}

fn minted() -> Credential {
    mint(&root(), &grant()).unwrap()
}

pub(crate) fn minted_for(holder: [u8; 32]) -> Credential {
    mint(&root(), &Grant { holder, ..grant() }).unwrap()
}

pub(crate) fn check(token: &str, now: i64) -> Result<Verified, KeysError> {
    verify(token, &root().public(), at(now))
}

/// A token as a holder makes it who writes the block's Datalog by hand.
fn appended(code: &str) -> String {
    with_block(&minted().token, BlockBuilder::new().code(code).unwrap())
}

/// A token and one more block, whatever it holds.
pub(crate) fn with_block(token: &str, block: BlockBuilder) -> String {
    let parsed = UnverifiedBiscuit::from(decode(token).unwrap()).unwrap();
    BASE64URL.encode(parsed.append(block).unwrap().to_vec().unwrap())
}

#[test]
fn what_was_granted_is_what_verifies() {
    let minted = minted();
    let Grant { credential, agent, holder, scope, issued_at, expires_at, bearer } = grant();
    let expected = Verified {
        credential,
        agent,
        holder,
        issued_to: holder,
        scope,
        issued_at,
        expires_at,
        bearer,
        revocation_ids: minted.revocation_ids.clone(),
    };
    assert_eq!(check(&minted.token, 1_000_000), Ok(expected));
    assert_eq!(minted.revocation_ids.len(), 1);
    assert!(minted.token.len() < 1000, "{}", minted.token.len());
    assert!(minted.token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
}

#[test]
fn two_credentials_of_one_grant_are_revoked_apart() {
    assert_ne!(minted().revocation_ids, minted().revocation_ids);
}

#[test]
fn a_credential_ends_to_the_millisecond() {
    let token = minted().token;
    assert!(check(&token, 1_600_499).is_ok());
    assert_eq!(check(&token, 1_600_500), Err(KeysError::TokenExpired));
    assert_eq!(check(&token, i64::MAX), Err(KeysError::TokenExpired));
}

#[test]
fn a_grant_that_ends_before_it_begins_is_refused() {
    let grant = Grant { expires_at: at(1_000_000), ..grant() };
    assert_eq!(mint(&root(), &grant).err(), Some(KeysError::GrantInterval));
}

#[test]
fn a_bearer_credential_says_so() {
    let bearer = mint(&root(), &Grant { bearer: true, ..grant() }).unwrap();
    assert!(check(&bearer.token, 1_000_000).unwrap().bearer);
}

#[test]
fn another_root_s_credential_is_forged() {
    let other = CredentialRoot::from_secret(&[9; 32]);
    let token = mint(&other, &grant()).unwrap().token;
    assert_eq!(check(&token, 1_000_000), Err(KeysError::TokenForged));
}

#[test]
fn no_flipped_bit_verifies() {
    let bytes = decode(&minted().token).unwrap();
    for index in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[index] ^= 1;
        let refused = check(&BASE64URL.encode(changed), 1_000_000);
        assert!(refused.is_err(), "byte {index}");
    }
}

#[test]
fn a_truncated_token_is_malformed() {
    let bytes = decode(&minted().token).unwrap();
    for length in [0, 1, 2, 50, bytes.len() / 2, bytes.len() - 1] {
        let refused = check(&BASE64URL.encode(&bytes[..length]), 1_000_000);
        assert_eq!(refused, Err(KeysError::TokenMalformed), "{length} bytes");
    }
    for text in ["!", "ä", "a.b", "Bearer x"] {
        assert_eq!(check(text, 1_000_000), Err(KeysError::TokenMalformed), "{text}");
    }
}

#[test]
fn an_oversize_token_is_refused_unread_and_never_minted() {
    let long = "A".repeat(MAX_TOKEN + 1);
    let refused = KeysError::TokenTooLong { limit: MAX_TOKEN };
    assert_eq!(check(&long, 1_000_000), Err(refused.clone()));
    let names: Vec<_> = (0..2000).map(|n| format!("task-{n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let huge = Grant { scope: tasks(&names), ..grant() };
    assert_eq!(mint(&root(), &huge).err(), Some(refused));
}

#[test]
fn narrowing_narrows_scope_and_end_and_adds_a_revocation_id() {
    let minted = minted();
    let once = attenuate(&minted.token, &tasks(&["b", "c"]), Some(at(1_200_900))).unwrap();
    let verified = check(&once.token, 1_000_000).unwrap();
    assert_eq!(verified.scope, tasks(&["b"]));
    assert_eq!(verified.expires_at, at(1_200_000), "whole seconds, rounded down");
    assert_eq!(verified.revocation_ids, once.revocation_ids);
    assert_eq!(verified.revocation_ids[0], minted.revocation_ids[0]);
    assert_eq!(check(&once.token, 1_200_000), Err(KeysError::TokenExpired));

    let twice = attenuate(&once.token, &Scope::default(), Some(at(9_000_000))).unwrap();
    let verified = check(&twice.token, 1_000_000).unwrap();
    assert_eq!(verified.scope, tasks(&["b"]));
    assert_eq!(verified.expires_at, at(1_200_000), "a later end does not prolong");
    assert_eq!(verified.revocation_ids.len(), 3);
}

#[test]
fn a_credential_narrowed_to_nothing_allows_nothing() {
    let token = attenuate(&minted().token, &tasks(&["c"]), None).unwrap().token;
    assert_eq!(check(&token, 1_000_000), Err(KeysError::TokenEmpty));
}

#[test]
fn facts_of_identity_that_a_holder_adds_are_refused() {
    let agent = AgentId::from_random(99);
    let credential = CredentialId::from_random(99);
    for code in [
        format!("agent(\"{agent}\")"),
        format!("credential(\"{credential}\")"),
        "holder(hex:0909090909090909090909090909090909090909090909090909090909090909)".to_owned(),
        "scope(\"{}\")".to_owned(),
        "expires_at(9000000000000)".to_owned(),
        "issued_at(0)".to_owned(),
        "bearer(true)".to_owned(),
        "time(1970-01-01T00:00:01Z)".to_owned(),
        "narrow(\"{}\"); narrow(\"{\\\"tasks\\\":[]}\")".to_owned(),
    ] {
        let token = appended(&format!("{code};"));
        assert_eq!(check(&token, 1_000_000), Err(KeysError::TokenUnsupported), "{code}");
    }
}

#[test]
fn a_block_that_takes_nothing_away_changes_nothing() {
    let plain = check(&minted().token, 1_000_000).unwrap();
    for code in ["", "narrow(\"{}\");", "check if time($t), $t < 2999-01-01T00:00:00Z;"] {
        let token = appended(code);
        let verified = check(&token, 1_000_000).unwrap();
        let Verified { revocation_ids, .. } = &verified;
        let same = Verified { revocation_ids: revocation_ids.clone(), ..plain.clone() };
        assert_eq!(verified, same, "{code}");
        assert_eq!(check(&token, 1_600_500), Err(KeysError::TokenExpired), "{code}");
    }
}

#[test]
fn a_narrowing_ends_when_it_says() {
    let token = appended("check if time($t), $t < 1970-01-01T00:20:00Z;");
    assert!(check(&token, 1_199_999).is_ok());
    assert_eq!(check(&token, 1_200_000), Err(KeysError::TokenExpired));
}

#[test]
fn rules_other_checks_and_odd_facts_are_refused() {
    for code in [
        "agent($x) <- time($t), credential($x);",
        "right($x, $y) <- agent($x), holder($y);",
        "check if operation(\"read\");",
        "check if agent($a), agent($b), agent($c), agent($d);",
        "check if time($t), $t > 1970-01-01T00:00:01Z;",
        "check if time($t), $t < 2999-01-01T00:00:00Z or true;",
        "check all time($t), $t < 2999-01-01T00:00:00Z;",
        "reject if time($t), $t < 1970-01-01T00:00:00Z;",
        "check if time($t), $t < 2999-01-01T00:00:00Z trusting previous;",
        "check if time($t), \"a\".matches(\"a*\");",
        "narrow(1);",
        "narrow(\"{}\", \"{}\");",
        "hand_over(1);",
        "narrow(\"not json\");",
        "narrow(\"{\\\"unknown\\\":1}\");",
    ] {
        let refused = check(&appended(code), 1_000_000);
        assert_eq!(refused, Err(KeysError::TokenUnsupported), "{code}");
    }
}

#[test]
fn a_rule_that_would_run_for_ages_is_refused_at_once() {
    let facts: String = (0..100).map(|n| format!("f({n}); ")).collect();
    let joins: Vec<_> = (0..12).map(|n| format!("f($x{n})")).collect();
    let token = appended(&format!("{facts} g(1) <- {};", joins.join(", ")));
    assert_eq!(check(&token, 1_000_000), Err(KeysError::TokenUnsupported));
}

#[test]
fn third_party_blocks_are_refused() {
    let parsed = biscuit_auth::Biscuit::from(
        decode(&minted().token).unwrap(),
        PublicKey::from_bytes(&root().public(), Algorithm::Ed25519).unwrap(),
    )
    .unwrap();
    let third = KeyPair::new();
    let request = parsed.third_party_request().unwrap();
    let block = BlockBuilder::new().code("bearer(true);").unwrap();
    let block = request.create_block(&third.private(), block).unwrap();
    let token = parsed.append_third_party(third.public(), block).unwrap().to_vec().unwrap();
    let refused = check(&BASE64URL.encode(token), 1_000_000);
    assert_eq!(refused, Err(KeysError::TokenThirdParty));
}

#[test]
fn signatures_of_another_kind_than_ed25519_are_refused() {
    // Whoever sees an ECDSA signature can make another of it, and so another revocation id.
    let parsed = UnverifiedBiscuit::from(decode(&minted().token).unwrap()).unwrap();
    let next = KeyPair::new_with_algorithm(Algorithm::Secp256r1);
    let token = parsed.append_with_keypair(&next, BlockBuilder::new()).unwrap();
    let refused = check(&BASE64URL.encode(token.to_vec().unwrap()), 1_000_000);
    assert_eq!(refused, Err(KeysError::TokenUnsupported));
}

#[test]
fn a_context_is_refused() {
    let block = BlockBuilder { context: Some("for you".to_owned()), ..BlockBuilder::new() };
    let refused = check(&with_block(&minted().token, block), 1_000_000);
    assert_eq!(refused, Err(KeysError::TokenUnsupported));
}

#[test]
fn cutting_a_narrowing_off_does_not_verify() {
    use biscuit_auth::format::schema;
    use prost::Message as _;
    let once = attenuate(&minted().token, &tasks(&["b"]), None).unwrap();
    let mut parts = schema::Biscuit::decode(decode(&once.token).unwrap().as_slice()).unwrap();
    parts.blocks.clear();
    let refused = check(&BASE64URL.encode(parts.encode_to_vec()), 1_000_000);
    assert_eq!(refused, Err(KeysError::TokenForged));
}

#[test]
fn endless_chains_are_refused() {
    let mut token = minted().token;
    for _ in 0..15 {
        token = attenuate(&token, &Scope::default(), None).unwrap().token;
    }
    assert!(check(&token, 1_000_000).is_ok());
    let refused = KeysError::TokenDepth { limit: 16 };
    assert_eq!(attenuate(&token, &Scope::default(), None).err(), Some(refused.clone()));
    token = with_block(&token, BlockBuilder::new());
    assert_eq!(check(&token, 1_000_000), Err(refused));
}

#[test]
fn fifty_verifications_hold_on_a_busy_machine() {
    let token = minted().token;
    let spinners: Vec<_> = (0..4)
        .map(|_| std::thread::spawn(|| (0..20_000_000u64).fold(0, |a: u64, b| a ^ (b << 1))))
        .collect();
    for _ in 0..50 {
        check(&token, 1_000_000).unwrap();
    }
    spinners.into_iter().for_each(|spinner| drop(spinner.join()));
}

/// A token as version 1 wrote it. Tokens are short-lived, but a running agent may hold one over
/// an update of the wallet.
#[test]
fn the_frozen_credential_of_version_1_still_verifies() {
    let token = include_str!("../tests/vectors/credential-v1.txt").trim();
    let verified = check(token, 1_000_000).unwrap();
    assert_eq!((verified.agent, verified.scope), (AgentId::from_random(2), tasks(&["b"])));
}
