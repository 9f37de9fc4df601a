//! Accounts: their numbers and their addresses.

use crate::crypto::{PublicKey, sha256};
use std::fmt;

/// The number of an account. Validators come first, so that validator `v` is account `v`; then
/// come the accounts that hold too little to validate, then those that only trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub u32);

impl AccountId {
    /// The number as an index into per-account slices.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An account's address: the first 20 bytes of SHA-256 over its public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(pub [u8; 20]);

impl Address {
    /// The address of a public key.
    pub fn of(key: &PublicKey) -> Self {
        let hash = sha256(&[key.as_bytes()]);
        let mut address = [0; 20];
        address.copy_from_slice(&hash[..20]);
        Address(address)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}
