//! What `tombola law --window` prints: the exact law of wins in a short window.

use crate::analysis::rare_event::{SPLITTING, gap_probability};
use crate::forging::World;
use crate::law::proportional_shares;
use crate::selection::Dispersion;
use crate::simulation::CountingUnit;
use crate::statistics::WindowLaw;
use serde::{Deserialize, Serialize};

/// What to expect of one validator in a short window while stakes stay as they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LawWindowRow {
    /// Its name.
    pub validator: String,
    /// Its tokens, in coins.
    pub stake: u64,
    /// Its share of all tokens.
    pub stake_share: f64,
    /// The length of the window.
    pub window_rounds: u64,
    /// In which rounds it is counted: `blocks`, those in which somebody is selected, or `slots`, all.
    pub unit: String,
    /// Expected wins in a window.
    pub expected_wins: Option<f64>,
    /// Their standard deviation.
    pub sd: Option<f64>,
    /// Their 5 % quantile.
    pub q05: Option<u64>,
    /// Their median.
    pub q50: Option<u64>,
    /// Their 95 % quantile.
    pub q95: Option<u64>,
    /// The probability of no win.
    pub none_probability: Option<f64>,
    /// A number of wins that is asked about.
    pub count: Option<u64>,
    /// The probability of so many wins, or fewer.
    pub at_most: Option<f64>,
    /// The probability of so many wins, or more.
    pub at_least: Option<f64>,
    /// A gap that is asked about: so many rounds in a row without a win.
    pub gap: Option<u64>,
    /// The probability of a gap as long or longer anywhere in the window.
    pub gap_probability: Option<f64>,
    /// Its standard error, where it is an estimate.
    pub gap_se: Option<f64>,
    /// How it was found, or why it was not.
    pub gap_method: Option<String>,
}

/// One row for each validator, in the order of the scenario; only for `validator`, if one is named.
/// `count` is a number of wins in a window to place in the law, `gap` a number of rounds without one.
pub fn law_window_rows(
    world: &World,
    (window, unit): (u64, CountingUnit),
    validator: Option<&str>,
    (count, gap): (Option<u64>, Option<u64>),
) -> Vec<LawWindowRow> {
    let rule = &world.rule.thing;
    let expected_shares = rule.expected_shares(&world.stakes);
    let dispersion = rule.dispersion(&world.stakes);
    let stake_shares = proportional_shares(&world.stakes);
    let occupied = match unit {
        CountingUnit::Blocks => 1.0,
        CountingUnit::Slots => rule.occupied(&world.stakes),
    };
    let asked = if validator.is_some() { 1 } else { world.validators() };
    (0..world.validators())
        .filter(|&index| validator.is_none_or(|name| world.names[index] == name))
        .map(|index| {
            let expected = expected_shares.shares().map(|shares| shares[index] * occupied);
            let law = expected.and_then(|share| window_law(&dispersion, index, window, share));
            let found = gap.map(|gap| {
                let exact = || window_law(&dispersion, index, gap, expected?)?.gap_probability(window);
                match if gap > window { Some(0.0) } else { exact() } {
                    Some(probability) => (Some(probability), None, "exact"),
                    None => match gap_probability(world, index, (window, unit), gap, asked) {
                        Ok(estimate) => (Some(estimate.probability), Some(estimate.se), SPLITTING),
                        Err(unreached) => (None, None, unreached.words()),
                    },
                }
            });
            LawWindowRow {
                validator: world.names[index].clone(),
                stake: world.stakes[index],
                stake_share: stake_shares[index],
                window_rounds: window,
                unit: unit.word().to_owned(),
                expected_wins: expected.map(|share| share * window as f64),
                sd: law.and_then(|law| law.deviation()),
                q05: law.and_then(|law| law.quantile(0.05)),
                q50: law.and_then(|law| law.quantile(0.50)),
                q95: law.and_then(|law| law.quantile(0.95)),
                none_probability: law.and_then(|law| law.at_most(0)),
                count,
                at_most: count.and_then(|count| law?.at_most(count)),
                at_least: count.and_then(|count| law?.at_least(count)),
                gap,
                gap_probability: found.and_then(|found| found.0),
                gap_se: found.and_then(|found| found.1),
                gap_method: found.map(|found| found.2.to_owned()),
            }
        })
        .collect()
}

/// The law of a validator's wins in a window that begins with a cycle of its rule; `None` where none
/// is known.
pub fn window_law(dispersion: &Dispersion, index: usize, window: u64, share: f64) -> Option<WindowLaw> {
    let share = share.clamp(0.0, 1.0);
    match dispersion {
        Dispersion::Independent => WindowLaw::draws(window, 1, share),
        Dispersion::Scaled { factors, cycle } if factors.iter().all(|&factor| factor == *cycle as f64) => {
            WindowLaw::draws(window, *cycle, share)
        }
        Dispersion::Scaled { factors, cycle } if window.checked_rem(*cycle) == Some(0) => {
            WindowLaw::scaled(window, factors[index], share)
        }
        Dispersion::Scaled { .. } | Dispersion::Unknown(_) => None,
        Dispersion::Bounded { bounds } => WindowLaw::bounded(window, bounds[index], share),
    }
}
