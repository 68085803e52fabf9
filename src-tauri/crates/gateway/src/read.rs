//! Reading a request's body, bounded in size and time, and what JSON it holds.
//!
//! Guarantees: never more than [`MAX_BODY`] bytes are kept; a body that never ends is given up; a
//! wrong field is named.

use crate::problem::Problem;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Largest body.
pub(crate) const MAX_BODY: usize = 64 * 1024;
/// What is read of a larger one, so that its sender gets to read the answer.
const MAX_DRAINED: usize = 4 * 1024 * 1024;
/// How long a request may take to arrive, its head and its body each.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) async fn body(body: Body) -> Result<Bytes, Problem> {
    let read = tokio::time::timeout(READ_TIMEOUT, collect(body)).await;
    read.unwrap_or_else(|_| {
        let detail = "the request's body did not arrive in time";
        Err(Problem::new(408, "request_timeout", detail, "send the whole request at once"))
    })
}

async fn collect(mut body: Body) -> Result<Bytes, Problem> {
    let mut kept = Vec::new();
    let mut seen = 0usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            let detail = "the request's body broke off";
            Problem::new(400, "body_broken", detail, "send the request again")
        })?;
        let Ok(data) = frame.into_data() else { continue };
        seen = seen.saturating_add(data.len());
        if seen > MAX_DRAINED {
            break;
        }
        if seen <= MAX_BODY {
            kept.extend_from_slice(&data);
        }
    }
    if seen > MAX_BODY {
        let detail = format!("the body has more than {MAX_BODY} bytes");
        let what_to_do = "send less: `context` may have 8192 bytes";
        return Err(Problem::new(413, "body_too_large", detail, what_to_do)
            .with_limit(Some(MAX_BODY.to_string()), None));
    }
    Ok(kept.into())
}

pub(crate) fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let detail = "the body must be JSON and say so";
    let what_to_do = "send `Content-Type: application/json`";
    Err(Problem::new(415, "not_json", detail, what_to_do))
}

pub(crate) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // Serde would take a list for the fields in their order.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::field("body", "must be a JSON object"));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut reader);
    let value = read.map_err(|error| {
        let path = error.path().to_string();
        unreadable(&path, error.inner())
    })?;
    reader.end().map_err(|error| unreadable(".", &error))?;
    Ok(value)
}

/// As [`json`], of a value that was read already.
pub(crate) fn value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| unreadable(&error.path().to_string(), error.inner()))
}

fn unreadable(path: &str, error: &serde_json::Error) -> Problem {
    if error.is_data() {
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or_default();
        return Problem::field(&field_of(path, words), words);
    }
    let detail = format!("the body is not JSON: {error}");
    Problem::new(400, "malformed_json", detail, "send one JSON object, encoded in UTF-8")
}

/// The path ends where an unknown or missing field would stand; serde names it in its message.
fn field_of(path: &str, words: &str) -> String {
    let named = ["missing field `", "duplicate field `", "unknown field `"]
        .iter()
        .find_map(|start| words.strip_prefix(start))
        .and_then(|rest| rest.split('`').next());
    match (path, named) {
        (".", Some(named)) => named.to_owned(),
        (".", None) => "body".to_owned(),
        (path, Some(named)) if !path.ends_with(named) => format!("{path}.{named}"),
        (path, _) => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dto::PaymentRequest;
    use axum::body::HttpBody;
    use hyper::body::Frame;
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    /// A body that has one byte and then nothing more, or bytes without end.
    struct Endless {
        silent: bool,
        begun: bool,
    }

    impl HttpBody for Endless {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            if self.begun && self.silent {
                return Poll::Pending;
            }
            self.begun = true;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 1024])))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_without_end_is_given_up() {
        for (silent, status) in [(true, 408), (false, 413)] {
            let endless = Body::new(Endless { silent, begun: false });
            assert_eq!(body(endless).await.unwrap_err().status, status);
        }
    }

    fn problem(text: &str) -> Problem {
        json::<PaymentRequest>(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn what_is_not_json_is_told_with_its_place() {
        for text in ["", "{", "{\"a\":1", "nul", "{'a':1}", "{} {}", "\u{feff}{}"] {
            let found = problem(text);
            assert!(matches!(found.status, 400 | 422), "{text}: {found}");
        }
        let found = problem("{\n  \"amount\": ,\n}");
        assert!(found.detail.contains("line 2 column"), "{found}");
        assert_eq!((found.status, found.code.as_str()), (400, "malformed_json"));
    }

    #[test]
    fn wrong_fields_are_named_with_their_path() {
        let rest = "\"currency\":\"USD\"";
        for (text, field) in [
            (format!("{{\"payee\":{{\"name\":\"a\"}},\"amount\":12.5,{rest}}}"), "amount"),
            (format!("{{\"payee\":{{\"name\":\"a\"}},\"amount\":\"1\",{rest},\"x\":1}}"), "x"),
            (format!("{{\"payee\":{{\"nome\":\"a\"}},\"amount\":\"1\",{rest}}}"), "payee.nome"),
            (format!("{{\"payee\":{{}},\"amount\":\"1\",{rest}}}"), "payee.name"),
            (format!("{{\"payee\":{{\"name\":\"a\"}},{rest}}}"), "amount"),
            (format!("{{\"amount\":\"1\",\"amount\":\"2\",{rest}}}"), "amount"),
            ("[]".to_owned(), "body"),
        ] {
            let found = problem(&text);
            assert_eq!(found.status, 422, "{text}: {found}");
            assert_eq!(found.field.as_deref(), Some(field), "{text}: {found}");
        }
    }
}
