//! What x402's `exact` scheme has signed.
//! <https://eips.ethereum.org/EIPS/eip-3009>

/// A transfer of tokens that the payee may submit to the chain, once: the fields of EIP-3009 and of
/// the token's EIP-712 domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferAuthorization {
    /// `name` of the token's EIP-712 domain, as the token contract says it.
    pub token_name: String,
    /// `version` of the token's EIP-712 domain.
    pub token_version: String,
    /// The chain (EIP-155).
    pub chain_id: u64,
    /// The token contract.
    pub verifying_contract: [u8; 20],
    /// Who pays.
    pub from: [u8; 20],
    /// Who is paid.
    pub to: [u8; 20],
    /// How much, in the token's smallest unit.
    pub value: u128,
    /// Valid after this time, in seconds since the epoch.
    pub valid_after: u64,
    /// Valid before this time, in seconds since the epoch.
    pub valid_before: u64,
    /// Used at most once for each payer; the chain tells whether it was.
    pub nonce: [u8; 32],
}
