//! Where the built programs are.

use crate::Failure;
use std::path::{Path, PathBuf};

/// The top of the source tree.
#[must_use]
pub fn repository() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The `purser` program: `PURSER_BIN` if it is set, else the one built beside this test.
///
/// # Errors
/// When there is none.
pub fn purser() -> Result<PathBuf, Failure> {
    program("purser", "PURSER_BIN", "cargo build -p purser-cli")
}

/// The desktop program: `PURSER_DESKTOP_BIN` if it is set, else the one built beside this test.
///
/// # Errors
/// When there is none.
pub fn desktop() -> Result<PathBuf, Failure> {
    program("purser-desktop", "PURSER_DESKTOP_BIN", "cargo build -p purser-desktop")
}

fn program(name: &str, variable: &str, build: &str) -> Result<PathBuf, Failure> {
    let path = match std::env::var_os(variable) {
        Some(path) => PathBuf::from(path),
        None => beside_this_test(name)?,
    };
    if path.is_file() {
        return Ok(path);
    }
    let place = path.display();
    Err(Failure::new(format!("no program at {place}: run `{build}`, or set {variable}")))
}

/// Tests are in `target/<profile>/deps`, programs one above.
fn beside_this_test(name: &str) -> Result<PathBuf, Failure> {
    let test = std::env::current_exe()?;
    let folder = test.parent().and_then(Path::parent);
    let folder = folder.ok_or_else(|| Failure::new("this test is in no target folder"))?;
    Ok(folder.join(name).with_extension(std::env::consts::EXE_EXTENSION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_has_the_workspace() {
        assert!(repository().join("Cargo.toml").is_file());
        assert!(repository().join("tests/Cargo.toml").is_file());
    }

    #[test]
    fn a_missing_program_says_what_to_run() {
        let missing = program("no-such-program", "NO_SUCH_VARIABLE", "cargo build -p it");
        let words = missing.unwrap_err().to_string();
        assert!(words.contains("run `cargo build -p it`, or set NO_SUCH_VARIABLE"), "{words}");
    }
}
