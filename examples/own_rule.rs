//! A selection rule of one's own, outside the crate: a coin decides each round whether the forger
//! is drawn by stake or by heads.
//!
//! Run it with `cargo run --release --example own_rule`. `docs/adding-a-rule.md` tells how to make
//! such a rule part of tombola.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use tombola::analysis::{Analysis, analyse};
use tombola::law::{equal_shares, proportional_shares};
use tombola::registry::Chosen;
use tombola::scenario::load_text;
use tombola::selection::{Dispersion, ExpectedShares, RoundContext, Rule, Selection, Selector, TrialContext};
use tombola::simulation::{Control, Quiet, run};
use tombola::stake::Pool;

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

/// Runs the rule on the seed's accounts and analyses what came out.
pub fn experiment() -> Result<Analysis, Box<dyn std::error::Error>> {
    let text = r#"
        [run]
        seed = 7
        rounds = 50_000
        trials = 4
        engine = "draws"
        [population]
        accounts = [
            { name = "charles", balance = 350 }, { name = "edwin", balance = 500 },
            { name = "oliver", balance = 200 }, { name = "sonia", balance = 275 },
        ]
    "#;
    let mut scenario = load_text(Path::new("own_rule.toml"), text.to_owned(), &[])?;
    scenario.experiment.world.rule =
        Chosen { name: "coin-toss", thing: Box::new(CoinToss), settings: Default::default() };
    let stop = AtomicBool::new(false);
    let results = run(&scenario.experiment, 0, None, &Control { progress: &Quiet, stop: &stop })?;
    Ok(analyse(&scenario.experiment, &scenario.file.analysis, &results))
}

/// Prints the table and the verdict.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let analysis = experiment()?;
    for row in &analysis.tables.validators {
        println!(
            "{:8} stake {:6.3} %  promised {:6.3} %  won {:6.3} %",
            row.validator,
            row.stake_share * 100.0,
            row.expected_share.unwrap_or(f64::NAN) * 100.0,
            row.win_share.unwrap_or(f64::NAN) * 100.0
        );
    }
    println!("{}", analysis.assessment.sentence());
    Ok(())
}
