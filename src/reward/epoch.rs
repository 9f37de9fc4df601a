//! A reward at the end of every epoch: a part for its forgers, a part for all stake.

use super::range::{positive, within_rounds};
use super::{
    BlockIncome, BlockKind, Divider, Genesis, IncomeTerms, Outset, Payer, Payments, RewardPolicy,
    SettledBlock, Source,
};
use crate::registry::{Entry, Refusal, settings};
use crate::stake::ValidatorId;
use serde::{Deserialize, Serialize};

/// The registry's line.
pub const ENTRY: Entry<dyn RewardPolicy> = Entry {
    name: "epoch",
    summary: "every `blocks` blocks, `forgers` coins are shared by who forged them, `stake` coins by all stake",
    source: "C-PoS of Huang et al. (SIGMOD 2021): w by P proposer draws and v by stake; Ethereum Altair gives 8 of 64 weights to proposers",
    parse: |table| {
        settings::<Epoch, _>(table, |epoch| {
            positive("blocks", epoch.blocks)?;
            Ok(Box::new(epoch))
        })
    },
};

/// The rewards of an epoch.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Epoch {
    /// The blocks of an epoch; the paper's P.
    blocks: u64,
    /// Coins that its forgers share, each by its blocks; the paper's w.
    forgers: u64,
    /// Coins that everybody shares by the stake at the end; the paper's v.
    stake: u64,
}

impl Default for Epoch {
    fn default() -> Self {
        Epoch { blocks: 32, forgers: 10, stake: 100 }
    }
}

impl RewardPolicy for Epoch {
    fn most(&self, _genesis: Genesis, rounds: u64) -> u128 {
        u128::from(rounds / self.blocks) * (u128::from(self.forgers) + u128::from(self.stake))
    }

    fn terms(&self, _genesis: Genesis, marks: &[u64], _validators: u64) -> Option<IncomeTerms> {
        let epochs = marks.last().copied().unwrap_or(0) / self.blocks;
        let income = BlockIncome::certain(self.forgers as f64 / self.blocks as f64);
        // Of the blocks after the last epoch's end, whoever forges them is paid nothing.
        let paid = epochs * self.blocks;
        let within = marks.iter().map(|&mark| mark.min(paid)).collect();
        let rest: Vec<u64> = marks.iter().map(|&mark| mark.saturating_sub(paid)).collect();
        let mut blocks = vec![BlockKind { counts: within, income }];
        if rest.iter().any(|&count| count > 0) {
            blocks.push(BlockKind { counts: rest, income: BlockIncome::certain(0.0) });
        }
        Some(IncomeTerms { blocks, by_stake: epochs as f64 * self.stake as f64, ..IncomeTerms::default() })
    }

    fn compound_epoch(&self) -> Option<(u64, u64, u64)> {
        Some((self.forgers, self.stake, self.blocks))
    }

    fn keeps_expected_shares(&self) -> bool {
        true
    }

    fn accept(&self, rounds: u64) -> Result<(), Refusal> {
        within_rounds(self.blocks, rounds)
    }

    fn payer(&self, outset: &Outset) -> Box<dyn Payer> {
        let members = outset.stakes.len();
        Box::new(EpochPayer {
            epoch: *self,
            blocks: vec![0; members],
            forgers: Divider::new(members),
            holders: Divider::new(members),
        })
    }
}

struct EpochPayer {
    epoch: Epoch,
    /// The blocks of each in this epoch.
    blocks: Vec<u64>,
    forgers: Divider,
    holders: Divider,
}

impl Payer for EpochPayer {
    fn block(&mut self, block: &SettledBlock, payments: &mut Payments) {
        self.blocks[block.forger.index()] += 1;
        if !block.height.is_multiple_of(self.epoch.blocks) {
            return;
        }
        let forgers = self.blocks.iter().copied().enumerate().filter(|&(_, blocks)| blocks > 0);
        self.forgers.divide(self.epoch.forgers, forgers, |who, coins| {
            payments.pay(ValidatorId(who as u32), Source::Block, coins);
        });
        self.holders.divide(self.epoch.stake, block.stakes.iter().copied().enumerate(), |who, coins| {
            payments.pay(ValidatorId(who as u32), Source::Stake, coins);
        });
        self.blocks.fill(0);
    }

    fn owed(&self) -> u64 {
        self.forgers.owed() + self.holders.owed()
    }
}
