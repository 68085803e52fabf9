//! PostgreSQL with optimistic locking: a caller names the version of the budget that it knows, and
//! one statement counts the payment and keeps it, or finds that someone was there before.

use super::{AMOUNT, CAP};
use crate::load::Caller;
use purser_tests::program::Program;
use purser_tests::wait::{self, PATIENCE};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio_postgres::{Client, Config, NoTls, Statement};

const TABLES: &str = "
    CREATE TABLE budgets (
        agent   bigint PRIMARY KEY,
        cap     bigint NOT NULL,
        used    bigint NOT NULL CHECK (used <= cap),
        version bigint NOT NULL
    ) WITH (fillfactor = 20);
    CREATE TABLE payments (
        id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        agent           bigint NOT NULL REFERENCES budgets,
        amount          bigint NOT NULL,
        payee           text   NOT NULL,
        idempotency_key text   NOT NULL UNIQUE,
        at              timestamptz NOT NULL DEFAULT now()
    );";

const SPEND: &str = "
    WITH taken AS (
        UPDATE budgets SET used = used + $2, version = version + 1
        WHERE agent = $1 AND version = $3 AND used + $2 <= cap RETURNING version),
    kept AS (
        INSERT INTO payments (agent, amount, payee, idempotency_key)
        SELECT $1, $2, 'acct:hetzner', $4 FROM taken)
    SELECT version FROM taken";

/// Durable as it comes (`fsync`, `synchronous_commit`); the rest is set for speed.
const SETTINGS: &[&str] = &[
    "listen_addresses=",
    "max_connections=100",
    "shared_buffers=256MB",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=8GB",
    "checkpoint_timeout=30min",
    "jit=off",
];

/// A running server.
pub struct Postgres {
    clients: Vec<(Arc<Client>, Statement)>,
    next: Arc<AtomicU64>,
    server: Program,
}

impl Postgres {
    /// Starts one in a folder, with a budget and a connection for each caller.
    pub async fn start(dir: &Path, callers: usize) -> Self {
        let dir = dir.join("postgres");
        std::fs::create_dir(&dir).unwrap();
        let user = User::choose(&dir);
        let data = dir.join("data");
        let mut init = user.command("initdb");
        init.arg("--no-sync").arg("--auth=trust").arg("--username=bench").arg(&data);
        let done = init.output().unwrap();
        assert!(done.status.success(), "initdb: {}", String::from_utf8_lossy(&done.stderr));
        let mut command = user.command("postgres");
        command.arg("-D").arg(&data).arg("-k").arg(&dir);
        command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        let server = Program::start(command).unwrap();
        let socket = dir.join(".s.PGSQL.5432");
        wait::until("PostgreSQL's socket", PATIENCE, || socket.exists().then_some(())).unwrap();
        let first = connect(&dir).await;
        first.batch_execute(TABLES).await.unwrap();
        let budgets = "INSERT INTO budgets SELECT agent, $1, 0, 0 \
            FROM generate_series(0, $2::bigint - 1) AS agent";
        let number = i64::try_from(callers).unwrap();
        first.execute(budgets, &[&CAP, &number]).await.unwrap();
        let mut clients = Vec::new();
        for _ in 0..callers {
            let client = connect(&dir).await;
            let statement = client.prepare(SPEND).await.unwrap();
            clients.push((Arc::new(client), statement));
        }
        Self { clients, next: Arc::default(), server }
    }

    /// Callers, each with a connection of its own.
    pub fn callers(&self, number: usize) -> Vec<Optimist> {
        let clients = (0i64..).zip(&self.clients).take(number);
        clients
            .map(|(agent, (client, spend))| Optimist {
                client: Arc::clone(client),
                spend: spend.clone(),
                agent,
                version: None,
                next: Arc::clone(&self.next),
            })
            .collect()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // It ends by itself once nobody is connected; dropping it kills what is left.
        self.clients.clear();
        let _gone = self.server.terminate();
        let _gone = self.server.wait_exit(PATIENCE);
    }
}

/// PostgreSQL refuses to run as root: then it runs as the user that its package made.
struct User {
    binaries: PathBuf,
    ids: Option<(u32, u32)>,
}

impl User {
    /// Gives the folder to whom the server will run as.
    fn choose(dir: &Path) -> Self {
        let binaries = binaries().expect("PostgreSQL is missing: scripts/setup.sh bench");
        if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
            return Self { binaries, ids: None };
        }
        let users = std::fs::read_to_string("/etc/passwd").unwrap();
        let line = users.lines().find(|line| line.starts_with("postgres:")).unwrap();
        let id = |field| line.split(':').nth(field).unwrap().parse::<u32>().unwrap();
        let (user, group) = (id(2), id(3));
        chown(dir, Some(user), Some(group)).unwrap();
        // The folder above was made for one user alone.
        let parent = dir.parent().unwrap();
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o711);
        std::fs::set_permissions(parent, open).unwrap();
        Self { binaries, ids: Some((user, group)) }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        command.env("LC_ALL", "C.UTF-8").current_dir("/");
        if let Some((user, group)) = self.ids {
            command.uid(user).gid(group);
        }
        command
    }
}

/// The newest version that is there.
fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.map(|version| version.path()).max_by_key(|path| number(path))?;
    Some(newest.join("bin")).filter(|path| path.join("postgres").exists())
}

async fn connect(dir: &Path) -> Client {
    let mut config = Config::new();
    config.host_path(dir).user("bench").dbname("postgres");
    // The socket is there before the server takes anyone.
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        match config.connect(NoTls).await {
            Ok((client, connection)) => {
                tokio::spawn(connection);
                return client;
            }
            Err(error) if std::time::Instant::now() > deadline => panic!("PostgreSQL: {error}"),
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

/// One caller, which remembers the version of its budget.
pub struct Optimist {
    client: Arc<Client>,
    spend: Statement,
    agent: i64,
    version: Option<i64>,
    next: Arc<AtomicU64>,
}

impl Caller for Optimist {
    type Question = String;

    fn prepare(&mut self) -> String {
        format!("key-{}", self.next.fetch_add(1, Ordering::Relaxed))
    }

    async fn ask(&mut self, key: String) {
        loop {
            if let Some(version) = self.version {
                let parameters: &[&(dyn tokio_postgres::types::ToSql + Sync)] =
                    &[&self.agent, &AMOUNT, &version, &key];
                let taken = self.client.query_opt(&self.spend, parameters).await.unwrap();
                self.version = taken.map(|row| row.get(0));
                if self.version.is_some() {
                    return;
                }
            }
            let sql = "SELECT version FROM budgets WHERE agent = $1";
            let row = self.client.query_one(sql, &[&self.agent]).await.unwrap();
            self.version = Some(row.get(0));
        }
    }
}
