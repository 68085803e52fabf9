//! The file in which an agent keeps its own key.
//!
//! Guarantees: written atomically, readable by its owner only, never over another one; refused
//! when others can read it or when its public key isn't the secret's. Does not guarantee that
//! other programs of the same user don't read it: what limits the harm is the credential, not this
//! key. Blocks on the disk; does not panic.

use crate::durable::{self, Existing};
use crate::{HolderKey, KeysError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use purser_domain::AgentId;
use serde::{Deserialize, Serialize};
use std::path::Path;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const VERSION: u32 = 1;
const MAX_FILE: u64 = 16 * 1024;

/// Who an agent is, and the key by which it proves it.
pub struct AgentKeyFile {
    /// The agent's identifier in the wallet.
    pub agent: AgentId,
    /// The name that the owner gave it. A label, not a fact.
    pub name: String,
    /// Its key.
    pub key: HolderKey,
}

/// The layout on disk. Frozen: another layout needs another version. Private, and the only place
/// where a secret is serialised: into a buffer that is wiped after the file is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OnDisk {
    version: u32,
    agent: AgentId,
    name: String,
    public: String,
    secret: SecretText,
}

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
struct SecretText(String);

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl AgentKeyFile {
    /// Writes the file.
    ///
    /// # Errors
    /// [`KeysError::KeyFileExists`] and the disk's refusals.
    pub fn write(&self, path: &Path) -> Result<(), KeysError> {
        let on_disk = OnDisk {
            version: VERSION,
            agent: self.agent,
            name: self.name.clone(),
            public: BASE64URL.encode(self.key.public()),
            secret: SecretText(BASE64URL.encode(self.key.secret().as_slice())),
        };
        let bytes = serde_json::to_vec_pretty(&on_disk)
            .map(Zeroizing::new)
            .map_err(|_| KeysError::KeyFileDamaged)?;
        durable::write(path, &bytes, Existing::Refuse, KeysError::KeyFileExists)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`KeysError::KeyFileExposed`] when others may read it, damaged, newer, or the disk's
    /// refusals.
    pub fn read(path: &Path) -> Result<Self, KeysError> {
        refuse_exposed(path)?;
        let missing =
            KeysError::Disk { step: "find the agent key file", kind: std::io::ErrorKind::NotFound };
        let bytes = durable::read(path, MAX_FILE, missing, KeysError::KeyFileDamaged)?;
        let damaged = |_| KeysError::KeyFileDamaged;
        let Versioned { version: found } = serde_json::from_slice(&bytes).map_err(damaged)?;
        if found > VERSION {
            return Err(KeysError::KeyFileNewer { found });
        }
        let file: OnDisk = serde_json::from_slice(&bytes).map_err(damaged)?;
        let mut secret = Zeroizing::new([0; 32]);
        let length = BASE64URL
            .decode_slice(&file.secret.0, secret.as_mut_slice())
            .map_err(|_| KeysError::KeyFileDamaged)?;
        let key = HolderKey::from_secret(&secret);
        if found != VERSION || length != 32 || BASE64URL.encode(key.public()) != file.public {
            return Err(KeysError::KeyFileDamaged);
        }
        Ok(Self { agent: file.agent, name: file.name, key })
    }
}

#[cfg(unix)]
fn refuse_exposed(path: &Path) -> Result<(), KeysError> {
    use std::os::unix::fs::PermissionsExt as _;
    let exposed = path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0);
    if exposed { Err(KeysError::KeyFileExposed) } else { Ok(()) }
}

/// Windows gives a file in the user's profile to that user only.
#[cfg(not(unix))]
fn refuse_exposed(_: &Path) -> Result<(), KeysError> {
    Ok(())
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests damage files on purpose")]
mod tests {
    use super::*;
    use std::fs;

    fn written() -> (tempfile::TempDir, std::path::PathBuf, [u8; 32]) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("agent.json");
        let key = HolderKey::generate().unwrap();
        let public = key.public();
        let agent = AgentId::from_random(7);
        AgentKeyFile { agent, name: "cursor".into(), key }.write(&path).unwrap();
        (home, path, public)
    }

    #[test]
    fn a_key_file_round_trips_and_is_private() {
        let (_home, path, public) = written();
        let read = AgentKeyFile::read(&path).unwrap();
        assert_eq!((read.agent, read.name.as_str()), (AgentId::from_random(7), "cursor"));
        assert_eq!(read.key.public(), public);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_key_file_is_never_overwritten() {
        let (_home, path, public) = written();
        let agent = AgentId::from_random(8);
        let key = HolderKey::generate().unwrap();
        let refused = AgentKeyFile { agent, name: "other".into(), key }.write(&path);
        assert_eq!(refused, Err(KeysError::KeyFileExists));
        assert_eq!(AgentKeyFile::read(&path).unwrap().key.public(), public);
    }

    #[test]
    #[cfg(unix)]
    fn a_key_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_home, path, _) = written();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(AgentKeyFile::read(&path).err(), Some(KeysError::KeyFileExposed));
    }

    #[test]
    fn damaged_and_newer_key_files_are_told_apart() {
        let (_home, path, _) = written();
        let good = fs::read_to_string(&path).unwrap();
        let other = BASE64URL.encode(HolderKey::generate().unwrap().public());
        let public = BASE64URL.encode(AgentKeyFile::read(&path).unwrap().key.public());
        for (bad, error) in [
            (String::new(), KeysError::KeyFileDamaged),
            (good.replace(&public, &other), KeysError::KeyFileDamaged),
            (good.replace("\"name\"", "\"nome\""), KeysError::KeyFileDamaged),
            (
                good.replace("\"version\": 1", "\"version\": 2"),
                KeysError::KeyFileNewer { found: 2 },
            ),
            (good.replace("\"version\": 1", "\"version\": 0"), KeysError::KeyFileDamaged),
        ] {
            fs::write(&path, &bad).unwrap();
            assert_eq!(AgentKeyFile::read(&path).err(), Some(error), "{bad}");
        }
    }
}
