//! What becomes of what a validator earns: coins, or tokens, at once or later.

use super::protocol::Protocol;
use crate::law::Ratio;
use crate::ledger::State;
use crate::stake::ValidatorId;
use serde::de::{self, Deserializer, Unexpected, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::collections::{HashSet, VecDeque};
use std::fmt;

/// How much of what a validator earns becomes tokens, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restake {
    /// The share that does.
    pub share: Ratio,
    /// Only in multiples of so many coins; the rest waits among the validator's coins.
    pub unit: u64,
    /// After so many rounds, with the first block from then on; 0 for at once.
    pub delay: u64,
    /// So many rounds after a validator is left with too little to validate, with the first block from
    /// then on, its tokens become coins again; until then it goes on. 0 for at once.
    pub unbonding: u64,
}

impl Restake {
    /// Nothing does.
    pub const NONE: Restake = Restake { share: Ratio::ZERO, unit: 1, delay: 0, unbonding: 0 };

    /// Everything, or nothing, at once.
    pub fn all(all: bool) -> Self {
        Restake { share: if all { Ratio::ONE } else { Ratio::ZERO }, ..Restake::NONE }
    }

    /// Whether anything becomes tokens.
    pub fn compounds(&self) -> bool {
        !self.share.is_zero()
    }

    /// By how much every payment of so many coins raises the stake of who earns it, at once and by the same each
    /// time; `None` where some of it waits for a later round, a unit, or the rest of a coin.
    pub fn at_once_of(&self, reward: u64) -> Option<u64> {
        if !self.compounds() {
            return Some(0);
        }
        let due = u128::from(reward) * u128::from(self.share.numerator());
        let below = u128::from(self.share.denominator());
        let share = self.share.floor_of(reward);
        let waits = self.delay > 0 || !due.is_multiple_of(below) || !share.is_multiple_of(self.unit.max(1));
        (!waits).then_some(share)
    }

    /// Whether everything does, at once.
    pub fn is_all_at_once(&self) -> bool {
        self.share == Ratio::ONE && self.unit <= 1 && self.delay == 0
    }
}

/// A validator's stake went from `old` to `new`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StakeMove {
    /// Whose.
    pub validator: ValidatorId,
    /// Its tokens before.
    pub old: u64,
    /// Its tokens after.
    pub new: u64,
}

/// Coins on their way to become tokens, during one trial.
pub(super) struct Restaking {
    plan: Restake,
    /// For each validator what is to be restaked and does not make a coin, over the denominator of the
    /// share, and the coins that do not make a unit.
    waiting: Vec<(u64, u64)>,
    /// By the round from which on they are tokens.
    queue: VecDeque<(u64, ValidatorId, u64)>,
    /// Who leaves, by the round from which on it may.
    leaving: VecDeque<(u64, ValidatorId)>,
    /// The same, to be looked up.
    is_leaving: HashSet<ValidatorId>,
    pub moves: Vec<StakeMove>,
}

impl Restaking {
    pub fn new(plan: Restake, validators: usize) -> Self {
        let needed = plan.compounds() && !plan.is_all_at_once();
        Restaking {
            plan,
            waiting: vec![(0, 0); if needed { validators } else { 0 }],
            queue: VecDeque::new(),
            leaving: VecDeque::new(),
            is_leaving: HashSet::new(),
            moves: Vec::new(),
        }
    }

    /// A validator's new coins, which stand in its balance, in a round.
    pub fn take(&mut self, who: ValidatorId, amount: u64, round: u64, state: &mut State) {
        if !self.plan.compounds() {
            return;
        }
        let mut coins = amount;
        if let Some((carry, waiting)) = self.waiting.get_mut(who.index()) {
            let (above, below) = (self.plan.share.numerator(), self.plan.share.denominator());
            let due = u128::from(amount) * u128::from(above) + u128::from(*carry);
            *carry = (due % u128::from(below)) as u64;
            *waiting += (due / u128::from(below)) as u64;
            coins = *waiting / self.plan.unit * self.plan.unit;
            *waiting -= coins;
        }
        if coins == 0 {
            return;
        }
        let due = round.saturating_add(self.plan.delay);
        if self.plan.delay == 0 {
            self.stake(who, coins, state);
        } else {
            match self.queue.back_mut() {
                Some((at, last, more)) if *last == who && *at == due => *more += coins,
                _ => self.queue.push_back((due, who, coins)),
            }
        }
    }

    /// The block of this round has joined the chain: what is due becomes tokens.
    pub fn activate(&mut self, round: u64, state: &mut State) {
        while let Some(&(due, who, coins)) = self.queue.front() {
            if due > round {
                break;
            }
            self.queue.pop_front();
            self.stake(who, coins, state);
        }
    }

    /// A validator is left with too little. `round` is that of the last block.
    pub fn leave(&mut self, who: ValidatorId, round: u64, state: &mut State) {
        if self.plan.unbonding == 0 {
            state.leave(who.into());
        } else if self.is_leaving.insert(who) {
            self.leaving.push_back((round.saturating_add(self.plan.unbonding), who));
        }
    }

    /// The block of this round has joined the chain: who may leave does, unless it has enough again.
    pub fn unbond(&mut self, round: u64, protocol: &Protocol, state: &mut State) {
        while let Some(&(due, validator)) = self.leaving.front() {
            if due > round {
                break;
            }
            self.leaving.pop_front();
            self.is_leaving.remove(&validator);
            if protocol.must_leave(state, validator.into()) {
                let old = state.stake(validator.into());
                state.leave(validator.into());
                self.moves.push(StakeMove { validator, old, new: 0 });
            }
        }
    }

    /// Who has left does not come back by what it still earns.
    fn stake(&mut self, validator: ValidatorId, coins: u64, state: &mut State) {
        let old = state.stake(validator.into());
        if old > 0 {
            state.stake_coins(validator.into(), coins);
            self.moves.push(StakeMove { validator, old, new: old + coins });
        }
    }
}

/// A share of what is earned, written as `true` (all), `false` (nothing) or a fraction such as
/// `"1/2"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compound(pub Ratio);

impl Serialize for Compound {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Ratio::ZERO => serializer.serialize_bool(false),
            Ratio::ONE => serializer.serialize_bool(true),
            share => share.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Compound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CompoundVisitor;

        impl Visitor<'_> for CompoundVisitor {
            type Value = Compound;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("true or false, or a share between 0 and 1 such as \"1/2\"")
            }

            fn visit_bool<E: de::Error>(self, all: bool) -> Result<Compound, E> {
                Ok(Compound(if all { Ratio::ONE } else { Ratio::ZERO }))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Compound, E> {
                match text.parse::<Ratio>() {
                    Ok(share) if !share.exceeds_one() => Ok(Compound(share)),
                    _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Compound, E> {
                match number {
                    0 => Ok(Compound(Ratio::ZERO)),
                    1 => Ok(Compound(Ratio::ONE)),
                    _ => Err(E::invalid_value(Unexpected::Signed(number), &self)),
                }
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Compound, E> {
                match i64::try_from(number) {
                    Ok(number) => self.visit_i64(number),
                    Err(_) => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
                }
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Compound, E> {
                match number.to_string().parse::<Ratio>() {
                    Ok(share) if !share.exceeds_one() => Ok(Compound(share)),
                    _ => Err(E::invalid_value(Unexpected::Float(number), &self)),
                }
            }
        }

        deserializer.deserialize_any(CompoundVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::AccountId;

    #[derive(Debug, Deserialize, Serialize)]
    struct Holder {
        compound: Compound,
    }

    #[test]
    fn all_nothing_and_shares_are_read_and_written() {
        for (text, share) in [
            ("true", (1, 1)),
            ("false", (0, 1)),
            ("\"1/2\"", (1, 2)),
            ("0.25", (1, 4)),
            ("1", (1, 1)),
            ("0", (0, 1)),
            ("1.0", (1, 1)),
        ] {
            let holder: Holder = toml::from_str(&format!("compound = {text}")).unwrap();
            assert_eq!(holder.compound.0, Ratio::new(share.0, share.1).unwrap());
            let again: Holder = toml::from_str(&toml::to_string(&holder).unwrap()).unwrap();
            assert_eq!(again.compound, holder.compound);
        }
        for bad in ["1.5", "-0.5", "\"3/2\"", "\"half\"", "2", "-1"] {
            let error = toml::from_str::<Holder>(&format!("compound = {bad}")).unwrap_err();
            assert!(error.message().contains("true or false"), "{error}");
        }
    }

    /// Half of 3 coins a round, in units of 2, two rounds later: 1.5, 3, 4.5, 6 coins are to be
    /// restaked after as many rounds, so that units are complete after rounds 2 and 3 (with the half
    /// coin carried) and 4.
    #[test]
    fn shares_units_and_delays() {
        let plan = Restake { share: Ratio::new(1, 2).unwrap(), unit: 2, delay: 2, unbonding: 0 };
        let mut restaking = Restaking::new(plan, 1);
        let mut state = State::new(vec![0], vec![10]);
        let mut stakes = Vec::new();
        for round in 1..=6 {
            state.mint(3);
            state.release(AccountId(0), 3);
            restaking.take(ValidatorId(0), 3, round, &mut state);
            restaking.activate(round, &mut state);
            stakes.push(state.stake(AccountId(0)));
        }
        assert_eq!(stakes, [10, 10, 10, 12, 14, 16]);
        assert_eq!(state.balance(AccountId(0)), 18 - 6);
    }
}
