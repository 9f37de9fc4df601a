//! `law --quorum-failure` against rounds that are played.

use crate::harness::{scenario_of, simulated};
use tombola::analysis::quorum_failures;

/// Twelve validators of different stakes, two of whom are offline and six approve everything, and a block in ten
/// is lost on its way.
fn played(committee: &str, weight: &str, quorum: &str, cheats: bool) -> String {
    let stakes = [300, 5, 20, 20, 90, 60, 45, 10, 10, 40, 75, 30];
    let accounts: Vec<String> = (0..)
        .zip(stakes)
        .map(|(index, stake): (usize, u64)| format!("{{ name = 'v{index}', balance = {stake} }}"))
        .collect();
    let everybody: Vec<String> = (0..12).map(|index| format!("'v{index}'")).collect();
    let invalid = format!(
        "[[behaviours]]\nact = {{ kind = 'invalid-block', flaw = 'wrong-key' }}\naccounts = [{}]\n",
        everybody.join(", ")
    );
    format!(
        "[run]\nseed = 23\nrounds = 20_000\ntrials = 1\nengine = 'draws'\n\
         [population]\nminimum_stake = 1\naccounts = [{}]\n\
         [attestation]\ncommittee = {committee}\nweight = '{weight}'\nquorum = '{quorum}'\n\
         [network]\nloss = '1/10'\n\
         [[behaviours]]\nact = 'offline'\naccounts = ['v4', 'v6']\n\
         [[behaviours]]\nact = 'always-approve'\naccounts = ['v0', 'v1', 'v2', 'v5', 'v9', 'v10']\n{}",
        accounts.join(", "),
        if cheats { invalid.as_str() } else { "" }
    )
}

/// How many standard errors the share of votes that went wrong is away from the probability for this quorum.
fn distance(committee: &str, weight: &str, cheats: bool, quorum: &str) -> f64 {
    let experiment = scenario_of(&played(committee, weight, "1/2", cheats)).experiment;
    let counters = simulated(&experiment, 1).totals.counters;
    let (votes, wrong) = match cheats {
        true => (counters.accepted + counters.rejected, counters.accepted),
        false => (counters.accepted + counters.rejected, counters.rejected),
    };
    assert_eq!(votes, 20_000, "every round has a vote");
    let world = scenario_of(&played(committee, weight, quorum, cheats)).experiment.world;
    let row =
        quorum_failures(&world, None, 0.95).expect("the raffle has shares").swap_remove(usize::from(cheats));
    let probability = row.probability.unwrap_or_else(|| panic!("{committee}: {row:?}"));
    let sampling = (probability * (1.0 - probability) / votes as f64).sqrt();
    (wrong as f64 / votes as f64 - probability) / sampling.hypot(row.se.unwrap_or(0.0))
}

/// Within four and a half standard errors for every committee, by heads and by stake, of valid and of invalid
/// blocks; a quorum a little higher is told apart.
#[test]
fn votes_go_wrong_as_often_as_is_worked_out() {
    for committee in [
        "'all'",
        "{ kind = 'drawn', size = 5 }",
        "{ kind = 'drawn-with-replacement', size = 6 }",
        "{ kind = 'decaying-acceptance', size = 6, max = 3 }",
        "{ kind = 'partition', size = 8 }",
        "{ kind = 'fait-accompli', size = 8 }",
        "{ kind = 'rotor', size = 8 }",
    ] {
        for (weight, cheats) in [("heads", false), ("stake", false), ("heads", true), ("stake", true)] {
            let z = distance(committee, weight, cheats, "1/2");
            assert!(z.abs() < 4.5, "{committee} by {weight}, cheats {cheats}: {z}");
        }
    }
    let z = distance("{ kind = 'drawn', size = 5 }", "heads", false, "3/4");
    assert!(z.abs() > 20.0, "{z}");
}

fn law(options: &[&str]) -> std::process::Output {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tombola"));
    command.args(["law", "faults", "--quorum-failure"]).args(options).output().expect("the program starts")
}

#[test]
fn the_command_prints_both_ways_in_which_a_vote_goes_wrong() {
    let output = law(&["--format", "csv"]);
    let text = String::from_utf8_lossy(&output.stdout);
    let header = "event,forger,quorum,probability,se,low,high,effective_hits,method,note";
    assert_eq!(text.lines().next(), Some(header), "{text}");
    let events: Vec<&str> = text.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(events, ["valid-rejected", "invalid-accepted"]);
    let unknown = law(&["--validator", "validator-99"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("there is no validator of that name"));
    assert_eq!(law(&["--window", "32"]).status.code(), Some(2));
}
