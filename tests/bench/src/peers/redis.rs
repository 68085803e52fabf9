//! Redis, which answers after its append-only file is on the disk: one script checks and counts,
//! sets the idempotency key and appends to a stream.

use super::{AMOUNT, CAP};
use crate::load::Caller;
use purser_tests::program::Program;
use purser_tests::wait::{self, PATIENCE};
use redis::aio::MultiplexedConnection;
use redis::{Client, Cmd, cmd};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const SPEND: &str = "
    if not redis.call('SET', KEYS[2], ARGV[2], 'NX') then return redis.call('GET', KEYS[2]) end
    local budget = redis.call('HMGET', KEYS[1], 'used', 'cap')
    if budget[1] + ARGV[1] > tonumber(budget[2]) then
        redis.call('DEL', KEYS[2])
        return redis.error_reply('over the cap')
    end
    redis.call('HINCRBY', KEYS[1], 'used', ARGV[1])
    return redis.call('XADD', KEYS[3], '*', 'budget', KEYS[1], 'amount', ARGV[1], 'id', ARGV[2])";

const SETTINGS: &[(&str, &str)] = &[
    ("--port", "0"),
    ("--save", ""),
    ("--appendonly", "yes"),
    ("--appendfsync", "always"),
    ("--auto-aof-rewrite-percentage", "0"),
    ("--daemonize", "no"),
];

/// A running server.
pub struct Redis {
    client: Client,
    script: String,
    next: Arc<AtomicU64>,
    _server: Program,
}

impl Redis {
    /// Starts one in a folder.
    pub async fn start(dir: &Path) -> Self {
        let dir = dir.join("redis");
        std::fs::create_dir(&dir).unwrap();
        let socket = dir.join("socket");
        let mut command = Command::new("redis-server");
        command.arg("--dir").arg(&dir).arg("--unixsocket").arg(&socket).current_dir(&dir);
        command.args(SETTINGS.iter().flat_map(|(name, value)| [name, value]));
        let server = Program::start(command).expect("Redis is missing: scripts/setup.sh bench");
        wait::until("Redis' socket", PATIENCE, || socket.exists().then_some(())).unwrap();
        let client = Client::open(format!("unix://{}", socket.display())).unwrap();
        let mut first = connect(&client).await;
        let load = cmd("SCRIPT").arg("LOAD").arg(SPEND).to_owned();
        let script: String = load.query_async(&mut first).await.unwrap();
        Self { client, script, next: Arc::default(), _server: server }
    }

    /// Callers, each with a budget of its own, that share this many connections.
    pub async fn callers(&self, number: usize, connections: usize) -> Vec<Scripted> {
        let mut pool = Vec::new();
        for _ in 0..connections {
            pool.push(connect(&self.client).await);
        }
        let mut callers = Vec::new();
        for agent in 0..number {
            let mut connection = pool[agent % connections].clone();
            let budget = format!("budget:{agent}");
            for (field, value) in [("used", 0), ("cap", CAP)] {
                let mut set = cmd("HSETNX");
                set.arg(&budget).arg(field).arg(value);
                set.query_async::<()>(&mut connection).await.unwrap();
            }
            let (script, next) = (self.script.clone(), Arc::clone(&self.next));
            callers.push(Scripted { connection, budget, script, next });
        }
        callers
    }
}

async fn connect(client: &Client) -> MultiplexedConnection {
    client.get_multiplexed_async_connection().await.unwrap()
}

/// One caller.
pub struct Scripted {
    connection: MultiplexedConnection,
    budget: String,
    script: String,
    next: Arc<AtomicU64>,
}

impl Caller for Scripted {
    type Question = Cmd;

    fn prepare(&mut self) -> Cmd {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut spend = cmd("EVALSHA");
        spend.arg(&self.script).arg(3).arg(&self.budget).arg(format!("key:{number}"));
        spend.arg("payments").arg(AMOUNT).arg(number);
        spend
    }

    async fn ask(&mut self, spend: Cmd) {
        let _place: String = spend.query_async(&mut self.connection).await.unwrap();
    }
}
