//! What every request passes first: it must come from this machine and mean this gateway.
//!
//! Guarantees: a `Host` other than this gateway's own loopback names is refused, so that no name
//! that an attacker points at 127.0.0.1 gets in (DNS rebinding); an `Origin` that is not loopback
//! is refused, so that no web page gets in; no answer ever carries a CORS header.

use crate::app::App;
use crate::problem::Problem;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::Url;

pub(crate) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = match check(request.headers(), request.uri(), app.port()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn check(headers: &HeaderMap, uri: &Uri, port: u16) -> Result<(), Problem> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok());
    let named = uri.authority().is_none_or(|authority| is_own(authority.as_str(), port));
    if hosts.next().is_some() || !named || !host.is_some_and(|host| is_own(host, port)) {
        let detail = "the request is not for this gateway's own address";
        let what_to_do = "use the address that the wallet shows, by 127.0.0.1";
        return Err(Problem::new(403, "host_not_allowed", detail, what_to_do));
    }
    let foreign = |origin: &HeaderValue| !origin.to_str().is_ok_and(is_loopback);
    if headers.get_all(header::ORIGIN).iter().any(foreign) {
        let detail = "the request comes from a web page of another machine";
        let what_to_do = "call the gateway from a program on this machine";
        return Err(Problem::new(403, "origin_not_allowed", detail, what_to_do));
    }
    Ok(())
}

pub(crate) fn is_own(authority: &str, port: u16) -> bool {
    ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .any(|name| authority.eq_ignore_ascii_case(&format!("{name}:{port}")))
}

pub(crate) fn is_loopback(origin: &str) -> bool {
    let Ok(url) = Url::parse(origin) else { return false };
    matches!(url.scheme(), "http" | "https")
        && matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
        && url.username().is_empty()
        && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_with_the_own_port_are_own() {
        for good in ["127.0.0.1:7433", "localhost:7433", "LOCALHOST:7433", "[::1]:7433"] {
            assert!(is_own(good, 7433), "{good}");
        }
        for bad in [
            "127.0.0.1",
            "localhost",
            "127.0.0.1:80",
            "evil.example:7433",
            "127.0.0.2:7433",
            "localhost.evil.example:7433",
            "127.0.0.1.nip.io:7433",
            "0.0.0.0:7433",
            "",
            "localhost.:7433",
            "user@localhost:7433",
            "127.1:7433",
            "::1:7433",
        ] {
            assert!(!is_own(bad, 7433), "{bad}");
        }
    }

    #[test]
    fn only_pages_of_this_machine_are_loopback() {
        for good in ["http://localhost:5173", "http://127.0.0.1", "https://[::1]:1"] {
            assert!(is_loopback(good), "{good}");
        }
        for bad in [
            "null",
            "https://evil.example",
            "http://localhost.evil.example",
            "file://",
            "http://localhost@evil.example",
            "tauri://localhost",
            "",
            "http://192.168.0.1",
        ] {
            assert!(!is_loopback(bad), "{bad}");
        }
    }
}
