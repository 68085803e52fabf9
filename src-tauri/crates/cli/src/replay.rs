//! `purser replay`: recorded requests through the real engine, one decision a line.

use crate::arguments::{OnReview, Replay as Arguments};
use crate::failure::{self, Failure};
use purser_engine::{Replay, ReplayPolicy};
use std::io::{BufRead as _, BufWriter, Write as _};

/// Longest line, in bytes.
const MAX_LINE: u64 = 1024 * 1024;

pub fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let policy = match &arguments.policy {
        Some(path) => crate::owner_side::read_json::<ReplayPolicy>(path)?,
        None => ReplayPolicy::default(),
    };
    let mut replay =
        Replay::new(policy, on_review(arguments.on_review)).map_err(|error| bad_line(&error))?;
    let mut input = std::io::stdin().lock();
    let mut output = BufWriter::new(std::io::stdout().lock());
    let mut wrong = 0u64;
    for number in 1u64.. {
        let mut line = Vec::new();
        let read = std::io::Read::take(&mut input, MAX_LINE).read_until(b'\n', &mut line);
        if read.map_err(|error| broken(&error))? == 0 {
            break;
        }
        if !line.ends_with(b"\n") && u64::try_from(line.len()).unwrap_or(u64::MAX) >= MAX_LINE {
            return Err(Failure::usage(format!("line {number}: longer than {MAX_LINE} bytes")));
        }
        let text = String::from_utf8_lossy(&line);
        match replay.line(number, text.trim_end_matches(['\n', '\r'])) {
            Ok(outcome) => {
                serde_json::to_writer(&mut output, &outcome).map_err(|e| broken(&e.into()))?;
                output.write_all(b"\n").map_err(|error| broken(&error))?;
            }
            Err(error) => {
                // The others still get their answer; the exit code says that one did not.
                wrong = wrong.saturating_add(1);
                eprintln!("purser: {error}");
            }
        }
    }
    output.flush().map_err(|error| broken(&error))?;
    Ok(if wrong == 0 { 0 } else { failure::USAGE })
}

/// The engine's word for what a review comes to.
pub const fn on_review(typed: OnReview) -> purser_engine::OnReview {
    match typed {
        OnReview::Approve => purser_engine::OnReview::Approve,
        OnReview::Deny => purser_engine::OnReview::Deny,
        OnReview::Label => purser_engine::OnReview::Label,
    }
}

fn bad_line(error: &purser_engine::ReplayError) -> Failure {
    Failure::usage(error)
}

fn broken(error: &std::io::Error) -> Failure {
    Failure::other("input_output", error, "check the input and where the output goes")
}
