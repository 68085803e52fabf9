//! Proof of possession: HTTP message signatures (RFC 9421) by the agent's own Ed25519 key.
//!
//! Guarantees: an accepted request was signed, as it is, by the holder's key within the allowed
//! time: method, authority, path, query, credential and body are all covered, in one fixed form.
//! Anything else that RFC 9421 would allow is refused, so that there is nothing to negotiate down.
//! Does not guarantee that it comes for the first time (see [`crate::ReplayGuard`]), nor covers
//! other headers. Pure; does not block or panic.

use crate::holder::ProofKey;
use crate::secret::random;
use crate::{HolderKey, KeysError};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64URL};
use sha2::{Digest as _, Sha256};

const LABEL: &str = "purser";

/// The parts of a request that its proof covers. The door fills them in from the request itself.
#[derive(Clone, Copy)]
pub struct RequestParts<'a> {
    /// As sent, in capitals for the registered methods.
    pub method: &'a str,
    /// Host and, unless it is the scheme's own, port. Compared in lower case.
    pub authority: &'a str,
    /// The absolute path as sent, percent-encoded.
    pub path: &'a str,
    /// The query as sent, without the question mark; `None` and empty are the same.
    pub query: Option<&'a str>,
    /// The whole value of the `Authorization` header. `Some` means that the proof must cover it;
    /// `None`, for routes without a credential, that it must not.
    pub authorization: Option<&'a str>,
    /// SHA-256 of the body as received, see [`body_digest`].
    pub body_digest: [u8; 32],
}

/// The three header fields of a proof, values only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureHeaders {
    /// `Signature-Input`.
    pub signature_input: String,
    /// `Signature`.
    pub signature: String,
    /// `Content-Digest` (RFC 9530).
    pub content_digest: String,
}

/// What makes a verified proof unique. To be given to [`crate::ReplayGuard`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofNonce {
    /// The key that signed.
    pub holder: [u8; 32],
    /// The nonce, unique for this key.
    pub nonce: String,
    /// When it was signed, in seconds since the epoch.
    pub created_s: i64,
}

/// The digest of a body, which may be empty.
#[must_use]
pub fn body_digest(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}

/// A fresh nonce of 128 random bits.
///
/// # Errors
/// [`KeysError::Randomness`].
pub fn new_nonce() -> Result<String, KeysError> {
    Ok(BASE64URL.encode(random::<16>()?.as_slice()))
}

/// Signs a request.
///
/// # Errors
/// [`KeysError::ProofPart`] when a part has characters that a signature can't cover
/// unambiguously, and [`KeysError::ProofMalformed`] for a nonce of another form.
pub fn sign_request(
    key: &HolderKey,
    request: &RequestParts<'_>,
    created_s: i64,
    nonce: &str,
) -> Result<SignatureHeaders, KeysError> {
    let params = Params { created_s, nonce, key_id: &BASE64URL.encode(key.public()) };
    params.check()?;
    let covered = Covered::of(request)?;
    let input = covered.input(&params);
    let signature = key.sign(signature_base(&covered.components(), &input).as_bytes());
    Ok(SignatureHeaders {
        signature_input: format!("{LABEL}={input}"),
        signature: format!("{LABEL}=:{}:", STANDARD.encode(signature)),
        content_digest: covered.content_digest,
    })
}

/// Verifies the proof of a request against the holder's key. `max_skew_s` is how far the signing
/// time may be from `now_s`, either way.
///
/// # Errors
/// One of the `Proof…` variants, each for its own cause.
pub fn verify_request(
    holder: &ProofKey,
    request: &RequestParts<'_>,
    headers: &SignatureHeaders,
    now_s: i64,
    max_skew_s: u32,
) -> Result<ProofNonce, KeysError> {
    let covered = Covered::of(request)?;
    let (names, params) = parse_input(&headers.signature_input)?;
    params.check()?;
    if names != covered.names() {
        return Err(KeysError::ProofCoverage);
    }
    if params.key_id != BASE64URL.encode(holder.bytes()) {
        return Err(KeysError::ProofKey);
    }
    if now_s.abs_diff(params.created_s) > u64::from(max_skew_s) {
        return Err(KeysError::ProofClock);
    }
    if headers.content_digest != covered.content_digest {
        return Err(KeysError::ProofDigest);
    }
    let signature = parse_signature(&headers.signature)?;
    // Rebuilt from what was parsed, which is the only text that parses to it.
    let base = signature_base(&covered.components(), &covered.input(&params));
    if !holder.signed(base.as_bytes(), &signature) {
        return Err(KeysError::ProofSignature);
    }
    let nonce = params.nonce.to_owned();
    Ok(ProofNonce { holder: *holder.bytes(), nonce, created_s: params.created_s })
}

/// The component values, in the form that RFC 9421 section 2 gives them.
struct Covered<'a> {
    method: &'a str,
    authority: String,
    path: &'a str,
    query: String,
    authorization: Option<&'a str>,
    content_digest: String,
}

impl<'a> Covered<'a> {
    fn of(request: &RequestParts<'a>) -> Result<Self, KeysError> {
        // A line break would let one part pass for another; blanks at the ends are not carried by
        // HTTP. Nothing but visible ASCII gets in, and blanks only in the credential.
        let visible = |part, text: &str| {
            let good = !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
            if good { Ok(()) } else { Err(KeysError::ProofPart { part }) }
        };
        visible("method", request.method)?;
        visible("authority", request.authority)?;
        visible("path", request.path)?;
        let query = format!("?{}", request.query.unwrap_or_default());
        visible("query", &query)?;
        if let Some(authorization) = request.authorization {
            authorization.split(' ').try_for_each(|word| visible("authorization", word))?;
        }
        if !request.path.starts_with('/') || request.path.contains(['?', '#']) {
            return Err(KeysError::ProofPart { part: "path" });
        }
        Ok(Self {
            method: request.method,
            authority: request.authority.to_ascii_lowercase(),
            path: request.path,
            query,
            authorization: request.authorization,
            content_digest: format!("sha-256=:{}:", STANDARD.encode(request.body_digest)),
        })
    }

    fn components(&self) -> Vec<(&'static str, &str)> {
        let mut components = vec![
            ("@method", self.method),
            ("@authority", self.authority.as_str()),
            ("@path", self.path),
            ("@query", self.query.as_str()),
        ];
        components.extend(self.authorization.map(|value| ("authorization", value)));
        components.push(("content-digest", self.content_digest.as_str()));
        components
    }

    /// The covered components as they stand in `Signature-Input`.
    fn names(&self) -> String {
        let names: Vec<_> =
            self.components().iter().map(|(name, _)| format!("\"{name}\"")).collect();
        format!("({})", names.join(" "))
    }

    fn input(&self, params: &Params<'_>) -> String {
        let Params { created_s, nonce, key_id } = params;
        let names = self.names();
        format!("{names};created={created_s};nonce=\"{nonce}\";alg=\"ed25519\";keyid=\"{key_id}\"")
    }
}

/// RFC 9421 section 2.5.
fn signature_base(components: &[(&str, &str)], input: &str) -> String {
    let mut base = String::new();
    for (name, value) in components {
        base.extend(["\"", *name, "\": ", *value, "\n"]);
    }
    base.extend(["\"@signature-params\": ", input]);
    base
}

struct Params<'a> {
    created_s: i64,
    nonce: &'a str,
    key_id: &'a str,
}

impl Params<'_> {
    fn check(&self) -> Result<(), KeysError> {
        let base64url = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if !(16..=64).contains(&self.nonce.len()) || !self.nonce.bytes().all(base64url) {
            return Err(KeysError::ProofMalformed { part: "nonce" });
        }
        if self.created_s < 0 {
            return Err(KeysError::ProofMalformed { part: "created" });
        }
        Ok(())
    }
}

/// Takes `purser=(…);created=…;nonce="…";alg="ed25519";keyid="…"` apart.
fn parse_input(text: &str) -> Result<(&str, Params<'_>), KeysError> {
    let malformed = |part| KeysError::ProofMalformed { part };
    let rest = text
        .strip_prefix(LABEL)
        .and_then(|rest| rest.strip_prefix('='))
        .ok_or(malformed("signature-input label"))?;
    let (names, rest) = rest.split_once(";created=").ok_or(malformed("created"))?;
    let (created, rest) = rest.split_once(";nonce=\"").ok_or(malformed("nonce"))?;
    let (nonce, rest) = rest.split_once("\";alg=\"ed25519\"").ok_or(malformed("alg"))?;
    let key_id = rest
        .strip_prefix(";keyid=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .ok_or(malformed("keyid"))?;
    let created_s = created.parse::<i64>().map_err(|_| malformed("created"))?;
    if created_s.to_string() != created {
        return Err(malformed("created"));
    }
    Ok((names, Params { created_s, nonce, key_id }))
}

fn parse_signature(text: &str) -> Result<[u8; 64], KeysError> {
    text.strip_prefix(LABEL)
        .and_then(|rest| rest.strip_prefix("=:"))
        .and_then(|rest| rest.strip_suffix(':'))
        .and_then(|encoded| STANDARD.decode(encoded).ok())
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(KeysError::ProofMalformed { part: "signature" })
}

#[cfg(test)]
#[path = "proof_tests.rs"]
mod tests;
