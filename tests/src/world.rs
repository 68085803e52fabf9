//! The x402 world: a chain, a dollar, a facilitator and merchants, honest and hostile, on loopback.

use crate::{Failure, Program, program::Line, repository};
use serde_json::Value;
use std::process::Command;
use std::time::Duration;

/// Long enough to compile the token once on a busy machine.
const START: Duration = Duration::from_secs(120);
const STOP: Duration = Duration::from_secs(20);

/// The running world. Dropping it ends it.
pub struct World {
    program: Program,
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
        Ok(Self { program, about })
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
    pub fn stop(mut self) -> Result<(), Failure> {
        self.program.close_stdin();
        let status = self.program.wait_exit(STOP)?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::new(format!("the world ended with {status}: {}", self.program.written())))
    }
}
