//! What an index of wins would be if the expected shares held.

use super::Holdings;
use crate::random::{Stream, StreamKey};
use crate::statistics::distributions::UnorderedMultinomial;
use crate::statistics::{Interval, work};
use rand::Rng;
use rayon::prelude::*;

/// The mean Herfindahl index of the counts of `rounds` independent draws: h + (1 − h) / n, with h
/// the index of the shares. Exact. `None` without rounds or shares.
///
/// Counts are more concentrated than the shares behind them, however fair the draw: the index of
/// wins has to be read beside this, not beside h.
pub fn expected_herfindahl(shares: &[f64], rounds: u64) -> Option<f64> {
    let h: f64 = shares.iter().map(|share| share * share).sum();
    (rounds > 0 && h > 0.0 && h <= 1.0 + 1e-9).then(|| h + (1.0 - h) / rounds as f64)
}

/// The law of an index of win counts under the null, by simulation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NullLaw {
    /// Its mean.
    pub mean: f64,
    /// The error of that mean, one standard deviation, from the finite number of replicates.
    pub mean_error: f64,
    /// Between which values it lies with at least the wanted probability; `None` for too few replicates.
    pub range: Option<Interval>,
}

/// An index of holdings that does not depend on who holds what.
pub type Index<'a> = &'a (dyn Fn(&Holdings) -> Option<f64> + Sync);

/// Simulates `index` over the counts of `rounds` independent draws from `shares`: for the indices
/// whose mean has no closed form (Gini, entropies, Nakamoto). No index depends on the order of cells, so many
/// cells of one share are drawn together. O(replicates × m) and the cost of the index.
///
/// The range is that of order statistics: a further value lies in it with at least the probability asked
/// for. `None` for fewer than two replicates, where the index is `None` for one, or with a probability
/// outside (0, 1).
pub fn null_law(
    shares: &[f64],
    rounds: u64,
    index: impl Fn(&Holdings) -> Option<f64> + Sync,
    replicates: u32,
    probability: f64,
    stream: &mut Stream,
) -> Option<NullLaw> {
    null_laws(shares, rounds, &[&index], replicates, probability, stream, &|| false).pop().flatten()
}

/// The same for several indices of the same simulated counts, in their order. On all threads: each
/// replicate has a stream of its own, whose key comes from `stream`. Once `stopped`, there is none.
pub fn null_laws(
    shares: &[f64],
    rounds: u64,
    indices: &[Index],
    replicates: u32,
    probability: f64,
    stream: &mut Stream,
    stopped: &(dyn Fn() -> bool + Sync),
) -> Vec<Option<NullLaw>> {
    let key = replicate_key(stream);
    let law = UnorderedMultinomial::new(shares);
    let simulated: Vec<Vec<Option<f64>>> = (0..replicates)
        .into_par_iter()
        .map(|replicate| {
            if stopped() {
                return vec![None; indices.len()];
            }
            work::count(shares.len() as u64);
            let mut stream = Stream::open(key.clone().number(replicate.into()));
            let counts = law.sample(rounds, &mut stream);
            let holdings =
                Holdings::of_levels(counts.into_iter().map(|(count, cells)| (count.into(), cells)));
            indices.iter().map(|index| index(&holdings).filter(|value| !value.is_nan())).collect()
        })
        .collect();
    let values = (0..indices.len()).map(|place| simulated.iter().map(|values| values[place]).collect());
    let values: Vec<Option<Vec<f64>>> = values.collect();
    values.into_iter().map(|values| summary(values?, probability)).collect()
}

/// The key under which replicates have their streams: two words of `stream`.
fn replicate_key(stream: &mut Stream) -> StreamKey {
    StreamKey::new().text("replicate").number(stream.next_u64()).number(stream.next_u64())
}

/// Mean, its error, and the central range of simulated values.
fn summary(mut values: Vec<f64>, probability: f64) -> Option<NullLaw> {
    if values.len() < 2 || !(probability > 0.0 && probability < 1.0) {
        return None;
    }
    let size = values.len() as f64;
    let mean = values.iter().sum::<f64>() / size;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (size - 1.0);
    values.sort_unstable_by(f64::total_cmp);
    // A further value lies below the r-th smallest of B with a probability of at most r/(B + 1), and above
    // the r-th largest likewise: exactly what is claimed, or less.
    let rank = (0.5 * (1.0 - probability) * (size + 1.0) + 1e-9).floor() as usize;
    let range = (rank > 0).then(|| Interval { low: values[rank - 1], high: values[values.len() - rank] });
    Some(NullLaw { mean, mean_error: (variance / size).sqrt(), range })
}

#[cfg(test)]
mod tests {
    use super::super::{gini, herfindahl};
    use super::*;
    use crate::random::StreamKey;

    #[test]
    fn simulation_and_formula_agree() {
        let shares = [0.4, 0.3, 0.2, 0.1];
        let mut stream = Stream::open(StreamKey::new().text("null"));
        let law = null_law(&shares, 50, herfindahl, 20_000, 0.95, &mut stream).unwrap();
        let expected = expected_herfindahl(&shares, 50).unwrap();
        assert!((expected - (0.3 + 0.7 / 50.0)).abs() < 1e-15);
        assert!(
            (law.mean - expected).abs() < 5.0 * law.mean_error && law.range.unwrap().contains(expected),
            "{law:?}"
        );
    }

    #[test]
    fn several_indices_share_their_draws() {
        let shares = [0.4, 0.3, 0.2, 0.1];
        let stream = || Stream::open(StreamKey::new().text("several"));
        let never = |_: &Holdings| None;
        let together =
            null_laws(&shares, 50, &[&gini, &never, &herfindahl], 200, 0.9, &mut stream(), &|| false);
        assert_eq!(together[0], null_law(&shares, 50, gini, 200, 0.9, &mut stream()));
        assert_eq!(together[1], None);
        assert_eq!(together[2], null_law(&shares, 50, herfindahl, 200, 0.9, &mut stream()));
    }

    /// 4,000 ranges of 39 or 99 replicates of a continuous index: each holds a further value in at least
    /// 95 %, less three standard errors (1 %).
    #[test]
    fn ranges_hold_what_they_claim() {
        let mut stream = Stream::open(StreamKey::new().text("ranges"));
        for replicates in [39, 99] {
            let mut held = 0;
            for _ in 0..4000 {
                let values: Vec<f64> = (0..replicates).map(|_| stream.below(1 << 53) as f64).collect();
                let range = summary(values, 0.95).unwrap().range.unwrap();
                held += u32::from(range.contains(stream.below(1 << 53) as f64));
            }
            assert!(f64::from(held) / 4000.0 >= 0.94, "{replicates}: {held}");
        }
        assert_eq!(summary(vec![1.0, 2.0, 3.0], 0.95).unwrap().range, None);
    }

    /// 1 to 5 have the variance 5/2, so that their mean has the standard error √(1/2).
    #[test]
    fn the_error_of_a_mean_by_hand() {
        let law = summary(vec![3.0, 1.0, 5.0, 2.0, 4.0], 0.9).unwrap();
        assert_eq!((law.mean, law.mean_error), (3.0, 0.5f64.sqrt()));
    }

    #[test]
    fn the_gini_coefficient_of_fair_coins() {
        // Two holders: |X − Y| / (2n), E|2X − n| = n C(n−1, ⌊n/2⌋) / 2^(n−1); n = 10: 2.4609375.
        let mut stream = Stream::open(StreamKey::new().text("coins"));
        let law = null_law(&[0.5, 0.5], 10, gini, 40_000, 0.9, &mut stream).unwrap();
        assert!((law.mean - 2.4609375 / 20.0).abs() < 5.0 * law.mean_error, "{law:?}");
        assert_eq!(law.range, Some(Interval { low: 0.0, high: 0.3 }));
        assert_eq!(null_law(&[0.5, 0.5], 0, gini, 10, 0.9, &mut stream), None);
        assert_eq!(null_law(&[0.5, 0.5], 5, gini, 1, 0.9, &mut stream), None);
        assert_eq!((expected_herfindahl(&[], 5), expected_herfindahl(&[1.0], 0)), (None, None));
    }
}
