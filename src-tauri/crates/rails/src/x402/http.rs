//! HTTP with merchants: what is sent, to whom, for how long, and how much of the answer is read.
//!
//! No proxy, no cookies, no redirects, no retries, no connection kept for a second request, no
//! compression; HTTP/1.1, so that no request is sent again behind our back. The whole exchange has
//! one deadline. A body is read up to [`MAX_BODY_BYTES`] and then cut.

use super::fetch::FetchRequest;
use super::target::{Target, UrlError, check_resolved};
use crate::Delivery;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Most bytes of a merchant's body that are kept; the rest is cut and the delivery says so.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;
const MAX_RESPONSE_HEADERS: usize = 100;
const CONNECT: Duration = Duration::from_secs(5);

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum SendError {
    /// The name resolved to an address that is not opened. Nothing was sent.
    #[error(transparent)]
    Address(UrlError),
    /// The request can't be put on the wire. Nothing was sent.
    #[error("the request can't be written as HTTP")]
    Request,
    /// No connection. Nothing was sent.
    #[error("no connection to the merchant")]
    Connect,
    /// Connected, then no answer in time.
    #[error("no answer from the merchant in time")]
    Timeout,
    /// Connected, then closed, or something that is not HTTP.
    #[error("the merchant closed the connection or did not answer in HTTP")]
    Broken,
}

impl SendError {
    /// Whether it is certain that no byte of the request left: only errors from before there was
    /// a connection.
    pub const fn nothing_sent(&self) -> bool {
        match self {
            Self::Address(_) | Self::Request | Self::Connect => true,
            Self::Timeout | Self::Broken => false,
        }
    }
}

/// An answer.
pub(super) struct Answer {
    pub delivery: Delivery,
    pub headers: HeaderMap,
}

impl Answer {
    /// The one value of a header; an error when there are several or it is not printable ASCII.
    pub fn header(&self, name: &str) -> Result<Option<&str>, ()> {
        let mut values = self.headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
            (Some(_), Some(_)) => Err(()),
        }
    }

    pub fn location(&self) -> Option<String> {
        let location = self.headers.get(LOCATION)?;
        Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
    }

    pub const fn is_redirect(&self) -> bool {
        matches!(self.delivery.status, 301 | 302 | 303 | 307 | 308)
    }
}

/// The client for merchants.
pub(super) struct Http {
    client: reqwest::Client,
    whole: Duration,
}

impl Http {
    pub fn new(whole: Duration) -> Result<Self, reqwest::Error> {
        Self::resolving(whole, system)
    }

    fn resolving(whole: Duration, lookup: Lookup) -> Result<Self, reqwest::Error> {
        let client = base_client(concat!("Purser/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(PublicResolver { lookup })
            .http1_max_headers(MAX_RESPONSE_HEADERS)
            .build()?;
        Ok(Self { client, whole })
    }

    /// Sends a request, with one more header when given. The deadline covers everything from the
    /// name's resolution to the body's last byte; a body that is late is cut, not lost.
    pub async fn send(
        &self,
        target: &Target,
        fetch: &FetchRequest,
        extra: Option<(&'static str, &str)>,
    ) -> Result<Answer, SendError> {
        let deadline = Instant::now().checked_add(self.whole).ok_or(SendError::Request)?;
        let request = self.request(target, fetch, extra).ok_or(SendError::Request)?;
        let response = timeout_at(deadline, self.client.execute(request))
            .await
            .map_err(|_| SendError::Timeout)?
            .map_err(|error| send_error(&error))?;
        Ok(read(response, deadline).await)
    }

    fn request(
        &self,
        target: &Target,
        fetch: &FetchRequest,
        extra: Option<(&'static str, &str)>,
    ) -> Option<reqwest::Request> {
        let method = reqwest::Method::from_bytes(fetch.method.as_bytes()).ok()?;
        let mut headers = HeaderMap::new();
        for (name, value) in &fetch.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            headers.append(name, HeaderValue::from_str(value).ok()?);
        }
        if let Some((name, value)) = extra {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).ok()?);
        }
        let mut request = self.client.request(method, target.url.clone()).headers(headers);
        if !fetch.body.is_empty() {
            request = request.body(fetch.body.clone());
        }
        request.build().ok()
    }
}

/// What every client of this crate has in common.
pub(super) fn base_client(user_agent: &str) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(user_agent)
        .connect_timeout(CONNECT)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .http1_only()
        .pool_max_idle_per_host(0)
}

async fn read(mut response: reqwest::Response, deadline: Instant) -> Answer {
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.map(str::to_owned);
    let (body, truncated) = read_body(&mut response, deadline, MAX_BODY_BYTES).await;
    Answer { delivery: Delivery { status, content_type, body, truncated }, headers }
}

/// Reads at most `max` bytes until the deadline; the flag says that the body's end was not seen.
pub(super) async fn read_body(
    response: &mut reqwest::Response,
    deadline: Instant,
    max: usize,
) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        match timeout_at(deadline, response.chunk()).await {
            Ok(Ok(Some(chunk))) => {
                let room = max.saturating_sub(body.len());
                body.extend_from_slice(chunk.get(..room.min(chunk.len())).unwrap_or_default());
                if chunk.len() > room {
                    return (body, true);
                }
            }
            Ok(Ok(None)) => return (body, false),
            Ok(Err(_)) | Err(_) => return (body, true),
        }
    }
}

fn send_error(error: &reqwest::Error) -> SendError {
    let mut source: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = source {
        if let Some(url) = cause.downcast_ref::<UrlError>() {
            return SendError::Address(url.clone());
        }
        source = cause.source();
    }
    if error.is_builder() {
        SendError::Request
    } else if error.is_connect() {
        SendError::Connect
    } else if error.is_timeout() {
        SendError::Timeout
    } else {
        SendError::Broken
    }
}

/// All addresses of a name.
type Lookup = fn(String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

fn system(name: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
    Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
}

/// Resolves names and refuses every answer that is not allowed. The connection goes to exactly the
/// addresses that were checked here.
struct PublicResolver {
    lookup: Lookup,
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let found = (self.lookup)(name.as_str().to_owned());
        Box::pin(async move {
            let found = found.await?;
            let addresses: Vec<IpAddr> = found.iter().map(SocketAddr::ip).collect();
            check_resolved(name.as_str(), &addresses)?;
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// What a name of somebody else's resolves to.
    fn theirs(name: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
        let address = match name.as_str() {
            "metadata.example" => [169, 254, 169, 254],
            "router.example" => [192, 168, 0, 1],
            _ => [127, 0, 0, 1],
        };
        Box::pin(async move { Ok(vec![SocketAddr::from((address, 0))]) })
    }

    #[tokio::test]
    async fn nothing_is_sent_to_a_name_that_leads_into_a_local_network() {
        let http = Http::resolving(Duration::from_secs(5), theirs).unwrap();
        let names = ["metadata.example", "router.example", "shop.example", "SHOP.localhost"];
        for name in names {
            let url = format!("https://{name}/");
            let target = Target::parse(&url, &BTreeSet::new()).unwrap();
            let (headers, body) = (Vec::new(), Vec::new());
            let fetch = FetchRequest { method: "GET".to_owned(), url, headers, body };
            let error = http.send(&target, &fetch, None).await.err().unwrap();
            let refused = matches!(error, SendError::Address(UrlError::Address { .. }));
            assert!(refused && error.nothing_sent(), "{name}: {error:?}");
        }
    }
}
