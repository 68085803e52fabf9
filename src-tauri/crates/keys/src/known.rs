//! Credentials that were verified before, so that each costs its signatures once.
//!
//! Guarantees: what is remembered is exactly what [`verify`] said of the very same token and root,
//! which depends on nothing else but the time; the end of the credential is looked at each time.
//! Tokens themselves are not kept, only their digests. Memory is bounded by [`MOST`] credentials.
//! Does not guarantee that a credential still stands: the engine judges that for every request.

use crate::KeysError;
use crate::credential::{Verified, verify};
use crate::holder::ProofKey;
use purser_domain::{Digest, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

/// Most credentials that are remembered; what came first goes first.
const MOST: usize = 2048;

/// A credential that was verified, and the key that its requests are signed with.
#[derive(Debug, PartialEq, Eq)]
pub struct KnownCredential {
    verified: Verified,
    /// The key [`Verified::holder`].
    pub holder_key: ProofKey,
}

impl Deref for KnownCredential {
    type Target = Verified;

    fn deref(&self) -> &Verified {
        &self.verified
    }
}

impl From<Verified> for KnownCredential {
    fn from(verified: Verified) -> Self {
        let holder_key = ProofKey::new(&verified.holder);
        Self { verified, holder_key }
    }
}

/// Credentials that were verified.
#[derive(Default)]
pub struct KnownCredentials(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    verified: BTreeMap<(Digest, [u8; 32]), Arc<KnownCredential>>,
    order: VecDeque<(Digest, [u8; 32])>,
}

impl KnownCredentials {
    /// As [`verify`].
    ///
    /// # Errors
    /// As [`verify`].
    pub fn verify(
        &self,
        token: &str,
        root: &[u8; 32],
        now: Timestamp,
    ) -> Result<Arc<KnownCredential>, KeysError> {
        let key = (Digest::of_bytes(token.as_bytes()), *root);
        let found = self.inner(|inner| inner.verified.get(&key).map(Arc::clone));
        if let Some(found) = found {
            return if now < found.expires_at { Ok(found) } else { Err(KeysError::TokenExpired) };
        }
        let verified = Arc::new(KnownCredential::from(verify(token, root, now)?));
        self.inner(|inner| inner.keep(key, Arc::clone(&verified)));
        Ok(verified)
    }

    fn inner<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    fn keep(&mut self, key: (Digest, [u8; 32]), verified: Arc<KnownCredential>) {
        if self.verified.insert(key, verified).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > MOST {
            if let Some(first) = self.order.pop_front() {
                self.verified.remove(&first);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Grant, Phrase, PhraseLength, RootKey, mint};
    use purser_domain::{AgentId, CredentialId, Scope};

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn tokens(count: usize) -> (Vec<String>, [u8; 32]) {
        let root = RootKey::from_phrase(&Phrase::generate(PhraseLength::Words12).unwrap());
        let root = root.credential_root().unwrap();
        let token = |number: usize| {
            let bits = u128::try_from(number).unwrap();
            let grant = Grant {
                credential: CredentialId::from_random(bits),
                agent: AgentId::from_random(bits),
                holder: [7; 32],
                scope: Scope::default(),
                issued_at: NOW,
                expires_at: NOW.plus_seconds(60),
                bearer: false,
            };
            mint(&root, &grant).unwrap().token
        };
        ((0..count).map(token).collect(), root.public())
    }

    #[test]
    fn a_known_credential_is_read_as_before_and_ends_when_it_ends() {
        let (tokens, root) = tokens(1);
        let known = KnownCredentials::default();
        let first = known.verify(&tokens[0], &root, NOW).unwrap();
        assert_eq!(**first, verify(&tokens[0], &root, NOW).unwrap());
        assert_eq!(*first.holder_key.bytes(), first.holder);
        let again = known.verify(&tokens[0], &root, NOW.plus_seconds(59)).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        let late = known.verify(&tokens[0], &root, NOW.plus_seconds(60));
        assert_eq!(late.unwrap_err(), KeysError::TokenExpired);
    }

    #[test]
    fn another_root_or_a_changed_token_is_not_known() {
        let (tokens, root) = tokens(1);
        let known = KnownCredentials::default();
        known.verify(&tokens[0], &root, NOW).unwrap();
        let (_, other) = self::tokens(0);
        assert!(known.verify(&tokens[0], &other, NOW).is_err());
        let mut changed = tokens[0].clone();
        changed.truncate(changed.len().saturating_sub(4));
        assert!(known.verify(&changed, &root, NOW).is_err());
        assert_eq!(known.inner(|inner| (inner.verified.len(), inner.order.len())), (1, 1));
    }

    #[test]
    fn only_so_many_are_remembered() {
        let (tokens, root) = tokens(1);
        let verified = Arc::new(verify(&tokens[0], &root, NOW).unwrap().into());
        let mut inner = Inner::default();
        let key = |number: usize| (Digest::of_bytes(&number.to_be_bytes()), root);
        for number in 0..=MOST {
            inner.keep(key(number), Arc::clone(&verified));
            inner.keep(key(number), Arc::clone(&verified));
        }
        assert_eq!((inner.verified.len(), inner.order.len()), (MOST, MOST));
        assert!(!inner.verified.contains_key(&key(0)));
        assert!(inner.verified.contains_key(&key(1)));
    }
}
