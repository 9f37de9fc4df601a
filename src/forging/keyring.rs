//! The keys of all accounts, and the directory that finds an account by its address.

use super::World;
use crate::crypto::{KeyPair, PublicKey};
use crate::ledger::{AccountId, Address};
use crate::random::{Purpose, StreamKey};
use std::collections::HashMap;

/// What everybody knows about the accounts' keys.
pub struct Directory {
    keys: Vec<PublicKey>,
    addresses: Vec<Address>,
    /// Only looked up, never iterated: its order has no bearing on anything.
    numbers: HashMap<Address, AccountId>,
}

impl Directory {
    /// The directory of the given public keys, in the order of the accounts.
    pub fn new(keys: Vec<PublicKey>) -> Self {
        let addresses: Vec<Address> = keys.iter().map(Address::of).collect();
        let numbers =
            addresses.iter().enumerate().map(|(i, &address)| (address, AccountId(i as u32))).collect();
        Directory { keys, addresses, numbers }
    }

    /// The account at an address, if there is one.
    #[inline]
    pub fn find(&self, address: &Address) -> Option<AccountId> {
        self.numbers.get(address).copied()
    }

    /// An account's address.
    #[inline]
    pub fn address(&self, account: AccountId) -> Address {
        self.addresses[account.index()]
    }

    /// All addresses, in the order of the accounts.
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// An account's public key.
    #[inline]
    pub fn key(&self, account: AccountId) -> &PublicKey {
        &self.keys[account.index()]
    }
}

/// The key pairs of all accounts, derived from the seed; one key ring serves all trials.
pub struct Keyring {
    pairs: Vec<KeyPair>,
    directory: Directory,
    stranger: KeyPair,
}

impl Keyring {
    /// Derives the keys of a world's accounts from its seed and their names. About 12
    /// microseconds an account.
    pub fn new(world: &World) -> Self {
        let key = || StreamKey::new().number(world.seed).text(Purpose::Keys.tag());
        let pairs: Vec<KeyPair> = world
            .names
            .iter()
            .map(|name| KeyPair::from_secret(&key().text("account").text(name).bytes()))
            .collect();
        let directory = Directory::new(pairs.iter().map(|pair| pair.public().clone()).collect());
        Keyring { pairs, directory, stranger: KeyPair::from_secret(&key().text("stranger").bytes()) }
    }

    /// What everybody knows of these keys.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// An account's key pair.
    #[inline]
    pub fn pair(&self, account: AccountId) -> &KeyPair {
        &self.pairs[account.index()]
    }

    /// A key pair whose address has no account.
    pub fn stranger(&self) -> &KeyPair {
        &self.stranger
    }
}

#[cfg(test)]
impl Keyring {
    /// Makes an account sign with another key than the one that everybody knows as its own.
    pub(crate) fn misplace(&mut self, account: AccountId) {
        self.pairs[account.index()] = KeyPair::from_secret(&[0xff; 32]);
    }
}
