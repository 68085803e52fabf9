//! Files that hold sealed or secret bytes.
//!
//! Guarantees: after a function here returns without error the bytes are on disk under their name,
//! readable by the owner only (0600 on Unix); a crash at any point leaves the old file or the new
//! one, never a mixture. Blocks on the disk; does not panic.

use crate::KeysError;
use crate::secret::random;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Whether a file of the same name may be there already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    Refuse,
    Replace,
}

const fn disk(step: &'static str) -> impl Fn(io::Error) -> KeysError {
    move |error| KeysError::Disk { step, kind: error.kind() }
}

/// Writes a file atomically and durably. `exists` is the error when there is one to be kept.
pub(crate) fn write(
    path: &Path,
    bytes: &[u8],
    existing: Existing,
    exists: KeysError,
) -> Result<(), KeysError> {
    let folder = folder(path);
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", hex::encode(random::<8>()?.as_slice())));
    let temporary = folder.join(name);
    let published = write_synced(&temporary, bytes)
        .map_err(disk("write the new file"))
        .and_then(|()| publish(&temporary, path, existing, exists));
    if published.is_err() || existing == Existing::Refuse {
        // Best effort: the name is random, so a leftover harms nobody, and it holds nothing that
        // the published file doesn't.
        let _ = fs::remove_file(&temporary);
    }
    published?;
    sync_folder(&folder).map_err(disk("sync the folder"))
}

/// Reads at most `limit` bytes; a longer file is `too_long`, a missing one `missing`.
pub(crate) fn read(
    path: &Path,
    limit: u64,
    missing: KeysError,
    too_long: KeysError,
) -> Result<Zeroizing<Vec<u8>>, KeysError> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => missing,
        kind => KeysError::Disk { step: "open the file", kind },
    })?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(disk("read the file"))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) {
        Ok(bytes)
    } else {
        Err(too_long)
    }
}

fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn publish(
    temporary: &Path,
    path: &Path,
    existing: Existing,
    exists: KeysError,
) -> Result<(), KeysError> {
    if existing == Existing::Replace {
        return fs::rename(temporary, path).map_err(disk("put the new file in place"));
    }
    // A hard link fails when the name is taken, in one step: two programs that create a wallet at
    // once can't overwrite each other, as they could between a check and a rename.
    match fs::hard_link(temporary, path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists),
        // File systems without hard links (exFAT, some network shares).
        Err(_) if path.symlink_metadata().is_ok() => Err(exists),
        Err(_) => fs::rename(temporary, path).map_err(disk("put the new file in place")),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows journals the rename and can't sync a folder.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_file_is_private_and_leaves_nothing_else_behind() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("file");
        write(&path, b"one", Existing::Refuse, KeysError::VaultExists).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(names(home.path()), ["file"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn an_existing_file_is_kept_or_replaced_as_asked() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("file");
        write(&path, b"one", Existing::Refuse, KeysError::VaultExists).unwrap();
        let refused = write(&path, b"two", Existing::Refuse, KeysError::VaultExists);
        assert_eq!(refused, Err(KeysError::VaultExists));
        assert_eq!(fs::read(&path).unwrap(), b"one");
        write(&path, b"three", Existing::Replace, KeysError::VaultExists).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        assert_eq!(names(home.path()), ["file"]);
    }

    #[test]
    fn a_missing_folder_is_a_disk_error_that_names_the_step() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("nowhere").join("file");
        let error = write(&path, b"one", Existing::Refuse, KeysError::VaultExists).unwrap_err();
        let kind = io::ErrorKind::NotFound;
        assert_eq!(error, KeysError::Disk { step: "write the new file", kind });
    }

    #[test]
    fn reading_is_bounded() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("file");
        let read = |limit| read(&path, limit, KeysError::VaultMissing, KeysError::VaultDamaged);
        assert_eq!(read(3).err(), Some(KeysError::VaultMissing));
        write(&path, b"four", Existing::Refuse, KeysError::VaultExists).unwrap();
        assert_eq!(read(4).unwrap().as_slice(), b"four");
        assert_eq!(read(3).err(), Some(KeysError::VaultDamaged));
    }
}
