//! A wallet on a folder of its own, used as people and agents use it: by the `purser` program.
//!
//! The owner's commands run on a terminal and are given the passphrase there; the agents' run
//! without one. Nothing here reaches into the wallet.

use crate::{Failure, Program, Terminal, program::Line, purser, wait};
use serde_json::Value;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tempfile::TempDir;

/// The passphrase of every wallet here.
pub const PASSPHRASE: &str = "correct horse 42";

/// Longer than an agent's command waits for the wallet.
const ANSWER: Duration = Duration::from_secs(200);

/// What a command on a terminal came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its exit code.
    pub exit: u32,
    /// All that the terminal showed.
    pub text: String,
}

impl Output {
    /// The JSON line among what was shown; null when there is none.
    #[must_use]
    pub fn json(&self) -> Value {
        json_line(&self.text).unwrap_or_default()
    }
}

/// What an agent's command came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Its exit code.
    pub exit: i32,
    /// Its JSON answer.
    pub json: Value,
}

impl Answer {
    /// The text at a path of its JSON; empty when there is none.
    #[must_use]
    pub fn text(&self, path: &str) -> &str {
        text(&self.json, path)
    }
}

/// The text at a path; empty when there is none.
#[must_use]
pub fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// A wallet on a folder that ends with it. It runs between [`Self::serve`] and [`Self::kill`] or
/// [`Self::stop`]; dropping it kills it.
pub struct TestWallet {
    folder: TempDir,
    /// Behind a lock only so that threads of a test can share the wallet.
    running: Mutex<Option<Terminal>>,
    url: String,
    phrase: String,
    exports: AtomicU32,
}

impl TestWallet {
    /// Makes one with a new phrase. It does not run yet.
    ///
    /// # Errors
    /// When `purser init` does not make it.
    pub fn create() -> Result<Self, Failure> {
        Self::create_in(&std::env::temp_dir())
    }

    /// As [`Self::create`], below a folder, such as a small disk of its own.
    ///
    /// # Errors
    /// When `purser init` does not make it.
    pub fn create_in(place: &Path) -> Result<Self, Failure> {
        let folder = tempfile::tempdir_in(place)?;
        let (url, phrase, exports) = (String::new(), String::new(), AtomicU32::new(0));
        let mut wallet = Self { folder, running: Mutex::new(None), url, phrase, exports };
        let mut terminal = wallet.terminal(&["init", "--no-check", "--no-keystore"], &[])?;
        terminal.answer("New passphrase", PASSPHRASE)?;
        terminal.answer("The same again", PASSPHRASE)?;
        let exit = terminal.wait_exit(wait::PATIENCE)?;
        wallet.phrase = phrase_on(&terminal.screen());
        good(exit, &terminal.screen()).map(|()| wallet)
    }

    /// Its recovery phrase, as it was shown.
    #[must_use]
    pub fn phrase(&self) -> &str {
        &self.phrase
    }

    /// The wallet's folder.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// A folder beside it, for a test's own files.
    #[must_use]
    pub fn scratch(&self) -> &Path {
        self.folder.path()
    }

    /// Where the agents' door is, once it runs: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Starts it on a free port and unlocks it.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn serve(&mut self) -> Result<(), Failure> {
        self.serve_with_env(&[])
    }

    /// As [`Self::serve`], with further environment variables, such as `PURSER_DIE_AT`.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn serve_with_env(&mut self, variables: &[(&str, &str)]) -> Result<(), Failure> {
        let mut terminal = self.terminal(&["--json", "serve", "--port", "0"], variables)?;
        terminal.answer("Passphrase: ", PASSPHRASE)?;
        terminal.expect("}", wait::PATIENCE)?;
        let said = json_line(&terminal.screen()).unwrap_or_default();
        text(&said, "/url").clone_into(&mut self.url);
        *self.place() = Some(terminal);
        Ok(())
    }

    /// The terminal on which it runs.
    ///
    /// # Errors
    /// When it does not run.
    pub fn running(&mut self) -> Result<&mut Terminal, Failure> {
        self.place().as_mut().ok_or_else(|| Failure::new("the wallet does not run"))
    }

    fn place(&mut self) -> &mut Option<Terminal> {
        self.running.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// Kills it at once, as a crash does.
    ///
    /// # Errors
    /// When it does not run or can't be waited for.
    pub fn kill(&mut self) -> Result<(), Failure> {
        self.running()?.kill()?;
        *self.place() = None;
        Ok(())
    }

    /// Waits until it has died by itself, as `PURSER_DIE_AT` makes it; gives all that it showed.
    ///
    /// # Errors
    /// When it lives on.
    pub fn wait_death(&mut self) -> Result<String, Failure> {
        let terminal = self.running()?;
        terminal.wait_exit(wait::PATIENCE)?;
        let screen = terminal.screen();
        *self.place() = None;
        Ok(screen)
    }

    /// Ends it as the owner does, with Ctrl-C.
    ///
    /// # Errors
    /// When it does not end well.
    pub fn stop(&mut self) -> Result<(), Failure> {
        let terminal = self.running()?;
        terminal.interrupt()?;
        let exit = terminal.wait_exit(wait::PATIENCE)?;
        good(exit, &terminal.screen())?;
        *self.place() = None;
        Ok(())
    }

    /// Runs an owner's command on a terminal, typing the passphrase, and gives what came of it.
    /// Answers are JSON: see [`Output::json`].
    ///
    /// # Errors
    /// When it asks for no passphrase, or does not end.
    pub fn owner(&self, command: &[&str]) -> Result<Output, Failure> {
        let mut terminal = self.terminal(&[&["--json"], command].concat(), &[])?;
        terminal.answer("Passphrase: ", PASSPHRASE)?;
        let exit = terminal.wait_exit(wait::PATIENCE)?;
        Ok(Output { exit, text: terminal.screen() })
    }

    /// As [`Self::owner`], for a command that has to succeed; gives its JSON.
    ///
    /// # Errors
    /// When it fails, with the screen.
    pub fn owner_json(&self, command: &[&str]) -> Result<Value, Failure> {
        let output = self.owner(command)?;
        good(output.exit, &output.text)?;
        Ok(output.json())
    }

    /// Runs a command without a terminal, as an agent does.
    ///
    /// # Errors
    /// When it gives no JSON or does not end.
    pub fn agent(&self, command: &[&str]) -> Result<Answer, Failure> {
        let mut program = Program::start(self.command(&[&["--json"], command].concat())?)?;
        program.close_stdin();
        let json = |line: &Line| matches!(line, Line::Out(text) if text.starts_with('{'));
        let line = program.wait_line("its JSON", ANSWER, json)?;
        let exit = program.wait_exit(wait::PATIENCE)?.code().unwrap_or(-1);
        Ok(Answer { exit, json: serde_json::from_str(&line).map_err(Failure::new)? })
    }

    /// The `purser` program on this wallet, to be started by the test.
    ///
    /// # Errors
    /// When it is not built.
    pub fn command(&self, arguments: &[&str]) -> Result<Command, Failure> {
        let mut command = Command::new(purser()?);
        command.arg("--home").arg(self.home()).args(arguments);
        Ok(command)
    }

    /// The `purser` program on this wallet, on a terminal.
    ///
    /// # Errors
    /// When it is not built, or there is no terminal.
    pub fn terminal(
        &self,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Result<Terminal, Failure> {
        let home = self.home().display().to_string();
        Terminal::start(&purser()?, &[&["--home", &home], arguments].concat(), variables)
    }

    /// Adds an agent by name, with further options of `purser agent add`; gives its id.
    ///
    /// # Errors
    /// When it is not added.
    pub fn add_agent(&self, name: &str, options: &[&str]) -> Result<String, Failure> {
        let added = self.owner_json(&[&["agent", "add", name], options].concat())?;
        Ok(text(&added, "/agent/id").to_owned())
    }

    /// Changes the wallet's policy as its owner does: shown, changed, set.
    ///
    /// # Errors
    /// When it is refused.
    pub fn change_policy(&self, change: impl FnOnce(&mut Value)) -> Result<(), Failure> {
        let mut policy = self.owner_json(&["policy", "show"])?;
        let wallet = policy.get_mut("wallet");
        change(wallet.ok_or_else(|| Failure::new("the policies lack the wallet's"))?);
        let path = self.scratch().join("policy.json");
        write!(File::create(&path)?, "{policy}")?;
        self.owner_json(&["policy", "set", &path.display().to_string()])?;
        Ok(())
    }

    /// Writes the log out, has `purser log verify` check it, and gives its entries.
    ///
    /// # Errors
    /// When it can't be written out or does not verify.
    pub fn verified_log(&self) -> Result<Vec<Value>, Failure> {
        let number = self.exports.fetch_add(1, Ordering::Relaxed);
        let dir = self.scratch().join(format!("export-{number}"));
        let path = dir.display().to_string();
        self.owner_json(&["log", "export", &path])?;
        let verified = self.agent(&["log", "verify", &path])?;
        if verified.exit != 0 {
            return Err(Failure::new(format!("the log does not verify: {}", verified.json)));
        }
        let lines = std::fs::read_to_string(dir.join("entries.jsonl"))?;
        lines.lines().map(|line| serde_json::from_str(line).map_err(Failure::new)).collect()
    }
}

impl Drop for TestWallet {
    fn drop(&mut self) {
        let _gone = self.kill();
    }
}

fn good(exit: u32, screen: &str) -> Result<(), Failure> {
    if exit == 0 {
        return Ok(());
    }
    Err(Failure::new(format!("`purser` ended with {exit}; the screen:\n{screen}")))
}

/// The recovery phrase that a screen shows, one numbered word a line.
#[must_use]
pub fn phrase_on(screen: &str) -> String {
    let word = |line: &str| {
        let (number, word) = line.trim().split_once(". ")?;
        number.parse::<u8>().is_ok().then(|| word.to_owned())
    };
    screen.lines().filter_map(word).collect::<Vec<_>>().join(" ")
}

fn json_line(screen: &str) -> Option<Value> {
    screen.lines().rev().find_map(|line| {
        let line = line.trim_start();
        let json = line.starts_with(['{', '[']).then_some(line)?;
        serde_json::from_str(json).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wallet_runs_is_killed_and_runs_again() {
        let mut wallet = TestWallet::create().unwrap();
        assert_eq!(wallet.agent(&["status"]).unwrap().exit, 5);
        wallet.serve().unwrap();
        let id = wallet.add_agent("scout", &["--daily", "900"]).unwrap();
        assert!(id.starts_with("agt_"), "{id}");
        let budget = wallet.agent(&["budget", "--agent", "scout"]).unwrap();
        assert_eq!(budget.exit, 0, "{}", budget.json);
        wallet.kill().unwrap();
        assert_eq!(wallet.agent(&["budget", "--agent", "scout"]).unwrap().exit, 5);
        wallet.serve().unwrap();
        assert_eq!(wallet.agent(&["budget", "--agent", "scout"]).unwrap().exit, 0);
        let entries = wallet.verified_log().unwrap();
        assert!(entries.len() > 2, "{entries:?}");
        wallet.stop().unwrap();
        assert!(wallet.running().is_err());
    }
}
