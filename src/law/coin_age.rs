//! Selection by stake times a function of the rounds since the last win.

use super::markov::{LongRun, Step, long_run};

/// The largest chain that is solved.
const MOST_STATES: usize = 400;

/// The weight of each age in rounds, up to the first at which all are at the cap, under the coin-age
/// rule: nothing up to `minimum`, then the time beyond it, at most from there to `cap`; a round takes
/// `step` of the same unit of time.
pub fn coin_age_weights(minimum: u64, cap: u64, step: u64) -> Vec<f64> {
    let ages = (0..).map(|round| round * step);
    let reached = ages.take_while(|&age| age < cap).chain([cap]);
    reached.map(|age| age.saturating_sub(minimum) as f64).collect()
}

/// The weight of each age from 0 to `cap` under the inverse rule: `1 / age`.
pub fn inverse_age_weights(cap: usize) -> Vec<f64> {
    (0..=cap).map(|age| 1.0 / age.max(1) as f64).collect()
}

/// Whether so many holders take turns, whatever their stakes, when a winner weighs nothing before an
/// age of `weights`: the first wins are everybody's in some order, and from then on whoever has
/// rested for longest is the only one who weighs anything, or nobody does.
pub fn rest_makes_turns(holders: usize, weights: &[f64]) -> bool {
    let first = weights.iter().position(|&weight| weight > 0.0);
    first.is_some_and(|first| holders <= first)
}

/// The long run when everybody's weight is its stake times `weights[age]`, where the age is the
/// number of rounds since its last win, at most the last index; all begin fully aged. Rounds in
/// which nobody has any weight pass without a winner.
///
/// Where everybody must rest for at least as many rounds as there are others ([`rest_makes_turns`])
/// each has its turn. Equal holders share equally, because nothing tells them apart. Otherwise by enumeration of the
/// chain on all ages, so only for a few holders with a small cap (two holders have twice as many
/// states as the cap): `None` beyond 400 states.
pub fn aged_long_run(stakes: &[u64], weights: &[f64]) -> Option<LongRun> {
    let cap = weights.len().checked_sub(1)?;
    let holders: Vec<usize> = (0..stakes.len()).filter(|&index| stakes[index] > 0).collect();
    if rest_makes_turns(holders.len(), weights) {
        return Some(LongRun { shares: super::equal_shares(stakes), factors: None });
    }
    // The first two winners alone lead to as many states as there are pairs of holders.
    let too_many = holders.len() * holders.len() > MOST_STATES;
    let enumerated = if too_many { None } else { by_enumeration(stakes, &holders, weights, cap) };
    let equal = holders.iter().all(|&index| stakes[index] == stakes[holders[0]]);
    if enumerated.is_none() && equal {
        return Some(LongRun { shares: super::equal_shares(stakes), factors: None });
    }
    enumerated
}

/// The long-run shares of `validators` owners of outputs, given as owner and coins, each of which is
/// weighed and begins anew by itself: the sums of what [`aged_long_run`] gives to the outputs. Outputs
/// of one size share equally, so that then everybody has the share of its outputs.
pub fn aged_output_shares(outputs: &[(usize, u64)], validators: usize, weights: &[f64]) -> Option<Vec<f64>> {
    let sizes: Vec<u64> = outputs.iter().map(|&(_, size)| size).collect();
    let run = aged_long_run(&sizes, weights)?;
    let mut shares = vec![0.0; validators];
    if run.shares.iter().all(|&share| share == run.shares[0]) {
        outputs.iter().for_each(|&(owner, _)| shares[owner] += 1.0);
        shares.iter_mut().for_each(|share| *share /= outputs.len().max(1) as f64);
        return Some(shares);
    }
    outputs.iter().zip(run.shares).for_each(|(&(owner, _), share)| shares[owner] += share);
    Some(shares)
}

fn by_enumeration(stakes: &[u64], holders: &[usize], weights: &[f64], cap: usize) -> Option<LongRun> {
    // The largest stake counts as one, so that nothing overflows.
    let largest = stakes.iter().copied().max().unwrap_or(0) as f64;
    let start = vec![cap; holders.len()];
    let run = long_run(start, holders.len(), MOST_STATES, |ages, ways| {
        let weight = |place: usize| stakes[holders[place]] as f64 / largest * weights[ages[place]];
        let total: f64 = (0..ages.len()).map(weight).sum();
        let older: Vec<usize> = ages.iter().map(|age| (age + 1).min(cap)).collect();
        if total == 0.0 {
            ways.push(Step { next: older, probability: 1.0, winner: None });
            return;
        }
        for winner in 0..ages.len() {
            let mut next = older.clone();
            next[winner] = 1.min(cap);
            ways.push(Step { next, probability: weight(winner) / total, winner: Some(winner) });
        }
    })?;
    let spread = |values: Vec<f64>, absent: f64| {
        let mut all = vec![absent; stakes.len()];
        holders.iter().zip(values).for_each(|(&index, value)| all[index] = value);
        all
    };
    Some(LongRun {
        shares: spread(run.shares, 0.0),
        factors: run.factors.map(|factors| spread(factors, 1.0)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two holders, ages counted 0 or 1 up to a cap of 2, no minimum: the winner has weight s, the
    /// other 2s. From "A won last" B wins with 2b / (a + 2b), so A's share is
    /// (2a/(2a+b)) / (2a/(2a+b) + 2b/(a+2b)): with stakes 1 and 3, (2/5) / (2/5 + 6/7) = 7/22.
    #[test]
    fn two_holders_by_hand() {
        let run = aged_long_run(&[1, 0, 3], &coin_age_weights(0, 2, 1)).unwrap();
        assert!((run.shares[0] - 7.0 / 22.0).abs() < 1e-14, "{:?}", run.shares);
        assert_eq!(run.shares[1], 0.0);
        // The inverse: from "A won last" B wins with (3/2) / (1 + 3/2) = 3/5, from "B won last" A
        // wins with (1/2) / (1/2 + 3) = 1/7, so A's share is (1/7) / (1/7 + 3/5) = 5/26.
        let run = aged_long_run(&[1, 3], &inverse_age_weights(2)).unwrap();
        assert!((run.shares[0] - 5.0 / 26.0).abs() < 1e-14);
        assert!(run.factors.unwrap().iter().all(|&factor| factor > 1.0));
    }

    /// With a minimum of 30 rounds two holders take turns, whatever their stakes, and wait between.
    #[test]
    fn a_minimum_age_above_the_number_of_holders_makes_turns() {
        let run = aged_long_run(&[1, 1_000_000], &coin_age_weights(30, 90, 1)).unwrap();
        assert_eq!((&run.shares[..], &run.factors), (&[0.5, 0.5][..], &None));
        let run = aged_long_run(&[1, 2, 3], &coin_age_weights(30, 90, 1)).unwrap();
        assert_eq!(run.shares, [1.0 / 3.0; 3]);
        // The chain, where it is small enough to be enumerated, settles to the same.
        for (stakes, weights) in
            [([1, 1_000_000, 7], coin_age_weights(2, 4, 1)), ([5, 3, 1], coin_age_weights(3, 5, 1))]
        {
            assert!(rest_makes_turns(3, &weights));
            let chain = by_enumeration(&stakes, &[0, 1, 2], &weights, weights.len() - 1).unwrap();
            assert!(chain.shares.iter().all(|share| (share - 1.0 / 3.0).abs() < 1e-14), "{chain:?}");
            assert_eq!(chain.factors, None);
        }
        assert!(!rest_makes_turns(4, &coin_age_weights(2, 4, 1)));
        assert!(!rest_makes_turns(1, &inverse_age_weights(4)));
        let (many, shares) =
            (vec![7; 31], aged_long_run(&(1..=31).collect::<Vec<_>>(), &coin_age_weights(30, 90, 1)));
        assert_eq!(shares.unwrap().shares, crate::law::equal_shares(&many));
        assert_eq!(aged_long_run(&[1, 2, 3], &coin_age_weights(0, 90, 1)), None);
        assert_eq!(aged_long_run(&[4; 200], &coin_age_weights(30, 90, 1)).unwrap().shares, [0.005; 200]);
        assert_eq!(aged_long_run(&[5], &coin_age_weights(0, 90, 1)).unwrap().shares, [1.0]);
    }

    /// Ages in seconds, a round taking less than the steps of the table or more.
    #[test]
    fn weights_of_seconds() {
        assert_eq!(coin_age_weights(2, 4, 1), [0.0, 0.0, 0.0, 1.0, 2.0]);
        assert_eq!(coin_age_weights(20, 50, 15), [0.0, 0.0, 10.0, 25.0, 30.0]);
        assert_eq!(coin_age_weights(0, 50, 50), [0.0, 50.0]);
    }

    /// Two outputs against one: with equal outputs two thirds, whatever the weights; and the sums of the
    /// chain where they differ.
    #[test]
    fn outputs_are_summed() {
        let shares = aged_output_shares(&[(0, 5), (2, 5), (2, 5)], 3, &coin_age_weights(30, 90, 1)).unwrap();
        assert!((shares[0] - 1.0 / 3.0).abs() < 1e-15 && shares[1] == 0.0);
        let weights = coin_age_weights(0, 3, 1);
        let chain = aged_long_run(&[1, 2, 4], &weights).unwrap().shares;
        let shares = aged_output_shares(&[(0, 1), (0, 2), (1, 4)], 2, &weights).unwrap();
        assert!((shares[0] - chain[0] - chain[1]).abs() < 1e-15 && shares[1] == chain[2]);
    }
}
