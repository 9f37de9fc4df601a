//! Who shares what a validator earns: smoothing pools, operators and delegators.

use super::payroll::Purse;
use crate::law::Ratio;
use crate::ledger::{AccountId, State};
use crate::reward::{Divider, Source};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};

/// The pools of a chain.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Pools {
    /// Validators who put together what they earn and share it by stake; nobody is in two.
    pub smoothing: Vec<Vec<u32>>,
    /// Validators who earn for others too; each at most once.
    pub delegations: Vec<Delegation>,
}

/// A validator that earns for others too.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    /// The validator; its account is the operator's.
    pub validator: u32,
    /// The share of what it earns that the operator takes before all others.
    pub commission: Ratio,
    /// The operator's own part of the stake, as a weight.
    pub own: u64,
    /// Those who delegated to it, by account, and their parts of the stake as weights.
    pub delegators: Vec<(u32, u64)>,
}

impl Pools {
    /// Whether everybody keeps what it earns.
    pub fn is_empty(&self) -> bool {
        self.smoothing.is_empty() && self.delegations.is_empty()
    }

    /// Whether the pools fit a chain with so many validators and accounts.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub fn check(&self, validators: usize, accounts: usize) -> Result<(), String> {
        let mut member = vec![false; validators];
        for pool in &self.smoothing {
            if pool.is_empty() {
                return Err("a smoothing pool has no member".to_owned());
            }
            for &who in pool {
                match member.get_mut(who as usize) {
                    Some(taken) if !*taken => *taken = true,
                    _ => {
                        return Err("a smoothing pool has a member that is no validator, or twice".to_owned());
                    }
                }
            }
        }
        let mut operator = vec![false; validators];
        for delegation in &self.delegations {
            match operator.get_mut(delegation.validator as usize) {
                Some(taken) if !*taken => *taken = true,
                _ => {
                    return Err("a pool has an operator that is no validator, or has another pool".to_owned());
                }
            }
            if delegation.commission.exceeds_one() {
                return Err("a commission exceeds one".to_owned());
            }
            let weights = delegation.delegators.iter().map(|&(_, weight)| u128::from(weight));
            let sum = weights.sum::<u128>() + u128::from(delegation.own);
            if sum == 0 || sum > i64::MAX as u128 {
                return Err("the parts of a pool's stake add up to nothing, or to 2^63 and more".to_owned());
            }
            let proper = |who: u32| (validators..accounts).contains(&(who as usize));
            if delegation.delegators.is_empty() || !delegation.delegators.iter().all(|&(who, _)| proper(who))
            {
                return Err("a pool has no delegator, or one without an account of its own".to_owned());
            }
        }
        Ok(())
    }

    /// How much of each stake is its validator's own.
    pub fn pledges(&self, stakes: &[u64]) -> Vec<u64> {
        let mut pledges = stakes.to_vec();
        for delegation in &self.delegations {
            let given: u64 = delegation.delegators.iter().map(|&(_, weight)| weight).sum();
            let own = Ratio::new(delegation.own, delegation.own + given).unwrap_or(Ratio::ONE);
            let pledge = &mut pledges[delegation.validator as usize];
            *pledge = own.floor_of(*pledge);
        }
        pledges
    }
}

/// The pools during one trial.
pub(super) struct PoolBooks {
    /// The smoothing pool of each validator, and what divides it; empty if there is none.
    smoothing_of: Vec<u32>,
    smoothing: Vec<(Vec<u32>, Divider)>,
    /// The delegation of each validator; empty if there is none.
    delegation_of: Vec<u32>,
    delegations: Vec<DelegationBooks>,
}

struct DelegationBooks {
    plan: Delegation,
    /// The operator's commission that does not yet make a coin, over the denominator.
    carry: u128,
    /// The operator first, then the delegators.
    divider: Divider,
    /// The same of what is lost in penalties.
    losses: Divider,
}

/// In no pool.
const NOWHERE: u32 = u32::MAX;

impl PoolBooks {
    pub fn new(pools: &Pools, validators: usize) -> Self {
        let mut books = PoolBooks {
            smoothing_of: Vec::new(),
            smoothing: Vec::new(),
            delegation_of: Vec::new(),
            delegations: Vec::new(),
        };
        if !pools.smoothing.is_empty() {
            books.smoothing_of = vec![NOWHERE; validators];
        }
        for (number, members) in (0..).zip(&pools.smoothing) {
            members.iter().for_each(|&who| books.smoothing_of[who as usize] = number);
            books.smoothing.push((members.clone(), Divider::new(members.len())));
        }
        if !pools.delegations.is_empty() {
            books.delegation_of = vec![NOWHERE; validators];
        }
        for (number, plan) in (0..).zip(&pools.delegations) {
            books.delegation_of[plan.validator as usize] = number;
            let divider = Divider::new(1 + plan.delegators.len());
            let losses = divider.clone();
            books.delegations.push(DelegationBooks { plan: plan.clone(), carry: 0, divider, losses });
        }
        books
    }

    /// Brings what all validators earned from one source to those who get it, `amounts` in their order: that of
    /// a smoothing pool is put together first, so that it is divided once, not once for every member that
    /// earned. The coins are in the state's hold.
    pub fn share_all(&mut self, source: Source, amounts: &[u64], state: &mut State, purse: &mut Purse) {
        let mut together = vec![0; self.smoothing.len()];
        for (who, &amount) in amounts.iter().enumerate().filter(|&(_, &amount)| amount > 0) {
            match self.smoothing_of.get(who).and_then(|&pool| together.get_mut(pool as usize)) {
                Some(sum) => *sum += amount,
                None => self.share(ValidatorId(who as u32), source, amount, state, purse),
            }
        }
        for (pool, amount) in together.into_iter().enumerate().filter(|&(_, amount)| amount > 0) {
            self.share(ValidatorId(self.smoothing[pool].0[0]), source, amount, state, purse);
        }
    }

    /// Charges what a validator lost of its stake to those whose stake it was: its operator and delegators,
    /// each for its part. What does not make a whole coin for anybody yet is the operator's, or the first
    /// delegator's if the operator holds none of the stake.
    pub fn lose(&mut self, who: ValidatorId, amount: u64, purse: &mut Purse) {
        let pool = self.delegation_of.get(who.index()).copied().unwrap_or(NOWHERE);
        let Some(DelegationBooks { plan, losses, .. }) = self.delegations.get_mut(pool as usize) else {
            purse.loses(who, amount);
            return;
        };
        let rest_bearer = usize::from(plan.own == 0);
        let account = |place: usize| match place.checked_sub(1) {
            None => AccountId::from(who),
            Some(delegator) => AccountId(plan.delegators[delegator].0),
        };
        purse.charged(account(rest_bearer), amount);
        let weights = std::iter::once(plan.own).chain(plan.delegators.iter().map(|&(_, weight)| weight));
        losses.divide(amount, weights.enumerate(), |place, coins| {
            if place != rest_bearer {
                purse.charged(account(place), coins);
                purse.relieved(account(rest_bearer), coins);
            }
        });
    }

    /// Brings what a validator earned to those who get it. The coins are in the state's hold.
    pub fn share(
        &mut self,
        who: ValidatorId,
        source: Source,
        amount: u64,
        state: &mut State,
        purse: &mut Purse,
    ) {
        let pool = self.smoothing_of.get(who.index()).copied().unwrap_or(NOWHERE);
        let Some((members, divider)) = self.smoothing.get_mut(pool as usize) else {
            return Self::pay(&self.delegation_of, &mut self.delegations, who, source, amount, state, purse);
        };
        let stakes = members.iter().map(|&member| state.stake(AccountId(member)));
        let weights: Vec<(usize, u64)> = stakes.enumerate().collect();
        let (delegation_of, delegations) = (&self.delegation_of, &mut self.delegations);
        divider.divide(amount, weights.into_iter(), |place, coins| {
            Self::pay(delegation_of, delegations, ValidatorId(members[place]), source, coins, state, purse);
        });
    }

    /// Divides between an operator and its delegators.
    fn pay(
        delegation_of: &[u32],
        delegations: &mut [DelegationBooks],
        who: ValidatorId,
        source: Source,
        amount: u64,
        state: &mut State,
        purse: &mut Purse,
    ) {
        purse.earned(who, source, amount);
        let pool = delegation_of.get(who.index()).copied().unwrap_or(NOWHERE);
        let Some(DelegationBooks { plan, carry, divider, .. }) = delegations.get_mut(pool as usize) else {
            purse.receives(who, source, amount, state);
            return;
        };
        let (above, below) = (plan.commission.numerator(), plan.commission.denominator());
        let due = u128::from(amount) * u128::from(above) + *carry;
        let commission = ((due / u128::from(below)) as u64).min(amount);
        *carry = due - u128::from(commission) * u128::from(below);
        if commission > 0 {
            purse.receives(who, source, commission, state);
        }
        let weights = std::iter::once(plan.own).chain(plan.delegators.iter().map(|&(_, weight)| weight));
        divider.divide(amount - commission, weights.enumerate(), |place, coins| match place.checked_sub(1) {
            None => purse.receives(who, source, coins, state),
            Some(delegator) => {
                let (account, _) = plan.delegators[delegator];
                state.release(AccountId(account), coins);
                purse.delegated(AccountId(account), source, coins);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Validators 0 and 1, accounts 2 and 3.
    fn check(own: u64, delegators: &[(u32, u64)]) -> Result<(), String> {
        let delegation =
            Delegation { validator: 0, commission: Ratio::ONE, own, delegators: delegators.to_vec() };
        Pools { smoothing: vec![vec![1, 0]], delegations: vec![delegation] }.check(2, 4)
    }

    #[test]
    fn parts_of_stake_are_weights_that_can_be_added_up() {
        assert_eq!(check(3, &[(2, 1), (3, 2)]), Ok(()));
        assert_eq!(check(0, &[(2, 1)]), Ok(()));
        assert_eq!(check((1 << 63) - 2, &[(2, 1)]), Ok(()));
        for (own, weight) in [(0, 0), ((1 << 63) - 1, 1), (u64::MAX, u64::MAX)] {
            let problem = check(own, &[(2, weight)]).unwrap_err();
            assert!(problem.contains("add up to nothing, or to 2^63 and more"), "{problem}");
        }
        assert!(check(1, &[]).is_err() && check(1, &[(1, 1)]).is_err() && check(1, &[(4, 1)]).is_err());
    }
}
