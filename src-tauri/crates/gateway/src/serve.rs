//! The running gateway: its socket, its connections, and the file that says where it is.
//!
//! Guarantees: it listens on 127.0.0.1 and nowhere else; a connection that sends its head too
//! slowly is closed; there are at most [`CONNECTIONS`] of them. Ending it closes every connection
//! within two seconds; payments that the wallet has taken up go on.

use crate::app::App;
use crate::guard;
use crate::problem::Problem;
use crate::read::READ_TIMEOUT;
use crate::routes::routes;
use axum::Router;
use axum::middleware::from_fn_with_state;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use purser_domain::Timestamp;
use purser_wallet::view::GatewayView;
use purser_wallet::{Home, Host};
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

/// Where the gateway listens unless it is told otherwise.
pub const DEFAULT_PORT: u16 = 7433;

/// Connections served at a time; more wait to be accepted.
const CONNECTIONS: usize = 256;
/// How long an answer that is being given may take once the gateway ends.
const GRACE: Duration = Duration::from_secs(2);
/// Pause after the system refused a connection, for want of file handles say.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Why the gateway could not start. The wallet goes on without it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program has the port.
    #[error("port {port} is taken by another program; end it, or choose another port")]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// The system gave no socket.
    #[error("the gateway can't listen on port {port}: {source}")]
    Listen {
        /// The port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The file that says where the gateway is.
    #[error("can't write `{}`: {source}; check the folder and the disk", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// What the gateway file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GatewayFile {
    /// Where the gateway is.
    pub url: String,
    /// The process it runs in.
    pub pid: u32,
    /// When it began.
    pub started_at_ms: i64,
}

/// A running gateway. Dropping it ends it.
#[must_use = "dropping it ends the gateway"]
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// As agents write it.
    pub url: String,
    stop: watch::Sender<bool>,
    served: JoinHandle<()>,
    host: Host,
    file: (PathBuf, GatewayFile),
}

impl Running {
    /// Ends the gateway: nobody is connected any more when this returns.
    pub async fn stop(mut self) {
        // The task may have ended already.
        let _ = self.stop.send(true);
        let _ = (&mut self.served).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        let (path, file) = &self.file;
        if read_file(path).is_some_and(|found| found == *file) {
            // A stale file is told from a running gateway by its connection being refused.
            let _ = std::fs::remove_file(path);
        }
        self.host.set_gateway(GatewayView::default(), None);
    }
}

/// Takes a port of 127.0.0.1; 0 for any that is free.
///
/// # Errors
/// When it is taken, or the system refuses.
pub async fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}

/// Opens the agents' door of a wallet and says where it is: to the owner's window and, by a file
/// in the wallet's folder, to the agents' side.
///
/// # Errors
/// When the port is taken or the file can't be written. The window shows why.
pub async fn start(host: Host, port: u16) -> Result<Running, StartError> {
    match open(&host, port).await {
        Ok((listener, addr, file)) => Ok(run(host, listener, addr, file)),
        Err(error) => {
            let problem = Some(error.to_string());
            host.set_gateway(GatewayView { url: None, problem }, None);
            Err(error)
        }
    }
}

type Opened = (TcpListener, SocketAddr, (PathBuf, GatewayFile));

async fn open(host: &Host, port: u16) -> Result<Opened, StartError> {
    let listen = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::PortTaken { port },
        _ => StartError::Listen { port, source },
    };
    let listener = bind(port).await.map_err(listen)?;
    let addr = listener.local_addr().map_err(listen)?;
    let file = GatewayFile {
        url: format!("http://{addr}"),
        pid: std::process::id(),
        started_at_ms: host.view().await.now_ms,
    };
    let path = Home::gateway_file(host.dir());
    if let Err(source) = write_file(&path, &file) {
        return Err(StartError::File { path, source });
    }
    Ok((listener, addr, (path, file)))
}

fn run(
    host: Host,
    listener: TcpListener,
    addr: SocketAddr,
    file: (PathBuf, GatewayFile),
) -> Running {
    let url = file.1.url.clone();
    host.set_gateway(GatewayView { url: Some(url.clone()), problem: None }, Some(addr.port()));
    let (stop, mut stopped) = watch::channel(false);
    let door = host.clone();
    let served = tokio::spawn(async move {
        let shutdown = async move {
            // An error means that the sender is gone, which ends the gateway too.
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        if let Err(error) = serve(door, listener, shutdown).await {
            tracing::error!(%error, "the gateway ended");
        }
    });
    Running { addr, url, stop, served, host, file }
}

/// Serves agents on a socket of this machine until `shutdown` is done.
///
/// # Errors
/// When the socket has no address, or is not on 127.0.0.1.
pub async fn serve(
    host: Host,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let addr = listener.local_addr()?;
    if !addr.ip().is_loopback() {
        return Err(io::Error::other("the gateway listens on this machine only"));
    }
    let started = Timestamp::from_millis(host.view().await.now_ms);
    let router = router(App::new(host, addr.port(), started));
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    let (stop, stopping) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &slots) => accepted,
            () = &mut shutdown => break,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, slot)) => {
                connections.spawn(connection(stream, router.clone(), stopping.clone(), slot));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    // Nobody may be connected.
    let _ = stop.send(true);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, ended).await.is_err() {
        connections.shutdown().await;
    }
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, slot))
}

async fn connection(
    stream: TcpStream,
    router: Router,
    mut stopping: watch::Receiver<bool>,
    _slot: OwnedSemaphorePermit,
) {
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(READ_TIMEOUT)
        .max_headers(64)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut served = pin!(served);
    // An error means that the gateway is gone.
    let stop = async { drop(stopping.wait_for(|stop| *stop).await) };
    let ended = tokio::select! {
        ended = &mut served => ended,
        () = stop => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

pub(crate) fn router(app: App) -> Router {
    let mut router = Router::new();
    for route in routes() {
        router = router.route(route.path, route.handler);
    }
    router
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(app.clone(), guard::guard))
        .with_state(app)
}

async fn not_found() -> Problem {
    let what_to_do = "read /openapi.json for what there is";
    Problem::new(404, "no_such_route", "there is nothing here", what_to_do)
}

async fn wrong_method() -> Problem {
    let what_to_do = "read /openapi.json for the method of this path";
    Problem::new(405, "method_not_allowed", "this path has another method", what_to_do)
}

pub(crate) fn read_file(path: &Path) -> Option<GatewayFile> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// Whole or not at all, and for the owner only.
fn write_file(path: &Path, file: &GatewayFile) -> io::Result<()> {
    use std::io::Write as _;
    let new = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut open = options.open(&new)?;
    open.write_all(&serde_json::to_vec(file)?)?;
    open.sync_all()?;
    drop(open);
    std::fs::rename(&new, path)
}
