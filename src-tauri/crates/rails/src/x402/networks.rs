//! The networks and tokens that the wallet knows, and where to ask them.
//!
//! The table decides what is signed: a token's EIP-712 domain is never taken from a merchant.

use purser_domain::{Currency, WalletPolicy};
use reqwest::Url;

/// Why the networks of a policy can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworksError {
    /// A network that the wallet has no token for.
    #[error("`networks.{id}` is not known; use eip155:8453, eip155:84532 or eip155:137")]
    Unknown {
        /// As the policy names it.
        id: String,
    },
    /// An address that would send questions about payments over the network in the clear.
    #[error("`networks.{id}.rpc_url` must be an https URL, or http on this machine, or empty")]
    RpcUrl {
        /// The network.
        id: String,
    },
}

/// One network with its one token.
#[derive(Debug, Clone)]
pub(super) struct Network {
    pub id: &'static str,
    pub chain_id: u64,
    pub name: &'static str,
    pub token: [u8; 20],
    pub currency: Currency,
    pub decimals: u32,
    pub token_name: &'static str,
    pub token_version: &'static str,
    /// How far the chain's clock must be past the end of a signature before "not used" is final:
    /// longer than blocks of this network are known to be taken back.
    pub settle_margin_s: u64,
    /// Where to ask; `None` when the owner wants nobody asked.
    pub rpc: Option<Url>,
}

/// The networks that the wallet pays on. Made from the wallet's policy; the default asks the
/// public endpoint of each network.
#[derive(Debug, Clone)]
pub struct Networks(Vec<Network>);

impl Default for Networks {
    fn default() -> Self {
        let usdc = |id, chain_id, name, token_name, token, settle_margin_s, rpc: &str| Network {
            id,
            chain_id,
            name,
            token,
            currency: Currency::USDC,
            decimals: 6,
            token_name,
            token_version: "2",
            settle_margin_s,
            rpc: Url::parse(rpc).ok(),
        };
        Self(vec![
            usdc(
                "eip155:8453",
                8453,
                "Base",
                "USD Coin",
                // 0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913
                [
                    0x83, 0x35, 0x89, 0xfc, 0xd6, 0xed, 0xb6, 0xe0, 0x8f, 0x4c, 0x7c, 0x32, 0xd4,
                    0xf7, 0x1b, 0x54, 0xbd, 0xa0, 0x29, 0x13,
                ],
                2,
                "https://mainnet.base.org",
            ),
            usdc(
                "eip155:84532",
                84532,
                "Base Sepolia",
                "USDC",
                // 0x036CbD53842c5426634e7929541eC2318f3dCF7e
                [
                    0x03, 0x6c, 0xbd, 0x53, 0x84, 0x2c, 0x54, 0x26, 0x63, 0x4e, 0x79, 0x29, 0x54,
                    0x1e, 0xc2, 0x31, 0x8f, 0x3d, 0xcf, 0x7e,
                ],
                2,
                "https://sepolia.base.org",
            ),
            usdc(
                "eip155:137",
                137,
                "Polygon",
                "USD Coin",
                // 0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359
                [
                    0x3c, 0x49, 0x9c, 0x54, 0x2c, 0xef, 0x5e, 0x38, 0x11, 0xe1, 0x19, 0x2c, 0xe7,
                    0x0d, 0x8c, 0xc0, 0x3d, 0x5c, 0x33, 0x59,
                ],
                64,
                "https://polygon-rpc.com",
            ),
        ])
    }
}

impl Networks {
    /// The known networks, asked where the policy says. An empty `rpc_url` asks nobody: payments
    /// there rest on the merchant's word alone.
    ///
    /// # Errors
    /// When the policy names a network that the wallet doesn't know, or an endpoint that is neither
    /// https nor on this machine.
    pub fn from_policy(policy: &WalletPolicy) -> Result<Self, NetworksError> {
        let mut networks = Self::default();
        for (id, entry) in &policy.networks {
            let known = networks.0.iter_mut().find(|network| network.id == id);
            let known = known.ok_or_else(|| NetworksError::Unknown { id: id.clone() })?;
            known.rpc = if entry.rpc_url.is_empty() {
                None
            } else {
                let url = rpc_url(&entry.rpc_url);
                Some(url.ok_or_else(|| NetworksError::RpcUrl { id: id.clone() })?)
            };
        }
        Ok(networks)
    }

    pub(super) fn by_id(&self, id: &str) -> Option<&Network> {
        self.0.iter().find(|network| network.id == id)
    }
}

fn rpc_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let allowed = match url.scheme() {
        "https" => url.has_host(),
        "http" => super::target::is_loopback(&url),
        _ => false,
    };
    allowed.then_some(url)
}

/// An address as this crate writes it: `0x` and 40 lower-case digits.
pub(super) fn address_text(address: &[u8; 20]) -> String {
    format!("0x{}", hex::encode(address))
}

/// Reads an address in any case; checksums of EIP-55 are not required.
pub(super) fn parse_address(text: &str) -> Option<[u8; 20]> {
    let mut address = [0; 20];
    hex::decode_to_slice(text.strip_prefix("0x")?, &mut address).ok()?;
    Some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn policy(id: &str, rpc_url: &str) -> WalletPolicy {
        let network = purser_domain::Network { rpc_url: rpc_url.to_owned() };
        WalletPolicy { networks: BTreeMap::from([(id.to_owned(), network)]), ..Default::default() }
    }

    #[test]
    fn the_table_holds_the_published_addresses() {
        let networks = Networks::default();
        for (id, token) in [
            ("eip155:8453", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"),
            ("eip155:84532", "0x036CbD53842c5426634e7929541eC2318f3dCF7e"),
            ("eip155:137", "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"),
        ] {
            let network = networks.by_id(id).unwrap();
            assert_eq!(Some(network.token), parse_address(token), "{id}");
            assert_eq!(id, format!("eip155:{}", network.chain_id));
            assert!(network.rpc.is_some());
        }
    }

    #[test]
    fn a_policy_moves_the_endpoint_and_nothing_else() {
        let asked = |url: &str| {
            let networks = Networks::from_policy(&policy("eip155:84532", url)).unwrap();
            networks.by_id("eip155:84532").unwrap().rpc.clone().map(String::from)
        };
        assert_eq!(asked("http://127.0.0.1:8545").as_deref(), Some("http://127.0.0.1:8545/"));
        assert_eq!(asked("https://rpc.example/k").as_deref(), Some("https://rpc.example/k"));
        assert_eq!(asked(""), None);
    }

    #[test]
    fn unknown_networks_and_clear_text_endpoints_are_refused() {
        let error = |id, url| Networks::from_policy(&policy(id, url)).err();
        let unknown = NetworksError::Unknown { id: "eip155:1".to_owned() };
        assert_eq!(error("eip155:1", "https://rpc.example"), Some(unknown));
        for bad in ["http://rpc.example", "file:///etc/passwd", "nonsense", "ws://127.0.0.1"] {
            let refused = NetworksError::RpcUrl { id: "eip155:137".to_owned() };
            assert_eq!(error("eip155:137", bad), Some(refused), "{bad}");
        }
    }

    #[test]
    fn addresses_have_twenty_bytes() {
        let zero = format!("0x{}", "0".repeat(40));
        assert_eq!(parse_address(&zero).map(|a| address_text(&a)), Some(zero));
        for bad in ["", "0x", "0x12", &"0".repeat(40), &format!("0x{}", "g".repeat(40))] {
            assert_eq!(parse_address(bad), None, "{bad}");
        }
    }
}
