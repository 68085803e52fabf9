//! An agent's host: the official MCP client, and the official inspector, as programs.

use crate::{Failure, Program, program::Line, repository};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Longer than the client itself waits for an answer.
const ANSWER: Duration = Duration::from_secs(90);
const INSPECTOR: &str =
    "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js";

/// A connected MCP client. Dropping it ends it, and the server that it started.
pub struct McpClient {
    program: Program,
    /// What the server said of itself.
    pub server: Value,
}

impl McpClient {
    /// Starts a server and connects to it over its standard streams.
    ///
    /// # Errors
    /// When they do not understand each other.
    pub fn stdio(server: &Command) -> Result<Self, Failure> {
        let command = json!(words_of(server)).to_string();
        Self::start(&["--command", &command])
    }

    /// Connects to a server over HTTP, with one more header.
    ///
    /// # Errors
    /// When they do not understand each other.
    pub fn http(url: &str, header: &str) -> Result<Self, Failure> {
        Self::start(&["--http", url, "--header", header])
    }

    fn start(arguments: &[&str]) -> Result<Self, Failure> {
        let mut command = node()?;
        command.arg("mcp-client.mjs").args(arguments);
        let mut program = Program::start(command)?;
        let server = answer(&mut program)?;
        if server.get("server").is_none() {
            return Err(Failure::new(format!("no MCP server: {server}")));
        }
        Ok(Self { program, server })
    }

    /// The tools of the server.
    ///
    /// # Errors
    /// When it does not say.
    pub fn list(&mut self) -> Result<Value, Failure> {
        self.send(&json!({ "list": true }))
    }

    /// Calls a tool; gives its whole result.
    ///
    /// # Errors
    /// When there is no result.
    pub fn call(&mut self, tool: &str, arguments: &Value) -> Result<Value, Failure> {
        self.send(&json!({ "tool": tool, "arguments": arguments }))
    }

    fn send(&mut self, line: &Value) -> Result<Value, Failure> {
        self.program.write_line(&line.to_string())?;
        let answered = answer(&mut self.program)?;
        answered.get("result").cloned().ok_or_else(|| Failure::new(format!("failed: {answered}")))
    }
}

/// Runs the inspector's command line against a server; gives the JSON that it prints.
///
/// # Errors
/// When it fails.
pub fn inspect(server: &[String], arguments: &[&str]) -> Result<Value, Failure> {
    let mut command = node()?;
    command.arg(INSPECTOR).arg("--cli").args(server).args(arguments);
    let mut program = Program::start(command)?;
    program.close_stdin();
    let output = program.wait_output(ANSWER)?;
    let status = program.wait_exit(ANSWER)?;
    match serde_json::from_str(&output) {
        Ok(value) if status.success() => Ok(value),
        _ => {
            let written = program.written();
            Err(Failure::new(format!("the inspector ended with {status}:\n{written}")))
        }
    }
}

/// A program and its arguments, as words.
#[must_use]
pub fn words_of(command: &Command) -> Vec<String> {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect()
}

fn node() -> Result<Command, Failure> {
    let folder = repository().join("tests/world");
    if !Path::new(&folder).join("node_modules").is_dir() {
        return Err(Failure::new("tests/world has no packages: run `make setup`"));
    }
    let mut command = Command::new("node");
    command.current_dir(folder);
    Ok(command)
}

fn answer(program: &mut Program) -> Result<Value, Failure> {
    let json = |line: &Line| matches!(line, Line::Out(text) if text.starts_with('{'));
    let line = program.wait_line("an answer", ANSWER, json)?;
    serde_json::from_str(&line).map_err(Failure::new)
}
