//! The rows of `shares.csv`.

use super::observations::Observations;
use crate::analysis::rows::ShareRow;
use std::collections::BTreeMap;

/// How many stakes have a row: more points than a curve needs.
const MOST: usize = 1_000;

/// A row for each stake, the smallest first; where there are more than 1,000, those of 1,000 places at even
/// distances in this order, both ends among them.
pub fn rows(observations: &Observations, rule: &str) -> Vec<ShareRow> {
    let mut holders: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (index, &stake) in observations.stakes.iter().enumerate() {
        holders.entry(stake).or_default().push(index);
    }
    let stakes: Vec<(u64, Vec<usize>)> = holders.into_iter().collect();
    places(stakes.len())
        .map(|place| {
            let (stake, holders) = &stakes[place];
            let mean = |of: &dyn Fn(usize) -> Option<f64>| {
                let values: Option<Vec<f64>> = holders.iter().map(|&index| of(index)).collect();
                values.map(|values| values.iter().sum::<f64>() / values.len() as f64)
            };
            ShareRow {
                rule: rule.to_owned(),
                stake: *stake,
                validators: holders.len() as u64,
                stake_share: observations.stake_shares[holders[0]],
                expected_share: mean(&|index| observations.expected_share(index)),
                win_share: mean(&|index| observations.win_share(index)),
            }
        })
        .collect()
}

/// The places of rows among so many stakes.
fn places(stakes: usize) -> impl Iterator<Item = usize> {
    let rows = stakes.min(MOST);
    (0..rows).map(move |row| if rows > 1 { row * (stakes - 1) / (rows - 1) } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::sampling_model::SamplingModel;
    use crate::selection::ExpectedShares;

    #[test]
    fn validators_of_one_stake_share_a_row() {
        let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
        let stakes = [3, 1, 3];
        let expected = ExpectedShares::Shares(vec![0.5, 0.2, 0.3]);
        let counted =
            Observations::of_stretch(&names, &stakes, vec![6, 0, 2], expected, SamplingModel::Rounds);
        let rows = rows(&counted, "r");
        let row = |stake, validators, stake_share, expected_share, win_share| ShareRow {
            rule: "r".to_owned(),
            stake,
            validators,
            stake_share,
            expected_share: Some(expected_share),
            win_share: Some(win_share),
        };
        assert_eq!(rows, [row(1, 1, 1.0 / 7.0, 0.2, 0.0), row(3, 2, 3.0 / 7.0, 0.4, 0.5)]);
    }

    #[test]
    fn of_many_stakes_both_ends_have_rows() {
        for stakes in [0, 1, 2, 999, 1_000, 1_001, 100_000] {
            let places: Vec<usize> = places(stakes).collect();
            assert_eq!(places.len(), stakes.min(MOST));
            assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
            assert_eq!(places.first().copied(), (stakes > 0).then_some(0));
            assert_eq!(places.last().copied(), stakes.checked_sub(1));
        }
    }
}
