//! The credential that came with a request, as the log keeps it.
//!
//! Guarantees: with the credential as the log issued it, this gives back all that the ladder looked
//! at, so that a decision can be explained and judged again. No secret is in it: neither the
//! credential nor the proof itself.

use crate::command::{HolderProof, Presented};
use crate::id::CredentialId;
use crate::request::Scope;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A presented credential, without what the log knows of it anyway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// Which.
    pub credential: CredentialId,
    /// Whether nothing but the credential was shown; else the agent's key had signed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bearer: bool,
    /// Whether it was handed over to another key, which then signed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub handed_over: bool,
    /// When it ended, where not as it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at_ms: Option<Timestamp>,
    /// What it was narrowed to, where not as it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
}

impl Shown {
    /// What the log keeps of a credential; `issued` is its scope and end as they were issued,
    /// `None` when the wallet knows no such credential.
    #[must_use]
    pub fn of(presented: &Presented, issued: Option<(&Scope, Timestamp)>) -> Self {
        let (scope, end) = issued.unzip();
        let Presented { credential, scope: shown, expires_at, proof, handed_over } = presented;
        Self {
            credential: *credential,
            bearer: *proof == HolderProof::Bearer,
            handed_over: *handed_over,
            expires_at_ms: (end != Some(*expires_at)).then_some(*expires_at),
            scope: (scope != Some(shown)).then(|| shown.clone()),
        }
    }

    /// The credential as it was presented. `None` when the log should know how it was issued and
    /// does not.
    #[must_use]
    pub fn presented(&self, issued: Option<(&Scope, Timestamp)>) -> Option<Presented> {
        let (scope, end) = issued.unzip();
        Some(Presented {
            credential: self.credential,
            scope: self.scope.as_ref().or(scope)?.clone(),
            expires_at: self.expires_at_ms.or(end)?,
            proof: if self.bearer { HolderProof::Bearer } else { HolderProof::Signature },
            handed_over: self.handed_over,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presented(proof: HolderProof) -> Presented {
        let expires_at = Timestamp::from_millis(9_000);
        let scope = Scope { per_transaction: Some(5.into()), ..Scope::default() };
        let handed_over = proof == HolderProof::Signature;
        Presented {
            credential: CredentialId::from_random(7),
            scope,
            expires_at,
            proof,
            handed_over,
        }
    }

    #[test]
    fn what_was_presented_comes_back_whatever_was_issued() {
        for proof in [HolderProof::Signature, HolderProof::Bearer] {
            let presented = presented(proof);
            let (wide, later) = (Scope::default(), Timestamp::from_millis(10_000));
            let (same, end) = (presented.scope.clone(), presented.expires_at);
            for issued in [None, Some((&wide, later)), Some((&same, later)), Some((&same, end))] {
                let shown = Shown::of(&presented, issued);
                let json = serde_json::to_string(&shown).unwrap();
                let read: Shown = serde_json::from_str(&json).unwrap();
                assert_eq!(read.presented(issued), Some(presented.clone()), "{json}");
            }
        }
    }

    #[test]
    fn only_what_differs_from_the_issued_one_is_kept() {
        let presented = Presented { handed_over: false, ..presented(HolderProof::Signature) };
        let shown = Shown::of(&presented, Some((&presented.scope, presented.expires_at)));
        let id = presented.credential;
        assert_eq!(serde_json::to_value(&shown).unwrap(), serde_json::json!({"credential": id}));
        assert_eq!(shown.presented(None), None, "the log must know the rest");
    }
}
