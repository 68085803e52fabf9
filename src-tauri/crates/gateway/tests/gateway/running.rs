//! Starting, ending, and connections that misbehave.

use crate::support::{World, answer};
use purser_gateway::{StartError, bind, serve, start};
use purser_wallet::Home;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn the_gateway_says_where_it_is_and_takes_it_back() {
    let world = World::new().await;
    let path = Home::gateway_file(world.host.dir());
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(file["url"], world.running.url);
    assert_eq!(file["pid"], std::process::id());
    assert!(file["started_at_ms"].as_i64().unwrap() > 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(world.host.view().await.gateway.url, Some(world.running.url.clone()));
    let addr = world.running.addr;
    world.running.stop().await;
    assert!(!path.exists());
    assert_eq!(world.host.view().await.gateway.url, None);
    assert!(TcpStream::connect(addr).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_taken_port_is_told_to_the_owner() {
    let world = World::new().await;
    let taken = world.running.addr.port();
    let dir = tempfile::tempdir().unwrap();
    let other = crate::support::host(&dir, &std::sync::Arc::default()).await;
    let error = start(other.clone(), taken).await.err().unwrap();
    assert!(matches!(error, StartError::PortTaken { port } if port == taken));
    let problem = other.view().await.gateway.problem.unwrap();
    assert!(problem.contains(&taken.to_string()), "{problem}");
}

#[tokio::test]
async fn it_listens_on_this_machine_only() {
    let listener = bind(0).await.unwrap();
    assert!(listener.local_addr().unwrap().ip().is_loopback());
    let world = World::new().await;
    let everywhere = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let refused = serve(world.host.clone(), everywhere, std::future::pending()).await;
    assert!(refused.is_err());
}

/// What comes before the gateway closes the connection.
async fn until_closed(mut stream: TcpStream) -> String {
    let mut sent = Vec::new();
    stream.read_to_end(&mut sent).await.unwrap();
    String::from_utf8_lossy(&sent).into_owned()
}

#[tokio::test]
async fn a_head_that_never_ends_is_given_up() {
    let world = World::new().await;
    let mut slow = TcpStream::connect(world.running.addr).await.unwrap();
    slow.write_all(b"GET /health HTTP/1.1\r\nHost: 127.").await.unwrap();
    // A stopped clock jumps to the next timer. A deadline here would be that timer.
    tokio::time::pause();
    assert_eq!(until_closed(slow).await, "");
}

#[tokio::test]
async fn smuggled_and_broken_requests_are_refused() {
    let world = World::new().await;
    let addr = world.running.addr;
    let port = addr.port();
    for (request, status) in [
        (format!("GET /health HTTP/1.1\r\nHost: {addr}\r\nHost: evil.example\r\n\r\n"), "403"),
        (format!("GET http://evil.example/health HTTP/1.1\r\nHost: {addr}\r\n\r\n"), "403"),
        ("GET /health HTTP/1.1\r\n\r\n".to_owned(), "403"),
        (format!("GET /health HTTP/1.1\r\nHost: a\tb:{port}\r\n\r\n"), "403"),
        ("nonsense\r\n\r\n".to_owned(), "400"),
        (
            format!(
                "POST /v1/fetch HTTP/1.1\r\nHost: {addr}\r\nContent-Length: 5\r\n\
                 Content-Length: 6\r\n\r\nhello"
            ),
            "400",
        ),
    ] {
        let mut stream = TcpStream::connect(addr).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let answered = until_closed(stream).await;
        assert!(answered.starts_with(&format!("HTTP/1.1 {status}")), "{request}: {answered}");
    }
}

#[tokio::test]
async fn a_crowd_of_idle_connections_is_bounded_and_makes_room_again() {
    let world = World::new().await;
    let mut crowd = Vec::new();
    for _ in 0..256 {
        let mut stream = TcpStream::connect(world.running.addr).await.unwrap();
        let ask = format!("GET /health HTTP/1.1\r\nHost: {}\r\n\r\n", world.running.addr);
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut first = [0u8; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        crowd.push(stream);
    }
    let mut late = Box::pin(answer(world.client.get(world.url("/health"))));
    let early = tokio::time::timeout(Duration::from_millis(200), &mut late).await;
    assert!(early.is_err(), "the 257th waits");
    drop(crowd.pop());
    assert_eq!(late.await.0, 200);
}

/// I1: what the owner's side can do is not even named in the gateway's code.
#[test]
fn the_gateway_names_nothing_that_decides() {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let mut files = 0;
    for file in std::fs::read_dir(source).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        files += 1;
        for word in [
            "approve(",
            "decline(",
            "unfreeze(",
            "freeze(",
            "resume_agent(",
            "pause_agent(",
            "revoke_agent(",
            "add_agent(",
            "set_agent_policy(",
            "set_wallet_policy(",
            "open_session_for(",
            "close_session_of(",
            "set_allocation_of(",
            "revoke_credential(",
            ".unlock(",
            "check_passphrase(",
            "host.create(",
            "Passphrase",
            "Phrase",
            "RootKey",
            "Vault",
            ".look(",
            "export_log(",
            "Command::",
            ".touch(",
            ".cancel(",
        ] {
            assert!(!text.contains(word), "{}: `{word}`", path.display());
        }
    }
    assert!(files >= 18, "{files}");
}
