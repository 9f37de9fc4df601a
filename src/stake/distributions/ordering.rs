//! Test only: order stakes as a scenario does.

use crate::random::{Purpose, Stream};
use crate::registry::{Choice, Chosen, Refusal, find};
use crate::stake::{Order, STAKES, StakeDistribution, StakeError};
use std::cell::RefCell;
use std::path::Path;

/// A distribution by its name and its settings in TOML.
pub fn choose(kind: &str, settings: &str) -> Result<Chosen<dyn StakeDistribution>, Refusal> {
    find("stake", STAKES, &Choice { kind: kind.to_owned(), settings: toml::from_str(settings).unwrap() })
}

/// The refusal of these settings, as it is printed.
pub fn refusal(kind: &str, settings: &str) -> String {
    match choose(kind, settings) {
        Ok(_) => panic!("{kind} accepts {settings}"),
        Err(refusal) => refusal.to_string(),
    }
}

/// The stakes that a scenario with this seed gets.
pub fn order(kind: &str, settings: &str, count: u64, total: u64, seed: u64) -> Result<Vec<u64>, StakeError> {
    let notes = RefCell::default();
    let order = Order { count: Some(count), total: Some(total), folder: Path::new("."), notes: &notes };
    let mut stream = Stream::of_seed(seed, Purpose::Stakes);
    let holdings = choose(kind, settings).unwrap().thing.holdings(&order, &mut stream)?;
    Ok(holdings.into_iter().map(|holding| holding.coins).collect())
}

/// The pinned stakes of a distribution: five accounts, a million coins, seed 42.
///
/// These are regression vectors: what this program gave when they were written, not published
/// values. Whoever changes one changes the results of every scenario that uses the distribution,
/// and says so in the changelog.
pub fn pinned(kind: &str, settings: &str) -> Vec<u64> {
    order(kind, settings, 5, 1_000_000, 42).unwrap()
}

/// The Gini coefficient of whole coins, from the definition by pairs, summed in exact integers.
pub fn gini_of_coins(stakes: &[u64]) -> f64 {
    let differences: u128 =
        stakes.iter().flat_map(|a| stakes.iter().map(move |b| u128::from(a.abs_diff(*b)))).sum();
    let total: u128 = stakes.iter().map(|&stake| u128::from(stake)).sum();
    differences as f64 / (2.0 * stakes.len() as f64 * total as f64)
}
