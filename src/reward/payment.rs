//! What a policy pays, to whom and for what, and what it is told before it does.

use crate::stake::ValidatorId;

/// What somebody is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A block that it forged.
    Block,
    /// A vote that was counted.
    Attestation,
    /// The stake that it holds.
    Stake,
    /// The fees of a block that it forged, less what was burnt.
    Fees,
    /// What a block brings besides the reward: tips and extractable value.
    Extra,
}

impl Source {
    /// All of them, in the order of their numbers.
    pub const ALL: [Source; 5] =
        [Source::Block, Source::Attestation, Source::Stake, Source::Fees, Source::Extra];

    /// Its number.
    pub fn index(self) -> usize {
        self as usize
    }
}

/// Who is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payee {
    /// A validator.
    Validator(ValidatorId),
    /// The account that belongs to nobody.
    Treasury,
}

/// One payment of new coins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// To whom.
    pub to: Payee,
    /// For what.
    pub source: Source,
    /// How many coins; never none.
    pub amount: u64,
}

/// One penalty: coins of a validator's stake that are destroyed, or all of it if that is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Penalty {
    /// Who pays it.
    pub validator: ValidatorId,
    /// How many coins; never none.
    pub amount: u64,
}

/// The payments and penalties of one round.
#[derive(Clone, Debug, Default)]
pub struct Payments {
    /// New coins, in the order in which they are paid.
    pub payments: Vec<Payment>,
    /// Penalties, which follow the payments.
    pub penalties: Vec<Penalty>,
}

impl Payments {
    /// Pays a validator, if it is anything.
    #[inline]
    pub fn pay(&mut self, validator: ValidatorId, source: Source, amount: u64) {
        if amount > 0 {
            self.payments.push(Payment { to: Payee::Validator(validator), source, amount });
        }
    }

    /// Pays the treasury, if it is anything.
    pub fn pay_treasury(&mut self, amount: u64) {
        if amount > 0 {
            self.payments.push(Payment { to: Payee::Treasury, source: Source::Block, amount });
        }
    }

    /// Fines a validator, if it is anything.
    pub fn fine(&mut self, validator: ValidatorId, amount: u64) {
        if amount > 0 {
            self.penalties.push(Penalty { validator, amount });
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.payments.clear();
        self.penalties.clear();
    }
}

/// How many coins there are at genesis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Genesis {
    /// Those that are staked.
    pub stake: u64,
    /// All of them.
    pub supply: u64,
}

/// What a policy knows when a trial begins.
#[derive(Clone, Copy, Debug)]
pub struct Outset<'a> {
    /// Every validator's stake at genesis, in order.
    pub stakes: &'a [u64],
    /// How much of it is the validator's own; the rest was delegated to it.
    pub pledges: &'a [u64],
    /// The scenario's seed.
    pub seed: u64,
    /// The trial's number.
    pub trial: u64,
}

/// An approving vote that was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedVote {
    /// Whose.
    pub validator: ValidatorId,
    /// Its seats, where votes are counted by heads; else 1.
    pub seats: u64,
}

/// A block that joined the chain.
#[derive(Clone, Copy, Debug)]
pub struct SettledBlock<'a> {
    /// Its height; the first block has height 1.
    pub height: u64,
    /// Who forged it.
    pub forger: ValidatorId,
    /// Every validator's stake, before anything is paid.
    pub stakes: &'a [u64],
    /// All coins there are: those of genesis and those made since, less those destroyed.
    pub supply: u64,
    /// The votes; empty unless the policy [`super::RewardPolicy::needs_votes`].
    pub votes: &'a [CountedVote],
    /// The attestors that cast no vote; empty unless the policy needs votes.
    pub absent: &'a [ValidatorId],
}
