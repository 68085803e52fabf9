//! An unlocked wallet: keys in memory, the writer running, rails ready.
//!
//! Guarantees: dropping the last handle ends the writer, closes the log and wipes the keys; the
//! rails get signatures, never keys (I10).

use crate::activity::Recent;
use crate::clock::Clock;
use crate::driver;
use crate::home::{Home, HomeError};
use crate::lookup::Past;
use crate::notice::{self, Notice};
use crate::random::{self, NoRandomness};
use crate::snapshots::{self, Snapshots, Started};
use crate::writer::{OnCommitted, ReadBack, ReadBackError, WriteError, Writer};
use purser_domain::{
    ApproverId, Command, Digest, Entry, PaymentId, RailId, Timestamp, TransferAuthorization,
    WalletPolicy,
};
use purser_engine::{Reply, State};
use purser_keys::{CredentialRoot, EvmKey, KeysError, LogKey, RootKey};
use purser_ledger::{CheckpointSigner, Ledger, LedgerError};
use purser_rails::x402::{Networks, NetworksError, SignError, TransferSigner, X402, X402Error};
use purser_rails::{Rail, Sandbox};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{broadcast, mpsc};

/// Why a wallet could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The keys could not be derived.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The folder refused.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The log could not be opened or read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The log's entries do not follow from each other.
    #[error(transparent)]
    ReadBack(#[from] ReadBackError),
    /// The first entry could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The engine refused the first entry.
    #[error("the wallet could not be created: {0}")]
    Create(String),
    /// The system gave no thread.
    #[error("the writer's thread could not be started: {0}")]
    Thread(std::io::Error),
    /// The HTTP client of a rail could not be made.
    #[error(transparent)]
    X402(#[from] X402Error),
    /// A network of the policy can't be used.
    #[error(transparent)]
    Networks(#[from] NetworksError),
}

/// An unlocked wallet.
pub struct Wallet {
    pub(crate) writer: Writer,
    pub(crate) clock: Clock,
    pub(crate) home: Arc<Home>,
    pub(crate) credentials: Mutex<Option<CredentialRoot>>,
    credential_public: [u8; 32],
    pub(crate) notices: broadcast::Sender<Notice>,
    pub(crate) recent: Arc<Mutex<Recent>>,
    pub(crate) past: Past,
    pub(crate) snapshots: Snapshots,
    started: Started,
    signer: Arc<EvmSigner>,
    rails: BTreeMap<RailId, Arc<dyn Rail>>,
    x402: Arc<X402>,
    pub(crate) owner: ApproverId,
    pub(crate) evm_address: String,
}

/// A key until the wallet is closed.
struct EvmSigner {
    address: [u8; 20],
    key: Mutex<Option<EvmKey>>,
}

impl TransferSigner for EvmSigner {
    fn address(&self) -> [u8; 20] {
        self.address
    }

    fn sign_transfer(&self, transfer: &TransferAuthorization) -> Result<[u8; 65], SignError> {
        let key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key.as_ref().ok_or(SignError::Locked)?;
        key.sign_transfer_authorization(transfer).map_err(|_| SignError::Failed)
    }
}

struct LogSigner(LogKey);

impl CheckpointSigner for LogSigner {
    fn public_key(&self) -> [u8; 32] {
        self.0.public()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }
}

impl Wallet {
    /// Makes the log of a new wallet, with its first entry.
    ///
    /// # Errors
    /// When the folder has a log already, or the disk refuses.
    pub fn create_log(home: &Home, root: &RootKey, clock: &Clock) -> Result<(), OpenError> {
        let signer = Box::new(LogSigner(root.log_key()?));
        let key = Digest::new(signer.public_key()).to_string();
        let id = format!("purser.local/{}", key.get(..8).unwrap_or_default());
        let mut ledger =
            Ledger::create(&home.ledger(), root.database_key()?.expose(), &id, signer)?;
        write_first(&mut ledger, clock)
    }

    /// Makes the log unless the folder has this wallet's own. Another wallet's log, which nobody
    /// here can open any more, is moved aside and not lost.
    ///
    /// # Errors
    /// As [`Wallet::create_log`].
    pub fn create_log_unless_there(
        home: &Home,
        root: &RootKey,
        clock: &Clock,
    ) -> Result<(), OpenError> {
        let path = home.ledger();
        if path.exists() {
            let signer = Box::new(LogSigner(root.log_key()?));
            match Ledger::open(&path, root.database_key()?.expose(), signer) {
                Ok(mut ledger) if ledger.is_empty() => return write_first(&mut ledger, clock),
                Ok(_) => return Ok(()),
                Err(LedgerError::NotADatabaseOrWrongKey { .. } | LedgerError::OtherKey) => {
                    home.set_aside(&path, clock())?
                }
                Err(error) => return Err(error.into()),
            }
        }
        Self::create_log(home, root, clock)
    }

    /// Opens the log, starts the writer and takes up what an earlier run left open. Blocks while
    /// the log is read. Must be called inside a tokio runtime. Without `pays` nothing is ever
    /// submitted, asked about or expired: for one command of the owner's on a wallet that does not
    /// run.
    ///
    /// # Errors
    /// When the log is missing, damaged or another key's, or the disk refuses.
    pub fn open(
        home: Arc<Home>,
        root: &RootKey,
        clock: Clock,
        pays: bool,
    ) -> Result<Arc<Self>, OpenError> {
        Self::open_with(home, root, clock, pays, snapshots::EVERY)
    }

    pub(crate) fn open_with(
        home: Arc<Home>,
        root: &RootKey,
        clock: Clock,
        pays: bool,
        snapshot_every: u64,
    ) -> Result<Arc<Self>, OpenError> {
        let signer = Box::new(LogSigner(root.log_key()?));
        let ledger = Ledger::open(&home.ledger(), root.database_key()?.expose(), signer)?;
        let recent = Arc::new(Mutex::new(Recent::from_log(&ledger)?));
        let past = Past::new(ledger.reader()?);
        let (notices, _) = broadcast::channel(1024);
        let (cleared, to_drive) = mpsc::unbounded_channel();
        let on_committed = committed(notices.clone(), Arc::clone(&recent), cleared);
        let key = root.database_key()?;
        let snapshots = Snapshots::open_with(&home.snapshot(), key.expose(), snapshot_every);
        let (state, started) = snapshots.read_back(&ledger)?;
        let (due, to_save) = mpsc::channel(1);
        let on_committed = snapshots::telling(on_committed, snapshots.clone(), due);
        let owner = state.owner().ok_or_else(|| OpenError::Create("no owner".to_owned()))?;
        let evm = root.evm_key(0)?;
        let evm_address = evm.checksum_address();
        let signer = Arc::new(EvmSigner { address: evm.address(), key: Mutex::new(Some(evm)) });
        let networks = Networks::from_policy(state.policy())?;
        let x402 = Arc::new(X402::new(
            Arc::clone(&signer) as Arc<dyn TransferSigner>,
            networks,
            Arc::clone(&clock),
        )?);
        let sandbox = Arc::new(Sandbox::new(Arc::clone(&clock)));
        let all: [Arc<dyn Rail>; 2] = [sandbox, Arc::clone(&x402) as Arc<dyn Rail>];
        let rails = all.into_iter().map(|rail| (rail.id(), rail)).collect();
        let files = snapshots.clone();
        let read_back: ReadBack =
            Box::new(move |ledger| files.read_back(ledger).map(|(state, _)| state));
        let writer = Writer::start_with(ledger, state, Arc::clone(&clock), on_committed, read_back)
            .map_err(OpenError::Thread)?;
        let credentials = root.credential_root()?;
        let wallet = Arc::new(Self {
            writer,
            clock,
            home,
            credential_public: credentials.public(),
            credentials: Mutex::new(Some(credentials)),
            notices,
            recent,
            past,
            snapshots,
            started,
            signer,
            rails,
            x402,
            owner,
            evm_address,
        });
        tokio::spawn(snapshots::keep_saving(Arc::downgrade(&wallet), to_save));
        if pays {
            driver::start(&wallet, to_drive);
        }
        Ok(wallet)
    }

    /// The public half of the key that credentials are signed with.
    #[must_use]
    pub const fn credential_public(&self) -> [u8; 32] {
        self.credential_public
    }

    /// How the state was read back when the wallet was opened.
    #[must_use]
    pub const fn started(&self) -> Started {
        self.started
    }

    /// Hears what happens from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The account that real rails pay from, as people write it.
    #[must_use]
    pub fn evm_address(&self) -> &str {
        &self.evm_address
    }

    /// The loopback ports of the wallet's own doors: no agent may have the wallet connect there.
    pub fn set_own_ports(&self, ports: &[u16]) {
        self.x402.set_own_ports(ports.iter().copied());
    }

    /// Ends the wallet: keys are wiped, the writer has ended and the log is closed when this
    /// returns, whoever still holds the wallet.
    pub async fn close(&self) {
        drop(locked(&self.signer.key).take());
        drop(locked(&self.credentials).take());
        self.save_snapshot().await;
        self.writer.stop().await;
        self.past.close();
    }

    /// Waits until the wallet has ended, so that whoever waits for a payment learns of it.
    pub async fn ended(&self) {
        self.writer.ended().await;
    }

    pub(crate) fn rail(&self, id: RailId) -> Option<Arc<dyn Rail>> {
        self.rails.get(&id).cloned()
    }

    pub(crate) fn x402(&self) -> &X402 {
        &self.x402
    }

    pub(crate) fn take_networks(&self, policy: &WalletPolicy) -> Result<(), NetworksError> {
        self.x402.set_networks(Networks::from_policy(policy)?);
        Ok(())
    }
}

/// The first entry of a log: the wallet is made.
fn write_first(ledger: &mut Ledger, clock: &Clock) -> Result<(), OpenError> {
    let owner = ApproverId::from_random(random::bits(clock())?);
    let command = Command::CreateWallet { owner, policy: WalletPolicy::default() };
    let decision = purser_engine::decide(&State::default(), &command, clock());
    if let Reply::Error(error) = decision.reply {
        return Err(OpenError::Create(error.to_string()));
    }
    let entries: Vec<Entry> = (0u64..)
        .zip(decision.events)
        .map(|(seq, event)| Entry { seq, at_ms: decision.at, clock_ms: decision.clock, event })
        .collect();
    Ok(ledger.append(&entries)?)
}

/// What happens on the writer's threads once entries are durable: watchers are told, the latest
/// activity is kept, and cleared payments go to the driver.
fn committed(
    notices: broadcast::Sender<Notice>,
    recent: Arc<Mutex<Recent>>,
    to_driver: mpsc::UnboundedSender<PaymentId>,
) -> OnCommitted {
    Box::new(move |entries, cleared| {
        {
            let mut recent = locked(&recent);
            entries.iter().for_each(|entry| recent.take(entry));
        }
        // The driver and the watchers may be gone when the wallet is closing.
        for payment in cleared {
            let _ = to_driver.send(*payment);
        }
        for entry in entries {
            if let Some(payment) = entry.event.payment() {
                let _ = notices.send(Notice::PaymentChanged { payment });
            }
            if let Some(notice) = notice::of_entry(entry) {
                let _ = notices.send(notice);
            }
            for payment in entry.event.called_off() {
                let _ = notices.send(Notice::PaymentChanged { payment: *payment });
                let _ = notices.send(Notice::NoLongerWaiting { payment: *payment });
            }
        }
        let _ = notices.send(Notice::Changed);
    })
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
