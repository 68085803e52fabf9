//! Full disks.

use crate::support::*;
use purser_ledger::{Ledger, LedgerError, verify_ledger};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// A file system of 2 MiB that goes with the test. `None` where the test may not mount one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"])
            .arg(dir.path())
            .stderr(Stdio::null())
            .status();
        mounted.is_ok_and(|status| status.success()).then(|| Self(dir))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

/// Writes until nothing more fits.
fn fill(path: &Path) {
    let mut file = std::fs::File::create(path).unwrap();
    for size in [65_536, 4096, 512, 1] {
        while file.write_all(&vec![0u8; size]).is_ok() {}
    }
}

#[test]
fn a_full_disk_leaves_the_log_whole_and_it_goes_on_once_there_is_room() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: mounting is not allowed here");
        return;
    };
    let path = disk.0.path().join("ledger.db");
    let mut ledger = filled(&path, 20);
    let ballast = disk.0.path().join("ballast");
    fill(&ballast);
    let mut failed = None;
    while failed.is_none() && ledger.len() < 20_000 {
        failed = ledger.append(&entries(ledger.len()..ledger.len() + 50)).err();
    }
    assert!(matches!(failed, Some(LedgerError::DiskFull { .. })), "{failed:?}");
    let len = ledger.len();
    assert_eq!(verify_ledger(&ledger, &mut no_visit).unwrap().size, len);
    let again = ledger.append(&entries(len..len + 50)).unwrap_err();
    assert!(matches!(again, LedgerError::DiskFull { .. }), "{again:?}");
    let export = purser_ledger::export(&ledger, &disk.0.path().join("out")).map(|_| ());
    assert!(matches!(export, Err(LedgerError::DiskFull { .. })), "{export:?}");

    std::fs::remove_file(&ballast).unwrap();
    ledger.append(&entries(len..len + 50)).unwrap();
    drop(ledger);
    let ledger = open(&path).unwrap();
    assert_eq!(verify_ledger(&ledger, &mut no_visit).unwrap().size, len + 50);
}

#[test]
fn a_log_that_is_made_on_a_full_disk_can_be_made_later() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: mounting is not allowed here");
        return;
    };
    let (path, ballast) = (disk.0.path().join("ledger.db"), disk.0.path().join("ballast"));
    fill(&ballast);
    let made = Ledger::create(&path, &KEY, ORIGIN, signer(1)).map(|_| ());
    assert!(matches!(made, Err(LedgerError::DiskFull { .. })), "{made:?}");
    std::fs::remove_file(&ballast).unwrap();
    drop(filled(&path, 3));
    assert_eq!(open(&path).unwrap().len(), 3);
}
