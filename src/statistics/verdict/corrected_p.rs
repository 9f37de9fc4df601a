//! The p-values behind the verdict, corrected for all validators.

use super::{Assessment, Subject};
use crate::statistics::Interval;

/// No p-value below this is told apart: a confidence closer to one has too few digits left.
const LEAST: f64 = 1e-12;

/// The largest level at which intervals are asked for: at one there are none.
const MOST: f64 = 1.0 - 1e-9;

/// Of so many candidates by a rough measure the p-values are worked out.
const CANDIDATES: usize = 8;

impl Assessment {
    /// Adds the p-values that belong to the verdict's intervals. `interval` gives the interval of a
    /// subject, by its number, at any confidence, from the same method as those of the subjects.
    ///
    /// The p-value of a validator is the smallest level at which its interval would lie outside the
    /// margin (for a difference) or inside (for equivalence), so that p ≤ 1 − confidence after the
    /// correction is the verdict itself; it is multiplied by the number of validators (Bonferroni).
    /// For a difference the smallest counts, for equivalence the largest. Values below 10^-12 are
    /// given as that times the number of validators. O(subjects), and some hundred intervals.
    pub fn with_p_values(
        mut self,
        subjects: &[Subject],
        interval: impl Fn(usize, f64) -> Option<Interval>,
    ) -> Self {
        let margin = |subject: &Subject| {
            ((1.0 - self.tolerance) * subject.stake_share, (1.0 + self.tolerance) * subject.stake_share)
        };
        // How far the estimate is outside the margin, in half widths; negative inside.
        let mut distances: Vec<(f64, usize)> = Vec::with_capacity(subjects.len());
        for (index, subject) in subjects.iter().enumerate() {
            let (Some(known), Some(share)) = (subject.interval, subject.win_share) else { continue };
            let (least, most) = margin(subject);
            let outside = (share - most).max(least - share) / known.half_width().max(f64::MIN_POSITIVE);
            if !outside.is_nan() {
                distances.push((outside, index));
            }
        }
        distances.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let corrected = |level: f64| (level * subjects.len() as f64).min(1.0);
        // The most extreme level over the candidates; most of them need only one look at the best so
        // far.
        let extreme = |shown: &dyn Fn(usize, Interval) -> bool, largest: bool| -> Option<f64> {
            let mut best = None;
            for &(_, index) in distances.iter().take(CANDIDATES) {
                let shows = |level: f64| interval(index, 1.0 - level).is_some_and(|i| shown(index, i));
                if best.is_none_or(|best: f64| shows(best.min(MOST)) != largest) {
                    best = Some(smallest_level(shows));
                }
            }
            best
        };
        let outside = |index: usize, interval: Interval| {
            let (least, most) = margin(&subjects[index]);
            interval.low > most || interval.high < least
        };
        let inside = |index: usize, interval: Interval| {
            let (least, most) = margin(&subjects[index]);
            least <= interval.low && interval.high <= most
                || subjects[index].stake_share == 0.0 && subjects[index].win_share == Some(0.0)
        };
        self.difference_p = extreme(&outside, false).map(corrected);
        let all_known = distances.len() == subjects.len();
        self.equivalence_p = extreme(&inside, true).filter(|_| all_known).map(corrected);
        self
    }
}

/// The smallest level that shows something which all larger levels show too; one if none does.
fn smallest_level(shows: impl Fn(f64) -> bool) -> f64 {
    if shows(LEAST) {
        return LEAST;
    }
    if !shows(MOST) {
        return 1.0;
    }
    let (mut least, mut most) = (LEAST.ln(), 0.0);
    while most - least > 1e-5 {
        let middle = 0.5 * (least + most);
        if shows(middle.exp().min(MOST)) {
            most = middle;
        } else {
            least = middle;
        }
    }
    most.exp().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::{Evidence, Sample, Verdict, assess, bonferroni, clopper_pearson};
    use proptest::prelude::*;

    fn judge(wins: &[u64], stakes: &[u64], tolerance: f64) -> Assessment {
        let (rounds, total): (u64, u64) = (wins.iter().sum(), stakes.iter().sum());
        let level = bonferroni(0.95, wins.len());
        let subjects: Vec<Subject> = (0..wins.len())
            .map(|i| Subject {
                name: "v",
                stake_share: stakes[i] as f64 / total as f64,
                win_share: (rounds > 0).then(|| wins[i] as f64 / rounds as f64),
                interval: clopper_pearson(wins[i], rounds, level),
            })
            .collect();
        let evidence = Evidence {
            subjects: &subjects,
            confidence: 0.95,
            tolerance,
            sample: Sample::Rounds(rounds),
            expected_shares_p: None,
            without_interval: "",
        };
        assess(&evidence)
            .with_p_values(&subjects, |i, confidence| clopper_pearson(wins[i], rounds, confidence))
    }

    #[test]
    fn it_is_the_exact_tail_at_the_edge_of_the_margin() {
        // Two equal validators, 600 of 1,000, margin 10 %: 2 P(X >= 600 | p = .55) = 2 × 7.9337e-04
        // (scipy.stats.binom.sf(599, 1000, .55)), times two validators; the other, 400 of 1,000,
        // lies as far below.
        let result = judge(&[600, 400], &[1, 1], 0.1);
        let expected = 4.0 * 0.0007933693696643445;
        assert!((result.difference_p.unwrap() / expected - 1.0).abs() < 2e-5, "{:?}", result.difference_p);
        // Equivalence: 500 of 1,000 lies within .45 and .55: 2 P(X <= 500 | p = .55) = 2 × 8.4655e-04, times two.
        let result = judge(&[500, 500], &[1, 1], 0.1);
        let expected = 4.0 * 0.0008465492166192581;
        assert!((result.equivalence_p.unwrap() / expected - 1.0).abs() < 2e-5, "{:?}", result.equivalence_p);
        assert_eq!(result.difference_p, Some(1.0));
        assert_eq!(judge(&[0, 0], &[1, 1], 0.1).difference_p, None);
    }

    #[test]
    fn one_estimate_outside_the_margin_rules_equivalence_out() {
        // The last wins 3.8 % for a share of 27 %, margin 89 %: no interval of it is ever inside.
        let result = judge(&[1308, 2665, 1435, 211], &[96, 103, 110, 117], 0.8926607813130695);
        assert_eq!(result.equivalence_p, Some(1.0));
        assert!(result.difference_p.unwrap() > 0.05);
    }

    proptest! {
        #[test]
        fn the_verdict_and_its_p_values_agree(
            wins in prop::collection::vec(0u64..3000, 2..20), stake in 1u64..100, tolerance in 0.01f64..0.9,
        ) {
            let stakes: Vec<u64> = (0..wins.len() as u64).map(|i| stake + i * 7 % 50).collect();
            let result = judge(&wins, &stakes, tolerance);
            if let (Some(difference), Some(equivalence)) = (result.difference_p, result.equivalence_p) {
                // A bisection ends on the right side of the level but for its last digits.
                match result.verdict {
                    Verdict::Unfair => prop_assert!(difference <= 0.050001),
                    Verdict::Fair => prop_assert!(equivalence <= 0.050001),
                    Verdict::Inconclusive => prop_assert!(difference >= 0.049999 && equivalence >= 0.049999, "{difference} {equivalence}"),
                }
            }
        }
    }
}
