//! An audit in one paragraph: consistent, deviates, or inconclusive.

use super::evidence::{AuditEvidence, Tested};
use super::missed::Missed;
use super::rows::direction;
use crate::analysis::rows::{AuditRow, Finding};
use crate::analysis::sampling_model::SamplingModel;
use crate::statistics::percent::{setting, short};
use crate::statistics::wording::{grouped, three_digits, two_digits};
use crate::statistics::{Misallocation, level_of, rounds_for_difference};

use super::count::POWER;

/// At most this many validators are named.
const MOST_NAMED: usize = 3;

/// What an audit comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Conclusion {
    /// The verdict: `deviates` exactly where `p_value` is at most 1 − confidence.
    pub verdict: Finding,
    /// Why, in plain words, with the numbers that it rests on.
    pub text: String,
    /// The smallest relative gain of any validator that the table would have shown nine times in
    /// ten.
    pub minimum_detectable_effect: Option<f64>,
    /// The p-value of all questions together, where there is one.
    pub p_value: Option<f64>,
    /// What the missed blocks come to, if the table has slots.
    pub missed: Option<String>,
}

/// What the wins are held against.
pub struct Reference<'a> {
    /// The rule by which they vary.
    pub rule: &'a str,
    /// The expectation, in words.
    pub words: &'a str,
    /// Whether the table gives it, and not the rule.
    pub is_given: bool,
}

/// Concludes from the tests and the rows.
pub fn conclude(
    reference: &Reference,
    evidence: &AuditEvidence,
    tested: &Tested,
    rows: &[AuditRow],
    missed: Option<&Missed>,
    whole: Option<&Misallocation>,
) -> Conclusion {
    let smallest = rows
        .iter()
        .filter_map(|row| Some((row.minimum_detectable_effect?, row)))
        .min_by(|(a, one), (b, other)| a.total_cmp(b).then_with(|| one.validator.cmp(&other.validator)));
    let narrative = Narrative { reference, evidence, tested, rows };
    let (mut verdict, mut text) = narrative.conclusion(smallest);
    if let Some(words) = whole.and_then(|whole| whole_words(whole, evidence.confidence)) {
        // A table that shows the whole to be as expected is not too small, whatever it shows of anybody.
        let shown = whole.and_then(|whole| whole.equivalence_p).is_some_and(|p| p <= evidence.alpha());
        if shown && verdict == Finding::Inconclusive && tested.p_value.is_some() {
            verdict = Finding::Consistent;
            text = text.replacen("Inconclusive: ", "Consistent as a whole: ", 1);
        }
        text += &words;
    }
    Conclusion {
        verdict,
        text,
        minimum_detectable_effect: smallest.map(|(effect, _)| effect),
        p_value: tested.p_value,
        missed: missed.map(|missed| missed_words(missed, rows, evidence.alpha())),
    }
}

struct Narrative<'a> {
    reference: &'a Reference<'a>,
    evidence: &'a AuditEvidence<'a>,
    tested: &'a Tested,
    rows: &'a [AuditRow],
}

impl Narrative<'_> {
    fn conclusion(&self, smallest: Option<(f64, &AuditRow)>) -> (Finding, String) {
        let observations = self.evidence.observations;
        if observations.selections == 0 && self.evidence.blocks.is_none() {
            return (Finding::Inconclusive, "Inconclusive: the table has no wins at all.".to_owned());
        }
        let Some(p) = self.tested.p_value else {
            return (Finding::Inconclusive, self.untested());
        };
        if p <= self.evidence.alpha() {
            return (Finding::Deviates, self.deviates(p));
        }
        let explained = format!(
            "the difference from {} is compatible with chance ({})",
            self.reference.words,
            self.evidence_words(p)
        );
        let tolerance = self.evidence.tolerance;
        match smallest {
            Some((effect, row)) if effect <= tolerance => {
                let validators = || self.rows.iter().filter(|row| row.finding.is_some());
                let blind = validators().filter(|row| row.finding == Some(Finding::Inconclusive)).count();
                let mut text = format!(
                    "Consistent: {explained}. Nine times in ten a table of this size shows a gain of {} or more of {}",
                    short(effect),
                    self.whom(effect, row)
                );
                if blind > 0 {
                    text += &format!(
                        "; for {} of the {} validators it would often have missed one of {}",
                        grouped(blind as u64),
                        grouped(validators().count() as u64),
                        short(tolerance)
                    );
                }
                (Finding::Consistent, text + ".")
            }
            Some((effect, row)) => {
                let mut text = format!(
                    "Inconclusive: {explained}, but so small a table would often have missed a gain of {}. The smallest \
                     that it shows nine times in ten is one of {}, of {}",
                    short(tolerance),
                    short(effect),
                    self.whom(effect, row)
                );
                if let Some((more, whom)) = self.more_rounds() {
                    text += &format!(
                        "; about {} more rounds would suffice for {} of {whom} (90 % power)",
                        grouped(two_digits(more)),
                        short(tolerance)
                    );
                }
                (Finding::Inconclusive, text + ".")
            }
            None if self.rows.iter().all(|row| row.finding != Some(Finding::Inconclusive)) => {
                (Finding::Consistent, format!("Consistent: {explained}; the rule leaves nothing to chance."))
            }
            None => (
                Finding::Inconclusive,
                format!("Inconclusive: {explained}, but so small a table shows no deviation, however large."),
            ),
        }
    }

    /// Of whom the smallest gain is shown: of this row, or of all alike.
    fn whom(&self, smallest: f64, row: &AuditRow) -> String {
        let mut effects =
            self.rows.iter().filter(|row| row.finding.is_some()).map(|row| row.minimum_detectable_effect);
        let alike = |effect: Option<f64>| effect.is_some_and(|effect| effect <= smallest * (1.0 + 1e-9));
        match self.rows.len() > 1 && effects.all(alike) {
            true => "any of them".to_owned(),
            false => row.validator.clone(),
        }
    }

    /// Those whose wins deviate, the least likely first.
    fn deviating(&self) -> Vec<&AuditRow> {
        let mut deviating: Vec<&AuditRow> =
            self.rows.iter().filter(|row| row.finding == Some(Finding::Deviates)).collect();
        // Where the p-value is 0 and has no logarithm, the wins are impossible.
        let rank = |row: &AuditRow| row.log10_p_value.unwrap_or(f64::NEG_INFINITY);
        let size = |row: &AuditRow| row.relative_deviation.map_or(f64::INFINITY, f64::abs);
        deviating.sort_by(|a, b| {
            let order = rank(a).total_cmp(&rank(b)).then(size(b).total_cmp(&size(a)));
            order.then_with(|| a.validator.cmp(&b.validator))
        });
        deviating
    }

    fn deviates(&self, p: f64) -> String {
        let deviating = self.deviating();
        let validators = self.rows.iter().filter(|row| row.finding.is_some()).count();
        let mut text = format!(
            "Deviates: chance does not explain the difference from {} ({})",
            self.reference.words,
            p_words(p, None)
        );
        if let Some(total) = self.tested.tests.iter().find(|test| test.test == "total") {
            let rejected = total.p <= total.weight * self.evidence.alpha();
            self.evidence.total().ask(|count| {
                let (wins, expected) = (count.wins(), count.expected());
                text +=
                    &format!(". All together: {}", wins_words(wins, expected, count.relative_deviation()));
                if rejected {
                    text += &format!(
                        ", {} ({})",
                        direction(wins, expected),
                        p_words(total.p, count.log10_p_value())
                    );
                }
            });
        }
        if deviating.is_empty() {
            if validators > 1 {
                text += ". No single validator deviates after correction; all together do.";
            } else {
                text += ".";
            }
        } else {
            let named: Vec<String> = deviating.iter().take(MOST_NAMED).map(|row| self.name(row)).collect();
            text += &match validators {
                1 => format!(". {}", named.join("; ")),
                _ => format!(
                    ". {} of {} validators {}: {}",
                    grouped(deviating.len() as u64),
                    grouped(validators as u64),
                    if deviating.len() == 1 { "deviates" } else { "deviate" },
                    named.join("; ")
                ),
            };
            let rest = deviating.len().saturating_sub(MOST_NAMED);
            if rest > 0 {
                text += &format!("; and {} more", grouped(rest as u64));
            }
            text += ".";
        }
        let tolerance = self.evidence.tolerance;
        let is_beyond =
            |row: &&AuditRow| is_shown_beyond(row, tolerance) || self.impossible_block(row).is_some();
        if !deviating.is_empty() && !deviating.iter().any(is_beyond) {
            text += &format!(
                " Nobody is shown to be more than {} from the expected wins: in so many rounds even a small difference \
                 shows.",
                short(tolerance)
            );
        }
        text + &self.meaning(&deviating)
    }

    /// What a deviation could mean; a p-value does not tell which.
    fn meaning(&self, deviating: &[&AuditRow]) -> String {
        let few = deviating.iter().any(|row| row.direction == "too few");
        let many = deviating.iter().any(|row| row.direction == "too many");
        let total = self
            .evidence
            .blocks
            .map(|_| self.evidence.total().ask(|count| direction(count.wins(), count.expected())));
        let causes = match (few, many, total) {
            (true, false, _) | (false, false, Some("too few")) => {
                "Too few wins can mean missed or orphaned blocks, time offline, or less stake than was counted on"
            }
            (false, true, _) | (false, false, Some("too many")) => {
                "Too many wins can mean more stake than was counted on, or that others did not take part"
            }
            _ if self.reference.is_given => {
                "This can mean that the expectations are not those of the chain, or missed blocks"
            }
            _ => {
                "This can mean a rule other than the one named, other stakes than those of the table, or missed blocks"
            }
        };
        format!(" {causes}; a p-value does not tell which.")
    }

    /// The first block of a row that it could not win.
    fn impossible_block(&self, row: &AuditRow) -> Option<u64> {
        let place = self.rows.iter().position(|other| other.validator == row.validator)?;
        self.evidence.impossible[place]
    }

    fn name(&self, row: &AuditRow) -> String {
        let adjusted = match self.evidence.observations.sampling_model {
            SamplingModel::Bounded(_) => "beyond the bound of a rule without chance".to_owned(),
            _ => {
                let log10 = row.log10_p_value.map(|log10| log10 + (self.rows.len() as f64).log10());
                format!("corrected {}", p_words(row.p_adjusted.unwrap_or(0.0), log10))
            }
        };
        let interval = match (row.relative_deviation_low, row.relative_deviation_high) {
            (Some(low), Some(high)) => format!(
                "{} interval {} to {}; ",
                setting(self.evidence.confidence),
                signed(low),
                signed(high)
            ),
            _ => String::new(),
        };
        let impossible = match self.impossible_block(row) {
            Some(height) => format!("; block {height}, which it could not have won, among them"),
            None => String::new(),
        };
        format!(
            "{} {}, {} ({interval}{adjusted}{impossible})",
            row.validator,
            wins_words(row.wins, row.expected_wins, row.relative_deviation),
            row.direction
        )
    }

    /// What speaks against the expectation, and does not suffice.
    fn evidence_words(&self, p: f64) -> String {
        let mut parts = Vec::new();
        if !matches!(self.evidence.observations.sampling_model, SamplingModel::Bounded(_)) {
            parts.push(format!("all questions together {}", p_words(p, None)));
            let least = self.rows.iter().filter_map(|row| Some((row.p_adjusted?, row))).min_by(
                |(a, one), (b, other)| {
                    let alone = |row: &AuditRow| row.log10_p_value.unwrap_or(0.0);
                    let order = a.total_cmp(b).then(alone(one).total_cmp(&alone(other)));
                    order.then_with(|| one.validator.cmp(&other.validator))
                },
            );
            if let Some((p, row)) = least.filter(|_| self.rows.len() > 1) {
                parts.push(format!("the least likely, {}, corrected {}", row.validator, p_words(p, None)));
            }
        }
        if parts.is_empty() {
            parts.push("nobody is beyond the bound".to_owned());
        }
        parts.join("; ")
    }

    fn untested(&self) -> String {
        let why = self.evidence.untestable().unwrap_or("too little was counted");
        let farthest = self
            .rows
            .iter()
            .filter(|row| row.stake_share > 0.0)
            .filter_map(|row| Some((row.win_share? / row.stake_share - 1.0, row)))
            .max_by(|(a, one), (b, other)| {
                a.abs().total_cmp(&b.abs()).then_with(|| other.validator.cmp(&one.validator))
            });
        let seen = farthest.map_or(String::new(), |(gain, row)| {
            format!(
                " Against stake shares, {} is farthest off: {} of the wins with {} of the stake ({}).",
                row.validator,
                short(row.win_share.unwrap_or(0.0)),
                short(row.stake_share),
                signed(gain)
            )
        });
        format!(
            "Inconclusive: nothing is known of how the wins of `{}` vary by chance ({why}), so there are no p-values.{seen} \
             `tombola run` with this rule and these stakes shows by simulation how far chance reaches.",
            self.reference.rule
        )
    }

    /// How many more rounds would show a gain as large as the tolerance of the validator of whom
    /// this is easiest, and who it is.
    fn more_rounds(&self) -> Option<(u64, String)> {
        let observations = self.evidence.observations;
        if self.evidence.blocks.is_some() {
            return None;
        }
        let needed = self.evidence.validators().filter_map(|index| {
            let share = observations.expected_share(index).filter(|&share| share > 0.0 && share < 1.0)?;
            let factor = match &observations.sampling_model {
                SamplingModel::Rounds => 1.0,
                SamplingModel::Runs(runs) => runs.run as f64,
                SamplingModel::Scaled(factors) => factors[index],
                SamplingModel::Bounded(_) | SamplingModel::Trials(_) => return None,
            };
            let rounds =
                rounds_for_difference(share, self.evidence.tolerance, self.tested.confidence_each, POWER)?;
            Some(((rounds as f64 * factor).ceil() as u64, index))
        });
        let needed: Vec<(u64, usize)> = needed.collect();
        let (least, most) = (needed.iter().map(|one| one.0).min()?, needed.iter().map(|one| one.0).max()?);
        let more = least.checked_sub(observations.selections).filter(|&more| more > 0)?;
        let easiest = needed.iter().filter(|one| one.0 == least);
        let name = easiest.map(|&(_, index)| self.rows[index].validator.as_str()).min()?;
        Some((more, if least == most && needed.len() > 1 { "any of them" } else { name }.to_owned()))
    }
}

/// What is shown of all wins as a whole; nothing where nothing can be.
fn whole_words(whole: &Misallocation, confidence: f64) -> Option<String> {
    let (interval, alpha) = (whole.interval?, level_of(confidence));
    let (margin, most) = (short(whole.margin), short(interval.high));
    let shown = match (whole.equivalence_p, whole.difference_p) {
        (Some(p), _) if p <= alpha => {
            format!("shown to be at most the margin of {margin} ({})", p_words(p, None))
        }
        (_, Some(p)) if p <= alpha => {
            format!("shown to be more than the margin of {margin} ({})", p_words(p, None))
        }
        _ => format!("not shown to be within the margin of {margin}"),
    };
    Some(format!(
        " As a whole, {} of the wins went to others than expected, of which chance explains some; what it does not explain \
         is at most {most} ({} interval), {shown}.",
        short(whole.value),
        setting(confidence)
    ))
}

/// "won 9 where 30.5 were expected (-70.5 %)".
pub fn wins_words(wins: u64, expected: Option<f64>, relative_deviation: Option<f64>) -> String {
    let won = format!("won {}", grouped(wins));
    match (expected, relative_deviation) {
        (None, _) => won,
        (Some(_), None) => format!("{won} where none was expected"),
        (Some(expected), Some(relative)) => {
            let were = if expected == 1.0 { "was" } else { "were" };
            format!("{won} where {} {were} expected ({})", count(expected), signed(relative))
        }
    }
}

/// Whether the interval of a validator's wins lies wholly farther from the expected ones than this.
fn is_shown_beyond(row: &AuditRow, tolerance: f64) -> bool {
    match (row.relative_deviation_low, row.relative_deviation_high) {
        (Some(low), Some(high)) => low > tolerance || high < -tolerance,
        // Wins where none was expected.
        _ => row.wins > 0,
    }
}

/// What the missed blocks come to.
fn missed_words(missed: &Missed, rows: &[AuditRow], alpha: f64) -> String {
    let (slots, lost) = missed.all();
    if slots == 0 {
        return "Missed blocks: nobody had a slot.".to_owned();
    }
    let mut text = format!(
        "Missed blocks: {} of {} slots ({})",
        grouped(lost),
        grouped(slots),
        short(lost as f64 / slots as f64)
    );
    let mut deviating: Vec<(usize, f64)> = rows
        .iter()
        .enumerate()
        .filter(|(index, _)| {
            // Where one misses far more, all the others miss less than all together: no news.
            let (own, mine) = missed.of(*index);
            mine as f64 * slots as f64 > lost as f64 * own as f64
        })
        .filter_map(|(index, row)| Some((index, row.missed_p_holm.filter(|&p| p <= alpha)?)))
        .collect();
    deviating.sort_by(|(one, a), (other, b)| {
        a.total_cmp(b).then_with(|| rows[*one].validator.cmp(&rows[*other].validator))
    });
    if deviating.is_empty() {
        return text + "; nobody missed more than chance explains if all miss alike.";
    }
    let named = deviating.iter().take(MOST_NAMED).map(|&(index, p)| {
        let (own, mine) = missed.of(index);
        let others = (lost - mine) as f64 / (slots - own).max(1) as f64;
        format!(
            "{} missed {} of {} ({}, the others {}; corrected {})",
            rows[index].validator,
            grouped(mine),
            grouped(own),
            short(mine as f64 / own as f64),
            short(others),
            p_words(p, None)
        )
    });
    text +=
        &format!("; more than chance explains if all miss alike: {}", named.collect::<Vec<_>>().join("; "));
    let rest = deviating.len().saturating_sub(MOST_NAMED);
    if rest > 0 {
        text += &format!("; and {} more", grouped(rest as u64));
    }
    text + "."
}

/// A p-value in words; where it is 0 for want of smaller doubles, its decimal logarithm speaks.
pub fn p_words(p: f64, log10: Option<f64>) -> String {
    if p >= 1e-3 {
        let places = (1.0 - p.log10().floor()).clamp(2.0, 4.0) as usize;
        format!("p = {p:.places$}")
    } else if p >= 1e-300 {
        format!("p = {p:.1e}")
    } else {
        match log10 {
            Some(log10) if log10.is_finite() && log10 < -300.0 => {
                format!("p = 10^-{}", grouped(log10.abs().round() as u64))
            }
            _ => "p < 1e-300".to_owned(),
        }
    }
}

/// A relative deviation as a percentage with its sign.
fn signed(deviation: f64) -> String {
    let sign = if deviation < 0.0 { "-" } else { "+" };
    format!("{sign}{} %", three_digits((100.0 * deviation).abs()))
}

/// An expected count: whole where it is large.
fn count(expected: f64) -> String {
    if expected >= 100.0 { grouped(expected.round() as u64) } else { three_digits(expected) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Interval;

    #[test]
    fn the_whole_is_within_the_margin_beyond_it_or_neither() {
        let words = |difference_p, equivalence_p| {
            let interval = Some(Interval { low: 0.0, high: 0.03 });
            let whole = Misallocation { value: 0.02, interval, margin: 0.01, difference_p, equivalence_p };
            whole_words(&whole, 0.95).expect("an interval")
        };
        for (difference_p, equivalence_p, shown) in [
            (Some(1.0), Some(0.05), "shown to be at most the margin of 1 % (p = 0.050)."),
            (Some(0.04), Some(1.0), "shown to be more than the margin of 1 % (p = 0.040)."),
            (Some(0.06), Some(0.06), "not shown to be within the margin of 1 %."),
            (None, None, "not shown to be within the margin of 1 %."),
        ] {
            let words = words(difference_p, equivalence_p);
            assert!(words.ends_with(&format!(" is at most 3 % (95 % interval), {shown}")), "{words}");
        }
    }

    #[test]
    fn numbers_in_words() {
        assert_eq!(p_words(0.5, None), "p = 0.50");
        assert_eq!(p_words(0.00123, None), "p = 0.0012");
        assert_eq!(p_words(1.25e-20, Some(-19.9)), "p = 1.2e-20");
        assert_eq!(p_words(0.0, Some(-2e15)), "p = 10^-2,000,000,000,000,000");
        assert_eq!(p_words(0.0, None), "p < 1e-300");
        assert_eq!(p_words(0.0, Some(-300.0)), "p < 1e-300", "no more than what is said without it");
        assert_eq!(
            (short(0.123456), short(0.0), short(1.0)),
            ("12.3 %".into(), "0 %".into(), "100 %".into())
        );
        assert_eq!((signed(-0.2), signed(754.806)), ("-20 %".into(), "+75,481 %".into()));
        assert_eq!((count(12.345), count(1234.5)), ("12.3".into(), "1,235".into()));
    }
}
