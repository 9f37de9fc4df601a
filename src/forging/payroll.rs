//! What is paid with a block: worked out from the block and its certificate alone, so that whoever
//! checks a chain works out the same.

use super::pools::PoolBooks;
use super::protocol::Protocol;
use super::restake::{Restaking, StakeMove};
use crate::ledger::{AccountId, State};
use crate::reward::{CountedVote, Outset, Payee, Payer, Payment, Payments, SettledBlock, Source};
use crate::stake::ValidatorId;

/// What a validator earned and lost, or an account received, by source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Earned {
    /// Coins by [`Source`].
    pub by_source: [u64; Source::ALL.len()],
    /// Coins lost in penalties.
    pub penalties: u64,
}

impl Earned {
    /// All coins earned, penalties not taken off.
    pub fn all(&self) -> u64 {
        self.by_source.iter().sum()
    }
}

/// A block to be paid for.
#[derive(Clone, Copy, Debug)]
pub struct Settlement<'a> {
    /// Its height.
    pub height: u64,
    /// Its round.
    pub round: u64,
    /// Who forged it.
    pub forger: ValidatorId,
    /// The fees that its senders paid.
    pub fees: u64,
    /// The approving votes, if the policy asks for them.
    pub votes: &'a [CountedVote],
    /// The attestors that cast none, if it does.
    pub absent: &'a [ValidatorId],
}

/// Pays, in one trial.
pub struct Payroll {
    payer: Box<dyn Payer>,
    payments: Payments,
    pools: PoolBooks,
    purse: Purse,
    genesis: u64,
}

/// Who has earned and received what, and what becomes of it.
pub(super) struct Purse {
    round: u64,
    restaking: Restaking,
    /// What each validator earned, its delegators' part included.
    validators: Vec<Earned>,
    /// What each validator that has delegators keeps, by account; empty if nobody has.
    kept: Vec<Earned>,
    /// What the accounts that do not validate received, from the first of them on.
    others: Vec<Earned>,
    first_other: usize,
}

impl Purse {
    /// Destroys tokens of a validator, at most all it has; returns how many. If too little is left to
    /// validate, it leaves: the rest becomes coins again, at once or after the unbonding delay.
    fn destroy(
        &mut self,
        protocol: &Protocol,
        state: &mut State,
        validator: ValidatorId,
        amount: u64,
    ) -> u64 {
        let old = state.stake(validator.into());
        let amount = amount.min(old);
        if amount > 0 {
            state.slash(validator.into(), amount);
            if protocol.must_leave(state, validator.into()) {
                self.restaking.leave(validator, self.round, state);
            }
            let new = state.stake(validator.into());
            self.restaking.moves.push(StakeMove { validator, old, new });
        }
        amount
    }

    #[inline]
    pub fn earned(&mut self, who: ValidatorId, source: Source, amount: u64) {
        self.validators[who.index()].by_source[source.index()] += amount;
    }

    /// A validator receives coins for itself, out of the state's hold.
    #[inline]
    pub fn receives(&mut self, who: ValidatorId, source: Source, amount: u64, state: &mut State) {
        if let Some(kept) = self.kept.get_mut(who.index()) {
            kept.by_source[source.index()] += amount;
        }
        state.release(who.into(), amount);
        self.restaking.take(who, amount, self.round, state);
    }

    /// A validator lost so many coins of its own stake.
    pub fn loses(&mut self, who: ValidatorId, amount: u64) {
        if let Some(kept) = self.kept.get_mut(who.index()) {
            kept.penalties += amount;
        }
    }

    /// An operator or a delegator lost so many coins of the stake of its pool.
    pub fn charged(&mut self, account: AccountId, amount: u64) {
        self.account(account).penalties += amount;
    }

    /// So many of the coins that it was charged are others' after all.
    pub fn relieved(&mut self, account: AccountId, amount: u64) {
        self.account(account).penalties -= amount;
    }

    /// What an operator or a delegator received and was charged.
    fn account(&mut self, account: AccountId) -> &mut Earned {
        match account.index().checked_sub(self.first_other) {
            Some(other) => &mut self.others[other],
            None => &mut self.kept[account.index()],
        }
    }

    pub fn delegated(&mut self, account: AccountId, source: Source, amount: u64) {
        self.account(account).by_source[source.index()] += amount;
    }
}

impl Payroll {
    /// Nothing is paid yet. `genesis` is the number of all coins.
    pub fn new(protocol: &Protocol, state: &State, seed: u64, trial: u64) -> Self {
        let stakes = state.stakes();
        let pledges = protocol.pools.pledges(stakes);
        let shares = !protocol.pools.delegations.is_empty();
        let pays_others = shares || protocol.treasury.is_some();
        Payroll {
            payer: protocol.reward.thing.payer(&Outset { stakes, pledges: &pledges, seed, trial }),
            payments: Payments::default(),
            pools: PoolBooks::new(&protocol.pools, stakes.len()),
            purse: Purse {
                round: 0,
                restaking: Restaking::new(protocol.restake, stakes.len()),
                validators: vec![Earned::default(); stakes.len()],
                kept: vec![Earned::default(); if shares { stakes.len() } else { 0 }],
                others: vec![
                    Earned::default();
                    if pays_others { state.accounts() - stakes.len() } else { 0 }
                ],
                first_other: stakes.len(),
            },
            genesis: state.coins(),
        }
    }

    /// Pays for a block; returns what its forger earned.
    pub fn settle(&mut self, protocol: &Protocol, state: &mut State, block: &Settlement) -> u64 {
        let Settlement { height, round, forger, fees, votes, absent } = *block;
        let before = self.purse.validators[forger.index()].all();
        self.purse.round = round;
        let burnt = protocol.burn.floor_of(fees);
        state.take_fees(fees, burnt);
        if fees > burnt {
            self.pools.share(forger, Source::Fees, fees - burnt, state, &mut self.purse);
        }
        self.payments.clear();
        let supply = self.genesis + state.minted() - state.burnt() - state.slashed();
        let settled = SettledBlock { height, forger, stakes: state.stakes(), supply, votes, absent };
        self.payer.block(&settled, &mut self.payments);
        let mut payments = std::mem::take(&mut self.payments.payments);
        for Payment { to, source, amount } in payments.drain(..) {
            self.pay(protocol, state, to, source, amount);
        }
        self.payments.payments = payments;
        self.penalise(protocol, state);
        self.purse.restaking.activate(round, state);
        self.purse.restaking.unbond(round, protocol, state);
        self.purse.validators[forger.index()].all() - before
    }

    /// Pays new coins.
    #[inline]
    pub fn pay(&mut self, protocol: &Protocol, state: &mut State, to: Payee, source: Source, amount: u64) {
        state.mint(amount);
        match (to, protocol.treasury) {
            (Payee::Validator(who), _) => self.pools.share(who, source, amount, state, &mut self.purse),
            (Payee::Treasury, Some(account)) => {
                state.release(account, amount);
                self.purse.delegated(account, source, amount);
            }
            // Without an account it is nobody's, and burnt.
            (Payee::Treasury, None) => state.burn_held(amount),
        }
    }

    /// Pays new coins of one source to validators, `amounts` in their order.
    pub fn pay_all(&mut self, state: &mut State, source: Source, amounts: &[u64]) {
        state.mint(amounts.iter().sum());
        self.pools.share_all(source, amounts, state, &mut self.purse);
    }

    /// A forger made no block, or one that was rejected: what that costs it is taken; whether it costs
    /// anything.
    pub fn missed(&mut self, protocol: &Protocol, state: &mut State, forger: ValidatorId) -> bool {
        self.payments.clear();
        self.payer.missed(forger, &mut self.payments);
        self.penalise(protocol, state);
        !self.payments.penalties.is_empty()
    }

    fn penalise(&mut self, protocol: &Protocol, state: &mut State) {
        for penalty in &self.payments.penalties {
            let amount = self.purse.destroy(protocol, state, penalty.validator, penalty.amount);
            self.purse.validators[penalty.validator.index()].penalties += amount;
            self.pools.lose(penalty.validator, amount, &mut self.purse);
        }
    }

    /// Destroys a proven cheat's stake, in whole or in part and at least one token; returns how much.
    pub fn slash(&mut self, protocol: &Protocol, state: &mut State, cheat: ValidatorId) -> u64 {
        self.purse.destroy(protocol, state, cheat, protocol.slash.ceil_of(state.stake(cheat.into())))
    }

    /// The moves of stake since this was emptied last, in their order.
    pub fn moves(&mut self) -> &mut Vec<StakeMove> {
        &mut self.purse.restaking.moves
    }

    /// What each validator earned, the part of its delegators included.
    pub fn validators(&self) -> &[Earned] {
        &self.purse.validators
    }

    /// What an account received: a validator what it kept, any other what it was given; and what it was charged of
    /// the penalties of its pools.
    pub fn account(&self, account: AccountId) -> Earned {
        let validators = self.purse.first_other;
        let found = match account.index().checked_sub(validators) {
            Some(other) => self.purse.others.get(other),
            None => self.purse.kept.get(account.index()).or(self.purse.validators.get(account.index())),
        };
        found.copied().unwrap_or_default()
    }

    /// Coins that the policy has yet to pay.
    pub fn owed(&self) -> u64 {
        self.payer.owed()
    }
}
