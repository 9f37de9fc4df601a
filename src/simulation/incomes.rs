//! What was earned in a trial.

use crate::forging::{Earned, Party, Payroll};
use crate::reward::Source;

/// Where the coins of an income come from: the sources of payments, then penalties.
pub const INCOME_SOURCES: usize = Source::ALL.len() + 1;

/// Coins by source; penalties count as positive numbers.
pub type BySource = [u64; INCOME_SOURCES];

/// The incomes of one trial.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrialIncomes {
    /// Of each party: coins earned, less penalties.
    pub each: Vec<i64>,
    /// Of all validators together.
    pub all: i64,
}

impl TrialIncomes {
    /// What was paid in a trial that was played round by round.
    pub fn of(parties: &[Party], payroll: &Payroll) -> (Self, Vec<BySource>) {
        let add = |sum: &mut BySource, earned: &Earned| {
            for (sum, coins) in sum.iter_mut().zip(earned.by_source.iter().chain([&earned.penalties])) {
                *sum += coins;
            }
        };
        let by_source: Vec<BySource> = parties
            .iter()
            .map(|party| {
                let mut sum = [0; INCOME_SOURCES];
                for who in &party.validators {
                    add(&mut sum, &payroll.validators()[who.index()]);
                }
                if let Some(account) = party.account {
                    add(&mut sum, &payroll.account(account));
                }
                sum
            })
            .collect();
        let mut all = [0; INCOME_SOURCES];
        payroll.validators().iter().for_each(|earned| add(&mut all, earned));
        (TrialIncomes { each: by_source.iter().map(net).collect(), all: net(&all) }, by_source)
    }

    /// What was paid where every win pays so much and nothing else is paid.
    pub fn of_wins(parties: &[Party], wins: &[u64], reward: u64, rounds: u64) -> (Self, Vec<BySource>) {
        let coins =
            |party: &Party| party.validators.iter().map(|who| wins[who.index()]).sum::<u64>() * reward;
        let by_source = |coins: u64| {
            let mut sum = [0; INCOME_SOURCES];
            sum[Source::Block.index()] = coins;
            sum
        };
        let coins: Vec<u64> = parties.iter().map(coins).collect();
        let incomes = TrialIncomes {
            each: coins.iter().map(|&coins| coins as i64).collect(),
            all: (rounds * reward) as i64,
        };
        (incomes, coins.into_iter().map(by_source).collect())
    }
}

fn net(sources: &BySource) -> i64 {
    let earned: u64 = sources[..INCOME_SOURCES - 1].iter().sum();
    earned as i64 - sources[INCOME_SOURCES - 1] as i64
}
