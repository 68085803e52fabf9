//! Waiting for something outside this process that sends no event: the one place that polls.

use crate::Failure;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// How long a test waits for what normally takes a moment. Long, because a busy machine is no
/// reason to fail; a test that waits this long has failed.
pub const PATIENCE: Duration = Duration::from_secs(30);

const STEP: Duration = Duration::from_millis(10);

/// Asks again and again until `ready` gives a value.
///
/// # Errors
/// When `patience` is over; `what` says what was waited for.
pub fn until<T>(
    what: &str,
    patience: Duration,
    mut ready: impl FnMut() -> Option<T>,
) -> Result<T, Failure> {
    let started = Instant::now();
    loop {
        if let Some(value) = ready() {
            return Ok(value);
        }
        if started.elapsed() >= patience {
            return Err(Failure::new(format!("waited {patience:?} for {what}, in vain")));
        }
        thread::sleep(STEP);
    }
}

/// Waits until a file is there and not empty.
///
/// # Errors
/// When `patience` is over.
pub fn for_file(path: &Path, patience: Duration) -> Result<(), Failure> {
    until(&format!("`{}`", path.display()), patience, || {
        path.metadata().is_ok_and(|file| file.len() > 0).then_some(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ready_is_given_at_once() {
        assert_eq!(until("nothing", Duration::ZERO, || Some(7)), Ok(7));
    }

    #[test]
    fn what_never_comes_is_named() {
        let never = until("a ship", Duration::from_millis(1), || None::<()>);
        assert!(never.unwrap_err().to_string().contains("for a ship, in vain"));
    }

    #[test]
    fn an_empty_file_is_not_there_yet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ready");
        std::fs::File::create(&path).unwrap();
        assert!(for_file(&path, Duration::from_millis(1)).is_err());
    }
}
