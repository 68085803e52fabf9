//! Who asks: the credential and the proof of possession of one request.
//!
//! Guarantees: an identity comes only from a credential that this wallet's root signed and that
//! has not ended; `Authorization: Purser` needs an RFC 9421 signature by the credential's own key
//! over this very request, used once (the key that the credential was last handed over to, if it
//! was); `Authorization: Bearer` only where the credential says so.
//! Proofs that were signed before the gateway began are refused, since the memory of used ones is
//! gone with the process (to the second: the idempotency keys catch what is left).
//!
//! Does not guarantee that the credential or the agent still stands: the engine judges that again
//! for every request.

use crate::problem::Problem;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use purser_domain::{HolderProof, Presented, Refusal, Timestamp};
use purser_keys::{
    KeysError, KnownCredentials, ProofKey, ProofNonce, ReplayGuard, RequestParts, SignatureHeaders,
    body_digest, verify_request,
};
use purser_wallet::{AgentIdentity, Wallet};
use std::sync::{Mutex, PoisonError};

/// How far the signing time may be from now, in seconds, either way.
const SKEW_S: u32 = 60;
/// Proofs remembered in all and of one agent. The engine lets an agent try 6,000 times a minute at
/// most, and a proof is remembered for at most two minutes.
const PROOFS: usize = 1_000_000;
const PROOFS_OF_ONE: usize = 20_000;

/// What tells a used proof from a new one.
pub(crate) struct Auth {
    used: Mutex<ReplayGuard>,
    known: KnownCredentials,
    started_s: i64,
}

impl Auth {
    pub fn new(started: Timestamp) -> Self {
        let used = Mutex::new(ReplayGuard::new(SKEW_S, PROOFS, PROOFS_OF_ONE));
        Self { used, known: KnownCredentials::default(), started_s: started.as_seconds() }
    }

    /// Who sent this request with this body.
    pub fn identify(
        &self,
        wallet: &Wallet,
        parts: &Parts,
        body: &[u8],
    ) -> Result<AgentIdentity, Problem> {
        let authorization = authorization(&parts.headers)?;
        let (scheme, token) = authorization.split_once(' ').ok_or_else(no_credential)?;
        let now = wallet.now();
        let proof = match scheme {
            _ if scheme.eq_ignore_ascii_case("purser") => HolderProof::Signature,
            _ if scheme.eq_ignore_ascii_case("bearer") => HolderProof::Bearer,
            _ => return Err(no_credential()),
        };
        let verified = self.known.verify(token, &wallet.credential_public(), now)?;
        match proof {
            HolderProof::Signature => {
                let signed = signed_parts(parts, Some(authorization), body)?;
                let keys = (&verified.holder_key, &verified.issued_to);
                self.prove(keys, &signed, &parts.headers, now)?;
            }
            HolderProof::Bearer if !verified.bearer => {
                return Err(Refusal::HolderProofMissing.into());
            }
            HolderProof::Bearer => {}
        }
        let presented = Presented {
            credential: verified.credential,
            scope: verified.scope.clone(),
            expires_at: verified.expires_at,
            proof,
            handed_over: verified.holder != verified.issued_to,
        };
        Ok(AgentIdentity { agent: verified.agent, presented })
    }

    /// Whether this request, without a credential, is signed by this key.
    pub fn prove_key(
        &self,
        holder: &[u8; 32],
        parts: &Parts,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), Problem> {
        let keys = (&ProofKey::new(holder), holder);
        self.prove(keys, &signed_parts(parts, None, body)?, &parts.headers, now)
    }

    /// Whether the first key signed, with room for it in the second one's share.
    fn prove(
        &self,
        (holder, issued_to): (&ProofKey, &[u8; 32]),
        signed: &RequestParts<'_>,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let now_s = now.as_seconds();
        let proof = verify_request(holder, signed, &signature(headers)?, now_s, SKEW_S)?;
        self.use_up(&proof, issued_to, now_s)
    }

    fn use_up(&self, proof: &ProofNonce, issued_to: &[u8; 32], now_s: i64) -> Result<(), Problem> {
        if proof.created_s < self.started_s {
            return Err(KeysError::ProofClock.into());
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(used.remember(proof, issued_to, now_s)?)
    }
}

fn signed_parts<'a>(
    parts: &'a Parts,
    authorization: Option<&'a str>,
    body: &[u8],
) -> Result<RequestParts<'a>, Problem> {
    let authority = one(&parts.headers, header::HOST.as_str())?;
    Ok(RequestParts {
        method: parts.method.as_str(),
        authority: authority.ok_or(KeysError::ProofPart { part: "authority" })?,
        path: parts.uri.path(),
        query: parts.uri.query(),
        authorization,
        body_digest: body_digest(body),
    })
}

fn authorization(headers: &HeaderMap) -> Result<&str, Problem> {
    one(headers, header::AUTHORIZATION.as_str())?.ok_or_else(no_credential)
}

fn signature(headers: &HeaderMap) -> Result<SignatureHeaders, Problem> {
    let header = |name| -> Result<String, Problem> {
        let value = one(headers, name)?.ok_or(Refusal::HolderProofMissing)?;
        Ok(value.to_owned())
    };
    Ok(SignatureHeaders {
        signature_input: header("signature-input")?,
        signature: header("signature")?,
        content_digest: header("content-digest")?,
    })
}

/// The value of a header that may come once: of two, nobody could say which was signed.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Problem> {
    let malformed = || Problem::from(KeysError::ProofMalformed { part: "headers" });
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(malformed());
    }
    value.to_str().map(Some).map_err(|_| malformed())
}

fn no_credential() -> Problem {
    Problem::new(
        401,
        "credential_missing",
        "the request shows no credential",
        "send `Authorization: Purser <credential>` and sign the request, or use `purser mcp`",
    )
}
