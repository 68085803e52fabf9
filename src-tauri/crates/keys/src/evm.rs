//! Keys of EVM accounts, and the one typed message that Purser signs with them: EIP-3009
//! `TransferWithAuthorization`, as x402's `exact` scheme uses it.
//! <https://eips.ethereum.org/EIPS/eip-712>, <https://eips.ethereum.org/EIPS/eip-3009>
//!
//! Guarantees: signatures are deterministic (RFC 6979) and low-s (EIP-2); the private key is wiped
//! when dropped and can't be printed. Does not guarantee that what is signed was authorised: that
//! is for the caller, who holds the engine's verdict. Nothing here blocks or panics.

use crate::KeysError;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{Eip712Domain, SolStruct as _};
use k256::ecdsa::SigningKey;
use purser_domain::TransferAuthorization;

mod typed {
    #![allow(missing_docs, reason = "the fields are those of EIP-3009, in its order")]
    alloy_sol_types::sol! {
        struct TransferWithAuthorization {
            address from;
            address to;
            uint256 value;
            uint256 validAfter;
            uint256 validBefore;
            bytes32 nonce;
        }
    }
}

/// The private key of one EVM account.
pub struct EvmKey(SigningKey);

impl EvmKey {
    pub(crate) const fn new(key: SigningKey) -> Self {
        Self(key)
    }

    /// The account's address: the last 20 bytes of the Keccak-256 of its public key.
    #[must_use]
    pub fn address(&self) -> [u8; 20] {
        Address::from_public_key(self.0.verifying_key()).into_array()
    }

    /// The address as people write it, with the checksum of EIP-55.
    #[must_use]
    pub fn checksum_address(&self) -> String {
        checksum_address(&self.address())
    }

    /// Signs a 32-byte digest: r, s and v (27 or 28), with s in the lower half.
    ///
    /// # Errors
    /// [`KeysError::Signing`], which happens with probability 2^-128.
    pub fn sign_digest(&self, digest: &[u8; 32]) -> Result<[u8; 65], KeysError> {
        let (signature, recovery) =
            self.0.sign_prehash_recoverable(digest).map_err(|_| KeysError::Signing)?;
        let mut bytes = [0; 65];
        let (scalars, v) = bytes.split_at_mut(64);
        scalars.copy_from_slice(&signature.to_bytes());
        v.fill(recovery.to_byte().saturating_add(27));
        Ok(bytes)
    }

    /// Signs a transfer from this account's tokens.
    ///
    /// # Errors
    /// As [`Self::sign_digest`].
    pub fn sign_transfer_authorization(
        &self,
        transfer: &TransferAuthorization,
    ) -> Result<[u8; 65], KeysError> {
        self.sign_digest(&digest(transfer))
    }
}

/// An address in the mixed case of EIP-55.
#[must_use]
pub fn checksum_address(address: &[u8; 20]) -> String {
    Address::from(*address).to_checksum(None)
}

/// Who signed a digest, or nothing when the signature is not one that this crate would make
/// (high s, or v other than 27 and 28).
#[must_use]
pub fn recover_signer(digest: &[u8; 32], signature: &[u8; 65]) -> Option<[u8; 20]> {
    let (scalars, v) = signature.split_at_checked(64)?;
    let recovery = k256::ecdsa::RecoveryId::from_byte(v.first()?.checked_sub(27)?)?;
    let signature = k256::ecdsa::Signature::from_slice(scalars).ok()?;
    if signature.normalize_s().is_some() || recovery.is_x_reduced() {
        return None;
    }
    k256::ecdsa::VerifyingKey::recover_from_prehash(digest, &signature, recovery)
        .ok()
        .map(|key| Address::from_public_key(&key).into_array())
}

/// The EIP-712 digest that is signed of a transfer.
fn digest(transfer: &TransferAuthorization) -> [u8; 32] {
    let domain = Eip712Domain {
        name: Some(transfer.token_name.clone().into()),
        version: Some(transfer.token_version.clone().into()),
        chain_id: Some(U256::from(transfer.chain_id)),
        verifying_contract: Some(Address::from(transfer.verifying_contract)),
        salt: None,
    };
    typed::TransferWithAuthorization {
        from: Address::from(transfer.from),
        to: Address::from(transfer.to),
        value: U256::from(transfer.value),
        validAfter: U256::from(transfer.valid_after),
        validBefore: U256::from(transfer.valid_before),
        nonce: B256::from(transfer.nonce),
    }
    .eip712_signing_hash(&domain)
    .0
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{address, keccak256};

    alloy_sol_types::sol! {
        struct Person { string name; address wallet; }
        struct Mail { Person from; Person to; string contents; }
    }

    fn cow() -> EvmKey {
        EvmKey::new(SigningKey::from_slice(keccak256("cow").as_slice()).unwrap())
    }

    fn transfer() -> TransferAuthorization {
        TransferAuthorization {
            token_name: "USDC".into(),
            token_version: "2".into(),
            chain_id: 84532,
            verifying_contract: [0x03; 20],
            from: cow().address(),
            to: [0xbb; 20],
            value: 10_000,
            valid_after: 0,
            valid_before: 1_800_000_000,
            nonce: [7; 32],
        }
    }

    #[test]
    fn the_ether_mail_example_of_eip_712_holds() {
        let mail = Mail {
            from: Person {
                name: "Cow".into(),
                wallet: address!("CD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"),
            },
            to: Person {
                name: "Bob".into(),
                wallet: address!("bBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"),
            },
            contents: "Hello, Bob!".into(),
        };
        let domain = Eip712Domain {
            name: Some("Ether Mail".into()),
            version: Some("1".into()),
            chain_id: Some(U256::from(1)),
            verifying_contract: Some(address!("CcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC")),
            salt: None,
        };
        let digest = mail.eip712_signing_hash(&domain).0;
        assert_eq!(
            hex::encode(digest),
            "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"
        );
        // The EIP's own signature, by the key keccak256("cow").
        let signature = cow().sign_digest(&digest).unwrap();
        assert_eq!(
            hex::encode(signature),
            "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d07299936d304c153f644\
             3dfa05f40ff007d72911b6f72307f996231605b915621c"
        );
        assert_eq!(cow().checksum_address(), "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826");
        assert_eq!(recover_signer(&digest, &signature), Some(cow().address()));
    }

    #[test]
    fn the_transfer_type_is_the_one_of_eip_3009() {
        // The constant that the EIP and Circle's contract publish.
        let hash = keccak256(typed::TransferWithAuthorization::eip712_encode_type().as_bytes());
        assert_eq!(
            hex::encode(hash),
            "7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267"
        );
    }

    #[test]
    fn a_transfer_signature_recovers_to_its_payer_and_covers_every_field() {
        let signed = transfer();
        let signature = cow().sign_transfer_authorization(&signed).unwrap();
        assert_eq!(recover_signer(&digest(&signed), &signature), Some(cow().address()));
        let changes: [fn(&mut TransferAuthorization); 10] = [
            |t| t.token_name.push('x'),
            |t| t.token_version.push('x'),
            |t| t.chain_id ^= 1,
            |t| t.verifying_contract[0] ^= 1,
            |t| t.from[0] ^= 1,
            |t| t.to[0] ^= 1,
            |t| t.value ^= 1,
            |t| t.valid_after ^= 1,
            |t| t.valid_before ^= 1,
            |t| t.nonce[0] ^= 1,
        ];
        for (index, change) in changes.iter().enumerate() {
            let mut other = transfer();
            change(&mut other);
            assert_ne!(
                recover_signer(&digest(&other), &signature),
                Some(cow().address()),
                "field {index} must be covered"
            );
        }
    }

    #[test]
    fn signatures_are_low_s_with_v_27_or_28() {
        for byte in 0..32 {
            let digest = [byte; 32];
            let signature = cow().sign_digest(&digest).unwrap();
            assert!(matches!(signature[64], 27 | 28));
            let parsed = k256::ecdsa::Signature::from_slice(&signature[..64]).unwrap();
            assert_eq!(parsed.normalize_s(), None, "s is in the lower half already");
            assert_eq!(recover_signer(&digest, &signature), Some(cow().address()));
        }
    }

    #[test]
    fn malleable_and_malformed_signatures_recover_to_nobody() {
        let digest = [1; 32];
        let good = cow().sign_digest(&digest).unwrap();
        let mut other_v = good;
        other_v[64] = 0;
        assert_eq!(recover_signer(&digest, &other_v), None);
        assert_eq!(recover_signer(&digest, &[0; 65]), None);
        let parsed = k256::ecdsa::Signature::from_slice(&good[..64]).unwrap();
        let negated = -*parsed.s().as_ref();
        let high = k256::ecdsa::Signature::from_scalars(parsed.r().to_bytes(), negated.to_bytes());
        let mut malleated = [0; 65];
        malleated[..64].copy_from_slice(&high.unwrap().to_bytes());
        malleated[64] = 27 + (28 - good[64]);
        assert_eq!(recover_signer(&digest, &malleated), None);
    }

    #[test]
    fn the_checksum_examples_of_eip_55_hold() {
        for text in [
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
            "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        ] {
            let bytes: [u8; 20] = hex::decode(text.replace("0x", "")).unwrap().try_into().unwrap();
            assert_eq!(checksum_address(&bytes), text);
        }
    }
}
