//! What a reward policy is, and the registry of all of them.

use super::range::of_base;
use super::{BlockIncome, BlockKind, Genesis, IncomeTerms, Outset, Payments, SettledBlock};
use super::{constant, epoch, every, missed, none, random, saturation, schedule, split, sync_committee};
use crate::registry::{Entry, Refusal};
use crate::stake::ValidatorId;
use std::collections::BTreeMap;

/// At most so many counts of kinds of blocks are kept, of each kind at each mark.
const MOST_COUNTS: usize = 1 << 20;
/// Rounds up to which the amounts of a schedule are added up one by one.
const MOST_TERMS: u64 = 10_000_000;

/// Every reward policy a scenario can name.
pub const REWARDS: &[Entry<dyn RewardPolicy>] = &[
    constant::ENTRY,
    none::ENTRY,
    schedule::ENTRY,
    split::ENTRY,
    epoch::ENTRY,
    every::ENTRY,
    random::ENTRY,
    missed::ENTRY,
    saturation::ENTRY,
    sync_committee::ENTRY,
];

/// Decides how many new coins each block makes, and for whom.
pub trait RewardPolicy: Send + Sync {
    /// What every block pays its forger, if it pays nobody else and always the same.
    fn constant(&self) -> Option<u64> {
        None
    }

    /// What each block in turn pays its forger, if it pays nobody else and the amounts are known
    /// beforehand, where nothing but rewards makes or destroys coins.
    fn amounts(&self, genesis: Genesis) -> Option<Box<dyn Iterator<Item = u64>>> {
        let _ = genesis;
        self.constant().map(|amount| Box::new(std::iter::repeat(amount)) as _)
    }

    /// At least as many coins as any trial of so many rounds makes. Scenarios are checked against it
    /// before a run, so that no sum can overflow while it runs.
    fn most(&self, genesis: Genesis, rounds: u64) -> u128;

    /// The policy that it pays on top of, if it does.
    fn base(&self) -> Option<&dyn RewardPolicy> {
        None
    }

    /// Whether it must know who approved.
    fn needs_votes(&self) -> bool {
        self.base().is_some_and(RewardPolicy::needs_votes)
    }

    /// Whether it must know who of the committee cast no vote; only if it needs votes.
    fn needs_absent(&self) -> bool {
        self.base().is_some_and(RewardPolicy::needs_absent)
    }

    /// Whether it pays a treasury.
    fn has_treasury(&self) -> bool {
        self.base().is_some_and(RewardPolicy::has_treasury)
    }

    /// Whether some payments are drawn at random.
    fn is_random(&self) -> bool {
        self.base().is_some_and(RewardPolicy::is_random)
    }

    /// Whether it can pay in a trial of so many rounds.
    ///
    /// # Errors
    /// Which setting is impossible, and what is allowed.
    fn accept(&self, rounds: u64) -> Result<(), Refusal> {
        self.base().map_or(Ok(()), |base| base.accept(rounds).map_err(of_base))
    }

    /// What a trial pays, where everybody is honest, all others attest, every block joins the chain and
    /// stakes stay as they are; `None` where that is not known. Blocks are counted up to each of `marks`,
    /// ascending rounds of which the last ends the trial. O(rounds) at worst, and for ten million rounds
    /// at most.
    fn terms(&self, genesis: Genesis, marks: &[u64], validators: u64) -> Option<IncomeTerms> {
        let _ = validators;
        match self.constant() {
            Some(amount) => {
                let kind = BlockKind { counts: marks.to_vec(), income: BlockIncome::certain(amount as f64) };
                Some(IncomeTerms { blocks: vec![kind], ..IncomeTerms::default() })
            }
            None => kinds_of_amounts(self.amounts(genesis)?, marks),
        }
    }

    /// Whether everybody's expected share of stake stays as it is when payments are staked, forgers being
    /// drawn by stake: where coins go to the forger or to all stake, by amounts that do not depend on who
    /// forges.
    fn keeps_expected_shares(&self) -> bool {
        self.constant().is_some() || self.base().is_some_and(RewardPolicy::keeps_expected_shares)
    }

    /// How many blocks there are from one payment to the next, if each pays its block's forger the same
    /// and nothing else is paid.
    fn interval(&self) -> Option<u64> {
        self.constant().filter(|&amount| amount > 0).map(|_| 1)
    }

    /// C-PoS: the coins that an epoch's forgers share, those that all stake shares, and its blocks.
    fn compound_epoch(&self) -> Option<(u64, u64, u64)> {
        None
    }

    /// Who pays in one trial.
    fn payer(&self, outset: &Outset) -> Box<dyn Payer>;
}

/// The terms of blocks that pay their forgers these amounts in turn, and nobody else; `None` for more than
/// ten million rounds, or where too many amounts are different. O(rounds).
pub(super) fn kinds_of_amounts(
    mut amounts: Box<dyn Iterator<Item = u64>>,
    marks: &[u64],
) -> Option<IncomeTerms> {
    if marks.last().is_some_and(|&rounds| rounds > MOST_TERMS) {
        return None;
    }
    let mut kinds = BTreeMap::<u64, Vec<u64>>::new();
    let mut played = 0;
    for (place, &mark) in marks.iter().enumerate() {
        for amount in amounts.by_ref().take((mark - played) as usize) {
            kinds.entry(amount).or_insert_with(|| vec![0; marks.len()])[place] += 1;
            if kinds.len() * marks.len() > MOST_COUNTS {
                return None;
            }
        }
        played = mark;
    }
    for counts in kinds.values_mut() {
        (1..counts.len()).for_each(|place| counts[place] += counts[place - 1]);
    }
    let kind = |(amount, counts)| BlockKind { counts, income: BlockIncome::certain(amount as f64) };
    let blocks = kinds.into_iter().map(kind).collect();
    Some(IncomeTerms { blocks, ..IncomeTerms::default() })
}

/// The state of a policy during one trial. It knows blocks and stakes only, so that whoever has the
/// blocks can work out what was paid.
pub trait Payer: Send {
    /// Pays for a block that joined the chain. Called once a block, in order.
    fn block(&mut self, block: &SettledBlock, payments: &mut Payments);

    /// What it costs a forger that it was selected and no block of its joined the chain.
    fn missed(&mut self, forger: ValidatorId, payments: &mut Payments) {
        let _ = (forger, payments);
    }

    /// Coins that were to be paid so far and were not, because they do not yet make a whole one for
    /// anybody.
    fn owed(&self) -> u64 {
        0
    }
}
