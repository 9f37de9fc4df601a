//! The example of a rule from outside does what it says: it wins as expected and is found unfair
//! to stake.

#[path = "../../examples/own_rule.rs"]
#[allow(dead_code, reason = "the example's main is tried by hand")]
mod example;

use tombola::statistics::Verdict;

#[test]
fn the_example_wins_as_expected_and_is_unfair_to_stake() {
    let analysis = example::experiment().expect("the example runs");
    let rows = &analysis.tables.validators;
    assert_eq!(rows.len(), 4);
    for row in rows {
        // Half of the stake share and half of a quarter, within the exact test's level.
        let expected = row.expected_share.expect("a law is known");
        assert!((expected - (row.stake_share / 2.0 + 0.125)).abs() < 1e-12);
        assert!(row.p_holm.expect("rounds are independent") > 1e-4, "{row:?}");
    }
    assert_eq!(analysis.assessment.verdict, Verdict::Unfair);
    assert_eq!(analysis.assessment.gains_most.as_ref().map(|effect| effect.name.as_str()), Some("oliver"));
}
