//! The wallet's folder, and that only one wallet runs on it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Why a folder can't be the wallet's home.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// Another Purser runs on it.
    #[error("another Purser (process {pid}) has this wallet open; use that one, or end it first")]
    InUse {
        /// The other process, or `?` where it left no number.
        pid: String,
    },
    /// The folder or a file in it can't be used.
    #[error("can't {step} `{}`: {source}; check the folder's owner and the disk", path.display())]
    Disk {
        /// What was being done.
        step: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The wallet's folder. Holding it keeps every other Purser out.
pub struct Home {
    dir: PathBuf,
    _lock: File,
}

impl Home {
    /// Makes the folder if it is missing, readable for its owner only, and takes its lock.
    ///
    /// # Errors
    /// When another Purser runs on it, or the disk refuses.
    pub fn open(dir: &Path) -> Result<Self, HomeError> {
        make_private_dir(dir)?;
        let dir = dir.canonicalize().map_err(|source| disk("find", dir, source))?;
        for part in ["agents", "run"] {
            make_private_dir(&dir.join(part))?;
        }
        let path = dir.join("lock");
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|source| disk("open", &path, source))?;
        if lock.try_lock().is_err() {
            let mut pid = String::new();
            // The number is for the message only.
            let _ = lock.read_to_string(&mut pid);
            let digits: String = pid.chars().filter(char::is_ascii_digit).take(10).collect();
            return Err(HomeError::InUse {
                pid: if digits.is_empty() { "?".into() } else { digits },
            });
        }
        write_pid(&lock).map_err(|source| disk("write", &path, source))?;
        Ok(Self { dir, _lock: lock })
    }

    /// Where wallets live when nobody says otherwise: `$XDG_DATA_HOME/purser`, else
    /// `~/.local/share/purser`; `%APPDATA%\purser` on Windows.
    #[must_use]
    pub fn default_dir() -> Option<PathBuf> {
        let var = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let base = var("XDG_DATA_HOME")
            .or_else(|| var("APPDATA"))
            .map(PathBuf::from)
            .or_else(|| var("HOME").map(|home| PathBuf::from(home).join(".local/share")))?;
        Some(base.join("purser"))
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The sealed root key.
    #[must_use]
    pub fn vault(&self) -> PathBuf {
        self.dir.join("vault.json")
    }

    /// The log.
    #[must_use]
    pub fn ledger(&self) -> PathBuf {
        self.dir.join("ledger.db")
    }

    /// The latest snapshot of what the log tells.
    #[must_use]
    pub fn snapshot(&self) -> PathBuf {
        self.dir.join("ledger.snapshot")
    }

    /// Moves a log that nobody here can open out of the way, with its side files.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn set_aside(&self, ledger: &Path, now: purser_domain::Timestamp) -> Result<(), HomeError> {
        for suffix in ["", "-wal", "-shm"] {
            let mut from = ledger.as_os_str().to_owned();
            from.push(suffix);
            let from = PathBuf::from(from);
            let to = self.dir.join(format!("ledger-unopened-{}.db{suffix}", now.as_millis()));
            if from.exists() {
                std::fs::rename(&from, &to).map_err(|source| disk("move", &from, source))?;
            }
        }
        Ok(())
    }

    /// The key file of an agent on this machine.
    #[must_use]
    pub fn agent_key(dir: &Path, agent: purser_domain::AgentId) -> PathBuf {
        dir.join("agents").join(format!("{agent}.json"))
    }

    /// Where the running wallet says how to reach its doors.
    #[must_use]
    pub fn run_dir(dir: &Path) -> PathBuf {
        dir.join("run")
    }

    /// The owner's control socket.
    #[must_use]
    pub fn control_socket(dir: &Path) -> PathBuf {
        Self::run_dir(dir).join("control.sock")
    }

    /// The file that says where the gateway listens.
    #[must_use]
    pub fn gateway_file(dir: &Path) -> PathBuf {
        Self::run_dir(dir).join("gateway.json")
    }
}

fn write_pid(mut lock: &File) -> io::Result<()> {
    use std::io::{Seek as _, Write as _};
    lock.set_len(0)?;
    lock.rewind()?;
    write!(lock, "{}", std::process::id())
}

fn make_private_dir(dir: &Path) -> Result<(), HomeError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
        builder.mode(0o700).create(dir).map_err(|source| disk("make", dir, source))?;
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700))
            .map_err(|source| disk("protect", dir, source))
    }
    #[cfg(not(unix))]
    builder.create(dir).map_err(|source| disk("make", dir, source))
}

fn disk(step: &'static str, path: &Path, source: io::Error) -> HomeError {
    HomeError::Disk { step, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_wallet_on_the_same_home_is_refused_and_told_who_has_it() {
        let dir = tempfile::tempdir().unwrap();
        let first = Home::open(dir.path()).unwrap();
        let error = Home::open(dir.path()).err().unwrap();
        assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
        drop(first);
        Home::open(dir.path()).unwrap();
    }

    #[test]
    fn a_file_in_the_place_of_the_folder_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        File::create(&path).unwrap();
        let error = Home::open(&path).err().unwrap();
        assert!(error.to_string().contains("file"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(&dir.path().join("new")).unwrap();
        let mode = std::fs::metadata(home.dir()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
