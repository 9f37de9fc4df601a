//! A payment every so many blocks, to whoever forges that block.

use super::policy::kinds_of_amounts;
use super::range::{of_base, positive, within_rounds};
use super::{
    Base, BlockKind, Genesis, IncomeTerms, Outset, Payer, Payments, RewardPolicy, SettledBlock, Source,
};
use crate::registry::{Entry, Refusal, settings};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn RewardPolicy> = Entry {
    name: "every",
    summary: "every `blocks` blocks, whoever forges that block is paid `amount`; on top of `base`",
    source: "a chain of the Cosmos family that paid its inflation every H blocks to the proposer of that block: one validator got all of it under a rule that selects in turn",
    parse: |table| {
        settings::<Every, _>(table, |every| {
            positive("blocks", every.blocks)?;
            Ok(Box::new(every))
        })
    },
};

/// A periodic payment.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Every {
    /// The blocks from one payment to the next.
    #[serde(default = "Every::default_blocks")]
    blocks: u64,
    /// Coins per payment.
    #[serde(default = "Every::default_amount")]
    amount: u64,
    /// What is paid besides.
    #[serde(default = "Every::default_base")]
    base: Base,
}

impl Every {
    fn default_blocks() -> u64 {
        10
    }

    fn default_amount() -> u64 {
        100
    }

    fn default_base() -> Base {
        Base::constant(0)
    }
}

impl RewardPolicy for Every {
    fn base(&self) -> Option<&dyn RewardPolicy> {
        Some(self.base.policy())
    }

    fn constant(&self) -> Option<u64> {
        let base = self.base.policy().constant()?;
        let paid = if self.blocks == 1 { self.amount } else { 0 };
        (self.blocks == 1 || self.amount == 0).then(|| base.checked_add(paid))?
    }

    fn amounts(&self, _genesis: Genesis) -> Option<Box<dyn Iterator<Item = u64>>> {
        // A base that minds the supply would be told of these payments too.
        let base = self.base.policy().constant()?;
        let (blocks, amount) = (self.blocks, self.amount);
        Some(Box::new(
            (1u64..).map(move |height| base + if height.is_multiple_of(blocks) { amount } else { 0 }),
        ))
    }

    fn most(&self, genesis: Genesis, rounds: u64) -> u128 {
        let own = u128::from(rounds / self.blocks) * u128::from(self.amount);
        self.base.most_with(own, genesis, rounds)
    }

    fn terms(&self, genesis: Genesis, marks: &[u64], validators: u64) -> Option<IncomeTerms> {
        let mut terms = self.base.policy().terms(genesis, marks, validators)?;
        // Which blocks of a kind are paid is known where all are of one, or all pay for certain.
        let [kind] = &mut terms.blocks[..] else {
            return kinds_of_amounts(self.amounts(genesis)?, marks);
        };
        let paid: Vec<u64> = marks.iter().map(|mark| mark / self.blocks).collect();
        if kind.counts != marks {
            return None;
        }
        kind.counts.iter_mut().zip(&paid).for_each(|(count, paid)| *count -= paid);
        let mut income = kind.income.clone();
        income.certain += self.amount as f64;
        terms.blocks.push(BlockKind { counts: paid, income });
        Some(terms)
    }

    fn interval(&self) -> Option<u64> {
        match self.constant() {
            Some(amount) => (amount > 0).then_some(1),
            None => (self.base.policy().constant() == Some(0)).then_some(self.blocks),
        }
    }

    fn accept(&self, rounds: u64) -> Result<(), Refusal> {
        within_rounds(self.blocks, rounds)?;
        self.base.policy().accept(rounds).map_err(of_base)
    }

    fn payer(&self, outset: &Outset) -> Box<dyn Payer> {
        Box::new(EveryPayer {
            blocks: self.blocks,
            amount: self.amount,
            base: self.base.policy().payer(outset),
        })
    }
}

struct EveryPayer {
    blocks: u64,
    amount: u64,
    base: Box<dyn Payer>,
}

impl Payer for EveryPayer {
    fn block(&mut self, block: &SettledBlock, payments: &mut Payments) {
        self.base.block(block, payments);
        if block.height.is_multiple_of(self.blocks) {
            payments.pay(block.forger, Source::Block, self.amount);
        }
    }

    fn missed(&mut self, forger: ValidatorId, payments: &mut Payments) {
        self.base.missed(forger, payments);
    }

    fn owed(&self) -> u64 {
        self.base.owed()
    }
}
