//! Agents' credentials: Biscuit tokens (<https://doc.biscuitsec.org/reference/specifications>)
//! signed by the wallet's credential root.
//!
//! Guarantees: only the root can make one; whoever holds one can only narrow it (scope and end),
//! never widen it; only its holder's key can hand it over to another key, offline, and from then
//! on that key holds it; a block that holds anything but such a narrowing or hand-over is refused,
//! and none of its Datalog is ever run. Facts of identity are read from the block that the root
//! signed, and from no other.
//! Does not guarantee: that the credential was not revoked (ask the wallet with the revocation
//! ids), nor that whoever shows it is its holder (see `proof`). Pure but for the ephemeral keys;
//! does not block or panic.

use crate::blocks::{Block, Cut, Fact as Said, MAX_BLOCKS, Term as Value};
use crate::hand_over::{self, HAND_OVER, Narrowing};
use crate::holder::CredentialRoot;
use crate::narrow::narrow;
use crate::{HolderKey, KeysError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use biscuit_auth::builder::{
    Algorithm, Binary, BiscuitBuilder, BlockBuilder, Check, CheckKind, Expression, Fact, Op,
    Predicate, Rule, Term,
};
use biscuit_auth::error::{Format, Token};
use biscuit_auth::format::SerializedBiscuit;
use biscuit_auth::{KeyPair, PrivateKey, PublicKey, UnverifiedBiscuit};
use purser_domain::{AgentId, CredentialId, Scope, Timestamp};

/// The fact that carries a narrowing scope in a block that a holder appended.
const NARROW: &str = "narrow";

/// The most characters of a token. A credential without narrowings has about 700.
pub const MAX_TOKEN: usize = 8 * 1024;

/// What a credential is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its identifier, drawn by the caller.
    pub credential: CredentialId,
    /// The agent it speaks for.
    pub agent: AgentId,
    /// The agent's Ed25519 public key.
    pub holder: [u8; 32],
    /// What it may be used for.
    pub scope: Scope,
    /// When it begins.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether it may be used without proof of possession.
    pub bearer: bool,
}

/// A token and the identifiers by which it is revoked.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// The token, base64url without padding.
    pub token: String,
    /// One per block, hexadecimal. Revoking one revokes everything narrowed from it.
    pub revocation_ids: Vec<String>,
}

/// What a verified credential says, narrowings applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Its identifier.
    pub credential: CredentialId,
    /// The agent it speaks for.
    pub agent: AgentId,
    /// The key that the request must be signed with, unless `bearer`: the last one that it was
    /// handed over to.
    pub holder: [u8; 32],
    /// The key that the wallet issued it to. The same as `holder` if it was never handed over.
    pub issued_to: [u8; 32],
    /// What it may be used for: the root's scope and all narrowings at once.
    pub scope: Scope,
    /// When it began.
    pub issued_at: Timestamp,
    /// When it ends: the earliest of its blocks.
    pub expires_at: Timestamp,
    /// Whether it may be used without proof of possession.
    pub bearer: bool,
    /// One per block; refuse the credential when any of them is revoked.
    pub revocation_ids: Vec<String>,
}

/// Makes a credential.
///
/// # Errors
/// [`KeysError::GrantInterval`] when it would end before it begins, and
/// [`KeysError::TokenTooLong`] when the scope is too large.
pub fn mint(root: &CredentialRoot, grant: &Grant) -> Result<Credential, KeysError> {
    if grant.expires_at <= grant.issued_at {
        return Err(KeysError::GrantInterval);
    }
    let facts = [
        ("credential", Term::Str(grant.credential.to_string())),
        ("agent", Term::Str(grant.agent.to_string())),
        ("holder", Term::Bytes(grant.holder.to_vec())),
        ("scope", Term::Str(scope_text(&grant.scope)?)),
        ("issued_at", Term::Integer(grant.issued_at.as_millis())),
        ("expires_at", Term::Integer(grant.expires_at.as_millis())),
        ("bearer", Term::Bool(grant.bearer)),
    ];
    let mut block = BiscuitBuilder::new();
    for (name, term) in facts {
        block = block
            .fact(Fact::new(name.to_owned(), vec![term]))
            .map_err(|_| KeysError::TokenUnsupported)?;
    }
    // For verifiers other than this one; whole seconds, so it may end up to 1 s after the fact.
    let end = seconds(grant.expires_at).saturating_add(1);
    let token = block
        .check(ends_before(end))
        .and_then(|block| block.build(&key_pair(root)?))
        .map_err(|_| KeysError::TokenUnsupported)?;
    let bytes = token.to_vec().map_err(|_| KeysError::TokenUnsupported)?;
    credential(&bytes, token.revocation_identifiers())
}

/// Narrows a credential without asking the wallet: the result allows what the token and `scope`
/// both allow, until the earlier end. It stays bound to the same holder.
///
/// # Errors
/// [`KeysError::TokenTooLong`], [`KeysError::TokenDepth`] when it was narrowed and handed over too
/// often, and [`KeysError::TokenMalformed`] when `token` is not one.
pub fn attenuate(
    token: &str,
    scope: &Scope,
    expires_at: Option<Timestamp>,
) -> Result<Credential, KeysError> {
    let bytes = decode(token)?;
    may_grow(&Cut::new(&bytes)?)?;
    let narrowing = vec![Term::Str(scope_text(scope)?)];
    let mut block = fact(BlockBuilder::new(), NARROW, narrowing)?;
    if let Some(end) = expires_at {
        block = block.check(ends_before(seconds(end))).map_err(|_| KeysError::TokenUnsupported)?;
    }
    appended(bytes, block)
}

/// Hands a credential over to another key without asking the wallet: from then on it is that key
/// which must sign. The result allows what the token and `scope` both allow, until the earlier
/// end. One that needs no proof of possession needs none afterwards.
///
/// # Errors
/// [`KeysError::NotTheHolder`] when `holder` is not the key that the token is bound to,
/// [`KeysError::HolderKeyInvalid`] when `to` is no Ed25519 public key, [`KeysError::TokenEmpty`]
/// when nothing would be left of its scope, and as [`attenuate`].
pub fn hand_over(
    token: &str,
    holder: &HolderKey,
    to: &[u8; 32],
    scope: &Scope,
    expires_at: Option<Timestamp>,
) -> Result<Credential, KeysError> {
    let bytes = decode(token)?;
    let cut = Cut::new(&bytes)?;
    may_grow(&cut)?;
    let blocks = cut.read()?;
    let so_far = follow(&blocks)?;
    if so_far.holder != holder.public() {
        return Err(KeysError::NotTheHolder);
    }
    narrow(so_far.scope, scope.clone())?;
    // A later end than now would be no narrowing, and is left out.
    let expires_at_ms = expires_at.filter(|end| *end < so_far.expires_at);
    let narrowing = Narrowing { scope: scope.clone(), expires_at_ms };
    let last = blocks.last().ok_or(KeysError::TokenMalformed)?;
    let (text, signature) = hand_over::sign(holder, &last.revocation_id, to, &narrowing)?;
    let terms = vec![Term::Bytes(to.to_vec()), Term::Str(text), Term::Bytes(signature.to_vec())];
    appended(bytes, fact(BlockBuilder::new(), HAND_OVER, terms)?)
}

/// Verifies a credential against the wallet's own root, and reads it.
///
/// # Errors
/// One of the `Token…` variants, each for its own cause.
pub fn verify(token: &str, root: &[u8; 32], now: Timestamp) -> Result<Verified, KeysError> {
    let root =
        PublicKey::from_bytes(root, Algorithm::Ed25519).map_err(|_| KeysError::TokenForged)?;
    let bytes = decode(token)?;
    let cut = Cut::new(&bytes)?;
    SerializedBiscuit::from_slice(&bytes, root).map_err(|error| refusal(&error.into()))?;
    let verified = follow(&cut.read()?)?;
    if now >= verified.expires_at {
        return Err(KeysError::TokenExpired);
    }
    Ok(verified)
}

/// Follows the blocks from the root's to the last, each from what those before it left.
fn follow(blocks: &[Block]) -> Result<Verified, KeysError> {
    let (root, held) = blocks.split_first().ok_or(KeysError::TokenMalformed)?;
    let mut verified = granted(root)?;
    let mut previous = root;
    for block in held {
        shorten(&mut verified, &block.ends);
        match block.facts.as_slice() {
            [] => {}
            [narrowing] if narrowing.name == NARROW => {
                let [Value::Text(scope)] = narrowing.terms.as_slice() else {
                    return Err(KeysError::TokenUnsupported);
                };
                verified.scope = narrow(verified.scope, read_scope(scope)?)?;
            }
            [said] if said.name == HAND_OVER => {
                let over = hand_over::verify(said, &verified.holder, &previous.revocation_id)?;
                verified.scope = narrow(verified.scope, over.narrowing.scope)?;
                shorten(&mut verified, over.narrowing.expires_at_ms.as_slice());
                verified.holder = over.to;
            }
            _ => return Err(KeysError::TokenUnsupported),
        }
        previous = block;
    }
    verified.revocation_ids = blocks.iter().map(|block| hex::encode(block.revocation_id)).collect();
    Ok(verified)
}

fn shorten(verified: &mut Verified, ends: &[Timestamp]) {
    verified.expires_at = ends.iter().fold(verified.expires_at, |end, other| end.min(*other));
}

/// What the root said: exactly its facts, each once.
fn granted(root: &Block) -> Result<Verified, KeysError> {
    let unsupported = KeysError::TokenUnsupported;
    let names = ["credential", "agent", "holder", "scope", "issued_at", "expires_at", "bearer"];
    if root.facts.len() != names.len() {
        return Err(unsupported);
    }
    let [
        Some(Value::Text(credential)),
        Some(Value::Text(agent)),
        Some(Value::Bytes(holder)),
        Some(Value::Text(scope)),
        Some(Value::Integer(issued_at)),
        Some(Value::Integer(expires_at)),
        Some(Value::Bool(bearer)),
    ] = names.map(|name| term(&root.facts, name))
    else {
        return Err(unsupported);
    };
    let holder = holder.as_slice().try_into().map_err(|_| KeysError::TokenUnsupported)?;
    let mut verified = Verified {
        credential: credential.parse().map_err(|_| KeysError::TokenUnsupported)?,
        agent: agent.parse().map_err(|_| unsupported)?,
        holder,
        issued_to: holder,
        scope: read_scope(scope)?,
        issued_at: Timestamp::from_millis(*issued_at),
        expires_at: Timestamp::from_millis(*expires_at),
        bearer: *bearer,
        revocation_ids: Vec::new(),
    };
    shorten(&mut verified, &root.ends);
    Ok(verified)
}

/// The one term of the one fact of this name.
fn term<'a>(facts: &'a [Said], name: &str) -> Option<&'a Value> {
    let fact = facts.iter().find(|fact| fact.name == name)?;
    let [term] = fact.terms.as_slice() else { return None };
    Some(term)
}

/// `check if time($time), $time < end`.
fn ends_before(end: u64) -> Check {
    let time = Term::Variable("time".to_owned());
    let ops =
        vec![Op::Value(time.clone()), Op::Value(Term::Date(end)), Op::Binary(Binary::LessThan)];
    let query = Rule::new(
        Predicate::new("query".to_owned(), vec![]),
        vec![Predicate::new("time".to_owned(), vec![time])],
        vec![Expression { ops }],
        vec![],
    );
    Check { queries: vec![query], kind: CheckKind::One }
}

fn fact(block: BlockBuilder, name: &str, terms: Vec<Term>) -> Result<BlockBuilder, KeysError> {
    block.fact(Fact::new(name.to_owned(), terms)).map_err(|_| KeysError::TokenUnsupported)
}

fn may_grow(cut: &Cut) -> Result<(), KeysError> {
    if cut.count() < MAX_BLOCKS { Ok(()) } else { Err(KeysError::TokenDepth { limit: MAX_BLOCKS }) }
}

fn appended(bytes: Vec<u8>, block: BlockBuilder) -> Result<Credential, KeysError> {
    let longer = UnverifiedBiscuit::from(bytes)
        .and_then(|parsed| parsed.append(block))
        .map_err(|error| refusal(&error))?;
    let bytes = longer.to_vec().map_err(|_| KeysError::TokenMalformed)?;
    credential(&bytes, longer.revocation_identifiers())
}

fn credential(bytes: &[u8], ids: Vec<Vec<u8>>) -> Result<Credential, KeysError> {
    let token = BASE64URL.encode(bytes);
    if token.len() > MAX_TOKEN {
        return Err(KeysError::TokenTooLong { limit: MAX_TOKEN });
    }
    Ok(Credential { token, revocation_ids: ids.iter().map(hex::encode).collect() })
}

fn decode(token: &str) -> Result<Vec<u8>, KeysError> {
    if token.len() > MAX_TOKEN {
        return Err(KeysError::TokenTooLong { limit: MAX_TOKEN });
    }
    BASE64URL.decode(token.trim_end_matches('=')).map_err(|_| KeysError::TokenMalformed)
}

fn refusal(error: &Token) -> KeysError {
    match error {
        Token::Format(Format::Signature(_) | Format::SealedSignature) => KeysError::TokenForged,
        Token::Format(Format::Version { .. }) | Token::AppendOnSealed => {
            KeysError::TokenUnsupported
        }
        _ => KeysError::TokenMalformed,
    }
}

fn key_pair(root: &CredentialRoot) -> Result<KeyPair, Token> {
    let private = PrivateKey::from_bytes(root.secret().as_slice(), Algorithm::Ed25519)?;
    Ok(KeyPair::from(&private))
}

fn seconds(time: Timestamp) -> u64 {
    u64::try_from(time.as_seconds()).unwrap_or(0)
}

fn scope_text(scope: &Scope) -> Result<String, KeysError> {
    serde_json::to_string(scope).map_err(|_| KeysError::TokenUnsupported)
}

fn read_scope(text: &str) -> Result<Scope, KeysError> {
    serde_json::from_str(text).map_err(|_| KeysError::TokenUnsupported)
}

#[cfg(test)]
#[path = "credential_tests.rs"]
pub(crate) mod tests;
