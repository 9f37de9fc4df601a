//! What the tests of all validators together show.

use crate::statistics::distributions::normal_quantile;
use crate::statistics::{Interval, MarginTest, Misallocation, holm};

/// Power at which "would have been seen" is meant.
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

    /// The verdict at a level from the p-value of a difference, corrected for whatever else is claimed,
    /// and from that of equivalence.
    fn at(level: f64, difference_p: Option<f64>, equivalence_p: Option<f64>) -> Self {
        let rejects = |p: Option<f64>| p.is_some_and(|p| p <= level);
        match (rejects(difference_p), rejects(equivalence_p)) {
            (true, _) => Verdict::Unfair,
            (false, true) => Verdict::Fair,
            (false, false) => Verdict::Inconclusive,
        }
    }
}

/// One validator, as far as the verdict looks at it.
#[derive(Clone, Copy, Debug)]
pub struct JudgedValidator<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its share of all stake.
    pub stake_share: f64,
    /// The share of rounds that it won.
    pub win_share: Option<f64>,
    /// Interval of the win share, at a confidence corrected for all subjects, so that all intervals hold
    /// together; shown, not decided by.
    pub interval: Option<Interval>,
    /// The tests of its win share against the margin around its share of stake, by which is decided;
    /// `None` where nothing is known that they could rest on.
    pub test: Option<MarginTest>,
}

/// What the tests rest on: what more of would make them sharper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleUnits {
    /// So many independent rounds.
    Rounds(u64),
    /// So many independent trials, whose rounds depend on each other.
    Trials(u64),
}

impl SampleUnits {
    /// How many.
    pub fn size(self) -> u64 {
        match self {
            SampleUnits::Rounds(size) | SampleUnits::Trials(size) => size,
        }
    }
}

/// How much more would show a fair rule to be fair, for all validators together, with 90 % probability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    /// So many more rounds in each trial.
    RoundsPerTrial(u64),
    /// So many more trials.
    Trials(u64),
}

/// Everything the verdict is made from.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// All validators about which something is claimed.
    pub subjects: &'a [JudgedValidator<'a>],
    /// How many others were set aside before the run.
    pub set_aside: usize,
    /// One minus the level of the verdict, e.g. 0.95; between 0 and 1.
    pub confidence: f64,
    /// The margin ε, relative to the share of stake, e.g. 0.10; positive.
    pub tolerance: f64,
    /// What the tests rest on.
    pub sample: SampleUnits,
    /// The distance of all win shares from all shares of stake; part of the same primary family.
    pub whole: Option<Misallocation>,
    /// p-value of the test that the wins have the rule's expected shares, where there is one.
    pub expected_shares_p: Option<f64>,
    /// How much more would make the verdict fair, where that is known.
    pub needed: Option<Needed>,
    /// Why some subjects have no test, for the sentence; may be empty.
    pub without_test: &'a str,
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

/// The smallest relative deviation of one validator that a run of this size would show to be beyond the
/// margin with 90 % power.
#[derive(Clone, Debug, PartialEq)]
pub struct Detectable {
    /// Whose.
    pub name: String,
    /// The deviation.
    pub effect: f64,
}

/// The verdict on all wins as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct WholeVerdict {
    /// The distance and its tests.
    pub misallocation: Misallocation,
    /// The p-value of a difference, adjusted for the primary family.
    pub difference_p: Option<f64>,
    /// The verdict.
    pub verdict: Verdict,
}

/// The verdict and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// The verdict.
    pub verdict: Verdict,
    /// One minus the level.
    pub confidence: f64,
    /// The margin ε.
    pub tolerance: f64,
    /// How many validators were judged.
    pub comparisons: usize,
    /// How many were set aside before the run.
    pub set_aside: usize,
    /// How many are shown to be within the margin: all if the verdict is fair, otherwise after Holm's
    /// correction.
    pub within: usize,
    /// The stake share of these.
    pub within_stake: f64,
    /// How many are shown to be outside.
    pub beyond: usize,
    /// The stake share of these.
    pub beyond_stake: f64,
    /// How many have no test.
    pub without_test: usize,
    /// Why they have none.
    pub reason: String,
    /// Of those shown to win too much, the one with the largest relative effect.
    pub gains_most: Option<Effect>,
    /// Of those shown to win too little, the one with the largest relative effect.
    pub loses_most: Option<Effect>,
    /// The farthest relative deviation that any of the simultaneous intervals still allows; `None` where
    /// an interval or a stake is missing.
    pub bound: Option<f64>,
    /// The smallest effect that this run would have shown, of the validator of whom that is easiest.
    pub easiest: Option<Detectable>,
    /// The same of the one of whom it is hardest.
    pub hardest: Option<Detectable>,
    /// How much more would make the verdict fair; only where it is inconclusive.
    pub needed: Option<Needed>,
    /// What the tests rest on.
    pub sample: SampleUnits,
    /// p-value of the hypothesis that nobody is beyond the margin, corrected for all validators
    /// (Bonferroni). `None` where nobody has a test.
    pub difference_p: Option<f64>,
    /// The same, adjusted for the primary family (Holm, with that of the whole); at most
    /// 1 − confidence exactly if the verdict is unfair.
    pub difference_p_adjusted: Option<f64>,
    /// p-value of the hypothesis that somebody is beyond the margin: the largest of all validators, an
    /// intersection-union test, which needs no correction. At most 1 − confidence exactly if the verdict
    /// is fair. `None` where somebody has no test.
    pub equivalence_p: Option<f64>,
    /// The verdict on all wins as a whole.
    pub whole: Option<WholeVerdict>,
    /// p-value of the test of the rule's expected shares.
    pub expected_shares_p: Option<f64>,
}

/// One minus a confidence. One minus 0.95 is not 0.05 in binary; twelve digits are what a confidence is given with.
pub fn level_of(confidence: f64) -> f64 {
    ((1.0 - confidence) * 1e12).round() / 1e12
}

/// Decides. O(n log n).
///
/// **Unfair** if the smallest p-value of a difference, times the number of validators and adjusted for
/// the verdict on the whole, is at most α = 1 − confidence. **Fair** if every validator's p-value of
/// equivalence is at most α: that all are within the margin is claimed only if each is shown to be, so
/// that the claim is wrong with at most the probability α without any correction (an intersection-union
/// test; Berger 1982). Otherwise **inconclusive**. Both come from the same tests as the p-values.
///
/// That the wins have not the rule's expected shares is a separate matter: with enough rounds every rule
/// differs from them by something, so only a shown deviation beyond the margin is unfair.
pub fn assess(evidence: &Evidence) -> Assessment {
    let Evidence { subjects, confidence, tolerance, sample, .. } = *evidence;
    let level = level_of(confidence);
    let many = subjects.len() as f64;
    let known = subjects.iter().filter_map(|subject| subject.test);
    let smallest = known.clone().map(|test| test.difference_p).min_by(f64::total_cmp);
    let difference_p = smallest.map(|p| (p * many).min(1.0));
    let all_known = subjects.iter().all(|subject| subject.test.is_some());
    let equivalence_p = known.map(|test| test.equivalence_p).max_by(f64::total_cmp).filter(|_| all_known);
    let primary = holm(&[difference_p, evidence.whole.and_then(|whole| whole.difference_p)]);
    let (difference_p_adjusted, whole_p) = (primary[0], primary[1]);
    let verdict = Verdict::at(level, difference_p_adjusted, equivalence_p);

    let claims = match evidence.whole {
        Some(_) => 2.0,
        None => 1.0,
    };
    let beyond: Vec<bool> = subjects
        .iter()
        .map(|subject| {
            let p = subject.test.map(|test| test.difference_p);
            // The smallest one decides; of the others those that it would have been decided by too.
            verdict == Verdict::Unfair && (p == smallest || p.is_some_and(|p| p * many * claims <= level))
        })
        .collect();
    let equivalence =
        holm(&subjects.iter().map(|s| s.test.map(|test| test.equivalence_p)).collect::<Vec<_>>());
    let within = |index: usize| match verdict {
        Verdict::Fair => true,
        _ => !beyond[index] && equivalence[index].is_some_and(|p| p <= level),
    };
    let stake_of = |chosen: &dyn Fn(usize) -> bool| -> f64 {
        (0..subjects.len()).filter(|&index| chosen(index)).map(|index| subjects[index].stake_share).sum()
    };
    let count_of =
        |chosen: &dyn Fn(usize) -> bool| (0..subjects.len()).filter(|&index| chosen(index)).count();
    let precision = Precision::new(level, tolerance, many * claims, sample);
    let mut detectable: Vec<Detectable> = subjects
        .iter()
        .filter_map(|subject| {
            Some(Detectable { name: subject.name.to_owned(), effect: precision?.detectable(subject)? })
        })
        .collect();
    detectable.sort_by(|a, b| a.effect.total_cmp(&b.effect));
    Assessment {
        verdict,
        confidence,
        tolerance,
        comparisons: subjects.len(),
        set_aside: evidence.set_aside,
        within: count_of(&within),
        within_stake: stake_of(&within),
        beyond: count_of(&|index| beyond[index]),
        beyond_stake: stake_of(&|index| beyond[index]),
        without_test: subjects.iter().filter(|subject| subject.test.is_none()).count(),
        reason: evidence.without_test.to_owned(),
        gains_most: most(subjects, &beyond, |subject, share| share > subject.stake_share),
        loses_most: most(subjects, &beyond, |subject, share| share < subject.stake_share),
        bound: subjects.iter().map(bound).try_fold(0.0, |most: f64, bound| Some(most.max(bound?))),
        easiest: detectable.first().cloned(),
        hardest: detectable.pop(),
        needed: evidence.needed.filter(|_| verdict == Verdict::Inconclusive),
        sample,
        difference_p,
        difference_p_adjusted,
        equivalence_p,
        whole: evidence.whole.map(|misallocation| WholeVerdict {
            verdict: Verdict::at(level, whole_p, misallocation.equivalence_p),
            difference_p: whole_p,
            misallocation,
        }),
        expected_shares_p: evidence.expected_shares_p.filter(|p| (0.0..=1.0).contains(p)),
    }
}

/// The farthest relative deviation an interval allows.
fn bound(subject: &JudgedValidator) -> Option<f64> {
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

/// Of the chosen subjects whose win share lies on the wanted side, the one with the largest relative
/// effect; the first by name on a tie, so that the order of the rows is of no consequence.
fn most(
    subjects: &[JudgedValidator],
    chosen: &[bool],
    side: impl Fn(&JudgedValidator, f64) -> bool,
) -> Option<Effect> {
    let mut best: Option<(f64, Effect)> = None;
    for (subject, _) in subjects.iter().zip(chosen).filter(|(_, chosen)| **chosen) {
        let Some(effect) = effect(subject).filter(|effect| side(subject, effect.win_share)) else { continue };
        let size = effect.relative.map_or(f64::INFINITY, f64::abs);
        let better = best
            .as_ref()
            .is_none_or(|(largest, first)| size > *largest || size == *largest && effect.name < first.name);
        if better {
            best = Some((size, effect));
        }
    }
    best.map(|(_, effect)| effect)
}

fn effect(subject: &JudgedValidator) -> Option<Effect> {
    let share = subject.stake_share;
    let win_share = subject.win_share?;
    let interval = subject.interval.unwrap_or(Interval { low: 0.0, high: 1.0 });
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
    sample: SampleUnits,
    /// Normal quantile behind each test.
    test: f64,
    /// Normal quantile of the power.
    power: f64,
}

impl Precision {
    fn new(level: f64, tolerance: f64, comparisons: f64, sample: SampleUnits) -> Option<Self> {
        let level = level / comparisons;
        (level > 0.0 && level < 1.0 && tolerance > 0.0 && sample.size() > 0).then(|| Precision {
            tolerance,
            sample,
            test: normal_quantile(0.5 * level),
            power: normal_quantile(1.0 - POWER),
        })
    }

    /// Standard error of the win share relative to the stake share: of a fair draw for independent rounds,
    /// read off the interval for trials (where few trials make it too large, which errs on the safe side). Not
    /// finite without stake.
    fn relative_error(&self, subject: &JudgedValidator) -> Option<f64> {
        let share = subject.stake_share;
        let interval = subject.interval?;
        match self.sample {
            SampleUnits::Rounds(rounds) => Some(((1.0 - share) / share / rounds as f64).sqrt()),
            SampleUnits::Trials(_) => Some(interval.half_width() / self.test / share),
        }
    }

    fn detectable(&self, subject: &JudgedValidator) -> Option<f64> {
        let effect = self.tolerance + (self.test + self.power) * self.relative_error(subject)?;
        effect.is_finite().then_some(effect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::distributions::Binomial;
    use crate::statistics::{Margin, NullDraws, Tails, bonferroni, clopper_pearson};
    use proptest::prelude::*;

    const NAMES: [&str; 4] = ["charles", "edwin", "oliver", "sonia"];
    const STAKES: [u64; 4] = [350, 500, 200, 275];

    fn subject<'a>(
        name: &'a str,
        share: f64,
        wins: u64,
        rounds: u64,
        level: f64,
        tolerance: f64,
    ) -> JudgedValidator<'a> {
        JudgedValidator {
            name,
            stake_share: share,
            win_share: (rounds > 0).then(|| wins as f64 / rounds as f64),
            interval: clopper_pearson(wins, rounds, level),
            test: MarginTest::new(Margin::around(share, tolerance), |share| {
                let law = Binomial::new(rounds, share).filter(|_| rounds > 0)?;
                Some(Tails { at_least: law.upper(wins), at_most: law.lower(wins) })
            }),
        }
    }

    fn evidence<'a>(
        subjects: &'a [JudgedValidator<'a>],
        tolerance: f64,
        sample: SampleUnits,
    ) -> Evidence<'a> {
        Evidence {
            subjects,
            set_aside: 0,
            confidence: 0.95,
            tolerance,
            sample,
            whole: None,
            expected_shares_p: None,
            needed: None,
            without_test: "",
        }
    }

    /// The verdict over wins out of their sum, 95 %, margin 10 %.
    fn judge(wins: [u64; 4], expected_shares_p: Option<f64>) -> Assessment {
        let rounds = wins.iter().sum();
        let level = bonferroni(0.95, 4);
        let subjects: Vec<JudgedValidator> = (0..4)
            .map(|i| subject(NAMES[i], STAKES[i] as f64 / 1325.0, wins[i], rounds, level, 0.1))
            .collect();
        assess(&Evidence {
            expected_shares_p,
            needed: Some(Needed::RoundsPerTrial(9_580)),
            without_test: "no round was won",
            ..evidence(&subjects, 0.1, SampleUnits::Rounds(rounds))
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
            "fair within 10 %: each of the 4 validators is shown to win within 10 % of its share of stake \
             (equivalence test p < 1e-300; simultaneous 95 % intervals: within ±0.63 %)"
        );
    }

    #[test]
    fn the_uniform_rule_is_unfair() {
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
             validators are shown to be beyond 10 % (difference test p < 1e-300, corrected for 4 validators)"
        );
    }

    #[test]
    fn a_short_run_is_inconclusive_and_says_what_it_could_have_seen() {
        let result = judge([26, 38, 15, 21], None);
        assert_eq!((result.verdict, result.within), (Verdict::Inconclusive, 0));
        // Edwin: 0.1 + (2.4977 + 1.2816) sqrt((1 - a) / (100 a)) = 0.5854; oliver the same with 200/1325.
        assert!((result.easiest.as_ref().unwrap().effect - 0.5854).abs() < 1e-3);
        assert!((result.hardest.as_ref().unwrap().effect - 0.9963).abs() < 1e-3);
        assert_eq!(
            result.sentence(),
            "inconclusive: none of the 4 validators is shown to win within 10 % of its share of stake, and none \
             beyond (equivalence test p = 0.39; difference test p = 1.0, corrected for 4 validators); with 90 % \
             probability this run would have shown a deviation of 58.5 % of edwin, the easiest to judge, and of \
             99.6 % of oliver, the hardest; about 9,600 more rounds in each trial would show a fair rule to be \
             fair with 90 % probability"
        );
    }

    #[test]
    fn without_tests_nothing_is_shown() {
        let result = judge([0; 4], None);
        assert_eq!((result.verdict, result.without_test), (Verdict::Inconclusive, 4));
        assert_eq!(
            result.sentence(),
            "inconclusive: none of the 4 validators can be judged (no round was won)"
        );
        let nobody = assess(&evidence(&[], 0.1, SampleUnits::Trials(0)));
        assert_eq!(nobody.verdict, Verdict::Inconclusive);
        assert_eq!(nobody.sentence(), "inconclusive: there is no validator to judge");
    }

    #[test]
    fn winning_without_stake_is_unfair() {
        let level = bonferroni(0.95, 2);
        let with = |wins: u64| {
            let subjects = [
                subject("rich", 1.0, 1_000_000 - wins, 1_000_000, level, 0.1),
                subject("poor", 0.0, wins, 1_000_000, level, 0.1),
            ];
            assess(&evidence(&subjects, 0.1, SampleUnits::Rounds(1_000_000)))
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
    fn equivalence_of_all_needs_no_correction() {
        // Each of a hundred at p = .04: all are shown, none by itself after a correction.
        let test = Some(MarginTest { difference_p: 1.0, equivalence_p: 0.04 });
        let subjects =
            [JudgedValidator { name: "v", stake_share: 0.01, win_share: Some(0.01), interval: None, test };
                100];
        let result = assess(&evidence(&subjects, 0.1, SampleUnits::Rounds(1000)));
        assert_eq!((result.verdict, result.within, result.equivalence_p), (Verdict::Fair, 100, Some(0.04)));
    }

    #[test]
    fn the_whole_shares_the_level_with_the_single_ones() {
        let test = Some(MarginTest { difference_p: 0.04, equivalence_p: 1.0 });
        let subjects =
            [JudgedValidator { name: "v", stake_share: 0.5, win_share: Some(0.6), interval: None, test }];
        let mut whole = Misallocation::new(&[0.6, 0.4], &[0.5, 0.5], NullDraws::Unknown, 0.01, 0.95);
        let alone = assess(&evidence(&subjects, 0.1, SampleUnits::Rounds(100)));
        assert_eq!((alone.verdict, alone.difference_p_adjusted), (Verdict::Unfair, Some(0.04)));
        (whole.difference_p, whole.equivalence_p) = (Some(0.9), Some(1.0));
        let both =
            assess(&Evidence { whole: Some(whole), ..evidence(&subjects, 0.1, SampleUnits::Rounds(100)) });
        assert_eq!((both.verdict, both.difference_p_adjusted), (Verdict::Inconclusive, Some(0.08)));
        whole.difference_p = Some(0.001);
        let both =
            assess(&Evidence { whole: Some(whole), ..evidence(&subjects, 0.1, SampleUnits::Rounds(100)) });
        assert_eq!((both.verdict, both.difference_p_adjusted), (Verdict::Unfair, Some(0.04)));
        assert_eq!(both.whole.unwrap().verdict, Verdict::Unfair);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]
        #[test]
        fn verdict_and_p_value_are_one(
            wins in prop::collection::vec(0u64..400, 1..7),
            stakes in prop::collection::vec(0u64..400, 7),
            tolerance in 0.01f64..0.6,
            confidence in 0.5f64..0.999,
        ) {
            let rounds: u64 = wins.iter().sum();
            let all: u64 = stakes[..wins.len()].iter().sum();
            let level = bonferroni(confidence, wins.len());
            let subjects: Vec<JudgedValidator> = wins
                .iter()
                .zip(&stakes)
                .map(|(&won, &stake)| subject("v", stake as f64 / all.max(1) as f64, won, rounds, level, tolerance))
                .collect();
            let result = assess(&Evidence { confidence, ..evidence(&subjects, tolerance, SampleUnits::Rounds(rounds)) });
            let alpha = level_of(confidence);
            let rejects = |p: Option<f64>| p.is_some_and(|p| p <= alpha);
            prop_assert_eq!(result.verdict == Verdict::Unfair, rejects(result.difference_p_adjusted));
            prop_assert_eq!(
                result.verdict == Verdict::Fair,
                rejects(result.equivalence_p) && result.verdict != Verdict::Unfair
            );
            prop_assert_eq!(result.verdict == Verdict::Unfair, result.beyond > 0);
            prop_assert_eq!(
                result.verdict == Verdict::Unfair,
                result.gains_most.is_some() || result.loses_most.is_some()
            );
            prop_assert_eq!(result.verdict == Verdict::Fair, result.within == wins.len());
            for subject in &subjects {
                if let (Some(interval), Some(share)) = (subject.interval, subject.win_share) {
                    prop_assert!(interval.contains(share));
                }
            }
            let sentence = result.sentence();
            prop_assert!(!sentence.contains("inf") && !sentence.contains("NaN"), "{}", sentence);
        }
    }
}
