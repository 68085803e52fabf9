//! The life of a wallet: absent, locked, unlocked.
//!
//! Guarantees (K1): while locked no key, no state and no open log is in memory; it locks by itself
//! after the owner's idle time; every way in goes through the vault. Opening costs what the vault's
//! key stretching costs, off the async threads.

use crate::clock::{Clock, system_clock};
use crate::home::{Home, HomeError};
use crate::notice::Notice;
use crate::view::{GatewayView, WalletView};
use crate::view_build;
use crate::wallet::{OpenError, Wallet};
use crate::writer::WriteError;
use purser_domain::Timestamp;
use purser_keys::{DeviceStore, KdfParams, KeysError, Passphrase, Phrase, SealOptions, Vault};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::time::Instant;

pub use crate::view::Phase;

/// How soon a changed idle time is noticed.
const POLICY_LOOK: Duration = Duration::from_secs(60);

/// Why the wallet could not be created, unlocked or used.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// Its folder can't be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The vault refused.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The log or the rails could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It is locked.
    #[error("the wallet is locked; unlock it first")]
    Locked,
    /// There is none.
    #[error("there is no wallet yet; create one first")]
    Absent,
    /// There is one already.
    #[error("there is a wallet already; choose another folder with --home, or restore into one")]
    Exists,
    /// A task of the wallet died.
    #[error("the wallet stopped working; start it again")]
    Died,
}

impl HostError {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Home(HomeError::InUse { .. }) => "home_in_use",
            Self::Home(HomeError::Disk { .. }) => "disk",
            Self::Keys(KeysError::WrongPassphrase) => "wrong_passphrase",
            Self::Keys(_) => "vault",
            Self::Open(_) => "log",
            Self::Locked => "wallet_locked",
            Self::Absent => "wallet_absent",
            Self::Exists => "wallet_exists",
            Self::Died => "internal",
        }
    }

    /// What to do.
    #[must_use]
    pub const fn what_to_do(&self) -> &'static str {
        match self {
            Self::Home(HomeError::InUse { .. }) => "use the Purser that is open, or end it first",
            Self::Home(HomeError::Disk { .. }) => "check the folder's owner and the disk",
            Self::Keys(KeysError::WrongPassphrase) => {
                "type it again; if it is lost, restore from the recovery phrase"
            }
            Self::Keys(_) => "read docs/RECOVER.md; the recovery phrase restores the wallet",
            Self::Open(_) => "read docs/RECOVER.md; nothing was changed",
            Self::Locked => "unlock the wallet",
            Self::Absent => "create a wallet",
            Self::Exists => "use the wallet that is there",
            Self::Died => "start Purser again",
        }
    }
}

/// How a host is set up.
#[derive(Clone)]
pub struct HostOptions {
    /// The time of day.
    pub clock: Clock,
    /// What a guess at the passphrase costs.
    pub kdf: KdfParams,
    /// Whether payments are carried out. Not for one command of the owner's on a wallet that does
    /// not run: stopping must not begin by paying.
    pub pays: bool,
    /// The computer's keystore as a second factor, where there is one.
    pub device: Option<Arc<dyn DeviceStore + Send + Sync>>,
}

impl Default for HostOptions {
    fn default() -> Self {
        Self { clock: system_clock(), kdf: KdfParams::default(), pays: true, device: None }
    }
}

/// A wallet through its life. Cheap to clone.
#[derive(Clone)]
pub struct Host(Arc<Inner>);

struct Inner {
    home: Arc<Home>,
    options: HostOptions,
    unlocked: Mutex<Option<Unlocked>>,
    gateway: Mutex<(GatewayView, Option<u16>)>,
    notices: broadcast::Sender<Notice>,
    /// One opening, closing or passphrase check at a time: each costs 64 MiB.
    gate: tokio::sync::Mutex<()>,
}

struct Unlocked {
    wallet: Arc<Wallet>,
    last_seen: Instant,
    /// The same by the time of day, which goes on while the computer sleeps.
    last_seen_at: Timestamp,
    idle: Duration,
}

impl Host {
    /// Takes the folder for itself. The wallet in it, if there is one, stays locked.
    ///
    /// # Errors
    /// When another Purser has the folder, or the disk refuses.
    pub fn start(dir: &Path, options: HostOptions) -> Result<Self, HostError> {
        let home = Arc::new(Home::open(dir)?);
        let (notices, _) = broadcast::channel(1024);
        Ok(Self(Arc::new(Inner {
            home,
            options,
            unlocked: Mutex::new(None),
            gateway: Mutex::default(),
            notices,
            gate: tokio::sync::Mutex::new(()),
        })))
    }

    /// The wallet's folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.0.home.dir()
    }

    /// Where the wallet is in its life.
    #[must_use]
    pub fn phase(&self) -> Phase {
        if self.unlocked().is_some() {
            Phase::Unlocked
        } else if self.0.home.vault().exists() {
            Phase::Locked
        } else {
            Phase::Absent
        }
    }

    /// Makes a wallet from a phrase and unlocks it. With the phrase of an earlier wallet the keys
    /// are that wallet's; the log begins anew, unless the folder still has it.
    ///
    /// # Errors
    /// When there is one already, the passphrase is too short, or the disk refuses.
    pub async fn create(&self, phrase: Phrase, passphrase: Passphrase) -> Result<(), HostError> {
        let _one = self.0.gate.lock().await;
        if self.0.home.vault().exists() {
            return Err(HostError::Exists);
        }
        let (home, options) = (Arc::clone(&self.0.home), self.0.options.clone());
        let root = blocking(move || {
            let root = purser_keys::RootKey::from_phrase(&phrase);
            passphrase.check_policy()?;
            Wallet::create_log_unless_there(&home, &root, &options.clock)?;
            let seal = SealOptions { kdf: options.kdf, created_at: (options.clock)() };
            let device = options.device.as_deref().map(|device| device as &dyn DeviceStore);
            Vault::create(&home.vault(), &phrase, &passphrase, device, &seal)?;
            Ok::<_, HostError>(root)
        })
        .await?;
        self.enter(root).await
    }

    /// Unlocks the wallet.
    ///
    /// # Errors
    /// When there is none, the passphrase is wrong, or the vault or the log is damaged.
    pub async fn unlock(&self, passphrase: Passphrase) -> Result<(), HostError> {
        let _one = self.0.gate.lock().await;
        if self.unlocked().is_some() {
            return self.check(passphrase).await;
        }
        if !self.0.home.vault().exists() {
            return Err(HostError::Absent);
        }
        let (home, device) = (Arc::clone(&self.0.home), self.0.options.device.clone());
        let root = blocking(move || {
            let device = device.as_deref().map(|device| device as &dyn DeviceStore);
            Ok::<_, HostError>(Vault::open(&home.vault(), &passphrase, device)?)
        })
        .await?;
        self.enter(root).await
    }

    /// Whether this is the passphrase, for what asks for it each time.
    ///
    /// # Errors
    /// When it is not, or there is no wallet.
    pub async fn check_passphrase(&self, passphrase: Passphrase) -> Result<(), HostError> {
        let _one = self.0.gate.lock().await;
        if !self.0.home.vault().exists() {
            return Err(HostError::Absent);
        }
        self.check(passphrase).await
    }

    /// Locks the wallet: no key and no open log stays in memory. Payments on their way are found
    /// out about at the next unlock.
    pub async fn lock(&self) {
        let _one = self.0.gate.lock().await;
        let taken = self.unlocked().take();
        if let Some(unlocked) = taken {
            unlocked.wallet.close().await;
        }
        self.tell(Notice::Changed);
    }

    /// The unlocked wallet.
    ///
    /// # Errors
    /// When it is locked or absent.
    pub fn wallet(&self) -> Result<Arc<Wallet>, HostError> {
        let wallet = self.unlocked().as_ref().map(|unlocked| Arc::clone(&unlocked.wallet));
        wallet.ok_or(match self.phase() {
            Phase::Absent => HostError::Absent,
            Phase::Locked | Phase::Unlocked => HostError::Locked,
        })
    }

    /// The owner is here: the idle time begins anew.
    pub fn touch(&self) {
        if let Some(unlocked) = self.unlocked().as_mut() {
            unlocked.last_seen = Instant::now();
            unlocked.last_seen_at = (self.0.options.clock)();
        }
    }

    /// Hears what happens, over locking and unlocking.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Notice> {
        self.0.notices.subscribe()
    }

    /// Says where the agents' door is, or why there is none.
    pub fn set_gateway(&self, gateway: GatewayView, port: Option<u16>) {
        *lock(&self.0.gateway) = (gateway, port);
        if let (Some(port), Ok(wallet)) = (port, self.wallet()) {
            wallet.set_own_ports(&[port]);
        }
        self.tell(Notice::Changed);
    }

    /// The window's view.
    pub async fn view(&self) -> WalletView {
        let now = (self.0.options.clock)();
        let mut view = match self.wallet() {
            Ok(wallet) => match wallet.view().await {
                Ok(view) => view,
                Err(_) => view_build::closed(self.phase(), None, now),
            },
            Err(_) => view_build::closed(self.phase(), None, now),
        };
        view.gateway = lock(&self.0.gateway).0.clone();
        view.unlocked_for_minutes = self.minutes_left();
        view
    }

    fn minutes_left(&self) -> u32 {
        let unlocked = self.unlocked();
        let left = unlocked.as_ref().map(|u| u.idle.saturating_sub(u.last_seen.elapsed()));
        let minutes = left.unwrap_or_default().as_secs().div_ceil(60);
        u32::try_from(minutes).unwrap_or(u32::MAX)
    }

    fn unlocked(&self) -> MutexGuard<'_, Option<Unlocked>> {
        lock(&self.0.unlocked)
    }

    fn tell(&self, notice: Notice) {
        // Nobody may be listening.
        let _ = self.0.notices.send(notice);
    }

    async fn check(&self, passphrase: Passphrase) -> Result<(), HostError> {
        let (home, device) = (Arc::clone(&self.0.home), self.0.options.device.clone());
        blocking(move || {
            let device = device.as_deref().map(|device| device as &dyn DeviceStore);
            Ok(Vault::check_passphrase(&home.vault(), &passphrase, device)?)
        })
        .await
    }

    async fn enter(&self, root: purser_keys::RootKey) -> Result<(), HostError> {
        let (home, clock) = (Arc::clone(&self.0.home), Arc::clone(&self.0.options.clock));
        let pays = self.0.options.pays;
        let runtime = tokio::runtime::Handle::current();
        let wallet = blocking(move || {
            let _inside = runtime.enter();
            Ok::<_, HostError>(Wallet::open(home, &root, clock, pays)?)
        })
        .await?;
        let idle = idle_time(&wallet).await.map_err(|_| HostError::Died)?;
        let port = lock(&self.0.gateway).1;
        if let Some(port) = port {
            wallet.set_own_ports(&[port]);
        }
        self.pass_on(&wallet);
        let last_seen_at = (self.0.options.clock)();
        *self.unlocked() = Some(Unlocked { wallet, last_seen: Instant::now(), last_seen_at, idle });
        tokio::spawn(lock_when_idle(Arc::downgrade(&self.0)));
        self.tell(Notice::Changed);
        Ok(())
    }

    /// What the wallet tells goes to those who listen to the host. Ends with the wallet.
    fn pass_on(&self, wallet: &Wallet) {
        let (mut from, to) = (wallet.subscribe(), self.0.notices.clone());
        tokio::spawn(async move {
            loop {
                match from.recv().await {
                    Ok(notice) => drop(to.send(notice)),
                    Err(broadcast::error::RecvError::Lagged(_)) => drop(to.send(Notice::Changed)),
                    Err(broadcast::error::RecvError::Closed) => return,
                }
            }
        });
    }
}

/// Locks after the owner's idle time, as the policy of the moment has it.
async fn lock_when_idle(inner: std::sync::Weak<Inner>) {
    loop {
        let Some(strong) = inner.upgrade() else { return };
        let host = Host(strong);
        let Ok(wallet) = host.wallet() else { return };
        let Ok(idle) = idle_time(&wallet).await else { return };
        drop(wallet);
        let deadline = {
            let mut unlocked = host.unlocked();
            let Some(unlocked) = unlocked.as_mut() else { return };
            unlocked.idle = idle;
            let asleep = (host.0.options.clock)().millis_since(unlocked.last_seen_at);
            let over = u128::try_from(asleep).unwrap_or_default() >= idle.as_millis();
            if over { Some(Instant::now()) } else { unlocked.last_seen.checked_add(idle) }
        };
        let now = Instant::now();
        let Some(deadline) = deadline else { return };
        if deadline <= now {
            host.lock().await;
            return;
        }
        drop(host);
        let look_again = now.checked_add(POLICY_LOOK).unwrap_or(deadline);
        tokio::time::sleep_until(deadline.min(look_again)).await;
    }
}

async fn idle_time(wallet: &Wallet) -> Result<Duration, WriteError> {
    let minutes = wallet.look(|state| state.policy().idle_lock_minutes).await?;
    Ok(Duration::from_secs(u64::from(minutes).saturating_mul(60)))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HostError> + Send + 'static,
) -> Result<T, HostError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| HostError::Died)?
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
