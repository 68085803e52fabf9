//! Ports on the loopback.

use crate::{Failure, wait};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

const CONNECT: Duration = Duration::from_millis(200);

/// A port that nobody listens on at this moment. Prefer port 0 where the program can say which
/// port it got: between this answer and its use another program may take the port.
///
/// # Errors
/// When the system gives none.
pub fn free() -> Result<u16, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// Waits until something accepts connections on a port.
///
/// # Errors
/// When `patience` is over.
pub fn wait_until_open(port: u16, patience: Duration) -> Result<(), Failure> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    wait::until(&format!("a listener on {address}"), patience, || {
        TcpStream::connect_timeout(&address, CONNECT).ok().map(drop)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_port_is_seen_and_a_closed_one_is_not() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        wait_until_open(port, wait::PATIENCE).unwrap();
        drop(listener);
        assert!(wait_until_open(port, Duration::from_millis(1)).is_err());
    }

    #[test]
    fn a_free_port_can_be_bound() {
        let port = free().unwrap();
        assert!(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok());
    }
}
