//! Files that are there, whole, after a power cut, and that only their owner can read.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// The file beside `path` whose name has this ending more.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Makes a new file that only its owner can read and write.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().write(true).create_new(true)).open(path)
}

/// Opens a file that only its owner can read and write, and makes it if need be.
pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().write(true).create(true).truncate(false)).open(path)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600)
}

// Elsewhere the file gets the rights of its folder, which is the user's own.
#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Makes a directory that only its owner can read, unless there is one.
pub(crate) fn create_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Makes renames and new names in the directory of `path` durable.
#[cfg(unix)]
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

// Windows offers no way to sync a directory; NTFS journals its names.
#[cfg(not(unix))]
pub(crate) fn sync_parent(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Removes a file; one that is not there is as good.
pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_a_folder_is_one_in_this_folder_and_a_folder_must_be_there() {
        assert!(sync_parent(Path::new("ledger.db")).is_ok());
        let dir = tempfile::tempdir().unwrap();
        assert!(sync_parent(&dir.path().join("ledger.db")).is_ok());
        assert!(sync_parent(&dir.path().join("gone/ledger.db")).is_err());
    }

    #[test]
    fn what_is_not_there_is_as_good_as_removed_and_what_stays_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        drop(create_private(&file).unwrap());
        assert!(remove_if_there(&file).is_ok() && !file.exists());
        assert!(remove_if_there(&file).is_ok());
        assert!(remove_if_there(dir.path()).is_err() && dir.path().exists());
    }
}
