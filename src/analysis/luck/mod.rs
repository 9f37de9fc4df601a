//! Was it bad luck? What a validator's wins in a period say, exactly.
//!
//! Draws are independent, and each decides one slot or several in a row: the wins are binomial, gaps
//! and runs have the distribution of [`LongestRun`], the wait for the next win is geometric. Where a
//! rule is deterministic there is no luck, and only bounds are told.

mod chain;
mod words;

pub use chain::{CHAINS, ChainPreset, LuckSelection};

use super::rows::{LuckReport, LuckRow, LuckStretch};
use crate::law::largest_deficit_bound;
use crate::statistics::distributions::Binomial;
use crate::statistics::{Interval, LongestRun, WindowLaw, binomial_test, clopper_pearson};
use words::text;

/// A year in seconds: 365.25 days.
const YEAR: f64 = 31_557_600.0;

/// A fault is suspected where a likelihood ratio outweighs the odds against one: one operator in so
/// many has a fault at a time.
const ODDS_AGAINST_A_FAULT: f64 = 1_000.0;

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct LuckQuestion {
    /// Who is asked about; may be empty.
    pub names: Vec<String>,
    /// The chain's name, for the report.
    pub chain: Option<String>,
    /// Share of stake, where it is known.
    pub stake_share: Option<f64>,
    /// The probability of winning a slot, between 0 and 1.
    pub p_slot: f64,
    /// How slots are decided.
    pub dispersion: LuckDispersion,
    /// Slots of the period; whole draws.
    pub slots: u64,
    /// How long a slot takes.
    pub slot_seconds: Option<f64>,
    /// The wins, if they are known; at most one a slot.
    pub wins: Option<u64>,
    /// A gap in slots, at most as long as the period.
    pub gap: Option<u64>,
    /// Wins in a row, in slots, at most as many as the period has.
    pub in_a_row: Option<u64>,
    /// How many such validators the chain has; by turns, how many it has in all.
    pub validators: Option<u64>,
    /// Confidence of intervals.
    pub confidence: f64,
}

/// How the slots of a period are decided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LuckDispersion {
    /// By independent draws of so many slots each.
    Draws(u64),
    /// By turns: wins up to any slot are within so many of the expected ones.
    Bounded(f64),
}

/// CometBFT admits no more validators (`MaxVotesCount` in types/vote_set.go).
pub const MOST_OF_COMETBFT: u64 = 10_000;

impl LuckDispersion {
    /// Turns among so many validators by whoever is owed most. How far one falls behind grows with their
    /// number, which its share does not tell: where it is not known, the bound is that of the most there
    /// can be.
    pub fn turns(validators: Option<u64>) -> Self {
        let validators = validators.unwrap_or(MOST_OF_COMETBFT);
        LuckDispersion::Bounded(largest_deficit_bound(
            usize::try_from(validators).unwrap_or(usize::MAX).min(1 << 20),
        ))
    }
}

/// The probability of winning a slot that a chain's selection gives to a share of stake.
pub fn slot_probability(selection: LuckSelection, share: f64) -> f64 {
    match selection {
        LuckSelection::Draws { .. } | LuckSelection::Turns => share,
        LuckSelection::Private { active } => -(share * (-active).ln_1p()).exp_m1(),
    }
}

/// Answers a question. At most some thousand operations, whatever the slots. `None` if a probability
/// is none, or the period no whole number of draws.
pub fn luck(question: &LuckQuestion) -> Option<LuckReport> {
    let &LuckQuestion { p_slot, slots, wins, confidence, .. } = question;
    let law = match question.dispersion {
        LuckDispersion::Draws(unit) => WindowLaw::draws(slots, unit, p_slot)?,
        LuckDispersion::Bounded(bound) => WindowLaw::bounded(slots, bound, p_slot)?,
    };
    let unit = match question.dispersion {
        LuckDispersion::Draws(unit) => Some(unit),
        LuckDispersion::Bounded(_) => None,
    };
    let year = question.slot_seconds.map(|seconds| YEAR / seconds);
    let tail = 0.5 * (1.0 - confidence);
    let expected = law.expected();
    let (range_low, range_high) = match law.bounds() {
        Some((low, high)) => (Some(low), Some(high)),
        None => (law.quantile(tail), law.quantile(1.0 - tail)),
    };
    let mut report = LuckReport {
        names: question.names.clone(),
        chain: question.chain.clone(),
        sampling_model: match question.dispersion {
            LuckDispersion::Draws(1) => "independent slots".to_owned(),
            LuckDispersion::Draws(unit) => format!("independent draws of {unit} slots each"),
            LuckDispersion::Bounded(_) => "deterministic turns: bounds, no probabilities".to_owned(),
        },
        stake_share: question.stake_share,
        p_slot,
        slots,
        seconds: question.slot_seconds.map(|seconds| seconds * slots as f64),
        expected,
        standard_deviation: law.deviation(),
        range_low,
        range_high,
        confidence,
        wins,
        validators: question.validators,
        periods_in_a_year: year.map(|year| year / slots as f64),
        ..LuckReport::default()
    };
    if let Some(wins) = wins {
        report.luck = Some(wins as f64 / expected).filter(|luck| luck.is_finite());
        report.p_at_most = law.at_most(wins);
        report.p_at_least = law.at_least(wins);
        if let Some(unit) = unit {
            of_wins(&mut report, question, unit, wins)?;
        } else {
            let possible = law.bounds().is_some_and(|(low, high)| (low..=high).contains(&wins));
            report.explanation = Some(if possible { "chance" } else { "a fault" }.to_owned());
        }
    }
    if let Some(unit) = unit {
        let draws = slots / unit;
        let gaps = LongestRun::gap(draws, p_slot)?;
        report.longest_gap_median = gaps.quantile(0.5).map(|draws| draws * unit);
        report.longest_gap_99 = gaps.quantile(0.99).map(|draws| draws * unit);
        let stretch = |length: u64, of: fn(u64, f64) -> Option<LongestRun>, p: f64| {
            let needed = length.div_ceil(unit);
            let anywhere = of(draws, p_slot)?.at_least(needed);
            Some(LuckStretch {
                slots: length,
                p_at_a_fixed_place: Some((needed as f64 * p).exp()),
                p_anywhere: Some(anywhere),
                p_in_a_year: match year {
                    Some(year) => Some(of((year / unit as f64) as u64, p_slot)?.at_least(needed)),
                    None => None,
                },
                p_somebody: question.validators.map(|validators| WindowLaw::of_any(anywhere, validators)),
            })
        };
        if let Some(length) = question.gap {
            report.gap = Some(stretch(length, LongestRun::gap, (-p_slot).ln_1p())?);
        }
        if let Some(length) = question.in_a_row {
            report.in_a_row = Some(stretch(length, LongestRun::run, p_slot.ln())?);
        }
        if p_slot > 0.0 {
            let wait = |probability: f64| {
                let draws = (-probability).ln_1p() / (-p_slot).ln_1p();
                ((draws - 1e-9).ceil().max(1.0) as u64).saturating_mul(unit)
            };
            report.wait_mean = Some(unit as f64 / p_slot);
            (report.wait_50, report.wait_90, report.wait_99) =
                (Some(wait(0.5)), Some(wait(0.9)), Some(wait(0.99)));
        }
    } else if let LuckDispersion::Bounded(bound) = question.dispersion {
        let stretch = |length: u64, probability: fn(&WindowLaw, u64) -> Option<f64>| {
            let window = WindowLaw::bounded(length, bound, p_slot)?;
            let p_anywhere = probability(&window, slots);
            Some(LuckStretch { slots: length, p_anywhere, ..LuckStretch::default() })
        };
        if let Some(length) = question.gap {
            report.gap = Some(stretch(length, WindowLaw::gap_probability)?);
        }
        if let Some(length) = question.in_a_row {
            report.in_a_row = Some(stretch(length, WindowLaw::run_probability)?);
        }
    }
    report.text = text(&report);
    Some(report)
}

/// What a number of wins says where draws are independent.
fn of_wins(report: &mut LuckReport, question: &LuckQuestion, unit: u64, wins: u64) -> Option<()> {
    let (draws, p) = (report.slots / unit, report.p_slot);
    let law = Binomial::new(draws, p)?;
    let (few, many) = (wins / unit, wins.div_ceil(unit));
    let (lower, upper) = (law.lower(few), law.upper(many));
    // Of draws that decide several slots, wins in between are none that the lottery gave: some were
    // missed.
    let mid = if few == many { 0.5 * law.ln_mass(few).exp() } else { 0.0 };
    report.mid_p = Some(if few == many && lower < 0.5 {
        lower - mid
    } else if few == many {
        1.0 - (upper - mid)
    } else {
        lower
    });
    report.p_value = match few == many {
        true => binomial_test(few, draws, p),
        false => Some((2.0 * lower.min(upper)).min(1.0)),
    };
    let ends: (Option<Interval>, Option<Interval>) =
        (clopper_pearson(few, draws, report.confidence), clopper_pearson(many, draws, report.confidence));
    if let (Some(low), Some(high)) = ends
        && p > 0.0
    {
        (report.rate_low, report.rate_high) = (Some(low.low / p), Some(high.high / p));
    }
    let one_sided = if (wins as f64) < report.expected { lower } else { upper };
    report.p_in_a_year = report
        .periods_in_a_year
        .filter(|&periods| periods >= 1.0)
        .map(|periods| WindowLaw::of_any(one_sided, periods as u64));
    report.p_somebody = question.validators.map(|validators| WindowLaw::of_any(one_sided, validators));
    // The likelihood is largest at the rate that was seen.
    let seen = few as f64 / draws as f64;
    let best = Binomial::new(draws, seen)?.ln_mass(few);
    let ratio = (best - law.ln_mass(few)).exp();
    // Without limit where the expected rate cannot give these wins.
    report.likelihood_ratio = Some(ratio).filter(|ratio| ratio.is_finite());
    let p_value = report.p_value.unwrap_or(1.0);
    report.explanation = Some(
        if p_value > 1.0 - report.confidence {
            "chance"
        } else if ratio <= ODDS_AGAINST_A_FAULT {
            "chance or a fault"
        } else {
            "a fault"
        }
        .to_owned(),
    );
    Some(())
}

impl LuckReport {
    /// The numbers one below another, with what they mean.
    pub fn rows(&self) -> Vec<LuckRow> {
        words::rows(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(p_slot: f64, slots: u64) -> LuckQuestion {
        LuckQuestion {
            names: Vec::new(),
            chain: None,
            stake_share: None,
            p_slot,
            dispersion: LuckDispersion::Draws(1),
            slots,
            slot_seconds: None,
            wins: None,
            gap: None,
            in_a_row: None,
            validators: None,
            confidence: 0.95,
        }
    }

    fn close(found: Option<f64>, expected: f64, digits: f64) {
        let found = found.expect("a number");
        assert!((found / expected - 1.0).abs() < digits, "{found} for {expected}");
    }

    /// An operator's epoch of 43,200 slots, in which 26 were expected and 15 came, with a gap of
    /// 19,280 slots: .0141479 (binomial), 9.1004e-6 at a fixed place, 1.40111e-4 anywhere (recomputed
    /// by Feller's recursion over all slots).
    #[test]
    fn an_operators_epoch() {
        let report =
            luck(&LuckQuestion { wins: Some(15), gap: Some(19_280), ..question(26.0 / 43_200.0, 43_200) });
        let report = report.unwrap();
        close(report.p_at_most, 0.014_147_946_326_6, 1e-9);
        close(report.luck, 15.0 / 26.0, 1e-12);
        let gap = report.gap.unwrap();
        close(gap.p_at_a_fixed_place, 9.100_356_579e-6, 1e-8);
        close(gap.p_anywhere, 1.401_112_321_686e-4, 1e-8);
        assert_eq!(report.explanation.as_deref(), Some("chance or a fault"));
    }

    /// 10 of 420,000 validators, 144,000 slots, none: 3.243 %.
    #[test]
    fn none_for_ten_validators() {
        let report = luck(&LuckQuestion {
            wins: Some(0),
            gap: Some(144_000),
            validators: Some(42_000),
            ..question(10.0 / 420_000.0, 144_000)
        });
        let report = report.unwrap();
        close(report.p_at_most, 0.032_431_917_094_99, 1e-9);
        close(report.gap.unwrap().p_anywhere, 0.032_431_917_094_99, 1e-9);
        close(report.mid_p, 0.5 * 0.032_431_917_094_99, 1e-9);
        assert_eq!(report.p_somebody, Some(1.0));
        // Nothing seen is best explained by nothing possible: 1 over the probability.
        close(report.likelihood_ratio, 1.0 / 0.032_431_917_094_99, 1e-9);
        assert_eq!(report.wait_mean, Some(42_000.0));
        // ln 2 × 42,000 = 29,112.2.
        assert_eq!((report.wait_50, report.wait_90), (Some(29_112), Some(96_708)));
    }

    /// Two of ten draws at .2, as expected: so many or more have the probability 1 - .8¹⁰ - 10 · .2 · .8⁹; of one win
    /// so few or fewer is asked, .8¹⁰ + 10 · .2 · .8⁹.
    #[test]
    fn as_many_as_expected_are_many() {
        let none = 0.8f64.powi(10);
        let one = 2.0 * 0.8f64.powi(9);
        for (wins, probability) in [(2, 1.0 - none - one), (1, none + one)] {
            let asked = LuckQuestion { wins: Some(wins), validators: Some(1), ..question(0.2, 10) };
            close(luck(&asked).unwrap().p_somebody, probability, 1e-12);
        }
    }

    #[test]
    fn gaps_and_rows_are_told_apart() {
        for (asked, metric, note) in [
            (LuckQuestion { gap: Some(5), ..question(0.2, 10) }, "gap", "slots without a win"),
            (LuckQuestion { in_a_row: Some(5), ..question(0.2, 10) }, "in_a_row", "wins in a row"),
        ] {
            let rows = luck(&asked).unwrap().rows();
            let row = rows.iter().find(|row| row.metric == metric).unwrap();
            assert_eq!((row.note.as_str(), row.unit.as_str()), (note, "slots"));
        }
    }

    /// k or more proposals in a row somewhere in 32 slots, share .3: .907154 for 2, .459332 for 3.
    #[test]
    fn in_a_row_in_an_epoch() {
        for (k, probability) in [(2, 0.907_154), (3, 0.459_332)] {
            let report = luck(&LuckQuestion { in_a_row: Some(k), ..question(0.3, 32) }).unwrap();
            let row = report.in_a_row.unwrap();
            assert!((row.p_anywhere.unwrap() - probability).abs() < 5e-7);
            close(row.p_at_a_fixed_place, 0.3f64.powi(k as i32), 1e-12);
        }
    }

    #[test]
    fn four_slots_at_once() {
        let asked = LuckQuestion { dispersion: LuckDispersion::Draws(4), wins: Some(4), ..question(0.1, 40) };
        let report = luck(&asked).unwrap();
        // Ten draws, one won.
        close(report.p_at_most, 0.9f64.powi(10) + 0.9f64.powi(9), 1e-12);
        close(report.standard_deviation, 4.0 * 0.9f64.sqrt(), 1e-12);
        close(report.wait_mean, 40.0, 1e-12);
        assert_eq!(luck(&LuckQuestion { slots: 41, ..asked.clone() }), None);
        let between = luck(&LuckQuestion { wins: Some(3), ..asked }).unwrap();
        close(between.p_at_most, 0.9f64.powi(10), 1e-12);
        close(between.p_at_least, 1.0 - 0.9f64.powi(10), 1e-12);
    }

    #[test]
    fn turns_know_no_luck() {
        let asked = LuckQuestion { dispersion: LuckDispersion::turns(Some(100)), ..question(0.01, 10_000) };
        let report = luck(&LuckQuestion { wins: Some(100), gap: Some(5_000), ..asked.clone() }).unwrap();
        assert_eq!(
            (report.p_value, report.mid_p, report.explanation.as_deref()),
            (None, None, Some("chance"))
        );
        assert_eq!(report.gap.unwrap().p_anywhere, Some(0.0));
        let run = luck(&LuckQuestion { in_a_row: Some(5_000), ..asked.clone() }).unwrap();
        assert_eq!(run.in_a_row.unwrap().p_anywhere, Some(0.0));
        let few = luck(&LuckQuestion { wins: Some(60), ..asked }).unwrap();
        assert_eq!(few.explanation.as_deref(), Some("a fault"));
        assert_eq!((few.p_at_most, few.p_at_least), (Some(0.0), Some(1.0)));
    }

    /// Stretches are told in words whatever the rule: of few slots the bounds exclude nothing.
    #[test]
    fn stretches_of_turns_are_told_in_words() {
        let asked = LuckQuestion { dispersion: LuckDispersion::turns(Some(100)), ..question(0.01, 10_000) };
        for (length, says) in [
            (2, "2 slots: the rule is deterministic, and its bounds do not exclude it."),
            (5_000, "5,000 slots: the rule is deterministic, so "),
        ] {
            for (gap, in_a_row, what) in
                [(Some(length), None, "A gap of "), (None, Some(length), "A run of wins of ")]
            {
                let report = luck(&LuckQuestion { gap, in_a_row, ..asked.clone() }).unwrap();
                assert!(report.text.contains(&format!("{what}{says}")), "{}", report.text);
            }
        }
    }

    /// A chain of 27 validators by proposer priority, from genesis. What the share of one tells by itself must
    /// hold for this chain as for every other.
    #[test]
    fn turns_among_an_unknown_number_accuse_nobody_falsely() {
        let mut powers = vec![1_000u64; 26];
        powers.push(20_000);
        let share = 20_000.0 / 46_000.0;
        let mut next = crate::selection::proposers_from_priorities(&powers, &[0; 27]);
        let won: Vec<u64> = (0..4_600).map(|_| u64::from(next() == Some(26))).collect();
        for length in 1..200 {
            let sums = || won.windows(length).map(|window| window.iter().sum::<u64>());
            for wins in [sums().min(), sums().max()] {
                let dispersion = LuckDispersion::turns(None);
                let asked = LuckQuestion { dispersion, wins, ..question(share, length as u64) };
                let report = luck(&asked).unwrap();
                assert_eq!(report.explanation.as_deref(), Some("chance"), "{}", report.text);
            }
        }
        let LuckDispersion::Bounded(any) = LuckDispersion::turns(None) else { panic!("no bound") };
        for validators in [1, 2, 3, 27, 1_000, 10_000] {
            let LuckDispersion::Bounded(bound) = LuckDispersion::turns(Some(validators)) else {
                panic!("no bound")
            };
            assert!(bound <= any, "{validators}");
        }
    }

    /// The mid-p value is P(fewer) + P(as many) / 2, on both sides of the middle.
    #[test]
    fn mid_p_by_hand() {
        for (wins, expected) in [(0, 0.5 * 0.25), (1, 0.25 + 0.25), (2, 0.75 + 0.125)] {
            let report = luck(&LuckQuestion { wins: Some(wins), ..question(0.5, 2) }).unwrap();
            close(report.mid_p, expected, 1e-14);
        }
    }

    #[test]
    fn edges_give_no_nan() {
        for p in [0.0, 1e-300, 0.5, 1.0] {
            for slots in [1, 2, 1 << 53] {
                for wins in [0, 1, slots] {
                    let asked = LuckQuestion {
                        wins: Some(wins),
                        gap: Some(slots),
                        in_a_row: Some(slots),
                        slot_seconds: Some(1.0),
                        validators: Some(u64::MAX),
                        ..question(p, slots)
                    };
                    let report = luck(&asked).unwrap();
                    assert!(!report.text.contains("inf"), "{}", report.text);
                    for row in report.rows() {
                        assert!(row.value.is_finite(), "{p} {slots} {wins}: {row:?}");
                        assert!(row.unit != "probability" || (0.0..=1.0).contains(&row.value), "{row:?}");
                    }
                }
            }
        }
    }
}
