//! Credentials, proofs of possession and recovery phrases.

use crate::text::text;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use biscuit_auth::builder::Algorithm;
use biscuit_auth::{Biscuit, KeyPair, PublicKey};
use purser_domain::{AgentId, CredentialId, Label, Scope, Timestamp};
use purser_keys::{
    CredentialRoot, Grant, KeysError, MAX_TOKEN, Phrase, ProofKey, RequestParts, RootKey,
    SignatureHeaders, Verified, attenuate, body_digest, mint, verify, verify_request,
};
use rust_decimal::Decimal;
use std::sync::LazyLock;

const JUNK: &str = "test test test test test test test test test test test junk";
const ISSUED: Timestamp = Timestamp::from_millis(1_000_000);
const ENDS: Timestamp = Timestamp::from_millis(1_600_500);
/// The public key of the secret 7, 7, 7 and so on; nobody signs with it here.
const HOLDER: [u8; 32] = [
    0xea, 0x4a, 0x6c, 0x63, 0xe2, 0x9c, 0x52, 0x0a, 0xbe, 0xf5, 0x50, 0x7b, 0x13, 0x2e, 0xc5, 0xf9,
    0x95, 0x47, 0x76, 0xae, 0xbe, 0xbe, 0x7b, 0x92, 0x42, 0x1e, 0xea, 0x69, 0x14, 0x46, 0xd2, 0x2c,
];

static ROOT: LazyLock<CredentialRoot> = LazyLock::new(|| {
    let phrase = Phrase::parse(JUNK).unwrap_or_else(|error| panic!("{error}"));
    RootKey::from_phrase(&phrase).credential_root().unwrap()
});

/// A token that this wallet issued, with what it verifies to.
static ISSUED_TOKEN: LazyLock<(Biscuit, Verified)> = LazyLock::new(|| {
    let grant = Grant {
        credential: CredentialId::from_random(1),
        agent: AgentId::from_random(2),
        holder: HOLDER,
        scope: Scope {
            tasks: ["a", "b"].map(|task| Label::new(task).unwrap()).to_vec(),
            per_transaction: Some(Decimal::from(5)),
            ..Scope::default()
        },
        issued_at: ISSUED,
        expires_at: ENDS,
        bearer: false,
    };
    let token = mint(&ROOT, &grant).unwrap().token;
    let verified = verify(&token, &ROOT.public(), ISSUED).unwrap();
    let root = PublicKey::from_bytes(&ROOT.public(), Algorithm::Ed25519).unwrap();
    (Biscuit::from(BASE64URL.decode(token).unwrap(), root).unwrap(), verified)
});

/// The key of the next block, which nothing here adds.
static NEXT: LazyLock<KeyPair> = LazyLock::new(KeyPair::new);

/// A token as it stands in a header. Those of the corpus that verify were issued by this root.
pub fn credential(data: &[u8]) {
    let Some(text) = text(data) else { return };
    presented(text);
}

/// The bytes of a token.
pub fn credential_bytes(data: &[u8]) {
    presented(&BASE64URL.encode(data));
}

fn presented(token: &str) {
    let found = verify(token, &ROOT.public(), ISSUED);
    if token.len() > MAX_TOKEN {
        assert_eq!(found, Err(KeysError::TokenTooLong { limit: MAX_TOKEN }));
        return;
    }
    // Whoever holds it reads it before the wallet does.
    let narrowed = attenuate(token, &Scope::default(), None);
    let Ok(found) = found else { return };
    holds(&found);
    assert_eq!(verify(token, &ROOT.public(), found.expires_at), Err(KeysError::TokenExpired));
    match narrowed {
        Ok(narrowed) => {
            let same = verify(&narrowed.token, &ROOT.public(), ISSUED).unwrap();
            let revocation_ids = found.revocation_ids.clone();
            assert_eq!(Verified { revocation_ids, ..same }, found, "narrowed by nothing");
        }
        Err(KeysError::TokenTooLong { .. } | KeysError::TokenDepth { .. }) => {}
        // A sealed token is one that nobody can add to.
        Err(error) => assert_eq!(error, KeysError::TokenUnsupported),
    }
}

fn holds(found: &Verified) {
    assert!(found.expires_at > ISSUED && found.expires_at <= ENDS, "{found:?}");
    assert!((1..=16).contains(&found.revocation_ids.len()), "{found:?}");
    assert!(found.revocation_ids.iter().all(|id| id.len() == 128), "{found:?}");
}

/// A block that a holder wrote by hand, in a token whose signatures hold. Whatever it says, the
/// token says no more than before.
pub fn held_block(data: &[u8]) {
    let (token, before) = &*ISSUED_TOKEN;
    let longer = token.container().append_serialized(&NEXT, data.to_vec(), None);
    let Ok(longer) = longer.and_then(|longer| Ok(longer.to_vec()?)) else { return };
    let Ok(after) = verify(&BASE64URL.encode(longer), &ROOT.public(), ISSUED) else { return };
    holds(&after);
    let revocation_ids = after.revocation_ids.clone();
    let (scope, expires_at) = (after.scope.clone(), after.expires_at);
    assert_eq!(after, Verified { scope, expires_at, revocation_ids, ..before.clone() });
    assert_eq!(after.revocation_ids.len(), 2);
    assert!(after.expires_at <= before.expires_at);
    let kept = after.scope.tasks.iter().all(|task| before.scope.tasks.contains(task));
    assert!(kept && !after.scope.tasks.is_empty(), "{after:?}");
    assert!(after.scope.per_transaction.is_some_and(|cap| cap <= Decimal::from(5)), "{after:?}");
}

/// The headers of a proof, a line each, and a body. A proof that holds is the one that signing
/// this request gives, to the byte.
pub fn signature_headers(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let mut lines = text.splitn(5, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (signature_input, signature, content_digest) = (line(), line(), line());
    let (target, body) = (line(), line());
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    let headers = SignatureHeaders {
        signature_input: signature_input.to_owned(),
        signature: signature.to_owned(),
        content_digest: content_digest.to_owned(),
    };
    for authorization in [None, Some("Bearer En0KEwoE")] {
        let parts = RequestParts {
            method: "POST",
            authority: "127.0.0.1:4070",
            path,
            query,
            authorization,
            body_digest: body_digest(body.as_bytes()),
        };
        let Ok(proof) =
            verify_request(&ProofKey::new(&HOLDER), &parts, &headers, 1_700_000_000, 60)
        else {
            continue;
        };
        assert_eq!(proof.holder, HOLDER);
        assert!((16..=64).contains(&proof.nonce.len()), "{proof:?}");
        assert!(proof.created_s.abs_diff(1_700_000_000) <= 60, "{proof:?}");
        // Nobody here has the key: only the frozen one of the corpus can hold, with its own parts.
        assert_eq!(proof.nonce, "AAAAAAAAAAAAAAAAAAAAAA", "{text}");
        assert_eq!((target, body), ("/v1/spend-requests", "{}"));
        for changed in [signature_input, signature, content_digest] {
            assert!(changed.is_ascii() && changed.len() < 400, "{changed}");
        }
    }
}

/// A phrase as a person types it. What is taken has one spelling and checks again.
pub fn phrase(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok(phrase) = Phrase::parse(text) else { return };
    let words = phrase.expose_words().to_owned();
    assert!(matches!(words.split(' ').count(), 12 | 24), "{words}");
    let again = Phrase::parse(&words).unwrap_or_else(|error| panic!("{words}: {error}"));
    assert_eq!(again.expose_words(), words);
    assert!(words.bytes().all(|b| b.is_ascii_lowercase() || b == b' '), "{words}");
}
