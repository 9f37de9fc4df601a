//! A selection rule of one's own, outside the crate: a coin decides each round whether the forger
//! is drawn by stake or by heads.
//!
//! Run it with `cargo run --release --example own_rule`. `docs/adding-a-rule.md` tells how to make
//! such a rule part of tombola.

use tombola::analysis::Analysis;
use tombola::law::{equal_shares, proportional_shares};
use tombola::scenario::{RunSection, ScenarioFile, Seed};
use tombola::selection::{Dispersion, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext};
use tombola::simulation::Engine;
use tombola::stake::Pool;
use tombola::{RunOptions, Scenario};

/// Heads: one token for every coin staked. Tails: one token for every validator.
struct CoinToss;

impl Rule for CoinToss {
    /// Half of each share, computed from the stakes alone: the sampling below is not asked.
    fn expected_shares(&self, stakes: &[u64]) -> ExpectedShares {
        let by_stake = proportional_shares(stakes);
        let by_heads = equal_shares(stakes);
        ExpectedShares::Shares(
            by_stake.iter().zip(by_heads).map(|(stake, head)| (stake + head) / 2.0).collect(),
        )
    }

    /// Every round tosses anew and draws anew.
    fn dispersion(&self, _stakes: &[u64]) -> Dispersion {
        Dispersion::Independent
    }

    fn selector(&self, start: &TrialContext) -> Box<dyn Selector> {
        let heads: Vec<u64> = start.stakes.iter().map(|&stake| u64::from(stake > 0)).collect();
        Box::new(CoinTossSelector { coins: Pool::new(start.stakes), heads: Pool::new(&heads) })
    }
}

struct CoinTossSelector {
    coins: Pool,
    heads: Pool,
}

impl Selector for CoinTossSelector {
    fn select(&mut self, turn: RoundContext<'_>) -> Selection {
        for change in turn.changes {
            self.coins.set(change.validator, change.stake);
            self.heads.set(change.validator, u64::from(change.stake > 0));
        }
        // Integers decide: one of two, then a token of the chosen pool.
        let pool = if turn.lottery.chance(1, 2) { &self.coins } else { &self.heads };
        match pool.draw(turn.lottery) {
            Some((_, validator)) => Selection::Forger { validator, token: None },
            None => Selection::Nobody,
        }
    }
}

/// Runs the rule on four accounts and analyses what came out.
pub fn experiment() -> Result<Analysis, Box<dyn std::error::Error>> {
    let accounts = [("charles", 350), ("edwin", 500), ("oliver", 200), ("sonia", 275)];
    let mut file = ScenarioFile::with_accounts(accounts);
    file.run = RunSection {
        seed: Seed(7),
        rounds: 50_000,
        trials: 4,
        engine: Engine::Draws,
        ..RunSection::default()
    };
    let scenario = Scenario::build(&file)?.with_rule("coin-toss", CoinToss);
    Ok(tombola::run(&scenario, RunOptions::default())?.analysis)
}

/// Prints the table and the verdict.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let analysis = experiment()?;
    for row in &analysis.tables.validators {
        println!(
            "{:8} stake {:6.3} %  expected {:6.3} %  won {:6.3} %",
            row.validator,
            row.stake_share * 100.0,
            row.expected_share.unwrap_or(f64::NAN) * 100.0,
            row.win_share.unwrap_or(f64::NAN) * 100.0
        );
    }
    println!("{}", analysis.assessment.sentence());
    Ok(())
}
