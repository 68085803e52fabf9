//! Agents' credentials: Biscuit tokens (<https://doc.biscuitsec.org/reference/specifications>)
//! signed by the wallet's credential root.
//!
//! Guarantees: only the root can make one; whoever holds one can only narrow it (scope and end),
//! never widen it; a block that holds anything but such a narrowing, or is signed by a third
//! party, is refused before any of its Datalog runs (a rule's run time has no bound that Biscuit
//! enforces within a rule, so a credential could otherwise stall the wallet). Facts of identity are
//! read from the block that the root signed, and from no other.
//! Does not guarantee: that the credential was not revoked (ask the wallet with the revocation
//! ids), nor that whoever shows it is its holder (see `proof`); a narrowed token is still bound to
//! the same holder key. Pure but for the ephemeral keys; does not block or panic.

use crate::holder::CredentialRoot;
use crate::narrow::narrow;
use crate::{KeysError, screen};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use biscuit_auth::builder::{Algorithm, BiscuitBuilder, BlockBuilder, Fact, Term};
use biscuit_auth::error::{Format, Token};
use biscuit_auth::{Biscuit, KeyPair, PrivateKey, PublicKey, UnverifiedBiscuit};
use purser_domain::{AgentId, CredentialId, Scope, Timestamp};

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
    /// The key that the request must be signed with, unless `bearer`.
    pub holder: [u8; 32],
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
        .check(screen::ends_before(end))
        .and_then(|block| block.build(&key_pair(root)?))
        .map_err(|_| KeysError::TokenUnsupported)?;
    let bytes = token.to_vec().map_err(|_| KeysError::TokenUnsupported)?;
    credential(&bytes, token.revocation_identifiers())
}

/// Narrows a credential without asking the wallet: the result allows what the token and `scope`
/// both allow, until the earlier end. It stays bound to the same holder.
///
/// # Errors
/// [`KeysError::TokenTooLong`], and [`KeysError::TokenMalformed`] when `token` is not one.
pub fn attenuate(
    token: &str,
    scope: &Scope,
    expires_at: Option<Timestamp>,
) -> Result<Credential, KeysError> {
    let parsed = UnverifiedBiscuit::from(decode(token)?).map_err(|error| refusal(&error))?;
    let narrowing = Fact::new(screen::NARROW.to_owned(), vec![Term::Str(scope_text(scope)?)]);
    let mut block = BlockBuilder::new().fact(narrowing).map_err(|_| KeysError::TokenUnsupported)?;
    if let Some(end) = expires_at {
        block = block
            .check(screen::ends_before(seconds(end)))
            .map_err(|_| KeysError::TokenUnsupported)?;
    }
    let narrowed = parsed.append(block).map_err(|error| refusal(&error))?;
    let bytes = narrowed.to_vec().map_err(|_| KeysError::TokenMalformed)?;
    credential(&bytes, narrowed.revocation_identifiers())
}

/// Verifies a credential against the wallet's own root, and reads it.
///
/// # Errors
/// One of the `Token…` variants, each for its own cause.
pub fn verify(token: &str, root: &[u8; 32], now: Timestamp) -> Result<Verified, KeysError> {
    let root =
        PublicKey::from_bytes(root, Algorithm::Ed25519).map_err(|_| KeysError::TokenForged)?;
    let parsed = Biscuit::from(decode(token)?, root).map_err(|error| refusal(&error))?;
    if parsed.external_public_keys().iter().any(Option::is_some) {
        return Err(KeysError::TokenThirdParty);
    }
    let contents = screen::read(&parsed, now)?;
    let mut scope = read_scope(&contents.scope)?;
    for narrowing in &contents.narrowings {
        scope = narrow(scope, read_scope(narrowing)?)?;
    }
    let expires_at = contents.ends.iter().fold(contents.expires_at, |end, other| end.min(*other));
    if now >= expires_at {
        return Err(KeysError::TokenExpired);
    }
    Ok(Verified {
        credential: contents.credential,
        agent: contents.agent,
        holder: contents.holder,
        scope,
        issued_at: contents.issued_at,
        expires_at,
        bearer: contents.bearer,
        revocation_ids: parsed.revocation_identifiers().iter().map(hex::encode).collect(),
    })
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
mod tests;
