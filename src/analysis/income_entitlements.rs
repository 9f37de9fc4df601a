//! Whose earnings a party has a fixed part of.

use crate::forging::{Party, PartyKind, World};
use crate::ledger::AccountId;
use crate::stake::ValidatorId;
use std::collections::HashMap;

/// Validators whose earnings are put together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Earners {
    /// The chance that a block is theirs.
    pub chance: f64,
    /// Their share of all stake.
    pub stake: f64,
    /// How many they are,
    pub validators: usize,
    /// and how many of them have stake.
    pub seated: usize,
}

/// What every party has of whose earnings. Pools are summed up once, however many members ask.
pub(super) struct Entitlements<'a> {
    world: &'a World,
    /// The chance of a block and the share of stake of every validator.
    chances: &'a [f64],
    stake_shares: &'a [f64],
    /// The smoothing pool of each validator that is in one.
    pool_of: HashMap<u32, usize>,
    /// What each earns, and its stake in coins.
    pools: Vec<(Earners, f64)>,
    /// The part of a validator's earnings that an operator or a delegator has; `None` if it has parts of
    /// those of several.
    parts: HashMap<AccountId, Option<(u32, f64)>>,
}

impl<'a> Entitlements<'a> {
    /// Of these parties, with these chances of a block and shares of stake of all validators.
    pub fn new(world: &'a World, chances: &'a [f64], stake_shares: &'a [f64]) -> Self {
        let all = &world.protocol.pools;
        let mut entitlements = Entitlements {
            world,
            chances,
            stake_shares,
            pool_of: HashMap::new(),
            pools: Vec::with_capacity(all.smoothing.len()),
            parts: HashMap::new(),
        };
        for (number, members) in all.smoothing.iter().enumerate() {
            entitlements.pool_of.extend(members.iter().map(|&who| (who, number)));
            let stake = members.iter().map(|&who| entitlements.stake(who)).sum::<f64>();
            let earners = entitlements.earners(members.iter().copied());
            entitlements.pools.push((earners, stake));
        }
        for pool in &all.delegations {
            let whole = (pool.own + pool.delegators.iter().map(|&(_, weight)| weight).sum::<u64>()) as f64;
            let commission = pool.commission.to_f64();
            let own = commission + (1.0 - commission) * pool.own as f64 / whole;
            let given = pool
                .delegators
                .iter()
                .map(|&(who, weight)| (AccountId(who), (1.0 - commission) * weight as f64 / whole));
            for (account, part) in std::iter::once((AccountId(pool.validator), own)).chain(given) {
                entitlements
                    .parts
                    .entry(account)
                    .and_modify(|several| *several = None)
                    .or_insert(Some((pool.validator, part)));
            }
        }
        entitlements
    }

    /// Of whose earnings a party has a fixed part, and which part; `None` where it is not a fixed part of the
    /// earnings of some validators together.
    pub fn of(&self, party: &Party) -> Option<(Earners, f64)> {
        match party.kind {
            PartyKind::Validator => Some(self.of_validator(party.validators[0].0)),
            PartyKind::Group => {
                // Of the pools that it is in it must have everybody, so that what they share stays within it.
                let mut members = HashMap::<usize, usize>::new();
                let pools = party.validators.iter().filter_map(|who| self.pool_of.get(&who.0));
                pools.for_each(|&pool| *members.entry(pool).or_default() += 1);
                let smoothing = &self.world.protocol.pools.smoothing;
                let whole = members.iter().all(|(&pool, &count)| count == smoothing[pool].len());
                whole.then(|| (self.earners(party.validators.iter().map(|&ValidatorId(who)| who)), 1.0))
            }
            PartyKind::Operator | PartyKind::Delegator => {
                let &(validator, part) = self.parts.get(&party.account?)?.as_ref()?;
                let (earners, scale) = self.of_validator(validator);
                Some((earners, scale * part))
            }
            PartyKind::Treasury => None,
        }
    }

    /// A validator's own earnings, or its part of those of its smoothing pool.
    fn of_validator(&self, who: u32) -> (Earners, f64) {
        match self.pool_of.get(&who) {
            None => (self.earners(std::iter::once(who)), 1.0),
            Some(&pool) => {
                let (earners, stake) = self.pools[pool];
                (earners, self.stake(who) / stake)
            }
        }
    }

    fn stake(&self, who: u32) -> f64 {
        self.world.stakes[who as usize] as f64
    }

    fn earners(&self, validators: impl Iterator<Item = u32> + Clone) -> Earners {
        let sum = |of: &[f64]| validators.clone().map(|who| of[who as usize]).sum::<f64>();
        Earners {
            chance: sum(self.chances).min(1.0),
            stake: sum(self.stake_shares),
            validators: validators.clone().count(),
            seated: validators.clone().filter(|&who| self.world.stakes[who as usize] > 0).count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn world(text: &str) -> World {
        World::clone(
            &Scenario::parse("test", text).unwrap_or_else(|problem| panic!("{problem}")).experiment.world,
        )
    }

    #[test]
    fn members_have_their_parts_of_the_whole_pool() {
        let world = world(
            "[run]\nrounds = 10\n[population]\naccounts = [{ name = 'a', balance = 1 }, { name = 'b', balance = 3 }, { name = 'c', balance = 4 }]\n\
             [reward]\nsmoothing = [['a', 'b']]\npools = [{ operator = 'b', commission = '1/5', delegators = [{ name = 'x', share = '1/4' }] }]\n",
        );
        let shares = [0.125, 0.375, 0.5];
        let entitlements = Entitlements::new(&world, &shares, &shares);
        let pool = Earners { chance: 0.5, stake: 0.5, validators: 2, seated: 2 };
        let of = |name: &str, kind| {
            let party = world.parties.iter().find(|party| party.name == name && party.kind == kind).unwrap();
            entitlements.of(party).unwrap()
        };
        assert_eq!(of("a", PartyKind::Validator), (pool, 0.25));
        assert_eq!(
            of("c", PartyKind::Validator).0,
            Earners { chance: 0.5, stake: 0.5, validators: 1, seated: 1 }
        );
        let (earners, part) = of("x", PartyKind::Delegator);
        assert!(earners == pool && (part - 0.75 * 0.8 / 4.0).abs() < 1e-15, "{part}");
        let (_, part) = of("b", PartyKind::Operator);
        assert!((part - 0.75 * (0.2 + 0.8 * 0.75)).abs() < 1e-15, "{part}");
    }

    /// A group shares with nobody else where it has all members of the pools that it is in.
    #[test]
    fn a_group_has_what_it_earns_if_nobody_else_shares_it() {
        let world = world(
            "[run]\nrounds = 10\n[population]\naccounts = [{ name = 'a', balance = 1, group = 'g' }, { name = 'b', balance = 3, group = 'g' }, { name = 'c', balance = 4, group = 'g' }, { name = 'd', balance = 2, group = 'h' }, { name = 'e', balance = 6 }]\n\
             [reward]\nsmoothing = [['a', 'b'], ['d', 'e']]\n",
        );
        let shares = [0.0625, 0.1875, 0.25, 0.125, 0.375];
        let entitlements = Entitlements::new(&world, &shares, &shares);
        let of = |name: &str| {
            let party = world.parties.iter().find(|party| party.name == name).unwrap();
            entitlements.of(party)
        };
        assert_eq!(of("g"), Some((Earners { chance: 0.5, stake: 0.5, validators: 3, seated: 3 }, 1.0)));
        assert_eq!(of("h"), None);
    }

    /// A pool of a hundred thousand: each member is told its part in one step, not in one for every member.
    #[test]
    fn many_members_of_a_pool_are_looked_up() {
        const MEMBERS: u32 = 100_000;
        let mut world = world(&format!(
            "[run]\nrounds = 10\n[population]\ncount = {MEMBERS}\ntotal_stake = 1_000_000_000\nstake = 'equal'\n"
        ));
        world.protocol.pools.smoothing = vec![(0..MEMBERS).collect()];
        let shares = vec![1.0 / f64::from(MEMBERS); MEMBERS as usize];
        let entitlements = Entitlements::new(&world, &shares, &shares);
        let parts: Vec<(Earners, f64)> = (0..MEMBERS).map(|who| entitlements.of_validator(who)).collect();
        assert!(parts.iter().all(|(earners, _)| earners.validators == MEMBERS as usize));
        let sum: f64 = parts.iter().map(|(_, part)| part).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    }
}
