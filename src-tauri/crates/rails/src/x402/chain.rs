//! Asking a chain whether an EIP-3009 authorization was used, over JSON-RPC.
//! <https://ethereum.github.io/execution-apis/>
//!
//! The endpoint is the owner's choice and is believed, but not trusted with our time or memory:
//! every call has a deadline and a bound. Nothing here can move money.

use super::http::{base_client, read_body};
use super::networks::Network;
use reqwest::Url;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// `authorizationState(address,bytes32)`
const AUTHORIZATION_STATE: &str = "e94a0102";
/// `AuthorizationUsed(address,bytes32)`
const AUTHORIZATION_USED: &str =
    "0x98de503528ee59b575ef0c0a2576a82497bfc029a5685b209e9ec333479b10a5";
const CALL: Duration = Duration::from_secs(5);
const MAX_ANSWER_BYTES: usize = 1024 * 1024;
/// Seconds between blocks of the known networks, for guessing where in the past to look.
const BLOCK_TIME_S: u64 = 2;
/// Most blocks that are searched for an event; public endpoints refuse more.
const SEARCHED_BLOCKS: u64 = 2000;
/// Of these, before the place where the event is expected.
const SEARCH_LEAD_BLOCKS: u64 = 500;

/// Why the chain gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ChainError {
    #[error("no endpoint is set for {0}, so the chain can't be asked; set one in the policy")]
    NoEndpoint(&'static str),
    #[error("the endpoint for {0} does not answer; it is asked again later")]
    Unreachable(&'static str),
    #[error("the endpoint for {0} is of another chain; correct it in the policy")]
    WrongChain(&'static str),
}

impl ChainError {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoEndpoint(_) | Self::Unreachable(_) => "rpc_unreachable",
            Self::WrongChain(_) => "wrong_chain",
        }
    }
}

/// What the chain says of an authorization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// It was used: the money moved, in this transaction if it was found.
    Used { transaction: Option<String> },
    /// It was not used up to the block of this time.
    Unused { block_time_s: u64 },
}

/// The client for endpoints.
pub(super) struct Chain {
    client: reqwest::Client,
}

pub(super) struct Block {
    pub number: u64,
    pub time_s: u64,
}

impl Chain {
    pub fn new() -> Result<Self, reqwest::Error> {
        let agent = concat!("Purser/", env!("CARGO_PKG_VERSION"));
        Ok(Self { client: base_client(agent).timeout(CALL).build()? })
    }

    /// Whether an authorization was used, as of one block: the state is read at the block whose
    /// time is reported, so that an endpoint behind several nodes can't mix two views.
    pub async fn standing(
        &self,
        network: &Network,
        payer: &[u8; 20],
        nonce: &[u8; 32],
        valid_until_s: u64,
    ) -> Result<Standing, ChainError> {
        let url = network.rpc.as_ref().ok_or(ChainError::NoEndpoint(network.name))?;
        let asked = async {
            let (chain_id, latest) =
                tokio::try_join!(self.number(url, "eth_chainId"), self.latest(url))?;
            if chain_id != network.chain_id {
                return Ok(None);
            }
            if !self.is_used(url, network, payer, nonce, latest.number).await? {
                return Ok(Some(Standing::Unused { block_time_s: latest.time_s }));
            }
            let transaction =
                self.transaction(url, network, payer, nonce, &latest, valid_until_s).await;
            Ok(Some(Standing::Used { transaction }))
        };
        let asked: Result<Option<Standing>, NoAnswer> = asked.await;
        match asked {
            Ok(Some(standing)) => Ok(standing),
            Ok(None) => Err(ChainError::WrongChain(network.name)),
            Err(NoAnswer) => Err(ChainError::Unreachable(network.name)),
        }
    }

    async fn latest(&self, url: &Url) -> Result<Block, NoAnswer> {
        let block = self.call(url, "eth_getBlockByNumber", json!(["latest", false])).await?;
        read_block(&block).ok_or(NoAnswer)
    }

    async fn number(&self, url: &Url, method: &str) -> Result<u64, NoAnswer> {
        quantity(&self.call(url, method, json!([])).await?).ok_or(NoAnswer)
    }

    async fn is_used(
        &self,
        url: &Url,
        network: &Network,
        payer: &[u8; 20],
        nonce: &[u8; 32],
        block: u64,
    ) -> Result<bool, NoAnswer> {
        let data = format!("0x{AUTHORIZATION_STATE}{}{}", word(payer), hex::encode(nonce));
        let to = super::networks::address_text(&network.token);
        let params = json!([{ "to": to, "data": data }, format!("{block:#x}")]);
        read_used(&self.call(url, "eth_call", params).await?).ok_or(NoAnswer)
    }

    /// The transaction that used an authorization, where it is expected to be: around the end of
    /// its validity.
    async fn transaction(
        &self,
        url: &Url,
        network: &Network,
        payer: &[u8; 20],
        nonce: &[u8; 32],
        latest: &Block,
        valid_until_s: u64,
    ) -> Option<String> {
        let blocks_ago = latest.time_s.saturating_sub(valid_until_s).checked_div(BLOCK_TIME_S)?;
        let from = latest.number.saturating_sub(blocks_ago).saturating_sub(SEARCH_LEAD_BLOCKS);
        let to = from.saturating_add(SEARCHED_BLOCKS).min(latest.number);
        let payer_topic = format!("0x{}", word(payer));
        let nonce_topic = format!("0x{}", hex::encode(nonce));
        let filter = json!([{
            "address": super::networks::address_text(&network.token),
            "topics": [AUTHORIZATION_USED, payer_topic, nonce_topic],
            "fromBlock": format!("{from:#x}"),
            "toBlock": format!("{to:#x}"),
        }]);
        read_transaction(&self.call(url, "eth_getLogs", filter).await.ok()?)
    }

    async fn call(&self, url: &Url, method: &str, params: Value) -> Result<Value, NoAnswer> {
        let deadline = Instant::now().checked_add(CALL).ok_or(NoAnswer)?;
        let question = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let sent = self.client.post(url.clone()).json(&question).send().await;
        let mut response = sent.map_err(|error| {
            // The address may hold the owner's key for the endpoint.
            tracing::debug!(method, error = %error.without_url(), "endpoint does not answer");
            NoAnswer
        })?;
        let (body, truncated) = read_body(&mut response, deadline, MAX_ANSWER_BYTES).await;
        let result = if truncated { None } else { read_result(&body) };
        if result.is_none() {
            tracing::debug!(method, status = response.status().as_u16(), "endpoint has no result");
        }
        result.ok_or(NoAnswer)
    }
}

/// No usable answer from an endpoint.
struct NoAnswer;

/// An address as an ABI word.
fn word(address: &[u8; 20]) -> String {
    format!("{}{}", "0".repeat(24), hex::encode(address))
}

/// The result in the body of an answer.
pub(super) fn read_result(body: &[u8]) -> Option<Value> {
    let mut answer: Value = serde_json::from_slice(body).ok()?;
    answer.get_mut("result").map(Value::take).filter(|result| !result.is_null())
}

/// A block's number and time.
pub(super) fn read_block(block: &Value) -> Option<Block> {
    let field = |name| block.get(name).and_then(quantity);
    Some(Block { number: field("number")?, time_s: field("timestamp")? })
}

/// A truth as an ABI word.
pub(super) fn read_used(answer: &Value) -> Option<bool> {
    let state = hex::decode(answer.as_str()?.strip_prefix("0x")?).ok()?;
    (state.len() == 32).then(|| state.iter().any(|byte| *byte != 0))
}

/// The transaction of the first log.
pub(super) fn read_transaction(logs: &Value) -> Option<String> {
    let hash = logs.get(0)?.get("transactionHash")?.as_str()?;
    is_transaction_hash(hash).then(|| hash.to_ascii_lowercase())
}

/// A JSON-RPC quantity.
pub(super) fn quantity(value: &Value) -> Option<u64> {
    let digits = value.as_str()?.strip_prefix("0x")?;
    // `from_str_radix` takes a sign.
    let plain = digits.bytes().all(|b| b.is_ascii_hexdigit());
    if plain { u64::from_str_radix(digits, 16).ok() } else { None }
}

/// Whether a text is a transaction hash: `0x` and 64 hexadecimal digits.
pub(super) fn is_transaction_hash(text: &str) -> bool {
    text.strip_prefix("0x")
        .is_some_and(|hash| hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::keccak256;

    #[test]
    fn the_constants_are_the_hashes_of_what_they_stand_for() {
        let call = keccak256("authorizationState(address,bytes32)");
        assert_eq!(hex::encode(&call[..4]), AUTHORIZATION_STATE);
        let event = keccak256("AuthorizationUsed(address,bytes32)");
        assert_eq!(format!("0x{}", hex::encode(event)), AUTHORIZATION_USED);
    }

    #[test]
    fn quantities_and_hashes_are_strict() {
        for (value, expected) in [
            (json!("0x10"), Some(16)),
            (json!("0xffffffffffffffff"), Some(u64::MAX)),
            (json!("0x10000000000000000"), None),
            (json!("10"), None),
            (json!(16), None),
            (json!("0x"), None),
            (json!("0x+10"), None),
            (json!("0x-1"), None),
        ] {
            assert_eq!(quantity(&value), expected, "{value}");
        }
        assert!(is_transaction_hash(&format!("0x{}", "aB".repeat(32))));
        for bad in ["", "0x", &"ab".repeat(32), &format!("0x{}", "zz".repeat(32))] {
            assert!(!is_transaction_hash(bad), "{bad}");
        }
    }
}
