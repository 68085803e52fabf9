//! `make bench`: the numbers to hold, each measured on this machine in this run, with the ratio
//! that is asked for and whether it was reached.
//!
//! Everything is real: PostgreSQL and Redis are started here on folders of their own with durable
//! commits, and Purser is the engine's whole ladder, the encrypted log with signed checkpoints and
//! the writer's threads. The measurements that are compared take turns in several rounds, and the
//! median round counts, since other work on the machine disturbs whoever runs at that moment.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a benchmark prints, and stops at the first thing that is wrong"
)]

mod bare;
mod in_process;
mod load;
mod peers;
mod report;
mod requests;

use report::Report;
use std::path::PathBuf;
use std::time::Duration;

/// Callers at a time, where many are measured.
const CALLERS: usize = 64;
/// Connections that callers of one program could share.
const FEW: usize = 4;

/// How much is measured.
#[derive(Clone, Copy)]
pub struct Extent {
    /// How often the measurements that are compared take turns.
    pub rounds: usize,
    /// How long each takes in a round.
    pub turn: Duration,
}

const FULL: Extent = Extent { rounds: 5, turn: Duration::from_secs(5) };
const QUICK: Extent = Extent { rounds: 1, turn: Duration::from_secs(3) };

fn main() {
    let mut extent = FULL;
    // On a disk, where the folder for short-lived files may be in memory.
    let mut place = PathBuf::from("/var/tmp");
    for argument in std::env::args_os().skip(1) {
        match argument.to_str() {
            Some("--quick") => extent = QUICK,
            Some(flag) if flag.starts_with('-') => {
                println!("usage: purser-bench [--quick] [FOLDER]");
                std::process::exit(2);
            }
            _ => place = PathBuf::from(argument),
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut report = Report::default();
    runtime.block_on(compare(&place, extent, &mut report));
    report.close();
}

/// Durable decisions: the bare disk, the peers and Purser, turn by turn.
async fn compare(place: &std::path::Path, extent: Extent, report: &mut Report) {
    let dir = tempfile::tempdir_in(place).unwrap();
    let mut bare = bare::Bare::new(dir.path());
    let postgres = peers::Postgres::start(dir.path(), CALLERS).await;
    let redis = peers::Redis::start(dir.path()).await;
    let purser = in_process::Purser::start(dir.path(), CALLERS).await;
    let mut rounds = load::Rounds::default();
    for _ in 0..extent.rounds {
        rounds.take("bare", bare.run(extent.turn));
        for callers in [1, CALLERS] {
            rounds.take("postgres", load::run(postgres.callers(callers), extent.turn).await);
            let separate = redis.callers(callers, callers).await;
            rounds.take("redis", load::run(separate, extent.turn).await);
            rounds.take("purser", load::run(purser.callers(callers).await, extent.turn).await);
        }
        let shared = redis.callers(CALLERS, FEW).await;
        rounds.take("redis over few connections", load::run(shared, extent.turn).await);
    }
    let of = |name: &'static str, callers| rounds.median(name, callers);
    let bare = of("bare", 1);
    report.sample("bare 4 KiB append + fdatasync", &bare);
    for callers in [1, CALLERS] {
        report.sample("PostgreSQL", &of("postgres", callers));
        report.sample("Redis", &of("redis", callers));
        report.sample("Purser in process", &of("purser", callers));
    }
    // Clients within one program may share connections, which saves Redis work. Not judged: the
    // callers of a wallet are programs of their own.
    report.sample("Redis over 4 connections", &of("redis over few connections", CALLERS));
    let one = of("purser", 1).median_s() / bare.median_s();
    report.at_most("one caller's median, in bare appends", one, 1.5);
    let many = of("purser", CALLERS).rate();
    report.at_least("64 callers, in Redis' rate", many / of("redis", CALLERS).rate(), 2.0);
    report.at_least("64 callers, in PostgreSQL's rate", many / of("postgres", CALLERS).rate(), 5.0);
}
