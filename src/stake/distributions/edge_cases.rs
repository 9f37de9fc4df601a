//! Test only: what holds for every distribution, at the ends of every range.

use super::ENTRIES;
use super::ordering::{choose, order};
use crate::random::{Purpose, Stream};
use crate::registry::{Choice, find};
use crate::stake::{MAX_TOTAL, Order, STAKES, StakeError};
use std::cell::RefCell;
use std::path::Path;

/// Every distribution that divides a total, with its defaults and with what strains it most.
const CASES: &[(&str, &str)] = &[
    ("equal", ""),
    ("uniform", ""),
    ("uniform", "low = 1e300\nhigh = 1.7e308"),
    ("uniform", "high = 5e-324"),
    ("exponential", ""),
    ("pareto", ""),
    ("pareto", "shape = 0.01"),
    ("pareto", "shape = 1e6"),
    ("pareto", "gini = 1e-9"),
    ("pareto", "gini = 0.49"),
    ("zipf", ""),
    ("zipf", "exponent = 1e6"),
    ("log-normal", ""),
    ("log-normal", "sigma = 0"),
    ("log-normal", "sigma = 100"),
    ("log-normal", "gini = 0.49"),
    ("dirichlet", ""),
    ("dirichlet", "concentration = 1e-6"),
    ("dirichlet", "concentration = 1e9"),
    ("whale", ""),
    ("whale", "share = '1/1000000007'"),
    ("whale", "share = 0.9999999999999999"),
];

/// One account cannot hold the Gini or the share asked for; it is refused, never a panic.
fn needs_two(kind: &str, settings: &str) -> bool {
    kind == "whale" || settings.contains("gini")
}

#[test]
fn every_distribution_is_among_the_cases() {
    for entry in ENTRIES {
        assert!(entry.name == "table" || CASES.iter().any(|case| case.0 == entry.name), "{}", entry.name);
    }
}

#[test]
fn every_coin_is_given_away_and_none_twice() {
    for &(kind, settings) in CASES {
        for count in [1, 2, 3, 10, 1_000] {
            for total in [1, 2, 7, 1_000, 1_000_000_007, MAX_TOTAL - 1, MAX_TOTAL] {
                let stakes = match order(kind, settings, count, total, 5) {
                    Ok(stakes) => stakes,
                    Err(error) => {
                        assert!(
                            count == 1 && needs_two(kind, settings),
                            "{kind} {settings} {count}: {error}"
                        );
                        continue;
                    }
                };
                assert_eq!(stakes.len() as u64, count, "{kind} {settings}");
                let sum: u128 = stakes.iter().map(|&stake| u128::from(stake)).sum();
                assert_eq!(sum, u128::from(total), "{kind} {settings} among {count}");
            }
        }
    }
}

/// A million accounts, a coin for every second one, and a large total.
#[test]
fn a_million_accounts_are_no_trouble() {
    const COUNT: u64 = 1_000_000;
    for (kind, settings) in
        [("equal", ""), ("zipf", ""), ("dirichlet", ""), ("whale", ""), ("pareto", "gini = 0.9")]
    {
        for total in [COUNT / 2, MAX_TOTAL] {
            let stakes = order(kind, settings, COUNT, total, 5).unwrap();
            assert_eq!(stakes.len() as u64, COUNT);
            assert_eq!(stakes.iter().sum::<u64>(), total, "{kind}");
        }
    }
}

#[test]
fn the_seed_alone_decides() {
    let drawn = ["uniform", "exponential", "pareto", "log-normal", "dirichlet"];
    for &(kind, settings) in CASES {
        let first = order(kind, settings, 20, 1_000_000_000, 1).unwrap();
        assert_eq!(first, order(kind, settings, 20, 1_000_000_000, 1).unwrap(), "{kind} {settings}");
        let other = order(kind, settings, 20, 1_000_000_000, 2).unwrap();
        if settings.is_empty() {
            assert_eq!(first != other, drawn.contains(&kind), "{kind}");
        }
    }
}

#[test]
fn a_missing_or_impossible_size_is_refused() {
    let mut stream = Stream::of_seed(1, Purpose::Stakes);
    for entry in ENTRIES.iter().filter(|entry| entry.name != "table") {
        let thing = choose(entry.name, "").unwrap().thing;
        let folder = Path::new(".");
        for (count, total, fault) in [
            (None, Some(10), "count"),
            (Some(3), None, "total_stake"),
            (Some(0), Some(10), "count"),
            (Some(3), Some(0), "total_stake"),
            (Some(3), Some(MAX_TOTAL + 1), "total_stake"),
            (Some(u64::MAX), Some(10), "count"),
        ] {
            match thing.holdings(&Order { count, total, folder, notes: &RefCell::default() }, &mut stream) {
                Err(StakeError::Setting { key, .. }) => assert_eq!(key, fault, "{}", entry.name),
                other => panic!("{}: {other:?}", entry.name),
            }
        }
    }
}

/// What is printed as resolved gives the same distribution again.
#[test]
fn resolved_settings_are_accepted_and_resolve_to_themselves() {
    for &(kind, settings) in CASES {
        let resolved = choose(kind, settings).unwrap().resolved();
        let again = find("stake", STAKES, &resolved).unwrap().resolved();
        assert_eq!(resolved, again, "{kind} {settings}");
    }
}

/// Each distribution has a ready scenario that orders it, with a comment on what to learn.
#[test]
fn every_distribution_has_its_scenario() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    for entry in ENTRIES {
        let path = folder.join(format!("stake-{}.toml", entry.name));
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(text.starts_with("# "), "{} lacks its comment", path.display());
        let scenario: toml::Table = toml::from_str(&text).unwrap();
        let population = scenario["population"].as_table().unwrap();
        let choice: Choice = population["stake"].clone().try_into().unwrap();
        assert_eq!(choice.kind, entry.name);
        let number = |key: &str| population.get(key).map(|value| value.as_integer().unwrap() as u64);
        let notes = RefCell::default();
        let order =
            Order { count: number("count"), total: number("total_stake"), folder: &folder, notes: &notes };
        let seed = scenario["run"]["seed"].as_integer().unwrap() as u64;
        let mut stream = Stream::of_seed(seed, Purpose::Stakes);
        let holdings = find("stake", STAKES, &choice).unwrap().thing.holdings(&order, &mut stream).unwrap();
        assert!((12..=200).contains(&holdings.len()));
        assert!(
            holdings.iter().all(|holding| holding.coins > 0),
            "{}: an account without a coin",
            entry.name
        );
    }
}
