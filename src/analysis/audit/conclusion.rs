//! Luck, a bug, or too little to tell: an audit in one paragraph.

use super::rows::{BUG, CANNOT_TELL, LUCK, Missed, POWER, corrected, level};
use crate::analysis::rows::{AuditRow, Decision, Metric, Statement};
use crate::analysis::{AnalysisContext, SamplingModel};
use crate::selection::ExpectedShares;
use crate::statistics::rounds_for_difference;
use crate::statistics::wording::{grouped, two_digits};

/// At most this many validators are named.
const MOST_NAMED: usize = 3;

/// What an audit comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Conclusion {
    /// `luck`, `bug` or `cannot tell`.
    pub word: &'static str,
    /// Why, in plain words, with the numbers that it rests on.
    pub text: String,
    /// The smallest relative gain of any validator that the table would have shown nine times in
    /// ten.
    pub minimum_detectable_effect: Option<f64>,
    /// The p-value of all validators together, where there is one.
    pub p_value: Option<f64>,
    /// What the missed blocks come to, if the table has slots.
    pub missed: Option<String>,
}

impl Conclusion {
    /// The conclusion as a row of `fairness.csv`.
    pub fn row(&self, tolerance: f64) -> Statement {
        let decision = match self.word {
            LUCK => Decision::Consistent,
            BUG => Decision::Deviates,
            _ => Decision::Inconclusive,
        };
        Statement {
            value: self.minimum_detectable_effect,
            null_value: Some(tolerance),
            decision: Some(decision),
            ..Statement::new(Metric::AuditConclusion, "all", self.text.clone())
        }
    }
}

/// Concludes from the rows, and from the p-value of all validators together.
pub fn conclude(
    context: &AnalysisContext,
    rows: &[AuditRow],
    together: Option<f64>,
    missed: Option<&Missed>,
) -> Conclusion {
    let telling = Telling { context, rows, together };
    let smallest = rows
        .iter()
        .filter_map(|row| Some((row.minimum_detectable_effect?, row)))
        .min_by(|(a, _), (b, _)| a.total_cmp(b));
    let (word, text) = telling.conclusion(smallest);
    Conclusion {
        word,
        text,
        minimum_detectable_effect: smallest.map(|(bias, _)| bias),
        p_value: together,
        missed: missed.map(|missed| missed_words(missed, rows, level(context))),
    }
}

struct Telling<'a> {
    context: &'a AnalysisContext<'a>,
    rows: &'a [AuditRow],
    /// The p-value of all validators together.
    together: Option<f64>,
}

impl Telling<'_> {
    fn rule(&self) -> &str {
        self.context.experiment.world.rule.name
    }

    fn conclusion(&self, smallest: Option<(f64, &AuditRow)>) -> (&'static str, String) {
        let rule = self.rule();
        if self.context.selections == 0 {
            return (CANNOT_TELL, "Cannot tell: the table has no wins at all.".to_owned());
        }
        if let ExpectedShares::Unknown(why) = &self.context.expected_shares {
            return (CANNOT_TELL, self.without_law(&format!("no exact promise of `{rule}` is known: {why}")));
        }
        if let SamplingModel::Trials(why) = &self.context.sampling_model {
            return (
                CANNOT_TELL,
                self.without_law(&format!("how far wins of `{rule}` scatter is not known: {why}")),
            );
        }
        let guilty = self.guilty();
        let together = self.together;
        if !guilty.is_empty() || together.is_some_and(|p| p < level(self.context)) {
            return (BUG, self.bug(&guilty));
        }
        let allowed = format!("within what the law of `{rule}` allows ({})", self.evidence());
        let tolerance = self.context.settings.tolerance;
        match smallest {
            Some((bias, row)) if bias <= tolerance => {
                let blind = self.rows.iter().filter(|row| row.finding == CANNOT_TELL).count();
                let mut text = format!(
                    "Luck: everything is {allowed}. Nine times in ten a table of this size shows a gain of {} or \
                     more of {}",
                    percent(bias),
                    row.validator
                );
                if blind > 0 {
                    text += &format!(
                        "; of {blind} of the {} validators it would not have shown one of {}",
                        self.rows.len(),
                        percent(tolerance)
                    );
                }
                (LUCK, text + ".")
            }
            Some((bias, row)) => {
                let mut text = format!(
                    "Cannot tell: everything is {allowed}, but so small a table would have missed a gain of {}. The \
                     smallest that it shows nine times in ten is one of {}, of {}",
                    percent(tolerance),
                    percent(bias),
                    row.validator
                );
                if let Some(more) = self.more_rounds() {
                    text += &format!(
                        "; about {} more rounds would do for {}",
                        grouped(two_digits(more)),
                        percent(tolerance)
                    );
                }
                (CANNOT_TELL, text + ".")
            }
            None if self.rows.iter().all(|row| row.finding == LUCK) => {
                (LUCK, format!("Luck: everything is {allowed}, which leaves nothing to chance."))
            }
            None => (
                CANNOT_TELL,
                format!(
                    "Cannot tell: everything is {allowed}, but so small a table shows no bias at all, however large."
                ),
            ),
        }
    }

    /// Those whose wins the law does not allow, the least likely first.
    fn guilty(&self) -> Vec<&AuditRow> {
        let mut guilty: Vec<&AuditRow> = self.rows.iter().filter(|row| row.finding == BUG).collect();
        // Where the p-value is 0 and has no logarithm, the wins are impossible.
        let rank = |row: &AuditRow| row.log10_p_value.unwrap_or(f64::NEG_INFINITY);
        let size = |row: &AuditRow| row.relative_deviation.map_or(f64::INFINITY, f64::abs);
        guilty.sort_by(|a, b| rank(a).total_cmp(&rank(b)).then(size(b).total_cmp(&size(a))));
        guilty
    }

    fn bug(&self, guilty: &[&AuditRow]) -> String {
        let rule = self.rule();
        let mut text = format!("Bug, or a different rule: these are not the wins of `{rule}`");
        if let Some(p) = self.together {
            text += &format!(" (all validators together {})", p_words(p, None));
        }
        text += ". ";
        if guilty.is_empty() {
            text += "No single validator stands out after the correction; all together do.";
        } else {
            let named: Vec<String> = guilty.iter().take(MOST_NAMED).map(|row| self.accuse(row)).collect();
            let plural = if self.rows.len() == 1 { "" } else { "s" };
            text += &format!(
                "{} of {} validator{plural} won what luck does not explain: {}",
                grouped(guilty.len() as u64),
                grouped(self.rows.len() as u64),
                named.join("; ")
            );
            let rest = guilty.len().saturating_sub(MOST_NAMED);
            if rest > 0 {
                text += &format!("; and {} more", grouped(rest as u64));
            }
            text += ".";
        }
        let tolerance = self.context.settings.tolerance;
        if !self.rows.iter().any(|row| is_shown_beyond(row, tolerance)) {
            text += &format!(
                " But nobody is shown to be more than {} off: with so many rounds even a small difference shows.",
                percent(tolerance)
            );
        }
        text
    }

    fn accuse(&self, row: &AuditRow) -> String {
        let adjusted = match self.context.sampling_model {
            SamplingModel::Bounded(_) => "beyond the bound of a rule without chance".to_owned(),
            _ => {
                let log10 = row.log10_p_value.map(|log10| log10 + (self.rows.len() as f64).log10());
                format!("corrected {}", p_words(row.p_holm.unwrap_or(0.0), log10))
            }
        };
        let (Some(expected), Some(relative_deviation)) = (row.expected_wins, row.relative_deviation) else {
            return format!("{} won {} rounds, promised none", row.validator, grouped(row.wins));
        };
        let interval = match (row.win_share_low, row.win_share_high, row.expected_share) {
            (Some(low), Some(high), Some(share)) => format!(
                ", {} % interval {} to {}",
                trimmed(100.0 * self.context.settings.confidence),
                signed(low / share - 1.0),
                signed(high / share - 1.0)
            ),
            _ => String::new(),
        };
        format!(
            "{} won {} instead of {} ({}{interval}; {adjusted})",
            row.validator,
            grouped(row.wins),
            count(expected),
            signed(relative_deviation)
        )
    }

    /// What speaks against the law, and does not suffice.
    fn evidence(&self) -> String {
        let mut parts = Vec::new();
        if let Some(p) = self.together {
            parts.push(format!("all together {}", p_words(p, None)));
        }
        let least = self
            .rows
            .iter()
            .filter_map(|row| Some((row.p_holm?, row)))
            .min_by(|(a, _), (b, _)| a.total_cmp(b));
        if let Some((p, row)) = least {
            parts.push(format!(
                "the least likely, {}, corrected {}",
                row.validator,
                p_words(p, row.log10_p_value)
            ));
        }
        if parts.is_empty() {
            parts.push("nobody is beyond its bound".to_owned());
        }
        parts.join("; ")
    }

    fn without_law(&self, why: &str) -> String {
        let farthest = self
            .rows
            .iter()
            .filter(|row| row.stake_share > 0.0)
            .filter_map(|row| Some((row.win_share? / row.stake_share - 1.0, row)))
            .max_by(|(a, _), (b, _)| a.abs().total_cmp(&b.abs()));
        let seen = farthest.map_or(String::new(), |(gain, row)| {
            format!(
                " Against stake alone, {} is farthest off: {} of the wins with {} of the stake ({}).",
                row.validator,
                percent(row.win_share.unwrap_or(0.0)),
                percent(row.stake_share),
                signed(gain)
            )
        });
        format!(
            "Cannot tell: {why}. So there are no p-values.{seen} `tombola run` with this rule and these stakes shows by \
             simulation how far luck goes."
        )
    }

    /// How many more rounds would show a gain as large as the tolerance of the validator of whom
    /// this is easiest.
    fn more_rounds(&self) -> Option<u64> {
        let context = self.context;
        let needed = self.rows.iter().enumerate().filter_map(|(index, row)| {
            let share = row.expected_share.filter(|&share| share > 0.0 && share < 1.0)?;
            let factor = match &context.sampling_model {
                SamplingModel::Rounds => 1.0,
                SamplingModel::Runs(runs) => runs.run as f64,
                SamplingModel::Scaled(factors) => factors[index],
                SamplingModel::Bounded(_) | SamplingModel::Trials(_) => return None,
            };
            let rounds = rounds_for_difference(share, context.settings.tolerance, corrected(context), POWER)?;
            Some((rounds as f64 * factor).ceil() as u64)
        });
        needed.min()?.checked_sub(context.selections).filter(|&more| more > 0)
    }
}

/// Whether the interval of a validator's wins lies wholly farther from the promise than this.
fn is_shown_beyond(row: &AuditRow, tolerance: f64) -> bool {
    let (Some(low), Some(high), Some(share)) = (row.win_share_low, row.win_share_high, row.expected_share)
    else {
        return false;
    };
    low > (1.0 + tolerance) * share || high < (1.0 - tolerance) * share
}

/// What the missed blocks come to.
fn missed_words(missed: &Missed, rows: &[AuditRow], level: f64) -> String {
    let (slots, lost) = missed.all();
    if slots == 0 {
        return "Missed blocks: nobody had a slot.".to_owned();
    }
    let mut text = format!(
        "Missed blocks: {} of {} slots ({})",
        grouped(lost),
        grouped(slots),
        percent(lost as f64 / slots as f64)
    );
    let mut guilty: Vec<(usize, f64)> = rows
        .iter()
        .enumerate()
        .filter(|(index, _)| {
            // Where one misses far more, all the others miss less than all together: no news.
            let (own, mine) = missed.of(*index);
            mine as f64 * slots as f64 > lost as f64 * own as f64
        })
        .filter_map(|(index, row)| Some((index, row.missed_p_holm.filter(|&p| p < 2.0 * level)?)))
        .collect();
    guilty.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    if guilty.is_empty() {
        return text + "; nobody missed more than luck explains if all miss alike.";
    }
    let named = guilty.iter().take(MOST_NAMED).map(|&(index, p)| {
        let (own, mine) = missed.of(index);
        let others = (lost - mine) as f64 / (slots - own).max(1) as f64;
        format!(
            "{} missed {} of {} ({}, the others {}; corrected {})",
            rows[index].validator,
            grouped(mine),
            grouped(own),
            percent(mine as f64 / own as f64),
            percent(others),
            p_words(p, None)
        )
    });
    text += &format!("; not by luck: {}", named.collect::<Vec<_>>().join("; "));
    let rest = guilty.len().saturating_sub(MOST_NAMED);
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

/// A share as a percentage with three significant digits at most.
fn percent(share: f64) -> String {
    format!("{} %", digits(100.0 * share))
}

/// A relative deviation as a percentage with its sign.
fn signed(deviation: f64) -> String {
    let sign = if deviation < 0.0 { "-" } else { "+" };
    format!("{sign}{} %", digits((100.0 * deviation).abs()))
}

fn digits(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return trimmed(value);
    }
    if value >= 1000.0 {
        return grouped(value.round() as u64);
    }
    let places = (2.0 - value.abs().log10().floor()).clamp(0.0, 9.0) as usize;
    trimmed(format!("{value:.places$}").parse().unwrap_or(value))
}

/// A number without trailing zeros, e.g. 95 or 99.9.
fn trimmed(value: f64) -> String {
    format!("{}", (value * 1e9).round() / 1e9)
}

/// An expected count: whole where it is large.
fn count(expected: f64) -> String {
    if expected >= 100.0 { grouped(expected.round() as u64) } else { digits(expected) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words() {
        assert_eq!(p_words(0.5, None), "p = 0.50");
        assert_eq!(p_words(0.00123, None), "p = 0.0012");
        assert_eq!(p_words(1.25e-20, Some(-19.9)), "p = 1.2e-20");
        assert_eq!(p_words(0.0, Some(-2e15)), "p = 10^-2,000,000,000,000,000");
        assert_eq!(p_words(0.0, None), "p < 1e-300");
        assert_eq!(
            (percent(0.123456), percent(0.0), percent(1.0)),
            ("12.3 %".into(), "0 %".into(), "100 %".into())
        );
        assert_eq!((signed(-0.2), signed(754.806)), ("-20 %".into(), "+75,481 %".into()));
        assert_eq!((count(12.345), count(1234.5)), ("12.3".into(), "1,235".into()));
    }
}
