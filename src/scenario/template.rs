//! What `tombola init` writes.

/// A commented scenario to start from; `NAME` stands for its name.
pub const TEMPLATE: &str = r#"# A tombola scenario. Everything that is commented out shows its default.
# `tombola check FILE` prints every setting; docs/scenario.md explains each.

description = "Ten validators, one raffle"

[run]
seed = 1                        # everything random is derived from it
rounds = 10_000                 # of each trial
trials = 8                      # independent repetitions
engine = "auto"                 # full | draws | law | auto
# checkpoints = 50              # points of the time line

[population]
# minimum_stake = 1             # who has less holds an account but is no validator
count = 10
total_stake = 1_000_000
stake = { kind = "zipf" }       # `tombola list stakes`
# or account by account:
# accounts = [ { name = "ada", balance = 300 }, { name = "bob", balance = 700 } ]
# or from a file with the columns name and stake:
# stake = { kind = "table", path = "stakes.csv" }

[selection]
rule = "raffle"                 # `tombola list rules`

[attestation]
# committee = "all"             # or a number drawn each round; `tombola list committees`
# quorum = "3/4"
# weight = "heads"              # or "stake"

[transactions]
# per_round = 0                 # how many are handed in each round
# fee = 1

[reward]
policy = { kind = "constant", amount = 10 }     # `tombola list rewards`
compound = false                # true: rewards become stake at once

# [[behaviours]]                # who does not act honestly; `tombola list behaviours`
# act = "offline"
# share = "1/10"

[analysis]
# confidence = 0.95
# tolerance = "10 %"            # how far a win share may be from the share of stake, relative to it
# delta = "10 %"                # how often a single trial may be farther
# misallocated = "1 %"          # how much of all wins may go to others than the stakes say

[report]
# figures = ["win-share", "timeline", "lorenz"] # `tombola list figures`
# formats = ["svg", "png"]
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scenario;

    #[test]
    fn it_loads_and_its_comments_show_the_defaults() {
        let plain = Scenario::parse("s", TEMPLATE).unwrap_or_else(|problem| panic!("{problem}"));
        // With every `# key = value` taken as a setting, except the alternatives of the population and
        // the behaviours, nothing changes.
        let spelled: Vec<&str> = TEMPLATE
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest)
                    if rest.contains(" = ")
                        && !["accounts", "stake", "act", "share"].iter().any(|key| rest.starts_with(key)) =>
                {
                    rest
                }
                _ => line,
            })
            .collect();
        let spelled = Scenario::parse("s", &spelled.join("\n")).unwrap_or_else(|problem| panic!("{problem}"));
        assert_eq!(plain.resolved(), spelled.resolved());
    }
}
