//! The x402 world: a chain, a dollar, a facilitator and merchants, honest and hostile, on loopback.

use crate::{Failure, Program, program::Line, raw, repository};
use serde_json::{Value, json};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Long enough to compile the token once on a busy machine.
const START: Duration = Duration::from_secs(120);
const STOP: Duration = Duration::from_secs(20);

/// The running world. Dropping it ends it.
pub struct World {
    /// Behind a lock only so that threads of a test can share the world.
    program: Mutex<Program>,
    about: Value,
}

impl World {
    /// Starts it and waits until all of it answers.
    ///
    /// # Errors
    /// When its packages are missing or it does not come up.
    pub fn start() -> Result<Self, Failure> {
        let folder = repository().join("tests/world");
        if !folder.join("node_modules").is_dir() {
            return Err(Failure::new("tests/world has no packages: run `make setup`"));
        }
        let mut command = Command::new("node");
        command.arg("world.mjs").current_dir(folder);
        let mut program = Program::start(command)?;
        let line = program.wait_line(
            "its addresses",
            START,
            |line| matches!(line, Line::Out(text) if text.starts_with('{')),
        )?;
        let about = serde_json::from_str(&line).map_err(Failure::new)?;
        Ok(Self { program: Mutex::new(program), about })
    }

    /// Everything it says about itself.
    #[must_use]
    pub fn about(&self) -> &Value {
        &self.about
    }

    /// One of its texts by name: `rpc`, `facilitator`, `server`, `control`, `token`, `payee`.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn text(&self, name: &str) -> Result<&str, Failure> {
        let text = self.about.get(name).and_then(Value::as_str);
        text.ok_or_else(|| Failure::new(format!("the world has no `{name}`")))
    }

    /// The address of one of its routes, such as `/weather`.
    ///
    /// # Errors
    /// When there is no such route.
    pub fn url(&self, route: &str) -> Result<&str, Failure> {
        let url =
            self.about.get("routes").and_then(|routes| routes.get(route)?.get("url")?.as_str());
        url.ok_or_else(|| Failure::new(format!("the world has no route `{route}`")))
    }

    /// Ends it as a caller that went away does, and waits for it to clean up.
    ///
    /// # Errors
    /// When it does not end by itself, or not well.
    pub fn stop(self) -> Result<(), Failure> {
        let mut program = self.program.into_inner().unwrap_or_else(PoisonError::into_inner);
        program.close_stdin();
        let status = program.wait_exit(STOP)?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::new(format!("the world ended with {status}: {}", program.written())))
    }

    /// Gives an account dollars, in atomic units: millionths.
    ///
    /// # Errors
    /// When the world refuses.
    pub fn mint(&self, to: &str, amount_atomic: u64) -> Result<(), Failure> {
        let amount_atomic = amount_atomic.to_string();
        self.tell("/mint", &json!({ "to": to, "amount_atomic": amount_atomic })).map(drop)
    }

    /// The dollars of an account, in atomic units.
    ///
    /// # Errors
    /// When the world does not say.
    pub fn balance(&self, of: &str) -> Result<u64, Failure> {
        let answer = self.ask(&format!("/balance?of={of}"))?;
        let balance = answer.get("balance_atomic").and_then(Value::as_str);
        let balance = balance.and_then(|balance| balance.parse().ok());
        balance.ok_or_else(|| Failure::new(format!("no balance in {answer}")))
    }

    /// A question to its control API, such as `/hits`.
    ///
    /// # Errors
    /// When it is not answered with 200.
    pub fn ask(&self, question: &str) -> Result<Value, Failure> {
        let url = format!("{}{question}", self.text("control")?);
        raw::plain("GET", &url, None)?.good_json()
    }

    /// An order to its control API, such as `/facilitator`.
    ///
    /// # Errors
    /// When it is not answered with 200.
    pub fn tell(&self, route: &str, what: &Value) -> Result<Value, Failure> {
        let url = format!("{}{route}", self.text("control")?);
        raw::plain("POST", &url, Some(what))?.good_json()
    }
}
