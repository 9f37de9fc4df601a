//! One block's reward, shared by its forger, its attestors, all stake and a treasury.

use super::range::part;
use super::{
    Base, BlockKind, CountedVote, Divider, Genesis, IncomeTerms, Outset, Payee, Payer, Payments,
    RewardPolicy, SettledBlock, Source,
};
use crate::law::{Ratio, greatest_common_divisor};
use crate::registry::{Entry, Refusal, settings};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn RewardPolicy> = Entry {
    name: "split",
    summary: "each block's reward is shared by its forger, the attestors whose votes were counted (by heads or by stake), all stake and a treasury",
    source: "Cosmos SDK, x/distribution: a part for the proposer, the rest for all bonded stake, a tax for the community pool; Ethereum Altair, weights of proposers and attesters",
    parse: |table| {
        settings::<Split, _>(table, |split| {
            split.check()?;
            Ok(Box::new(split))
        })
    },
};

/// How attestors share what is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum By {
    /// Alike for every seat.
    Heads,
    /// By stake.
    Stake,
}

/// A shared reward.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Split {
    /// Coins per block, or the policy that says how many.
    amount: Base,
    /// The forger's share; what the others leave if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    forger: Option<Ratio>,
    /// The share of the attestors whose votes were counted.
    attestors: Ratio,
    /// How they share it.
    by: By,
    /// The share that everybody gets by stake.
    stake: Ratio,
    /// The treasury's share.
    treasury: Ratio,
}

impl Default for Split {
    fn default() -> Self {
        Split {
            amount: Base::constant(100),
            forger: None,
            attestors: Ratio::ZERO,
            by: By::Heads,
            stake: Ratio::ZERO,
            treasury: Ratio::ZERO,
        }
    }
}

/// The parts of one block's reward, as weights: forger, attestors, stake, treasury.
type Weights = [u64; 4];

impl Split {
    fn check(&self) -> Result<(), Refusal> {
        let given = [
            ("forger", self.forger.unwrap_or(Ratio::ZERO)),
            ("attestors", self.attestors),
            ("stake", self.stake),
            ("treasury", self.treasury),
        ];
        for (key, share) in given {
            part(key, share)?;
        }
        self.weights().map(|_| ())
    }

    /// The parts as weights over their common denominator.
    fn weights(&self) -> Result<Weights, Refusal> {
        let all = [self.forger.unwrap_or(Ratio::ZERO), self.attestors, self.stake, self.treasury];
        let whole = all.iter().try_fold(1u64, |whole, share| {
            let below = share.denominator();
            let common = greatest_common_divisor(whole, below);
            (whole / common).checked_mul(below).filter(|&whole| whole <= i64::MAX as u64)
        });
        let Some(whole) = whole else {
            let problem = "and the other shares have no common denominator below 2^63; use rounder fractions";
            return Err(Refusal::Value { key: "attestors", problem: problem.to_owned() });
        };
        let mut weights = all.map(|share| share.round_of(whole));
        let sum = weights.iter().map(|&weight| u128::from(weight)).sum::<u128>();
        if sum > u128::from(whole) {
            let problem = format!(
                "and the other shares add up to {}, but they share one reward: let their sum be 1 at most",
                shown(sum, whole)
            );
            let key = if self.forger.is_some() { "forger" } else { "attestors" };
            return Err(Refusal::Value { key, problem });
        }
        let rest = whole - sum as u64;
        match self.forger {
            None => weights[0] = rest,
            Some(_) if rest > 0 => {
                let problem = format!(
                    "and the other shares add up to {} only, and nobody would get the rest: let their sum be 1, or leave `forger` out",
                    shown(sum, whole)
                );
                return Err(Refusal::Value { key: "forger", problem });
            }
            Some(_) => {}
        }
        Ok(weights)
    }
}

fn shown(sum: u128, whole: u64) -> String {
    match u64::try_from(sum).ok().and_then(|sum| Ratio::new(sum, whole)) {
        Some(ratio) => ratio.to_string(),
        None => format!("{sum}/{whole}"),
    }
}

impl RewardPolicy for Split {
    fn base(&self) -> Option<&dyn RewardPolicy> {
        Some(self.amount.policy())
    }

    /// Where everything is the forger's.
    fn constant(&self) -> Option<u64> {
        let [_, attestors, stake, treasury] = self.weights().ok()?;
        (attestors + stake + treasury == 0).then(|| self.amount.policy().constant())?
    }

    fn most(&self, genesis: Genesis, rounds: u64) -> u128 {
        self.amount.policy().most(genesis, rounds)
    }

    fn needs_votes(&self) -> bool {
        !self.attestors.is_zero() || self.amount.policy().needs_votes()
    }

    fn has_treasury(&self) -> bool {
        !self.treasury.is_zero() || self.amount.policy().has_treasury()
    }

    fn terms(&self, genesis: Genesis, marks: &[u64], validators: u64) -> Option<IncomeTerms> {
        let weights = self.weights().ok()?;
        if weights[1] > 0 && (self.by == By::Stake || validators < 2) {
            // What an attestor gets then depends on who forges.
            return None;
        }
        let whole = weights.iter().sum::<u64>() as f64;
        let part = |part: usize| weights[part] as f64 / whole;
        let mut innermost = self.amount.policy();
        while let Some(base) = innermost.base() {
            innermost = base;
        }
        if innermost.compound_epoch().is_some() {
            // Of an epoch's reward only what goes to the forger of its last block is shared.
            return None;
        }
        let mut terms = self.amount.policy().terms(genesis, marks, validators)?;
        // What is shared is what goes to the forger for its block; all else stays where it goes.
        let all: f64 = terms.blocks.iter().map(|kind| kind.count() as f64 * kind.income.certain).sum();
        let vote = if weights[1] > 0 { part(1) / (validators - 1) as f64 } else { 0.0 };
        for BlockKind { income, .. } in &mut terms.blocks {
            income.vote += vote * income.certain;
            income.certain *= part(0);
        }
        terms.by_stake += part(2) * all;
        terms.treasury += part(3) * all;
        Some(terms)
    }

    fn keeps_expected_shares(&self) -> bool {
        self.attestors.is_zero() && self.amount.policy().keeps_expected_shares()
    }

    fn payer(&self, outset: &Outset) -> Box<dyn Payer> {
        let members = outset.stakes.len();
        let weights = self.weights().unwrap_or_default();
        Box::new(SplitPayer {
            amount: self.amount.policy().payer(outset),
            weights,
            by: self.by,
            parts: Divider::new(weights.len()),
            attestors: Divider::new(if weights[1] > 0 { members } else { 0 }),
            holders: Divider::new(if weights[2] > 0 { members } else { 0 }),
            whole: Payments::default(),
        })
    }
}

struct SplitPayer {
    amount: Box<dyn Payer>,
    weights: Weights,
    by: By,
    parts: Divider,
    attestors: Divider,
    holders: Divider,
    /// What is to be shared; kept for its memory.
    whole: Payments,
}

impl Payer for SplitPayer {
    fn block(&mut self, block: &SettledBlock, payments: &mut Payments) {
        self.whole.clear();
        self.amount.block(block, &mut self.whole);
        let mut amount = 0;
        for payment in &self.whole.payments {
            // What goes to the forger for its block is shared; all else stays where it goes.
            if payment.source == Source::Block && payment.to == Payee::Validator(block.forger) {
                amount += payment.amount;
            } else {
                payments.payments.push(*payment);
            }
        }
        payments.penalties.append(&mut self.whole.penalties);
        let mut parts = [0; 4];
        self.parts.divide(amount, self.weights.into_iter().enumerate(), |part, coins| parts[part] = coins);
        payments.pay(block.forger, Source::Block, parts[0]);
        if self.weights[1] > 0 {
            let weight = |vote: &CountedVote| {
                let weight =
                    if self.by == By::Heads { vote.seats } else { block.stakes[vote.validator.index()] };
                (vote.validator.index(), weight)
            };
            let give = |who: usize, coins| payments.pay(ValidatorId(who as u32), Source::Attestation, coins);
            self.attestors.divide(parts[1], block.votes.iter().map(weight), give);
        }
        if self.weights[2] > 0 {
            let give = |who: usize, coins| payments.pay(ValidatorId(who as u32), Source::Stake, coins);
            self.holders.divide(parts[2], block.stakes.iter().copied().enumerate(), give);
        }
        payments.pay_treasury(parts[3]);
    }

    fn missed(&mut self, forger: ValidatorId, payments: &mut Payments) {
        self.amount.missed(forger, payments);
    }

    fn owed(&self) -> u64 {
        self.amount.owed() + self.parts.owed() + self.attestors.owed() + self.holders.owed()
    }
}
