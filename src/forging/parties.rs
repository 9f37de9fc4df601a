//! Whose income is written down.

use super::world::World;
use crate::ledger::AccountId;
use crate::stake::ValidatorId;
use std::collections::HashMap;

/// The kinds of those who have an income.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartyKind {
    /// A validator, the part of its delegators included.
    Validator,
    /// Validators that count as one.
    Group,
    /// What the operator of a pool keeps.
    Operator,
    /// Who delegated to one or more pools.
    Delegator,
    /// The treasury.
    Treasury,
}

impl PartyKind {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            PartyKind::Validator => "validator",
            PartyKind::Group => "group",
            PartyKind::Operator => "operator",
            PartyKind::Delegator => "delegator",
            PartyKind::Treasury => "treasury",
        }
    }
}

/// Somebody who has an income.
#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    /// What it is.
    pub kind: PartyKind,
    /// Its name.
    pub name: String,
    /// The validators whose whole income is its own; empty for operators, delegators and treasuries.
    pub validators: Vec<ValidatorId>,
    /// The account whose receipts are its income; for operators, delegators and treasuries.
    pub account: Option<AccountId>,
    /// How much of the stake at genesis is its own, in coins.
    pub stake: f64,
}

impl Party {
    /// The validator that it is, if it is one.
    pub fn validator(&self) -> Option<ValidatorId> {
        (self.kind == PartyKind::Validator).then(|| self.validators[0])
    }
}

/// Everybody whose income is kept: these validators, the groups, operators, delegators and the treasury
/// of a world, in this order.
pub fn parties(
    world: &World,
    validators: Vec<ValidatorId>,
    groups: Vec<(String, Vec<ValidatorId>)>,
) -> Vec<Party> {
    let stake_of = |who: ValidatorId| world.stakes[who.index()] as f64;
    let mut parties: Vec<Party> = validators
        .into_iter()
        .map(|who| Party {
            kind: PartyKind::Validator,
            name: world.names[who.index()].clone(),
            validators: vec![who],
            account: None,
            stake: stake_of(who),
        })
        .collect();
    parties.extend(groups.into_iter().map(|(name, validators)| Party {
        kind: PartyKind::Group,
        name,
        stake: validators.iter().map(|&who| stake_of(who)).sum(),
        validators,
        account: None,
    }));
    let mut delegators: Vec<(AccountId, f64)> = Vec::new();
    let mut places: HashMap<u32, usize> = HashMap::new();
    for delegation in &world.protocol.pools.delegations {
        let who = ValidatorId(delegation.validator);
        let given: u64 = delegation.delegators.iter().map(|&(_, weight)| weight).sum();
        let whole = (given + delegation.own) as f64;
        parties.push(Party {
            kind: PartyKind::Operator,
            name: world.names[who.index()].clone(),
            validators: Vec::new(),
            account: Some(who.into()),
            stake: stake_of(who) * delegation.own as f64 / whole,
        });
        for &(account, weight) in &delegation.delegators {
            let part = stake_of(who) * weight as f64 / whole;
            let place = *places.entry(account).or_insert(delegators.len());
            match delegators.get_mut(place) {
                Some((_, stake)) => *stake += part,
                None => delegators.push((AccountId(account), part)),
            }
        }
    }
    let account = |kind, account: AccountId, stake| Party {
        kind,
        name: world.names[account.index()].clone(),
        validators: Vec::new(),
        account: Some(account),
        stake,
    };
    parties.extend(delegators.into_iter().map(|(who, stake)| account(PartyKind::Delegator, who, stake)));
    parties.extend(world.protocol.treasury.map(|who| account(PartyKind::Treasury, who, 0.0)));
    parties
}
