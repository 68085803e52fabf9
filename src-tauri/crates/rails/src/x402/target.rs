//! Which URLs the wallet opens for an agent.
//!
//! An agent may name any URL, and a merchant's name may resolve to any address; the wallet must
//! not become a way into the owner's network. So: http and https only, plain http only on this
//! machine; no user name or password in the URL; this machine only as `localhost`, `127.0.0.0/8`
//! or `[::1]`, never by a name that happens to resolve there; every other address must be a public
//! one. Names are checked after resolution, by the resolver whose answer the connection uses, so
//! that a second answer can't differ (DNS rebinding).

use purser_domain::Host;
use reqwest::Url;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest URL, in bytes.
const MAX_URL_BYTES: usize = 4096;

/// Why a URL is not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Not a URL.
    #[error("the URL can't be read; give an absolute one such as `https://shop.example/item`")]
    Malformed,
    /// Longer than the wallet takes.
    #[error("the URL has more than {MAX_URL_BYTES} bytes; shorten it")]
    TooLong,
    /// Neither http nor https.
    #[error("only http and https URLs can be fetched")]
    Scheme,
    /// http to another machine.
    #[error("plain http is only for this machine; use https")]
    PlainHttp,
    /// A user name or password in the URL.
    #[error("the URL holds a user name or a password; leave them out")]
    Credentials,
    /// A host that is no name and no address, or ends with a dot.
    #[error("the URL's host is not a DNS name or an IP address; check it")]
    Host,
    /// A private, link-local, multicast or reserved address.
    #[error("`{address}` is not a public address; the wallet does not go into local networks")]
    Address {
        /// The address, as given or as the name resolved.
        address: IpAddr,
    },
    /// A port of this machine that the wallet keeps for itself.
    #[error("port {port} of this machine is the wallet's own; use the wallet's API instead")]
    OwnPort {
        /// The port.
        port: u16,
    },
}

/// A URL that passed every check that can be made before its name is resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub url: Url,
    /// The host in lower case, with the port when it is not the scheme's own.
    pub host: Host,
}

impl Target {
    pub fn parse(text: &str, own_ports: &BTreeSet<u16>) -> Result<Self, UrlError> {
        if text.len() > MAX_URL_BYTES {
            return Err(UrlError::TooLong);
        }
        let mut url = Url::parse(text).map_err(|_| UrlError::Malformed)?;
        let loopback = is_loopback(&url);
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err(UrlError::PlainHttp),
            _ => return Err(UrlError::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlError::Credentials);
        }
        let port = url.port_or_known_default().ok_or(UrlError::Malformed)?;
        if loopback && own_ports.contains(&port) {
            return Err(UrlError::OwnPort { port });
        }
        if let Some(address) = literal(&url).filter(|address| !loopback && !is_public(*address)) {
            return Err(UrlError::Address { address });
        }
        url.set_fragment(None);
        let host = payee_host(&url)?;
        Ok(Self { url, host })
    }
}

/// The host as payees carry it. One host has one spelling: a trailing dot would make a second.
fn payee_host(url: &Url) -> Result<Host, UrlError> {
    let host = url.host_str().filter(|host| !host.ends_with('.')).ok_or(UrlError::Host)?;
    let text = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    Host::new(&text).map_err(|_| UrlError::Host)
}

/// The IP address that a URL names without DNS, IPv4 in its own form also when written as IPv6.
fn literal(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    bare.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// Whether a URL names this machine in so many words.
pub(super) fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(is_localhost) || literal(url).is_some_and(|ip| ip.is_loopback())
}

fn is_localhost(name: &str) -> bool {
    name == "localhost"
}

/// Checks what a name resolved to: all of it must be of this machine for `localhost`, and public
/// for every other name.
pub(super) fn check_resolved(name: &str, addresses: &[IpAddr]) -> Result<(), UrlError> {
    let local = is_localhost(&name.to_ascii_lowercase());
    let allowed = |ip: IpAddr| if local { ip.is_loopback() } else { is_public(ip) };
    match addresses.iter().map(|ip| ip.to_canonical()).find(|ip| !allowed(*ip)) {
        Some(address) => Err(UrlError::Address { address }),
        None => Ok(()),
    }
}

/// Whether an address is one that anybody on the internet may reach (the IANA special-purpose
/// registries, RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

const fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

const fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, high, low] = address.segments();
    match (a, b) {
        // NAT64 (RFC 6052): what counts is the IPv4 address inside.
        (0x64, 0xff9b) if c == 0 && d == 0 && e == 0 && f == 0 => {
            let [w, x] = high.to_be_bytes();
            let [y, z] = low.to_be_bytes();
            is_public_v4(Ipv4Addr::new(w, x, y, z))
        }
        // IETF protocols and Teredo, documentation, 6to4, documentation.
        (0x2001, 0..=0x1ff | 0xdb8) | (0x2002, _) | (0x3fff, 0..=0xfff) => false,
        // Of the rest only global unicast, 2000::/3.
        _ => a & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, UrlError> {
        let own = BTreeSet::from([4070]);
        Target::parse(text, &own).map(|target| target.host.to_string())
    }

    #[test]
    fn what_may_be_opened_has_one_spelling() {
        for (text, host) in [
            ("https://Shop.Example/a?b#c", "shop.example"),
            ("https://shop.example:443/", "shop.example"),
            ("https://shop.example:8443/", "shop.example:8443"),
            ("https://bücher.example/", "xn--bcher-kva.example"),
            ("http://localhost:3000/", "localhost:3000"),
            ("http://127.0.0.1:3000/", "127.0.0.1:3000"),
            ("http://127.9.9.9/", "127.9.9.9"),
            ("http://[::1]:3000/", "[::1]:3000"),
            ("https://1.1.1.1/", "1.1.1.1"),
            ("https://[2606:4700::1111]/", "[2606:4700::1111]"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(host), "{text}");
        }
        let target = Target::parse("https://a.example/p?q=1#secret", &BTreeSet::new()).unwrap();
        assert_eq!(target.url.as_str(), "https://a.example/p?q=1");
    }

    #[test]
    fn every_other_url_is_refused_by_name() {
        for (text, error) in [
            ("", UrlError::Malformed),
            ("/relative", UrlError::Malformed),
            ("https://", UrlError::Malformed),
            ("https://a.example:99999/", UrlError::Malformed),
            ("ftp://a.example/", UrlError::Scheme),
            ("file:///etc/passwd", UrlError::Scheme),
            ("data:text/plain,hi", UrlError::Scheme),
            ("javascript:alert(1)", UrlError::Scheme),
            ("http://a.example/", UrlError::PlainHttp),
            ("http://10.0.0.1/", UrlError::PlainHttp),
            ("http://localhost.evil.example/", UrlError::PlainHttp),
            ("https://user@a.example/", UrlError::Credentials),
            ("https://:pw@a.example/", UrlError::Credentials),
            ("http://127.0.0.1:4070/v1", UrlError::OwnPort { port: 4070 }),
            ("http://localhost:4070/v1", UrlError::OwnPort { port: 4070 }),
            ("https://[::1]:4070/v1", UrlError::OwnPort { port: 4070 }),
            ("http://[::ffff:127.0.0.1]:4070/v1", UrlError::OwnPort { port: 4070 }),
            ("http://2130706433:4070/v1", UrlError::OwnPort { port: 4070 }),
            ("https://a.example./", UrlError::Host),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
        let long = format!("https://a.example/{}", "x".repeat(MAX_URL_BYTES));
        assert_eq!(parse(&long), Err(UrlError::TooLong));
    }

    #[test]
    fn addresses_that_are_not_public_are_refused() {
        const BAD: &str = "0.0.0.0 10.1.2.3 100.64.0.1 169.254.169.254 172.16.0.1 172.31.9.9 \
            192.168.1.1 \
            192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 \
            255.255.255.255 0xa9fea9fe [::] [::2] [fc00::1] [fd12::1] [fe80::1] [febf::1] \
            [fec0::1] [ff02::1] [2001:db8::1] [2001::1] [2002:a00:1::] [::ffff:10.0.0.1] \
            [64:ff9b::10.0.0.1] [64:ff9b:1::1] [100::1]";
        for bad in BAD.split_whitespace() {
            let result = parse(&format!("https://{bad}/"));
            assert!(matches!(result, Err(UrlError::Address { .. })), "{bad}: {result:?}");
        }
        for good in ["172.15.0.1", "172.32.0.1", "100.63.0.1", "[64:ff9b::1.1.1.1]", "9.9.9.9"] {
            assert!(parse(&format!("https://{good}/")).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_name_may_not_resolve_into_a_local_network_nor_to_this_machine() {
        let check = |name, addresses: &[&str]| {
            let addresses: Vec<IpAddr> = addresses.iter().map(|a| a.parse().unwrap()).collect();
            check_resolved(name, &addresses).is_ok()
        };
        assert!(check("a.example", &["1.1.1.1", "2606:4700::1111"]));
        assert!(!check("a.example", &["1.1.1.1", "10.0.0.1"]));
        assert!(!check("a.example", &["127.0.0.1"]));
        assert!(!check("a.example", &["::ffff:192.168.0.1"]));
        assert!(check("localhost", &["127.0.0.1", "::1"]));
        assert!(!check("localhost", &["1.1.1.1"]));
    }
}
