//! How much of all wins goes to somebody else than a target says.

use crate::statistics::Interval;

/// The total variation distance between the win shares of all validators and a target, judged against a
/// margin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Misallocation {
    /// Half the sum of absolute differences between observed shares and the target. Chance alone makes
    /// it larger than the distance of the expected shares.
    pub value: f64,
    /// The interval of the distance of the expected shares; nothing where nothing is independent.
    pub interval: Option<Interval>,
    /// The margin.
    pub margin: f64,
    /// p-value of the hypothesis that the distance is at most the margin.
    pub difference_p: Option<f64>,
    /// p-value of the hypothesis that it is larger.
    pub equivalence_p: Option<f64>,
}

/// What the observed shares rest on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NullDraws {
    /// So many independent draws, each of which decides as much as any other: rounds, runs of rounds, or
    /// trials.
    Independent(f64),
    /// Nothing is left to chance: the observed distance is off by at most this.
    Certain(f64),
    /// Nothing is known to be independent.
    Unknown,
}

impl Misallocation {
    /// Judges the distance of `shares` from `target`, by two bounds that hold for any number of
    /// validators, however small, and for any distribution of a draw:
    ///
    /// - Each of n draws moves the observed distance by at most 1/n, so by McDiarmid's inequality
    ///   (1989) it exceeds its mean by x with a probability of at most exp(−2nx²). Its mean is at most
    ///   the true distance and ½ Σ √(p(1 − p)/n), for which the largest value over all shares p within
    ///   the margin of the target is taken. This bounds the p-value of a difference.
    /// - For the set A of validators that win too much, the observed distance is at least the observed
    ///   share of A less its target, and that falls short of the true distance by x with a probability
    ///   of at most exp(−2nx²) (Hoeffding 1963). This bounds the p-value of equivalence.
    ///
    /// Both are conservative: the level is kept, and not used up. O(m log m).
    pub fn new(shares: &[f64], target: &[f64], draws: NullDraws, margin: f64, confidence: f64) -> Self {
        let value = 0.5 * shares.iter().zip(target).map(|(share, aim)| (share - aim).abs()).sum::<f64>();
        let empty = Misallocation { value, interval: None, margin, difference_p: None, equivalence_p: None };
        match draws {
            NullDraws::Unknown => empty,
            NullDraws::Certain(slack) => Misallocation {
                interval: Some(Interval { low: (value - slack).max(0.0), high: (value + slack).min(1.0) }),
                difference_p: Some(if value - slack > margin { 0.0 } else { 1.0 }),
                equivalence_p: Some(if value + slack <= margin { 0.0 } else { 1.0 }),
                ..empty
            },
            NullDraws::Independent(n) if n > 0.0 => {
                let mut sorted = target.to_vec();
                sorted.sort_unstable_by(f64::total_cmp);
                let by_chance = |distance: f64| largest_noise(&sorted, distance) / n.sqrt();
                let beyond = |distance: f64| value - distance - by_chance(distance);
                let tail = |x: f64| if x > 0.0 { (-2.0 * n * x * x).exp() } else { 1.0 };
                let reach = ((2.0 / (1.0 - confidence)).ln() / (2.0 * n)).sqrt();
                let (mut least, mut most) = (0.0, value);
                if beyond(0.0) <= reach {
                    most = 0.0;
                }
                // The smallest distance that is not excluded; what is beyond it falls as it grows.
                while most - least > 1e-9 {
                    let middle = 0.5 * (least + most);
                    if beyond(middle) > reach { least = middle } else { most = middle }
                }
                Misallocation {
                    interval: Some(Interval { low: most, high: (value + reach).min(1.0) }),
                    difference_p: Some(tail(beyond(margin))),
                    equivalence_p: Some(tail(margin - value)),
                    ..empty
                }
            }
            NullDraws::Independent(_) => empty,
        }
    }
}

/// The largest ½ Σ √(p(1 − p)) over all shares p whose distance from the ascending `target` is at most
/// `distance`: the smallest shares are raised to one level and the largest lowered to another.
fn largest_noise(target: &[f64], distance: f64) -> f64 {
    let m = target.len() as f64;
    let all: f64 = target.iter().sum();
    // The level up to which the smallest can be raised with so much.
    let mut raised = 0.0;
    let mut left = distance;
    for (index, &share) in target.iter().enumerate() {
        let next = target.get(index + 1).copied().unwrap_or(f64::INFINITY);
        let many = (index + 1) as f64;
        if (next - share) * many >= left {
            raised = share + left / many;
            break;
        }
        left -= (next - share) * many;
    }
    let mut lowered = 0.0;
    let mut left = distance;
    for (index, &share) in target.iter().rev().enumerate() {
        let next = target.len().checked_sub(index + 2).map_or(0.0, |place| target[place]);
        let many = (index + 1) as f64;
        if (share - next) * many >= left {
            lowered = share - left / many;
            break;
        }
        left -= (share - next) * many;
    }
    let part = |share: f64| (share * (1.0 - share)).max(0.0).sqrt();
    if raised >= lowered {
        // Everybody can have the same.
        return 0.5 * m * part(all / m);
    }
    0.5 * target.iter().map(|&share| part(share.clamp(raised, lowered))).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Stream, StreamKey};
    use crate::statistics::distributions::sample_multinomial;

    #[test]
    fn the_largest_noise_by_hand() {
        let part = |share: f64| (share * (1.0f64 - share)).sqrt();
        assert!((largest_noise(&[0.2, 0.8], 0.0) - part(0.2)).abs() < 1e-12);
        assert!((largest_noise(&[0.2, 0.8], 0.1) - part(0.3)).abs() < 1e-12);
        assert!((largest_noise(&[0.2, 0.8], 0.5) - 0.5).abs() < 1e-12);
        // .01 and .04 are raised to .055 with .06 in all, .95 is lowered to .89.
        let expected = 0.5 * (2.0 * part(0.055) + part(0.89));
        assert!((largest_noise(&[0.01, 0.04, 0.95], 0.06) - expected).abs() < 1e-12);
    }

    /// 400 tables each at level 5 %: a share of at most 5 % and three standard errors, 3.3 %.
    fn rate(expected: &[f64], rounds: u64, rejects: impl Fn(&Misallocation) -> bool, target: &[f64]) -> f64 {
        let mut stream = Stream::open(StreamKey::new().text("misallocation"));
        let mut counts = vec![0; expected.len()];
        let mut rejected = 0;
        for _ in 0..400 {
            sample_multinomial(&mut counts, expected, rounds, &mut stream);
            let shares: Vec<f64> = counts.iter().map(|&count| count as f64 / rounds as f64).collect();
            let judged =
                Misallocation::new(&shares, target, NullDraws::Independent(rounds as f64), 0.01, 0.95);
            let interval = judged.interval.unwrap();
            assert!(interval.contains(judged.value) && interval.low >= 0.0);
            rejected += u32::from(rejects(&judged));
        }
        f64::from(rejected) / 400.0
    }

    #[test]
    fn both_tests_keep_their_level_and_have_power() {
        let unfair = |judged: &Misallocation| judged.difference_p.unwrap() <= 0.05;
        let fair = |judged: &Misallocation| judged.equivalence_p.unwrap() <= 0.05;
        let equal = [0.01; 100];
        // At the margin: 1 % moved from one to another, and a little moved everywhere.
        let mut concentrated = equal;
        (concentrated[0], concentrated[1]) = (0.0, 0.02);
        let mut spread = equal;
        spread
            .iter_mut()
            .enumerate()
            .for_each(|(index, share)| *share += if index % 2 == 0 { 2e-4 } else { -2e-4 });
        for truth in [concentrated, spread] {
            for rounds in [100, 10_000, 1_000_000] {
                assert!(rate(&truth, rounds, unfair, &equal) <= 0.083);
                assert!(rate(&truth, rounds, fair, &equal) <= 0.083);
            }
        }
        // A fair rule is shown fair, and a rule that is 3 % off is shown unfair.
        assert!(rate(&equal, 1_000_000, fair, &equal) >= 0.9);
        let mut off = equal;
        (0..3).for_each(|index| (off[index], off[index + 3]) = (0.0, 0.02));
        assert!(rate(&off, 1_000_000, unfair, &equal) >= 0.9);
    }

    #[test]
    fn without_chance_and_without_knowledge() {
        let judge = |draws| Misallocation::new(&[0.52, 0.48], &[0.5, 0.5], draws, 0.01, 0.95);
        assert_eq!(judge(NullDraws::Certain(0.001)).difference_p, Some(0.0));
        assert_eq!(judge(NullDraws::Certain(0.02)).difference_p, Some(1.0));
        assert_eq!(judge(NullDraws::Certain(0.02)).equivalence_p, Some(1.0));
        assert_eq!(judge(NullDraws::Unknown).interval, None);
        assert_eq!(judge(NullDraws::Independent(0.0)).difference_p, None);
    }
}
