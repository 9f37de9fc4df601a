//! Published and independently computed values of the selection rules and their laws, read from
//! `tests/vectors`; each file says where its values come from.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use tombola::law::{self, CompoundEpoch};
use tombola::random::{Purpose, Stream};
use tombola::registry::{Choice, find};
use tombola::selection::{RULES, Rule, Selection, StakeChange, Start, Turn};

fn vectors(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let values: Value = serde_json::from_str(&text).unwrap();
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

fn rule(choice: &str) -> Box<dyn Rule> {
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

fn assert_promise(choice: &str, stakes: &[u64], expected: &[f64], tolerance: f64) {
    let promise = rule(choice).promise(stakes);
    let shares = promise.shares().unwrap_or_else(|| panic!("{choice}, {stakes:?}: no promise"));
    assert_close(shares, expected, tolerance, &format!("{choice}, {stakes:?}"));
}

/// The forgers of the first rounds while stakes stay.
fn forgers(rule: &dyn Rule, stakes: &[u64], seed: u64, trial: u64, rounds: u64) -> Vec<u64> {
    let mut selector = rule.selector(&Start { stakes, seed, trial });
    let mut lottery = Stream::of_trial(seed, trial, Purpose::Lottery);
    (1..=rounds)
        .map(|round| {
            let turn = Turn { round, changes: &[], last: None, lottery: &mut lottery };
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
            assert_promise(choice, &stakes(&case["stakes"]), &numbers(&case["expected"]), 1e-13);
        }
    }
    let fractions = &file["fractions"];
    let below = number(&fractions["denominator"]);
    let expected: Vec<f64> = numbers(&fractions["numerators"]).iter().map(|above| above / below).collect();
    assert_promise("'single-lottery'", &stakes(&fractions["stakes"]), &expected, 1e-15);
    let seen = &file["simulated_elsewhere"];
    let expected = numbers(&seen["expected"]);
    assert_promise("'single-lottery'", &stakes(&seen["stakes"]), &expected, number(&seen["tolerance"]));

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
        assert_promise(choice, &stakes, &numbers(&case["expected"]), number(&file["tolerance"]));
    }
}

#[test]
fn gini_stabilised() {
    let file = vectors("gini-stabilised.json");
    for case in list(&file["shares"]) {
        let stakes = stakes(&case["stakes"]);
        assert_promise("'gini-stabilised'", &stakes, &numbers(&case["expected"]), number(&file["tolerance"]));
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
        assert_promise(&choice, &stakes(&case["stakes"]), &expected, number(&file["tolerance"]));
    }
}

#[test]
fn inverse_coin_age() {
    let file = vectors("inverse-coin-age.json");
    for case in list(&file["shares"]) {
        let choice = format!("{{ kind = 'inverse-coin-age', cap = {} }}", whole(&case["cap"]));
        let expected = numbers(&case["expected"]);
        assert_promise(&choice, &stakes(&case["stakes"]), &expected, number(&file["tolerance"]));
    }
}

#[test]
fn cool_down() {
    let file = vectors("cool-down.json");
    for case in list(&file["shares"]) {
        let choice = format!("{{ kind = 'cool-down', rounds = {} }}", whole(&case["rounds"]));
        let expected = numbers(&case["expected"]);
        assert_promise(&choice, &stakes(&case["stakes"]), &expected, number(&file["tolerance"]));
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
    let rule = rule("{ kind = 'nxt', draws = 'hash' }");
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
    let play = |rule: &dyn Rule, trial| {
        let mut stakes = [200_000u64, 800_000];
        let mut selector = rule.selector(&Start { stakes: &stakes, seed: 5, trial });
        let mut lottery = Stream::of_trial(5, trial, Purpose::Lottery);
        let mut changes: Vec<StakeChange> = Vec::new();
        let mut wins = 0u64;
        for round in 1..=100 {
            let turn = Turn { round, changes: &changes, last: None, lottery: &mut lottery };
            let Selection::Forger { validator, .. } = selector.select(turn) else { panic!("nobody") };
            stakes[validator.index()] += 10_000;
            changes.clear();
            changes.push(StakeChange { validator, stake: stakes[validator.index()] });
            wins += u64::from(validator.0 == 0);
        }
        wins
    };
    let ml = vectors("multi-lottery.json");
    let unfair = number(&list(&ml["unfair"])[0]["expected"]);
    for choice in ["'multi-lottery'", "'raffle'", "'fair-single-lottery'"] {
        let rule = rule(choice);
        let outside = (0..TRIALS).filter(|&trial| !(18..=22).contains(&play(&*rule, trial))).count();
        let sigma = (unfair * (1.0 - unfair) / TRIALS as f64).sqrt();
        assert!((outside as f64 / TRIALS as f64 - unfair).abs() < 4.0 * sigma, "{choice}: {outside}");
        let promise = rule.promise_when_compounding(&[200_000, 800_000]);
        assert_eq!(promise.shares(), Some([0.2, 0.8].as_slice()));
    }
    let sl = vectors("single-lottery.json");
    let due = number(&list(&sl["compounding"]["expected_share"])[2]["expected"]);
    let law = law::two_party_wins(0.2, 0.8, 0.01, 100, law::two_party_race);
    let variance: f64 =
        law.iter().enumerate().map(|(wins, chance)| chance * (wins as f64 / 100.0 - due).powi(2)).sum();
    for choice in ["'single-lottery'", "'nxt'", "{ kind = 'nxt', draws = 'hash' }"] {
        let rule = rule(choice);
        let wins: u64 = (0..TRIALS).map(|trial| play(&*rule, trial)).sum();
        let mean = wins as f64 / (100 * TRIALS) as f64;
        assert!((mean - due).abs() < 4.0 * (variance / TRIALS as f64).sqrt(), "{choice}: {mean}, due {due}");
    }
}

/// Power does not grow with the rewards.
#[test]
fn proof_of_work_does_not_compound() {
    let rule = rule("'proof-of-work'");
    assert_eq!(rule.promise_when_compounding(&[1, 3]).shares(), Some([0.25, 0.75].as_slice()));
}

/// A file of vectors that no test names is no test.
#[test]
fn every_vector_file_is_opened_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = String::new();
    let mut folders = vec![root.join("tests"), root.join("src")];
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
    for entry in std::fs::read_dir(root.join("tests/vectors")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(sources.contains(&format!("{name}\"")), "no test opens tests/vectors/{name}");
    }
}

/// Every rule of this family has an example scenario, named for it, whose rule can be read.
#[test]
fn every_rule_has_an_example() {
    let rules = [
        "coin-age",
        "cool-down",
        "deficit-first",
        "fair-single-lottery",
        "gini-stabilised",
        "inverse",
        "inverse-coin-age",
        "logarithmic",
        "multi-lottery",
        "nxt",
        "opposite-weighted",
        "penalty-weighted",
        "power-weighted",
        "proof-of-work",
        "raffle",
        "seniority",
        "single-lottery",
        "square-root",
        "top-n",
        "uniform",
        "uniform-mixture",
    ];
    let known: BTreeSet<&str> = RULES.iter().map(|entry| entry.name).collect();
    for name in rules {
        assert!(known.contains(name), "{name} is not registered");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/rule-{name}.toml"));
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(text.starts_with('#'), "{name}: no comment on what to learn");
        let scenario: toml::Table = text.parse().unwrap();
        let choice: Choice = scenario["selection"]["rule"].clone().try_into().unwrap();
        assert_eq!(choice.kind, name);
        find("rule", RULES, &choice).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    }
}
