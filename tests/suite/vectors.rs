//! Published and independently computed values of the selection rules and their laws, read from
//! `tests/vectors`; each file says where its values come from.

use crate::harness::{change, play};
use serde_json::Value;
use std::path::Path;
use tombola::law::{self, CompoundEpoch, mistakes};
use tombola::random::{Purpose, Stream};
use tombola::registry::{Choice, find};
use tombola::selection::{RULES, RoundContext, Rule, Selection, TrialContext};

/// The values of a file, be it JSON or TOML.
fn vectors(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let values: Value = match file.ends_with(".json") {
        true => serde_json::from_str(&text).unwrap(),
        false => toml::from_str(&text).unwrap(),
    };
    assert!(values["source"].as_str().is_some_and(|source| source.len() > 20), "{file} names no source");
    values
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list").as_slice()
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn whole(value: &Value) -> u64 {
    value.as_u64().expect("an integer")
}

fn numbers(value: &Value) -> Vec<f64> {
    list(value).iter().map(number).collect()
}

fn stakes(value: &Value) -> Vec<u64> {
    list(value).iter().map(whole).collect()
}

fn rule(choice: &str) -> std::sync::Arc<dyn Rule> {
    #[derive(serde::Deserialize)]
    struct Selection {
        rule: Choice,
    }
    let selection: Selection = toml::from_str(&format!("rule = {choice}")).unwrap();
    find("rule", RULES, &selection.rule).unwrap().thing
}

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance, "{what}: {found} for {expected}");
    }
}

fn assert_expected_shares(choice: &str, stakes: &[u64], expected: &[f64], tolerance: f64) {
    let expected_shares = rule(choice).expected_shares(stakes);
    let shares =
        expected_shares.shares().unwrap_or_else(|| panic!("{choice}, {stakes:?}: no expected shares"));
    assert_close(shares, expected, tolerance, &format!("{choice}, {stakes:?}"));
}

/// The forgers of the first rounds while stakes stay. The seed is the file's own.
fn forgers(rule: &dyn Rule, stakes: &[u64], seed: u64, trial: u64, rounds: u64) -> Vec<u64> {
    let mut selector = rule.selector(&TrialContext { stakes, seed, trial });
    let mut lottery = Stream::of_trial(seed, trial, Purpose::Lottery);
    (1..=rounds)
        .map(|round| {
            let turn = RoundContext { round, changes: &[], last: None, lottery: &mut lottery };
            let Selection::Forger { validator, .. } = selector.select(turn) else { panic!("nobody") };
            u64::from(validator.0)
        })
        .collect()
}

#[test]
fn single_lottery() {
    let file = vectors("single-lottery.json");
    for case in list(&file["shares"]) {
        for choice in ["'single-lottery'", "'nxt'"] {
            assert_expected_shares(choice, &stakes(&case["stakes"]), &numbers(&case["expected"]), 1e-13);
        }
    }
    let fractions = &file["fractions"];
    let below = number(&fractions["denominator"]);
    let expected: Vec<f64> = numbers(&fractions["numerators"]).iter().map(|above| above / below).collect();
    assert_expected_shares("'single-lottery'", &stakes(&fractions["stakes"]), &expected, 1e-15);
    let seen = &file["simulated_elsewhere"];
    let expected = numbers(&seen["expected"]);
    assert_expected_shares(
        "'single-lottery'",
        &stakes(&seen["stakes"]),
        &expected,
        number(&seen["tolerance"]),
    );

    let compounding = &file["compounding"];
    let (share, reward) = (number(&compounding["share"]), number(&compounding["reward"]));
    for case in list(&compounding["expected_share"]) {
        let rounds = whole(&case["rounds"]) as usize;
        let wins = law::two_party_wins(share, 1.0 - share, reward, rounds, law::two_party_race);
        let found = law::expected_share(&wins);
        assert!(
            (found - number(&case["expected"])).abs() < number(&compounding["tolerance"]),
            "{rounds}: {found}"
        );
    }
}

/// A number of parts instead of infinitely many leaves an error of the order of one part, and twice
/// as many half of it: the difference of the two takes it out, but for its square.
#[test]
fn splitting_under_the_single_lottery() {
    let file = vectors("single-lottery.json");
    let splitting = &file["splitting"];
    let small_split = |parts: usize| {
        let mut stakes = vec![20u64; parts];
        stakes.push(80 * parts as u64);
        law::single_lottery_shares(&stakes)[..parts].iter().sum::<f64>()
    };
    let rival_split = |parts: usize| {
        let mut stakes = vec![80u64; parts];
        stakes.push(20 * parts as u64);
        law::single_lottery_shares(&stakes)[parts]
    };
    assert!((law::single_lottery_shares(&[20, 80])[0] - number(&splitting["whole"])).abs() < 1e-15);
    let limits: [(&str, &dyn Fn(usize) -> f64); 2] =
        [("small_split", &small_split), ("rival_split", &rival_split)];
    for (key, split) in limits {
        let found = 2.0 * split(10_000) - split(5_000);
        assert!((found - number(&splitting[key])).abs() < 1e-7, "{key}: {found}");
    }
}

#[test]
fn proof_of_work() {
    let file = vectors("proof-of-work.json");
    let (share, epsilon) = (number(&file["share"]), number(&file["epsilon"]));
    let unfair =
        |rounds| law::unfair_probability(&law::binomial_wins(rounds, share).unwrap(), share, epsilon);
    for case in list(&file["unfair"]) {
        let found = unfair(whole(&case["rounds"]));
        assert!((found - number(&case["expected"])).abs() < number(&file["tolerance"]), "{found}");
    }
    let last_above = whole(&file["ten_percent"]["last_above"]);
    assert!(unfair(last_above) > 0.1);
    assert!((last_above + 1..last_above + 400).all(|rounds| unfair(rounds) <= 0.1));
    assert!(unfair(whole(&file["ten_percent"]["first_at_most"])) <= 0.1);
}

#[test]
fn multi_lottery() {
    let file = vectors("multi-lottery.json");
    let (share, epsilon) = (number(&file["share"]), number(&file["epsilon"]));
    for case in list(&file["unfair"]) {
        let reward = number(&case["reward"]);
        let wins = law::beta_binomial_wins(whole(&case["rounds"]), share / reward, (1.0 - share) / reward);
        let found = law::unfair_probability(&wins, share, epsilon);
        assert!((found - number(&case["expected"])).abs() < number(&file["tolerance"]), "{found}");
    }
    for case in list(&file["limits"]) {
        let found = law::limiting_unfair_probability(share, number(&case["reward"]), epsilon).unwrap();
        assert!((found - number(&case["expected"])).abs() < number(&case["tolerance"]), "{found}");
    }
    let inflation = &file["inflation"];
    let found = law::variance_inflation(number(&inflation["reward"]), whole(&inflation["rounds"]));
    assert!((found - number(&inflation["expected"])).abs() < number(&inflation["tolerance"]), "{found}");
}

#[test]
fn compound_epoch() {
    let file = vectors("compound-epoch.json");
    let law = CompoundEpoch {
        lottery: number(&file["lottery"]),
        split: number(&file["split"]),
        proposers: number(&file["proposers"]),
    };
    let (share, epochs, tolerance) =
        (number(&file["share"]), whole(&file["epochs"]), number(&file["tolerance"]));
    let found = law.share_variance(share, epochs).sqrt();
    assert!((found - number(&file["share_deviation"])).abs() < tolerance, "{found}");
    let found = law.reward_variance(share, epochs).sqrt();
    assert!((found - number(&file["reward_deviation"])).abs() < tolerance, "{found}");
}

#[test]
fn reward_schedules() {
    let file = vectors("reward-schedules.json");
    let rounds = whole(&file["rounds"]) as u32;
    for case in list(&file["normalised_variance"]) {
        let total = number(&case["total"]);
        let found = match case["schedule"].as_str().unwrap() {
            "constant" => law::normalised_variance(1.0, law::constant_rewards(total, rounds)),
            "geometric" => law::normalised_variance(1.0, law::geometric_rewards(total, rounds)),
            other => panic!("no schedule {other}"),
        };
        assert!((found - number(&case["expected"])).abs() < number(&file["tolerance"]), "{found}");
    }
    let majority = &file["majority"];
    let found =
        law::majority_probability(whole(&majority["holders"]) as u32, number(&majority["alpha"])).unwrap();
    assert!((found - number(&majority["expected"])).abs() < 1e-13, "{found}");
}

#[test]
fn weights() {
    let file = vectors("weights.json");
    let stakes = stakes(&file["stakes"]);
    for case in list(&file["rules"]) {
        let choice = case["rule"].as_str().unwrap();
        assert_expected_shares(choice, &stakes, &numbers(&case["expected"]), number(&file["tolerance"]));
    }
}

#[test]
fn gini_stabilised() {
    let file = vectors("gini-stabilised.json");
    for case in list(&file["shares"]) {
        let stakes = stakes(&case["stakes"]);
        assert_expected_shares(
            "'gini-stabilised'",
            &stakes,
            &numbers(&case["expected"]),
            number(&file["tolerance"]),
        );
        let (above, below) = (whole(&case["gini_numerator"]), whole(&case["gini_denominator"]));
        assert!(!law::gini_exceeds(&stakes, above, below), "{stakes:?}");
        assert!(law::gini_exceeds(&stakes, above * 1000 - 1, below * 1000), "{stakes:?}");
    }
}

#[test]
fn coin_age() {
    let file = vectors("coin-age.json");
    for case in list(&file["shares"]) {
        let (minimum, cap) = (whole(&case["minimum"]), whole(&case["cap"]));
        let choice = format!("{{ kind = 'coin-age', minimum = {minimum}, cap = {cap} }}");
        let expected = numbers(&case["expected"]);
        assert_expected_shares(&choice, &stakes(&case["stakes"]), &expected, number(&file["tolerance"]));
    }
}

#[test]
fn inverse_coin_age() {
    let file = vectors("inverse-coin-age.json");
    for case in list(&file["shares"]) {
        let choice = format!("{{ kind = 'inverse-coin-age', cap = {} }}", whole(&case["cap"]));
        let expected = numbers(&case["expected"]);
        assert_expected_shares(&choice, &stakes(&case["stakes"]), &expected, number(&file["tolerance"]));
    }
}

#[test]
fn cool_down() {
    let file = vectors("cool-down.json");
    for case in list(&file["shares"]) {
        let choice = format!("{{ kind = 'cool-down', rounds = {} }}", whole(&case["rounds"]));
        let expected = numbers(&case["expected"]);
        assert_expected_shares(&choice, &stakes(&case["stakes"]), &expected, number(&file["tolerance"]));
    }
}

#[test]
fn deficit_first() {
    let file = vectors("deficit-first.json");
    let stakes = stakes(&file["stakes"]);
    let rule = rule("'deficit-first'");
    let forgers = forgers(&*rule, &stakes, 0, 0, 1630);
    let sequence: Vec<u64> = list(&file["sequence"]).iter().map(whole).collect();
    assert_eq!(forgers[..sequence.len()], sequence);
    for (rounds, key) in [(99, "first_99"), (1630, "all_1630")] {
        for (index, expected) in list(&file[key]).iter().enumerate() {
            let wins = forgers[..rounds].iter().filter(|&&forger| forger == index as u64).count();
            assert_eq!(wins as u64, whole(expected), "{key}");
        }
    }
}

#[test]
fn nxt() {
    let file = vectors("nxt.json");
    let rule = rule("{ kind = 'nxt', lottery = 'hash' }");
    for case in list(&file["chains"]) {
        let expected: Vec<u64> = list(&case["forgers"]).iter().map(whole).collect();
        let (seed, trial) = (whole(&case["seed"]), whole(&case["trial"]));
        let found = forgers(&*rule, &stakes(&case["stakes"]), seed, trial, expected.len() as u64);
        assert_eq!(found, expected);
    }
}

/// Two parties whose winner stakes a hundredth of the first total after every round, played by the
/// rules' own selectors: 20,000 trials of 100 rounds, fixed seed, four standard errors.
#[test]
fn compounding_by_the_selectors() {
    const TRIALS: u64 = 20_000;
    let first_wins = |rule: &dyn Rule, trial| {
        let (mut stakes, mut wins) = ([200_000u64, 800_000], 0u64);
        play(rule, &stakes.clone(), &[], trial, 100, |_, forger, changes| {
            let forger = forger.expect("somebody").index();
            stakes[forger] += 10_000;
            wins += u64::from(forger == 0);
            changes.push(change(forger, stakes[forger]));
        });
        wins
    };
    let ml = vectors("multi-lottery.json");
    let unfair = number(&list(&ml["unfair"])[0]["expected"]);
    for choice in ["'multi-lottery'", "'raffle'", "'fair-single-lottery'"] {
        let rule = rule(choice);
        let outside = (0..TRIALS).filter(|&trial| !(18..=22).contains(&first_wins(&*rule, trial))).count();
        let sigma = (unfair * (1.0 - unfair) / TRIALS as f64).sqrt();
        assert!((outside as f64 / TRIALS as f64 - unfair).abs() < 4.0 * sigma, "{choice}: {outside}");
        let expected_shares = rule.expected_shares_when_compounding(&[200_000, 800_000]);
        assert_eq!(expected_shares.shares(), Some([0.2, 0.8].as_slice()));
    }
    let sl = vectors("single-lottery.json");
    let due = number(&list(&sl["compounding"]["expected_share"])[2]["expected"]);
    let law = law::two_party_wins(0.2, 0.8, 0.01, 100, law::two_party_race);
    let variance: f64 =
        law.iter().enumerate().map(|(wins, chance)| chance * (wins as f64 / 100.0 - due).powi(2)).sum();
    for choice in ["'single-lottery'", "'nxt'", "{ kind = 'nxt', lottery = 'hash' }"] {
        let rule = rule(choice);
        let wins: u64 = (0..TRIALS).map(|trial| first_wins(&*rule, trial)).sum();
        let mean = wins as f64 / (100 * TRIALS) as f64;
        assert!((mean - due).abs() < 4.0 * (variance / TRIALS as f64).sqrt(), "{choice}: {mean}, due {due}");
    }
}

/// Power does not grow with the rewards.
#[test]
fn proof_of_work_does_not_compound() {
    let rule = rule("'proof-of-work'");
    assert_eq!(rule.expected_shares_when_compounding(&[1, 3]).shares(), Some([0.25, 0.75].as_slice()));
}

/// Small sets under Ethereum's rules, which are not proportional.
#[test]
fn ethereum_shares() {
    for case in list(&vectors("ethereum-shares.json")["shares"]) {
        let rule = rule(&format!("'ethereum-{}'", case["fork"].as_str().unwrap()));
        let expected_shares = rule.expected_shares(&stakes(&case["stakes"]));
        let found = expected_shares.shares().expect("everybody has a balance")[0];
        assert!((found - number(&case["first"])).abs() < number(&case["tolerance"]), "{found}");
    }
}

/// What mistaken programs do: measured to within 0.2 points, as the values have the noise of their
/// samples; exact; and published with the digits that are compared.
#[test]
fn mistakes_made_elsewhere() {
    let file = vectors("mistakes.toml");
    for case in list(&file["largest_product"]) {
        let found = mistakes::largest_product_shares(&stakes(&case["stakes"]));
        assert_close(&found, &numbers(&case["exact"]), 1e-14, "largest product");
        let percent: Vec<f64> = found.iter().map(|share| 100.0 * share).collect();
        assert_close(&percent, &numbers(&case["measured_percent"]), 0.2, "largest product");
    }
    let bug = &file["reused_hash"];
    let mut stakes = vec![whole(&bug["large"])];
    stakes.resize(1 + whole(&bug["small_accounts"]) as usize, whole(&bug["small"]));
    let found = 100.0 * mistakes::reused_hash_shares(&stakes, whole(&bug["expected_coins"]))[0];
    assert!((found - number(&bug["large_percent"])).abs() < 0.0005, "{found}");
    let draft = &file["draft_byte"];
    let chance = |largest| law::acceptance_chance(whole(&draft["eth"]), 2048, largest);
    let gain = 100.0 * (chance(255) / chance(65535) - 1.0);
    assert!((gain - number(&draft["gain_percent"])).abs() < 0.05, "{gain}");
}

/// A file of vectors that no test opens is no test: its name must stand, as a string, in a test of the
/// source or here.
#[test]
fn every_vector_file_is_opened_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = std::fs::read_to_string(root.join("tests/suite/vectors.rs")).unwrap();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let opened = |name: &str| {
        let places = [format!("vectors(\"{name}\")"), format!("tests/vectors/{name}\")")];
        places.iter().any(|place| sources.contains(place))
    };
    assert!(!opened("no-such-file.json"));
    let mut files = 0;
    for entry in std::fs::read_dir(root.join("tests/vectors")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(opened(&name), "no test opens tests/vectors/{name}");
        files += 1;
    }
    assert!(files >= 23, "only {files} files of vectors");
}

/// The values that papers, specifications and upstream test suites publish are in the files, digit by
/// digit, so that nobody thins them out.
#[test]
fn published_values_are_in_the_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    for (file, values) in [
        ("algorand-sortition.toml", &["4.169e-17", "weight = 18"][..]),
        ("babe-threshold.json", &["28377230912881121443596276039380107264"]),
        ("cardano-praos.toml", &["549.231983349261", "2.58658877510107", "550.0", "2.6\n"]),
        ("cometbft-priority.json", &["[300, 330, 1000]", "[18, 20, 61]", "\"rounds\": 1630"]),
        ("compound-epoch.json", &["0.002072751", "0.002076519"]),
        (
            "deficit-first.json",
            &["[61, 18, 20]", "[0, 2, 0, 1, 0, 0, 2, 0, 1, 0, 0, 2, 0, 0, 1, 0, 2, 0, 0, 1]"],
        ),
        (
            "ethereum-committees.json",
            &["293, 726, 771, 677, 530, 475, 322, 66", "726, 475, 521, 23, 508, 410, 213, 948"],
        ),
        ("ethereum-hysteresis.json", &["33250000001", "31749999999"]),
        ("ethereum-proposer.json", &["73656564", "\"proposer\": 2}", "\"proposer\": 7}"]),
        ("ethereum-shares.json", &["0.75", "0.7,", "0.976806"]),
        ("ethereum-shuffle.json", &["[2, 6, 9, 5, 7, 3, 4, 8, 1, 0]", "[0, 9, 8, 4, 6, 7, 3, 1, 2, 5]"]),
        ("mistakes.toml", &["[56.5, 26.4, 13.0, 4.1]", "84.630", "21.2"]),
        ("multi-lottery.json", &["0.659579", "0.251487", "0.617812903735", "0.113439", "10.89"]),
        ("proof-of-work.json", &["0.532256", "0.104949", "1095"]),
        ("reward-schedules.json", &["0.0004995005", "0.000480005", "0.0900090009", "0.0209783548", "0.3125"]),
        ("single-lottery.json", &["0.122528", "0.105028", "0.115203", "0.245421", "[7, 16, 31]"]),
        ("solana-schedule.json", &["[1, 1, 2, 1, 1, 0, 0, 1, 2, 1, 0, 1]"]),
        ("vrf-rfc9381.toml", &["number = 16", "number = 17", "number = 18"]),
    ] {
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        for value in values {
            assert!(text.contains(value), "{file} lacks {value:?}");
        }
    }
}
