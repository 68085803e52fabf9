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
mod deciding;
mod everything;
mod history;
mod http;
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
/// Agents that the callers speak for, so that none tries more often than it may.
const AGENTS: usize = 1024;
/// Connections that callers of one program could share.
const FEW: usize = 4;

/// How much is measured.
#[derive(Clone, Copy)]
struct Extent {
    /// How often the measurements that are compared take turns.
    rounds: usize,
    /// How long each takes in a round.
    turn: Duration,
    /// Entries of a long log.
    entries: u64,
}

const FULL: Extent = Extent { rounds: 5, turn: Duration::from_secs(5), entries: 1_000_000 };
const QUICK: Extent = Extent { rounds: 1, turn: Duration::from_secs(3), entries: 100_000 };
/// Payments that wait for people when their agent is revoked.
const PENDING: usize = 10_000;

const USAGE: &str = "usage: purser-bench [--quick] \
    [--only durable|decide|everything|revoke|history] [FOLDER]";

struct Arguments {
    extent: Extent,
    only: Option<String>,
    place: PathBuf,
}

fn arguments() -> Option<Arguments> {
    // On a disk, where the folder for short-lived files may be in memory.
    let place = PathBuf::from("/var/tmp");
    let mut read = Arguments { extent: FULL, only: None, place };
    let mut given = std::env::args_os().skip(1);
    while let Some(argument) = given.next() {
        match argument.to_str() {
            Some("--quick") => read.extent = QUICK,
            Some("--only") => read.only = Some(given.next()?.into_string().ok()?),
            Some(flag) if flag.starts_with('-') => return None,
            _ => read.place = PathBuf::from(argument),
        }
    }
    Some(read)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

fn main() {
    let mut given = std::env::args_os().skip(1);
    if given.next().is_some_and(|first| first == history::CHILD) {
        let home = PathBuf::from(given.next().unwrap());
        return runtime().block_on(history::child(&home));
    }
    let Some(Arguments { extent, only, place }) = arguments() else {
        println!("{USAGE}");
        std::process::exit(2);
    };
    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    let mut report = Report::default();
    if wanted("durable") {
        runtime().block_on(compare(&place, extent, &mut report));
    }
    if wanted("decide") {
        deciding::measure(extent.entries, &mut report);
    }
    if wanted("decide") || wanted("everything") {
        everything::measure(extent.entries, &mut report);
    }
    if wanted("revoke") {
        runtime().block_on(history::revoke(&place, PENDING, &mut report));
    }
    if wanted("history") {
        history::measure(&place, extent.entries, &mut report);
    }
    report.close();
}

/// Durable decisions: the bare disk, the peers and Purser, turn by turn.
async fn compare(place: &std::path::Path, extent: Extent, report: &mut Report) {
    report.part("durable decisions");
    let dir = tempfile::tempdir_in(place).unwrap();
    let mut bare = bare::Bare::new(dir.path());
    let postgres = peers::Postgres::start(dir.path(), CALLERS).await;
    let redis = peers::Redis::start(dir.path()).await;
    let purser = in_process::Purser::start(dir.path(), AGENTS).await;
    let door = http::Door::start(dir.path(), AGENTS).await;
    let mut rounds = load::Rounds::default();
    for _ in 0..extent.rounds {
        rounds.take("bare", bare.run(extent.turn));
        for callers in [1, CALLERS] {
            rounds.take("postgres", load::run(postgres.callers(callers), extent.turn).await);
            let separate = redis.callers(callers, callers).await;
            rounds.take("redis", load::run(separate, extent.turn).await);
            rounds.take("purser", load::run(purser.callers(callers), extent.turn).await);
        }
        let shared = redis.callers(CALLERS, FEW).await;
        rounds.take("redis over few connections", load::run(shared, extent.turn).await);
        let visitors = door.callers(CALLERS, extent.turn).await;
        rounds.take("http", load::run(visitors, extent.turn).await);
    }
    let of = |name: &'static str, callers| rounds.median(name, callers);
    let bare = of("bare", 1);
    report.sample("bare 4 KiB append + fdatasync", &bare);
    for callers in [1, CALLERS] {
        report.sample("PostgreSQL", &of("postgres", callers));
        report.sample("Redis", &of("redis", callers));
        report.sample("Purser in process", &of("purser", callers));
    }
    report.sample("Purser over HTTP", &of("http", CALLERS));
    // Clients within one program may share connections, which saves Redis work. Not judged: the
    // callers of a wallet are programs of their own.
    report.sample("Redis over 4 connections", &of("redis over few connections", CALLERS));
    let one = of("purser", 1).median_s() / bare.median_s();
    report.at_most("one caller's median, in bare appends", one, 1.5);
    let many = of("purser", CALLERS).rate();
    report.at_least("64 callers, in Redis' rate", many / of("redis", CALLERS).rate(), 2.0);
    report.at_least("64 callers, in PostgreSQL's rate", many / of("postgres", CALLERS).rate(), 5.0);
    let http = of("http", CALLERS).rate() / of("postgres", CALLERS).rate();
    report.at_least("64 callers over HTTP, in PostgreSQL's rate", http, 1.0);
}
