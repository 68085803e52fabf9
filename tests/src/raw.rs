//! HTTP by hand: a test says every byte of a request, also of one that no client would send.

use crate::Failure;
use crate::http::Response;
use serde_json::Value;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const CONNECT: Duration = Duration::from_secs(5);
/// Longer than the wallet waits for a payment to end.
const ANSWER: Duration = Duration::from_secs(60);

/// A request's bytes. Header lines come as they are, without line ends; `Connection: close` and,
/// for a body, its length are added.
#[must_use]
pub fn request(method: &str, target: &str, header: &[String], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
    if !body.is_empty() {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    for line in header {
        head.push_str(line);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

/// The `host:port` of `http://host:port/…`.
///
/// # Errors
/// When it is no such URL.
pub fn authority(url: &str) -> Result<&str, Failure> {
    let rest = url.strip_prefix("http://");
    let authority = rest.and_then(|rest| rest.split('/').next());
    authority.ok_or_else(|| Failure::new(format!("`{url}` is no http URL")))
}

/// Sends bytes to a `host:port` and reads until the other side closes.
///
/// # Errors
/// When nobody listens, or the answer breaks off or is none.
pub fn send(authority: &str, bytes: &[u8]) -> Result<Response, Failure> {
    let address: SocketAddr = authority.parse().map_err(Failure::new)?;
    let mut stream = TcpStream::connect_timeout(&address, CONNECT)?;
    stream.set_read_timeout(Some(ANSWER))?;
    // Who answers before it has read all may close in the middle of it.
    let sent = stream.write_all(bytes);
    let mut read = Vec::new();
    match stream.read_to_end(&mut read) {
        Err(error) if error.kind() != ErrorKind::ConnectionReset || read.is_empty() => {
            Err(sent.err().unwrap_or(error).into())
        }
        _ => parse(&String::from_utf8_lossy(&read)),
    }
}

/// A request to a URL without credentials, with a JSON body or none.
///
/// # Errors
/// As [`send`].
pub fn plain(method: &str, url: &str, body: Option<&Value>) -> Result<Response, Failure> {
    let host = authority(url)?;
    let target = url.split_once(host).map_or("", |(_, target)| target);
    let mut header = vec![format!("Host: {host}")];
    let body = body.map(Value::to_string).unwrap_or_default();
    if !body.is_empty() {
        header.push("Content-Type: application/json".to_owned());
    }
    send(host, &request(method, target, &header, body.as_bytes()))
}

/// The status of an answer and the code of its problem document, empty when it is none.
#[must_use]
pub fn problem(answer: &Response) -> (u16, String) {
    (answer.status, crate::wallet::text(&answer.json(), "/code").to_owned())
}

fn parse(text: &str) -> Result<Response, Failure> {
    let bad = || Failure::new(format!("no HTTP answer: `{}`", text.escape_debug()));
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(bad)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok(Response { status: status.ok_or_else(bad)?, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_what_it_says() {
        let bytes = request("POST", "/a?b", &["Host: x".to_owned()], b"{}");
        let text = String::from_utf8(bytes).unwrap();
        let head =
            "POST /a?b HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\nHost: x\r\n\r\n";
        assert_eq!(text, format!("{head}{{}}"));
        assert_eq!(authority("http://127.0.0.1:7/x"), Ok("127.0.0.1:7"));
        assert!(authority("https://127.0.0.1:7/x").is_err());
    }

    #[test]
    fn an_answer_is_taken_apart() {
        let answer = parse("HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n{\"code\":\"gone\"}").unwrap();
        assert_eq!(problem(&answer), (404, "gone".to_owned()));
        assert!(parse("garbage").is_err());
    }
}
