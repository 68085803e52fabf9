//! The operating system's keystore, as a second factor of the vault.
//!
//! Guarantees: a stolen vault file is useless without the secret that the keystore of this
//! computer holds. Does not guarantee anything against programs of the same user: they can read
//! an unlocked keystore, and an agent's shell is such a program. So the secret never replaces the
//! passphrase; it is only mixed in. The implementation blocks (the keystore may ask the user); it
//! does not panic.

use crate::KeysError;
use zeroize::Zeroizing;

/// A place of the operating system that keeps small secrets by name.
pub trait DeviceStore {
    /// The secret of this name, or nothing when there is none.
    ///
    /// # Errors
    /// [`KeysError::NoKeystore`] or [`KeysError::KeystoreRefused`].
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeysError>;

    /// Keeps a secret, instead of an earlier one of this name.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn set(&self, name: &str, secret: &[u8]) -> Result<(), KeysError>;

    /// Forgets a secret; one that is not there is forgotten already.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn delete(&self, name: &str) -> Result<(), KeysError>;
}

#[cfg(feature = "os-keystore")]
pub use os::OsKeystore;

#[cfg(feature = "os-keystore")]
mod os {
    use super::{DeviceStore, KeysError, Zeroizing};
    use keyring::{Entry, Error};

    /// The Secret Service on Linux and BSD, the Keychain on macOS, the Credential Manager on
    /// Windows; all under the service name `purser`.
    pub struct OsKeystore(());

    impl OsKeystore {
        const SERVICE: &'static str = "purser";

        /// Connects to the keystore.
        ///
        /// # Errors
        /// [`KeysError::NoKeystore`] when this computer or session has none.
        pub fn connect() -> Result<Self, KeysError> {
            if Entry::store_status().is_err() {
                return Err(KeysError::NoKeystore);
            }
            Ok(Self(()))
        }

        fn entry(name: &str) -> Result<Entry, KeysError> {
            Entry::new(Self::SERVICE, name).map_err(|error| refusal(&error))
        }
    }

    const fn refusal(error: &Error) -> KeysError {
        match error {
            Error::NoDefaultStore | Error::PlatformFailure(_) => KeysError::NoKeystore,
            _ => KeysError::KeystoreRefused,
        }
    }

    impl DeviceStore for OsKeystore {
        fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeysError> {
            match Self::entry(name)?.get_secret() {
                Ok(secret) => Ok(Some(Zeroizing::new(secret))),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(refusal(&error)),
            }
        }

        fn set(&self, name: &str, secret: &[u8]) -> Result<(), KeysError> {
            Self::entry(name)?.set_secret(secret).map_err(|error| refusal(&error))
        }

        fn delete(&self, name: &str) -> Result<(), KeysError> {
            match Self::entry(name)?.delete_credential() {
                Ok(()) | Err(Error::NoEntry) => Ok(()),
                Err(error) => Err(refusal(&error)),
            }
        }
    }
}
