//! Proportional selection where a winner rests for some rounds.

use super::markov::{LongRun, Step, long_run};

/// Cells of the largest table that the exact shares may need.
const MOST_CELLS: usize = 20_000_000;
/// The largest chain whose dispersion is computed by enumeration.
const MOST_STATES: usize = 400;

/// Long-run shares when each winner is out for `rounds` rounds and the others draw by stake.
/// O(n * rounds) time and memory; `None` where that exceeds about 160 MB.
///
/// The chain on the last r winners has the stationary law `product of their stakes times the stake
/// outside` (checked by substitution: summing over the one who leaves gives back the same form), so
/// that i's share is proportional to `s_i * e_r(the others)` with the r-th elementary symmetric
/// polynomial: the chance that i is in a set of r + 1 drawn in proportion to the product of its
/// stakes. All terms are positive; the relative error is a few units in 1e16 per validator.
///
/// With no more than `rounds + 1` holders everybody's turn comes in a fixed circle.
pub fn cool_down_shares(stakes: &[u64], rounds: usize) -> Option<Vec<f64>> {
    let holders: Vec<usize> = (0..stakes.len()).filter(|&index| stakes[index] > 0).collect();
    if holders.len() <= rounds.saturating_add(1) {
        return Some(super::equal_shares(stakes));
    }
    if holders.len().checked_mul(rounds + 1)? > MOST_CELLS {
        return None;
    }
    // Row i: the symmetric polynomials of degree 0..=r of the holders before i, rescaled row by row
    // by a power of two, which the shares must take back.
    let average = holders.iter().map(|&index| stakes[index] as f64).sum::<f64>() / holders.len() as f64;
    let size = |place: usize| stakes[holders[place]] as f64 / average;
    let mut before = Vec::with_capacity(holders.len() * (rounds + 1));
    let mut exponents = Vec::with_capacity(holders.len());
    let mut row = vec![0.0; rounds + 1];
    row[0] = 1.0;
    let mut exponent = 0i64;
    for place in 0..holders.len() {
        before.extend_from_slice(&row);
        exponents.push(exponent);
        exponent += multiply(&mut row, size(place));
    }
    row.fill(0.0);
    row[0] = 1.0;
    exponent = 0;
    let mut logarithms = vec![f64::NEG_INFINITY; holders.len()];
    for place in (0..holders.len()).rev() {
        let head = &before[place * (rounds + 1)..][..rounds + 1];
        let others: f64 = head.iter().zip(row.iter().rev()).map(|(a, b)| a * b).sum();
        let scale = (exponent + exponents[place]) as f64 * std::f64::consts::LN_2;
        logarithms[place] = size(place).ln() + others.ln() + scale;
        exponent += multiply(&mut row, size(place));
    }
    let largest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut shares = vec![0.0; stakes.len()];
    for (&index, logarithm) in holders.iter().zip(logarithms) {
        shares[index] = (logarithm - largest).exp();
    }
    Some(super::weights::normalised(shares))
}

/// Adds one factor `(1 + s x)` to a polynomial, drops what exceeds its degree, and rescales it to
/// keep the largest coefficient near one; returns the exponent of two that was taken out.
fn multiply(row: &mut [f64], s: f64) -> i64 {
    for k in (1..row.len()).rev() {
        row[k] += s * row[k - 1];
    }
    let largest = row.iter().copied().fold(0.0, f64::max);
    let exponent = largest.log2().floor();
    row.iter_mut().for_each(|value| *value *= (-exponent).exp2());
    exponent as i64
}

/// The variance of everybody's wins over that of independent draws, for many rounds: exact for
/// `rounds` of 1, by enumeration where the chain is small, otherwise `None`.
///
/// For one round of rest, Poisson's equation of the chain `P(i, j) = s_j / (S - s_i)` solves to
/// `g = (wins - share) * (1 - s / S)`, which gives the variance as the mean of
/// `(wins - share)^2 * (1 - 2 s / S)`.
pub fn cool_down_factors(stakes: &[u64], rounds: usize) -> Option<Vec<f64>> {
    let holders = stakes.iter().filter(|&&stake| stake > 0).count();
    if holders <= rounds.saturating_add(1) {
        return None;
    }
    if rounds != 1 {
        return cool_down_by_enumeration(stakes, rounds)?.factors;
    }
    let shares = cool_down_shares(stakes, 1)?;
    let sizes = super::proportional_shares(stakes);
    let all: f64 = shares.iter().zip(&sizes).map(|(share, size)| share * (1.0 - 2.0 * size)).sum();
    let factor = |(share, size): (&f64, &f64)| {
        if *share == 0.0 {
            return 1.0;
        }
        let own = share * (1.0 - 2.0 * size);
        ((1.0 - share).powi(2) * own + share * share * (all - own)) / (share * (1.0 - share))
    };
    Some(shares.iter().zip(&sizes).map(factor).collect())
}

/// The chain on the last winners, enumerated. `None` if it is too large.
fn cool_down_by_enumeration(stakes: &[u64], rounds: usize) -> Option<LongRun> {
    if stakes.len() > MOST_STATES {
        return None;
    }
    let start: Vec<usize> = Vec::new();
    long_run(start, stakes.len(), MOST_STATES, |resting, ways| {
        let free = |index: &usize| !resting.contains(index);
        let total: f64 = (0..stakes.len()).filter(free).map(|index| stakes[index] as f64).sum();
        for winner in (0..stakes.len()).filter(free) {
            let mut next = resting.clone();
            next.push(winner);
            if next.len() > rounds {
                next.remove(0);
            }
            ways.push(Step { next, probability: stakes[winner] as f64 / total, winner: Some(winner) });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closed_form_agrees_with_the_enumerated_chain() {
        let pools: [&[u64]; 4] =
            [&[1, 2, 3, 4], &[500, 350, 275, 200, 1], &[1, 1_000_000, 7, 0, 30], &[9, 1, 1]];
        for stakes in pools {
            for rounds in 1..4 {
                let holders = stakes.iter().filter(|&&stake| stake > 0).count();
                if holders <= rounds + 1 {
                    continue;
                }
                let chain = cool_down_by_enumeration(stakes, rounds).unwrap();
                for (share, chain) in cool_down_shares(stakes, rounds).unwrap().iter().zip(&chain.shares) {
                    assert!((share - chain).abs() < 1e-13, "{stakes:?}, {rounds} rounds");
                }
                for (factor, chain) in
                    cool_down_factors(stakes, rounds).unwrap().iter().zip(chain.factors.unwrap())
                {
                    // A validator without stake has no dispersion at all.
                    assert!((factor - chain).abs() < 1e-9, "{stakes:?}, {rounds} rounds: {factor} {chain}");
                }
            }
        }
    }

    #[test]
    fn small_circles_and_large_pools() {
        assert_eq!(cool_down_shares(&[9, 1, 0], 1), Some(vec![0.5, 0.5, 0.0]));
        assert_eq!(cool_down_shares(&[9, 1], 7), Some(vec![0.5, 0.5]));
        assert_eq!(cool_down_factors(&[9, 1], 7), None);
        // No rest is plain proportional selection.
        assert!((cool_down_shares(&[9, 1], 0).unwrap()[0] - 0.9).abs() < 1e-15);
        // Equal holders share equally, and rest makes the draws more even: factor 1 - 2 / m + ... < 1.
        let shares = cool_down_shares(&[3; 10_000], 90).unwrap();
        assert!(shares.iter().all(|share| (share - 1e-4).abs() < 1e-15));
        let whale: Vec<u64> =
            (0..10_000).map(|index| if index == 0 { 1_000_000_000 } else { 1 + index }).collect();
        let shares = cool_down_shares(&whale, 90).unwrap();
        // A whale that always wins when it may: once every 91 rounds, almost.
        assert!((shares[0] - 1.0 / 91.0).abs() < 1e-5);
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
