//! What an agent asks the wallet to fetch.
//!
//! All of it is kept in the log with the payment, so that it can be sent again, paid, after a
//! restart. Hence the bounds, and hence no header may carry a credential: a log never forgets.
//! Headers that the wallet or the connection sets are refused too, rather than dropped unseen.

/// One request, as the agent wants it made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchRequest {
    /// `GET`, `HEAD`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// Absolute URL; https, or http on this machine.
    pub url: String,
    /// Header names and values; see [`FetchError::Header`] for those that are refused.
    pub headers: Vec<(String, String)>,
    /// At most 64 KiB.
    pub body: Vec<u8>,
}

/// Why a request is not one that the wallet makes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Another method.
    #[error("the method must be one of GET, HEAD, POST, PUT, PATCH and DELETE")]
    Method,
    /// A header that could carry a credential, that pays, or that the connection sets.
    #[error("the header `{name}` can't be set by an agent; leave it out")]
    Header {
        /// Its name in lower case.
        name: String,
    },
    /// A name or value that HTTP does not allow.
    #[error("a header name or value is not valid in HTTP; use printable ASCII")]
    HeaderSyntax,
    /// Too many or too long.
    #[error("headers may be at most {MAX_HEADERS}, with {MAX_HEADER_BYTES} bytes together")]
    HeadersTooLarge,
    /// Body too long.
    #[error("the body may have at most {MAX_REQUEST_BODY_BYTES} bytes")]
    BodyTooLarge,
}

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
const MAX_HEADERS: usize = 32;
const MAX_HEADER_BYTES: usize = 8192;
const MAX_REQUEST_BODY_BYTES: usize = 64 * 1024;

/// Headers that agents can't set: set by the connection (RFC 9110, 7.6.1), by the wallet, or made
/// to carry credentials.
const REFUSED: [&str; 26] = [
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "origin",
    "payment-required",
    "payment-response",
    "payment-signature",
    "referer",
    "set-cookie",
    "sign-in-with-x",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-payment",
    "x-payment-response",
];
const REFUSED_PREFIXES: [&str; 4] = ["proxy-", "sec-", "x-forwarded-", "payment-"];
/// Words in a header's name that say that its value is a secret.
const SECRET_WORDS: [&str; 7] =
    ["api-key", "apikey", "auth", "password", "secret", "session", "token"];

impl FetchRequest {
    /// The request with header names in lower case, if it is one that the wallet makes.
    pub(super) fn checked(mut self) -> Result<Self, FetchError> {
        if !METHODS.contains(&self.method.as_str()) {
            return Err(FetchError::Method);
        }
        if self.body.len() > MAX_REQUEST_BODY_BYTES {
            return Err(FetchError::BodyTooLarge);
        }
        let sizes = self.headers.iter().map(|(name, value)| name.len().saturating_add(value.len()));
        let bytes = sizes.fold(0usize, usize::saturating_add);
        if self.headers.len() > MAX_HEADERS || bytes > MAX_HEADER_BYTES {
            return Err(FetchError::HeadersTooLarge);
        }
        for (name, value) in &mut self.headers {
            name.make_ascii_lowercase();
            check_header(name, value)?;
        }
        Ok(self)
    }
}

fn check_header(name: &str, value: &str) -> Result<(), FetchError> {
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(FetchError::HeaderSyntax);
    }
    if !value.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
        return Err(FetchError::HeaderSyntax);
    }
    let refused = REFUSED.contains(&name)
        || REFUSED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || SECRET_WORDS.iter().any(|word| name.contains(word));
    if refused { Err(FetchError::Header { name: name.to_owned() }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(headers: &[(&str, &str)]) -> FetchRequest {
        FetchRequest {
            method: "POST".to_owned(),
            url: "https://a.example/".to_owned(),
            headers: headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
            body: Vec::new(),
        }
    }

    #[test]
    fn ordinary_headers_pass_in_lower_case() {
        let sent = with(&[("Accept", "application/json"), ("X-Trace", "a b"), ("If-Match", "")]);
        let names: Vec<_> = sent.checked().unwrap().headers.into_iter().map(|(n, _)| n).collect();
        assert_eq!(names, ["accept", "x-trace", "if-match"]);
    }

    #[test]
    fn credentials_payments_and_connection_headers_are_refused_by_name() {
        const NAMES: &str = "Authorization Cookie X-API-Key X-Auth-Token Proxy-Authorization \
            PAYMENT-SIGNATURE X-PAYMENT Payment-Anything Host Content-Length \
            Transfer-Encoding Connection User-Agent X-Forwarded-For Sec-Fetch-Mode \
            Sign-In-With-X Origin X-Session-Id";
        for name in NAMES.split_whitespace() {
            let refused = FetchError::Header { name: name.to_lowercase() };
            assert_eq!(with(&[(name, "x")]).checked(), Err(refused), "{name}");
        }
    }

    #[test]
    fn nothing_can_be_smuggled_in_a_header() {
        for (name, value) in
            [("a", "b\r\nc: d"), ("a\r\n", "b"), ("a b", "c"), ("", "x"), ("a", "é"), ("a:", "b")]
        {
            assert_eq!(with(&[(name, value)]).checked(), Err(FetchError::HeaderSyntax), "{name:?}");
        }
    }

    #[test]
    fn sizes_and_methods_are_bounded() {
        for method in ["get", "CONNECT", "TRACE", "OPTIONS", "", "GET /"] {
            let request = FetchRequest { method: method.to_owned(), ..with(&[]) };
            assert_eq!(request.checked(), Err(FetchError::Method), "{method}");
        }
        let body = vec![0; MAX_REQUEST_BODY_BYTES + 1];
        let request = FetchRequest { body, ..with(&[]) };
        assert_eq!(request.checked(), Err(FetchError::BodyTooLarge));
        let long = "x".repeat(MAX_HEADER_BYTES);
        assert_eq!(with(&[("a", &long)]).checked(), Err(FetchError::HeadersTooLarge));
        let many = vec![("a", "b"); MAX_HEADERS + 1];
        assert_eq!(with(&many).checked(), Err(FetchError::HeadersTooLarge));
    }
}
