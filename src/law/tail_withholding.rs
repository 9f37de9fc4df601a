//! RANDAO: withholding blocks at the tail of an epoch, as a Markov decision process.

use statrs::distribution::{Binomial, Discrete};

/// Tails longer than this are played as one of this length; with 40 % of all stake one epoch in 60,000 has
/// a longer one.
const LONGEST: u64 = 12;
/// Steps of the value iteration before it is given up.
const MOST_STEPS: usize = 1_000;
/// Values that move less than this have settled.
const SETTLED: f64 = 1e-11;
/// Outcomes of an epoch that are rarer than this are left out.
const NEGLIGIBLE: f64 = 1e-18;

/// The optimal policy of an attacker who proposes the last slots of an epoch and may withhold any of them.
///
/// With t own slots at the end, each of the C(t, i) ways of withholding i of them gives an independent next
/// epoch, and the attacker takes the best: the slots of that epoch less i, plus what its tail is worth.
/// A share a of all stake has a tail of k slots with probability (1 - a)aᵏ, and each slot before the one
/// that ends the tail with probability a. Average reward, by relative value iteration (Alpturer and
/// Weinberg, AFT 2024).
#[derive(Clone, Debug)]
pub struct TailWithholding {
    slots: u64,
    gain: f64,
    values: Vec<f64>,
}

impl TailWithholding {
    /// For a share of all stake and an epoch of so many slots. `None` unless the share lies strictly between
    /// 0 and 1 and the iteration settles. O(steps × slots² × 12).
    pub fn new(share: f64, slots: u64) -> Option<Self> {
        if !(share > 0.0 && share < 1.0) || slots == 0 {
            return None;
        }
        let longest = LONGEST.min(slots);
        let outcomes = outcomes(share, slots)?;
        let mut values = vec![0.0; longest as usize + 1];
        let mut gain = 0.0;
        for _ in 0..MOST_STEPS {
            let law = worths(&outcomes, &values);
            let reached: Vec<f64> = (0..=longest).map(|tail| best_of(&law, tail)).collect();
            let next: Vec<f64> = reached.iter().map(|worth| worth - reached[0]).collect();
            let moved = next.iter().zip(&values).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            let settled = moved.max((reached[0] - gain).abs()) < SETTLED;
            (gain, values) = (reached[0], next);
            if settled {
                return Some(TailWithholding { slots, gain, values });
            }
        }
        None
    }

    /// The attacker's share of slots.
    pub fn share(&self) -> f64 {
        self.gain / self.slots as f64
    }

    /// What a tail of this length is worth in slots, more than none.
    pub fn value(&self, tail: u64) -> f64 {
        self.values[(tail as usize).min(self.values.len() - 1)]
    }

    /// The longest tail that is told from longer ones.
    pub fn longest(&self) -> u64 {
        self.values.len() as u64 - 1
    }
}

/// Slots and tail of an epoch, with their probability.
fn outcomes(share: f64, slots: u64) -> Option<Vec<(u64, u64, f64)>> {
    let mut all = Vec::new();
    for tail in 0..=slots {
        let ends = if tail < slots { 1.0 - share } else { 1.0 };
        let chance = share.powi(tail as i32) * ends;
        let before = slots.saturating_sub(tail + 1);
        let others = Binomial::new(share, before).ok()?;
        for other in 0..=before {
            let chance = chance * others.pmf(other);
            if chance > NEGLIGIBLE {
                all.push((tail + other, tail, chance));
            }
        }
    }
    Some(all)
}

/// The distribution of what an epoch is worth: ascending, with the probability of at most each.
fn worths(outcomes: &[(u64, u64, f64)], values: &[f64]) -> Vec<(f64, f64)> {
    let worth = |slots: u64, tail: u64| slots as f64 + values[(tail as usize).min(values.len() - 1)];
    let mut law: Vec<(f64, f64)> =
        outcomes.iter().map(|&(slots, tail, chance)| (worth(slots, tail), chance)).collect();
    law.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let all: f64 = law.iter().map(|(_, chance)| chance).sum();
    let mut sum = 0.0;
    law.iter_mut().for_each(|(_, chance)| {
        sum += *chance / all;
        *chance = sum;
    });
    law
}

/// The expected worth of the best epoch that a tail of this length lets one choose.
fn best_of(law: &[(f64, f64)], tail: u64) -> f64 {
    let mut points: Vec<f64> =
        (0..=tail).flat_map(|withheld| law.iter().map(move |(worth, _)| worth - withheld as f64)).collect();
    points.sort_unstable_by(f64::total_cmp);
    points.dedup();
    let at_most = |point: f64| {
        let place = law.partition_point(|(worth, _)| *worth <= point);
        if place == 0 { 0.0 } else { law[place - 1].1 }
    };
    let (mut below, mut mean) = (0.0, 0.0);
    for point in points {
        // A way that costs i slots must be worth i more.
        let all: f64 = (0..=tail)
            .map(|withheld| at_most(point + withheld as f64).powf(choose(tail, withheld)))
            .product();
        mean += point * (all - below);
        below = all;
    }
    mean
}

/// The number of ways to choose k of n, as a double.
pub fn choose(n: u64, k: u64) -> f64 {
    (0..k.min(n)).fold(1.0, |ways, i| ways * (n - i) as f64 / (i + 1) as f64).round()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Alpturer and Weinberg print 5.048 %, 10.19 % and 20.68 %.
    #[test]
    fn published_shares() {
        for (share, published) in [(0.05, 0.05048), (0.1, 0.1019), (0.2, 0.2068)] {
            let found = TailWithholding::new(share, 32).unwrap().share();
            assert!((found - published).abs() < 5e-5, "{share}: {found}");
        }
    }

    /// In an epoch of one slot a block that is withheld is never made up for: the share is that of stake.
    #[test]
    fn a_single_slot_gains_nothing() {
        let law = TailWithholding::new(0.3, 1).unwrap();
        assert!((law.share() - 0.3).abs() < 1e-12, "{}", law.share());
        assert_eq!((choose(4, 2), choose(3, 0), choose(12, 6)), (6.0, 1.0, 924.0));
        assert!(TailWithholding::new(0.0, 32).is_none() && TailWithholding::new(0.3, 0).is_none());
    }
}
