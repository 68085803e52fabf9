//! `purser`: the command line of the wallet.
//!
//! Agents use `pay`, `fetch`, `budget`, `payment`, `cancel`, `session`, `delegation`, `credential`
//! and `mcp`; the owner the rest.
//!
//! Guarantees: an agent's commands go in by the agents' door and can only ask (I1); an owner's go
//! by the control socket, or open the folder, with the passphrase asked on the terminal each time,
//! and without it every one of them fails.
//! Does not guarantee: that the words it prints stay the same; `--json` and the exit codes do.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what a command line does"
)]

mod agent_sharing;
mod agent_side;
mod arguments;
mod credential;
mod failure;
mod log;
mod output;
mod owner_past;
mod owner_sharing;
mod owner_side;
mod owner_tools;
mod passphrase;
mod replay;
mod serve;

use arguments::{Arguments, Command};
use clap::Parser as _;
use failure::Failure;
use std::process::ExitCode;
use std::time::Duration;

/// How long what still runs may take to end.
const GRACE: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come this way too, and are no failure.
            let code = if error.use_stderr() { failure::USAGE } else { 0 };
            // When even that can't be printed, the exit code has to do.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    start_tracing();
    let json = arguments.json;
    match run(arguments) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            output::print_failure(&failure, json);
            ExitCode::from(failure.exit)
        }
    }
}

/// Warnings and errors on standard error, or what `PURSER_LOG` asks for.
fn start_tracing() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PURSER_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

fn run(arguments: Arguments) -> Result<u8, Failure> {
    let Arguments { home, json, command } = arguments;
    match command {
        Command::Replay(replay) => return replay::run(&replay),
        Command::Log(arguments::Log::Verify(arguments::Verify { dir: Some(dir), vkey })) => {
            return log::verify(&dir, vkey.as_deref(), json);
        }
        Command::Log(arguments::Log::CheckProof(proof)) => return log::check_proof(&proof, json),
        _ => {}
    }
    let home = home.or_else(purser_wallet::Home::default_dir).ok_or_else(|| {
        Failure::usage("no home folder is known; name the wallet's folder with --home")
    })?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::other("runtime", &error, "free some memory and try again"))?;
    let done = runtime.block_on(dispatch(&home, json, command));
    // What still works with the log ends first; a wait for a terminal or a name server must not
    // hold the end up for longer.
    runtime.shutdown_timeout(GRACE);
    done
}

async fn dispatch(home: &std::path::Path, json: bool, command: Command) -> Result<u8, Failure> {
    match command {
        Command::Init(init) => serve::init(home, json, init).await,
        Command::Serve(serve) => serve::serve(home, json, serve).await,
        Command::Pay(pay) => agent_side::pay(home, json, pay).await,
        Command::Fetch(fetch) => agent_side::fetch(home, json, fetch).await,
        Command::Budget(who) => agent_side::budget(home, json, who).await,
        Command::Payment(payment) => agent_side::payment(home, json, payment).await,
        Command::Cancel(cancel) => agent_side::cancel(home, json, cancel).await,
        Command::Credential(credential) => credential::run(home, json, credential).await,
        Command::Session(ask) => agent_sharing::session(home, json, ask).await,
        Command::Delegation(ask) => agent_sharing::delegation(home, json, ask).await,
        Command::Mcp(who) => agent_side::mcp(home, who).await,
        Command::Replay(replay) => replay::run(&replay),
        owner => owner_side::run(home, json, owner).await,
    }
}
