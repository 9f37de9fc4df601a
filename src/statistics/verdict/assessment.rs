//! What the intervals of all validators together show.

use crate::statistics::distributions::normal_quantile;
use crate::statistics::{Interval, bonferroni};

/// Power at which "could have seen" and "would do" are meant.
const POWER: f64 = 0.9;

/// What a run shows about fairness to stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every validator is shown to win within the margin of its share of stake.
    Fair,
    /// Some validator is shown to win outside the margin.
    Unfair,
    /// Neither is shown.
    Inconclusive,
}

impl Verdict {
    /// The verdict in a word, as tables write it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Fair => "fair",
            Verdict::Unfair => "unfair",
            Verdict::Inconclusive => "inconclusive",
        }
    }
}

/// One validator, as far as the verdict looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its share of all stake.
    pub stake_share: f64,
    /// The share of rounds that it won.
    pub win_share: Option<f64>,
    /// Interval of the win share, at the confidence of [`bonferroni`] for all subjects, so that
    /// all intervals hold together. Exact ones for independent rounds
    /// ([`clopper_pearson`](crate::statistics::clopper_pearson)), and
    /// [`clustered_share`](crate::statistics::clustered_share) where rounds depend on each other:
    /// score and t intervals are too short at such levels when wins are few.
    pub interval: Option<Interval>,
}

/// What the intervals rest on: what more of would make them shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// So many independent rounds.
    Rounds(u64),
    /// So many independent trials, whose rounds depend on each other.
    Trials(u64),
}

impl Sample {
    /// How many.
    pub fn size(self) -> u64 {
        match self {
            Sample::Rounds(size) | Sample::Trials(size) => size,
        }
    }
}

/// Everything the verdict is made from.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// All validators.
    pub subjects: &'a [Subject<'a>],
    /// Confidence that all intervals hold together, e.g. 0.95; between 0 and 1.
    pub confidence: f64,
    /// The margin ε, relative to the share of stake, e.g. 0.10; positive.
    pub tolerance: f64,
    /// What the intervals rest on.
    pub sample: Sample,
    /// p-value of the test that the rule keeps its own promise, where there is one.
    pub expected_shares_p: Option<f64>,
    /// Why some subjects have no interval, for the sentence; may be empty.
    pub without_interval: &'a str,
}

/// How far one validator is from its share of stake.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Its name.
    pub name: String,
    /// Its share of stake.
    pub stake_share: f64,
    /// Its share of wins.
    pub win_share: f64,
    /// Win share minus stake share.
    pub absolute: f64,
    /// Interval of the same.
    pub absolute_interval: Interval,
    /// Win share over stake share, minus one; `None` without stake.
    pub relative: Option<f64>,
    /// Interval of the same.
    pub relative_interval: Option<Interval>,
}

/// The verdict and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// The verdict.
    pub verdict: Verdict,
    /// Confidence of all statements together.
    pub confidence: f64,
    /// The margin ε.
    pub tolerance: f64,
    /// How many validators were compared.
    pub comparisons: usize,
    /// How many are shown to be within the margin.
    pub within: usize,
    /// The stake share of these.
    pub within_stake: f64,
    /// How many are shown to be outside.
    pub beyond: usize,
    /// How many have no interval.
    pub without_interval: usize,
    /// Why they have none.
    pub reason: String,
    /// Of those shown to win too much, the one with the largest relative effect.
    pub gains_most: Option<Effect>,
    /// Of those shown to win too little, the one with the largest relative effect.
    pub loses_most: Option<Effect>,
    /// The farthest relative deviation that any interval still allows; `None` where an interval or
    /// a stake is missing.
    pub bound: Option<f64>,
    /// The smallest relative effect, on any validator, that a run of this size would show to be
    /// beyond the margin with 90 % power.
    pub detectable: Option<f64>,
    /// About how many more rounds or trials would let a run show a fair rule to be fair with 90 %
    /// power for its hardest validator; only where the verdict is inconclusive.
    pub needed: Option<u64>,
    /// What the intervals rest on.
    pub sample: Sample,
    /// p-value of the hypothesis that nobody is beyond the margin, corrected for all validators;
    /// at most 1 − confidence exactly if the verdict is unfair. `None` until
    /// [`Assessment::with_p_values`], or without intervals.
    pub difference_p: Option<f64>,
    /// p-value of the hypothesis that somebody is beyond the margin, corrected likewise; at most
    /// 1 − confidence exactly if the verdict is fair. `None` as above, or where an interval is
    /// missing.
    pub equivalence_p: Option<f64>,
    /// p-value of the test of the rule's own promise.
    pub expected_shares_p: Option<f64>,
    /// Whether that test rejects at 1 − confidence.
    pub expected_shares_rejected: Option<bool>,
}

/// Where an interval lies relative to the margin around the stake share.
#[derive(Clone, Copy, PartialEq)]
enum Position {
    Within,
    Above,
    Below,
    Open,
    Unknown,
}

/// Decides. O(number of subjects).
///
/// **Unfair** if the interval of some validator lies wholly outside (1 ± ε) × its share of stake:
/// a difference beyond the margin is shown. **Fair** if every interval lies wholly inside:
/// equivalence is shown. Otherwise **inconclusive**. As the intervals hold together, either
/// statement is wrong with probability at most 1 − confidence. A validator without stake has no
/// relative margin: it is within if it never wins and beyond as soon as its interval excludes
/// zero.
///
/// A broken promise is a separate matter: with enough rounds every rule differs from its promise
/// by something, so it is noted, and only a shown deviation beyond the margin is unfair.
pub fn assess(evidence: &Evidence) -> Assessment {
    let Evidence { subjects, confidence, tolerance, sample, expected_shares_p, without_interval } = *evidence;
    let positions: Vec<Position> = subjects.iter().map(|subject| position(subject, tolerance)).collect();
    let count = |wanted: &[Position]| positions.iter().filter(|position| wanted.contains(position)).count();
    let within = count(&[Position::Within]);
    let beyond = count(&[Position::Above, Position::Below]);
    let verdict = if beyond > 0 {
        Verdict::Unfair
    } else if within == subjects.len() && within > 0 {
        Verdict::Fair
    } else {
        Verdict::Inconclusive
    };
    let precision = Precision::new(confidence, tolerance, subjects.len(), sample);
    let open = || subjects.iter().zip(&positions).filter(|(_, position)| **position == Position::Open);
    let all_known = count(&[Position::Unknown]) == 0;
    Assessment {
        verdict,
        confidence,
        tolerance,
        comparisons: subjects.len(),
        within,
        within_stake: subjects
            .iter()
            .zip(&positions)
            .filter(|(_, position)| **position == Position::Within)
            .map(|(subject, _)| subject.stake_share)
            .sum(),
        beyond,
        without_interval: count(&[Position::Unknown]),
        reason: without_interval.to_owned(),
        gains_most: most(subjects, &positions, Position::Above),
        loses_most: most(subjects, &positions, Position::Below),
        bound: subjects.iter().map(bound).try_fold(0.0, |most: f64, bound| Some(most.max(bound?))),
        detectable: precision.and_then(|precision| {
            subjects.iter().filter_map(|subject| precision.detectable(subject)).min_by(f64::total_cmp)
        }),
        needed: precision.filter(|_| verdict == Verdict::Inconclusive && all_known).and_then(|precision| {
            let needed = open()
                .map(|(subject, _)| precision.needed(subject))
                .try_fold(0.0, |most: f64, needed| Some(most.max(needed?)))?;
            let more = needed - sample.size() as f64;
            (more > 0.0 && more < 1e18).then(|| more.ceil() as u64)
        }),
        sample,
        difference_p: None,
        equivalence_p: None,
        expected_shares_p,
        expected_shares_rejected: expected_shares_p.filter(|p| !p.is_nan()).map(|p| p < 1.0 - confidence),
    }
}

fn position(subject: &Subject, tolerance: f64) -> Position {
    let share = subject.stake_share;
    let Some(interval) = subject.interval else { return Position::Unknown };
    if !share.is_finite() || share < 0.0 || interval.low.is_nan() || interval.high.is_nan() {
        return Position::Unknown;
    }
    let (least, most) = ((1.0 - tolerance) * share, (1.0 + tolerance) * share);
    if interval.low > most {
        Position::Above
    } else if interval.high < least {
        Position::Below
    } else if least <= interval.low && interval.high <= most || share == 0.0 && subject.win_share == Some(0.0)
    {
        Position::Within
    } else {
        Position::Open
    }
}

/// The farthest relative deviation an interval allows.
fn bound(subject: &Subject) -> Option<f64> {
    let interval = subject.interval?;
    if subject.stake_share == 0.0 && subject.win_share == Some(0.0) {
        return Some(0.0);
    }
    (subject.stake_share > 0.0).then(|| {
        (1.0 - interval.low / subject.stake_share)
            .abs()
            .max((interval.high / subject.stake_share - 1.0).abs())
    })
}

/// Of the subjects in a position, the one with the largest relative effect; the first on a tie.
fn most(subjects: &[Subject], positions: &[Position], wanted: Position) -> Option<Effect> {
    let mut best: Option<(f64, Effect)> = None;
    for (subject, _) in subjects.iter().zip(positions).filter(|(_, position)| **position == wanted) {
        let Some(effect) = effect(subject) else { continue };
        let size = effect.relative.map_or(f64::INFINITY, f64::abs);
        if best.as_ref().is_none_or(|(largest, _)| size > *largest) {
            best = Some((size, effect));
        }
    }
    best.map(|(_, effect)| effect)
}

fn effect(subject: &Subject) -> Option<Effect> {
    let interval = subject.interval?;
    let share = subject.stake_share;
    let win_share = subject.win_share.unwrap_or(0.5 * (interval.low + interval.high));
    Some(Effect {
        name: subject.name.to_owned(),
        stake_share: share,
        win_share,
        absolute: win_share - share,
        absolute_interval: Interval { low: interval.low - share, high: interval.high - share },
        relative: (share > 0.0).then(|| win_share / share - 1.0),
        relative_interval: (share > 0.0)
            .then(|| Interval { low: interval.low / share - 1.0, high: interval.high / share - 1.0 }),
    })
}

/// What a sample of this size can show, by the normal approximation.
#[derive(Clone, Copy)]
struct Precision {
    tolerance: f64,
    sample: Sample,
    /// Normal quantile behind each interval.
    interval: f64,
    /// Normal quantile of the power, for one side and for both.
    one_sided: f64,
    two_sided: f64,
}

impl Precision {
    fn new(confidence: f64, tolerance: f64, comparisons: usize, sample: Sample) -> Option<Self> {
        let level = 1.0 - bonferroni(confidence, comparisons);
        (level > 0.0 && level < 1.0 && tolerance > 0.0 && sample.size() > 0).then(|| Precision {
            tolerance,
            sample,
            interval: normal_quantile(0.5 * level),
            one_sided: normal_quantile(1.0 - POWER),
            two_sided: normal_quantile(0.5 * (1.0 - POWER)),
        })
    }

    /// Standard deviation of one round's or trial's win share, relative to the stake share: of a
    /// fair draw for independent rounds, read off the interval for trials (where few trials make
    /// it too large, which errs on the safe side).
    fn relative_deviation(&self, subject: &Subject) -> Option<f64> {
        let share = subject.stake_share;
        if !(share > 0.0 && share <= 1.0) {
            return None;
        }
        match self.sample {
            Sample::Rounds(_) => Some(((1.0 - share) / share).sqrt()),
            Sample::Trials(trials) => {
                let error = subject.interval?.half_width() / self.interval;
                Some(error * (trials as f64).sqrt() / share)
            }
        }
    }

    fn detectable(&self, subject: &Subject) -> Option<f64> {
        subject.interval?;
        let error = self.relative_deviation(subject)? / (self.sample.size() as f64).sqrt();
        Some(self.tolerance + (self.interval + self.one_sided) * error)
    }

    /// The sample that shows this subject, if it wins its share of stake, to be within the margin;
    /// where this sample should already have done so, the one whose interval would no longer reach
    /// the edge of the margin if the estimate stayed.
    fn needed(&self, subject: &Subject) -> Option<f64> {
        let root = (self.interval + self.two_sided) * self.relative_deviation(subject)? / self.tolerance;
        let size = self.sample.size() as f64;
        if root * root > size {
            return Some(root * root);
        }
        let interval = subject.interval?;
        let estimate = subject.win_share.unwrap_or(0.5 * (interval.low + interval.high));
        let distance = ((estimate / subject.stake_share - 1.0).abs() - self.tolerance).abs();
        let ratio = interval.half_width() / subject.stake_share / distance;
        Some(size * ratio * ratio).filter(|needed| needed.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::clopper_pearson;
    use proptest::prelude::*;

    const NAMES: [&str; 4] = ["charles", "edwin", "oliver", "sonia"];
    const STAKES: [u64; 4] = [350, 500, 200, 275];

    /// The verdict over wins out of their sum, 95 %, margin 10 %.
    fn judge(wins: [u64; 4], expected_shares_p: Option<f64>) -> Assessment {
        let rounds = wins.iter().sum();
        let level = bonferroni(0.95, 4);
        let subjects: Vec<Subject> = (0..4)
            .map(|i| Subject {
                name: NAMES[i],
                stake_share: STAKES[i] as f64 / 1325.0,
                win_share: (rounds > 0).then(|| wins[i] as f64 / rounds as f64),
                interval: clopper_pearson(wins[i], rounds, level),
            })
            .collect();
        assess(&Evidence {
            subjects: &subjects,
            confidence: 0.95,
            tolerance: 0.10,
            sample: Sample::Rounds(rounds),
            expected_shares_p,
            without_interval: "no round was won",
        })
    }

    #[test]
    fn a_long_fair_run_is_fair() {
        let result = judge([264_000, 377_500, 151_000, 207_500], Some(0.4));
        assert_eq!((result.verdict, result.within, result.beyond), (Verdict::Fair, 4, 0));
        assert!((result.within_stake - 1.0).abs() < 1e-12);
        assert!(result.bound.unwrap() < 0.01);
        assert_eq!(
            result.sentence(),
            "fair within 10 %: each of the 4 validators wins within ±0.63 % of its share of stake (95 %, \
             corrected for 4 comparisons); the rule keeps its own promise as far as this run can see (p = 0.40)"
        );
    }

    #[test]
    fn the_uniform_rule_is_unfair_and_keeps_its_promise() {
        let result = judge([250_000; 4], Some(1.0));
        assert_eq!((result.verdict, result.beyond), (Verdict::Unfair, 3));
        let gains = result.gains_most.as_ref().unwrap();
        assert_eq!(gains.name, "oliver");
        assert!((gains.relative.unwrap() - 0.65625).abs() < 1e-12);
        assert!((gains.absolute - 0.0990566).abs() < 1e-6);
        assert_eq!(result.loses_most.as_ref().unwrap().name, "edwin");
        assert_eq!(result.needed, None);
        assert_eq!(
            result.sentence(),
            "unfair: oliver wins 25.0 % of the rounds with 15.1 % of the stake (+65.6 %, 95 % interval +64.9 to \
             +66.3 %), edwin loses most, 25.0 % with 37.7 % of the stake (-33.8 %, -34.0 to -33.5 %); 3 of 4 \
             validators are beyond 10 %, corrected for 4 comparisons; the rule keeps its own promise as far as \
             this run can see (p = 1.0)"
        );
    }

    #[test]
    fn a_short_run_is_inconclusive_and_says_what_would_do() {
        let result = judge([26, 38, 15, 21], None);
        assert_eq!((result.verdict, result.within), (Verdict::Inconclusive, 0));
        // Oliver is the hardest: (z(.05/8) + z(.05))^2 (1 - a) / (a 0.01) = 9662 rounds in all.
        let needed = result.needed.unwrap();
        assert!((9_500..9_600).contains(&needed), "{needed}");
        // Edwin the easiest: 0.1 + (2.4977 + 1.2816) sqrt((1 - a) / (100 a)) = 0.5854.
        assert!((result.detectable.unwrap() - 0.5854).abs() < 1e-3);
        assert_eq!(
            result.sentence(),
            "inconclusive: none of the 4 validators is shown to win within 10 % of its share of stake, none \
             outside (95 %, corrected for 4 comparisons); this run could have seen a deviation of 58.5 % or more; \
             about 9,600 more rounds would do"
        );
        // The promised sample does: at exactly fair counts all four are within.
        assert_eq!(judge([2642, 3774, 1509, 2075].map(|w| w * 97 / 100), None).verdict, Verdict::Fair);
    }

    #[test]
    fn a_broken_promise_within_the_margin_is_a_note() {
        let result = judge([270_000, 377_500, 151_000, 201_500], Some(1e-30));
        assert_eq!((result.verdict, result.expected_shares_rejected), (Verdict::Fair, Some(true)));
        assert!(result.sentence().ends_with(
            "note: the rule does not keep its own promise (p = 1.0e-30), but by less than the margin"
        ));
        let result = judge([500_000, 200_000, 150_000, 150_000], Some(0.0));
        assert_eq!(result.verdict, Verdict::Unfair);
        assert!(
            result.sentence().ends_with("the rule does not keep its own promise (p < 1e-300)"),
            "{}",
            result.sentence()
        );
    }

    #[test]
    fn without_intervals_nothing_is_shown() {
        let result = judge([0; 4], None);
        assert_eq!(
            (result.verdict, result.without_interval, result.needed),
            (Verdict::Inconclusive, 4, None)
        );
        assert_eq!(
            result.sentence(),
            "inconclusive: none of the 4 validators has an interval (no round was won)"
        );
        let nobody = Evidence {
            subjects: &[],
            confidence: 0.95,
            tolerance: 0.1,
            sample: Sample::Trials(0),
            expected_shares_p: None,
            without_interval: "",
        };
        assert_eq!(assess(&nobody).verdict, Verdict::Inconclusive);
        assert_eq!(assess(&nobody).sentence(), "inconclusive: there is no validator to judge");
    }

    #[test]
    fn winning_without_stake_is_unfair() {
        let level = bonferroni(0.95, 2);
        let with = |wins: u64| {
            let subjects = [
                Subject {
                    name: "rich",
                    stake_share: 1.0,
                    win_share: Some((1e6 - wins as f64) / 1e6),
                    interval: clopper_pearson(1_000_000 - wins, 1_000_000, level),
                },
                Subject {
                    name: "poor",
                    stake_share: 0.0,
                    win_share: Some(wins as f64 / 1e6),
                    interval: clopper_pearson(wins, 1_000_000, level),
                },
            ];
            let evidence = Evidence {
                subjects: &subjects,
                confidence: 0.95,
                tolerance: 0.1,
                sample: Sample::Rounds(1_000_000),
                expected_shares_p: None,
                without_interval: "",
            };
            assess(&evidence)
        };
        assert_eq!(with(0).verdict, Verdict::Fair);
        assert_eq!(with(40).verdict, Verdict::Unfair);
        assert!(
            with(40).sentence().starts_with("unfair: poor wins 0.0040 % of the rounds without stake"),
            "{}",
            with(40).sentence()
        );
    }

    #[test]
    fn intervals_from_trials_scale_with_their_number() {
        let interval = Some(Interval { low: 0.15, high: 0.25 });
        let subjects = [Subject { name: "a", stake_share: 0.2, win_share: Some(0.2), interval }];
        let evidence = Evidence {
            subjects: &subjects,
            confidence: 0.95,
            tolerance: 0.1,
            sample: Sample::Trials(100),
            expected_shares_p: None,
            without_interval: "",
        };
        let result = assess(&evidence);
        // Half width 0.25 of the share; (0.25 / 0.1 * (1.96 + 1.645) / 1.96)^2 * 100 = 2114 trials.
        assert!((2010..2018).contains(&result.needed.unwrap()), "{:?}", result.needed);
        assert!(result.sentence().ends_with("about 2,100 more trials would do"), "{}", result.sentence());
    }

    proptest! {
        #[test]
        fn never_says_what_the_intervals_do_not_show(
            ends in prop::collection::vec((0.0f64..1.0, 0.0f64..=1.0, 0.0f64..=1.0, any::<bool>()), 0..8),
            tolerance in 0.0f64..2.0,
            confidence in 0.001f64..0.999_999,
            size in any::<u64>(),
            expected_shares_p in prop::option::of(any::<f64>()),
        ) {
            let subjects: Vec<Subject> = ends.iter().map(|&(share, a, b, known)| Subject {
                name: "v",
                stake_share: share,
                win_share: Some(0.5 * (a + b)),
                interval: known.then(|| Interval { low: a.min(b), high: a.max(b) }),
            }).collect();
            let evidence = Evidence {
                subjects: &subjects, confidence, tolerance, sample: Sample::Rounds(size), expected_shares_p, without_interval: "",
            };
            let result = assess(&evidence);
            let sentence = result.sentence();
            prop_assert!(!sentence.contains("inf") && !sentence.contains("NaN"), "{sentence}");
            if result.verdict == Verdict::Fair {
                for subject in &subjects {
                    let interval = subject.interval.unwrap();
                    prop_assert!(interval.low >= (1.0 - tolerance) * subject.stake_share);
                    prop_assert!(interval.high <= (1.0 + tolerance) * subject.stake_share);
                }
            }
            if result.verdict == Verdict::Unfair {
                prop_assert!(result.gains_most.is_some() || result.loses_most.is_some());
            }
        }
    }
}
