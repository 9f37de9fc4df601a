//! The state of all accounts.

use super::{AccountId, Transfer};

/// Balances, nonces and stakes of all accounts, and what was minted and destroyed.
///
/// Every operation moves coins between these places and never makes or loses one; the sum is
/// checked by [`State::supply`]. Scenarios are refused unless everything that can ever exist fits
/// 63 bits, so no addition here can overflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    balances: Vec<u64>,
    nonces: Vec<u64>,
    /// Only validators have an entry.
    stakes: Vec<u64>,
    minted: u64,
    burnt: u64,
    slashed: u64,
    /// Coins that were paid and do not yet make a whole one for anybody they are divided among.
    held: u64,
    /// The accounts that changed since they were last drained, with repeats; kept only if asked.
    touched: Option<Vec<AccountId>>,
}

/// Where all coins are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supply {
    /// Coins at genesis, balances and stakes together.
    pub genesis: u128,
    /// Coins made since, as rewards.
    pub minted: u128,
    /// Coins in balances.
    pub balances: u128,
    /// Coins exchanged for tokens.
    pub stakes: u128,
    /// Coins burnt from fees.
    pub burnt: u128,
    /// Coins destroyed with the stake of proven cheats, and in penalties.
    pub slashed: u128,
    /// Coins that wait to be divided among the members of pools.
    pub held: u128,
}

impl Supply {
    /// Whether nothing was lost and nothing came from nowhere.
    pub fn is_conserved(&self) -> bool {
        self.balances + self.stakes + self.burnt + self.slashed + self.held == self.genesis + self.minted
    }
}

impl State {
    /// The state at genesis. The first accounts are the validators: their stakes were exchanged
    /// from coins that no longer stand in their balances.
    pub fn new(balances: Vec<u64>, stakes: Vec<u64>) -> Self {
        let nonces = vec![0; balances.len()];
        State { balances, nonces, stakes, minted: 0, burnt: 0, slashed: 0, held: 0, touched: None }
    }

    /// From now on, remember which accounts change.
    pub fn watch(&mut self) {
        self.touched = Some(Vec::new());
    }

    /// Takes the accounts that changed since the last call, in any order and with repeats.
    pub fn drain_touched(&mut self) -> impl Iterator<Item = AccountId> + '_ {
        self.touched.iter_mut().flat_map(|touched| touched.drain(..))
    }

    /// The number of accounts.
    pub fn accounts(&self) -> usize {
        self.balances.len()
    }

    /// Coins an account can spend.
    #[inline]
    pub fn balance(&self, account: AccountId) -> u64 {
        self.balances[account.index()]
    }

    /// How many of an account's transactions were settled.
    #[inline]
    pub fn nonce(&self, account: AccountId) -> u64 {
        self.nonces[account.index()]
    }

    /// An account's tokens; zero for one that does not validate.
    #[inline]
    pub fn stake(&self, account: AccountId) -> u64 {
        self.stakes.get(account.index()).copied().unwrap_or(0)
    }

    /// All validators' tokens, in order.
    pub fn stakes(&self) -> &[u64] {
        &self.stakes
    }

    /// Coins made as rewards so far.
    pub fn minted(&self) -> u64 {
        self.minted
    }

    /// Coins burnt so far.
    pub fn burnt(&self) -> u64 {
        self.burnt
    }

    /// Coins slashed so far.
    pub fn slashed(&self) -> u64 {
        self.slashed
    }

    /// Coins that wait to be divided.
    pub fn held(&self) -> u64 {
        self.held
    }

    /// All balances and stakes. O(accounts).
    pub fn coins(&self) -> u64 {
        self.balances.iter().chain(&self.stakes).sum()
    }

    /// Moves a valid transaction's money for good; the fee leaves the sender and is the caller's to
    /// give. [`super::check`] must have passed.
    #[inline]
    pub fn settle(&mut self, transfer: &Transfer) {
        self.apply(transfer);
        for account in [transfer.sender, transfer.recipient].into_iter().flatten() {
            self.touch(account);
        }
    }

    /// Moves a valid transaction's money on trial, to be taken back by [`State::undo`].
    #[inline]
    pub fn apply(&mut self, transfer: &Transfer) {
        if let (Some(sender), Some(recipient)) = (transfer.sender, transfer.recipient) {
            self.balances[sender.index()] -= transfer.amount + transfer.fee;
            self.nonces[sender.index()] += 1;
            self.balances[recipient.index()] += transfer.amount;
        }
    }

    /// Takes back [`State::apply`]; the last applied first.
    #[inline]
    pub fn undo(&mut self, transfer: &Transfer) {
        if let (Some(sender), Some(recipient)) = (transfer.sender, transfer.recipient) {
            self.balances[recipient.index()] -= transfer.amount;
            self.nonces[sender.index()] -= 1;
            self.balances[sender.index()] += transfer.amount + transfer.fee;
        }
    }

    /// Takes fees that senders have paid into the hold; `burnt` of them are destroyed.
    #[inline]
    pub fn take_fees(&mut self, fees: u64, burnt: u64) {
        self.burnt += burnt;
        self.held += fees - burnt;
    }

    /// Makes new coins, which are held until they are released.
    #[inline]
    pub fn mint(&mut self, amount: u64) {
        self.minted += amount;
        self.held += amount;
    }

    /// Gives held coins to an account.
    #[inline]
    pub fn release(&mut self, account: AccountId, amount: u64) {
        self.held -= amount;
        self.balances[account.index()] += amount;
        self.touch(account);
    }

    /// Destroys held coins.
    pub fn burn_held(&mut self, amount: u64) {
        self.held -= amount;
        self.burnt += amount;
    }

    /// A validator exchanges coins for tokens.
    #[inline]
    pub fn stake_coins(&mut self, account: AccountId, amount: u64) {
        self.balances[account.index()] -= amount;
        self.stakes[account.index()] += amount;
        self.touch(account);
    }

    /// Destroys tokens of a validator.
    pub fn slash(&mut self, account: AccountId, amount: u64) {
        self.stakes[account.index()] -= amount;
        self.slashed += amount;
        self.touch(account);
    }

    /// A validator leaves: its tokens become coins again.
    pub fn leave(&mut self, account: AccountId) {
        self.balances[account.index()] += std::mem::take(&mut self.stakes[account.index()]);
        self.touch(account);
    }

    /// Counts all coins. `genesis` is the sum at the start. O(accounts).
    pub fn supply(&self, genesis: u128) -> Supply {
        Supply {
            genesis,
            minted: self.minted.into(),
            balances: self.balances.iter().map(|&coins| u128::from(coins)).sum(),
            stakes: self.stakes.iter().map(|&coins| u128::from(coins)).sum(),
            burnt: self.burnt.into(),
            slashed: self.slashed.into(),
            held: self.held.into(),
        }
    }

    #[inline]
    fn touch(&mut self, account: AccountId) {
        if let Some(touched) = &mut self.touched {
            touched.push(account);
        }
    }
}
