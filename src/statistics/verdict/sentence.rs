//! The verdict in one sentence.

use super::{Assessment, Effect, Sample, Verdict};
use crate::statistics::Interval;
use crate::statistics::wording::{grouped, two_digits};

impl Assessment {
    /// One English sentence: the verdict, what shows it, and what the rule's own promise says.
    pub fn sentence(&self) -> String {
        let mut sentence = match self.verdict {
            Verdict::Fair => self.fair(),
            Verdict::Unfair => self.unfair(),
            Verdict::Inconclusive => self.inconclusive(),
        };
        sentence.push_str(&self.expected_shares());
        sentence
    }

    fn fair(&self) -> String {
        let bound = self.bound.map_or(String::new(), |bound| format!("±{} of ", percent(bound)));
        let who = match self.comparisons {
            1 => "the validator wins".to_owned(),
            many => format!("each of the {many} validators wins"),
        };
        format!(
            "fair within {}: {who} within {bound}its share of stake ({}{})",
            round(self.tolerance),
            self.level(),
            corrected("; ", self.equivalence_p, self.comparisons, "")
        )
    }

    fn unfair(&self) -> String {
        let of = match self.sample {
            Sample::Rounds(_) => "of the rounds",
            Sample::Trials(_) => "of the rounds on average",
        };
        let level = round(self.confidence);
        let mut parts = Vec::new();
        for (effect, most) in [(&self.gains_most, "gains"), (&self.loses_most, "loses")] {
            let Some(effect) = effect else { continue };
            let (wins, stake) = (percent(effect.win_share), of_stake(effect));
            parts.push(if parts.is_empty() {
                format!(
                    "{} wins {wins} {of} {stake} ({})",
                    effect.name,
                    deviation(effect, &format!("{level} interval "))
                )
            } else {
                format!("{} {most} most, {wins} {stake} ({})", effect.name, deviation(effect, ""))
            });
        }
        let verb = if self.beyond == 1 { "is" } else { "are" };
        format!(
            "unfair: {}; {} of {} validators {verb} beyond {}, corrected for {}{}",
            parts.join(", "),
            grouped(self.beyond as u64),
            grouped(self.comparisons as u64),
            round(self.tolerance),
            self.compared(),
            corrected(": ", self.difference_p, self.comparisons, "")
        )
    }

    fn inconclusive(&self) -> String {
        if self.comparisons == 0 {
            return "inconclusive: there is no validator to judge".to_owned();
        }
        let plural = if self.comparisons == 1 { "" } else { "s" };
        let all = format!("{} validator{plural}", grouped(self.comparisons as u64));
        let reason = if self.reason.is_empty() { String::new() } else { format!(" ({})", self.reason) };
        if self.without_interval == self.comparisons {
            return format!("inconclusive: none of the {all} has an interval{reason}");
        }
        let mut text = match self.within {
            0 => format!("inconclusive: none of the {all} is shown to win"),
            1 => format!(
                "inconclusive: 1 of the {all}, with {} of the stake, is shown to win",
                percent(self.within_stake)
            ),
            some => format!(
                "inconclusive: {} of the {all}, with {} of the stake, are shown to win",
                grouped(some as u64),
                percent(self.within_stake)
            ),
        };
        text.push_str(&format!(
            " within {} of its share of stake, none outside ({}{}{})",
            round(self.tolerance),
            self.level(),
            corrected("; ", self.equivalence_p, self.comparisons, " within"),
            corrected("; ", self.difference_p, self.comparisons, " outside")
        ));
        if self.within > 1 {
            text = text.replace("of its share", "of their shares");
        }
        if self.without_interval > 0 {
            text.push_str(&format!("; {} have no interval{reason}", grouped(self.without_interval as u64)));
        }
        if let Some(detectable) = self.detectable.filter(|effect| effect.is_finite()) {
            text.push_str(&format!(
                "; this run could have seen a deviation of {} or more",
                percent(detectable)
            ));
        }
        if let Some(needed) = self.needed {
            let unit = match self.sample {
                Sample::Rounds(_) => "rounds",
                Sample::Trials(_) => "trials",
            };
            text.push_str(&format!("; about {} more {unit} would do", grouped(two_digits(needed))));
        }
        text
    }

    fn expected_shares(&self) -> String {
        let Some(p) = self.expected_shares_p.filter(|p| (0.0..=1.0).contains(p)) else {
            return String::new();
        };
        let p = p_value(p);
        match (self.expected_shares_rejected, self.verdict) {
            (Some(true), Verdict::Unfair) => format!("; the rule does not keep its own promise ({p})"),
            (Some(true), Verdict::Fair) => {
                format!("; note: the rule does not keep its own promise ({p}), but by less than the margin")
            }
            (Some(true), Verdict::Inconclusive) => {
                format!("; note: the rule does not keep its own promise ({p}), by how much is not shown")
            }
            _ => format!("; the rule keeps its own promise as far as this run can see ({p})"),
        }
    }

    fn level(&self) -> String {
        format!("{}, corrected for {}", round(self.confidence), self.compared())
    }

    fn compared(&self) -> String {
        let plural = if self.comparisons == 1 { "" } else { "s" };
        format!("{} comparison{plural}", grouped(self.comparisons as u64))
    }
}

fn of_stake(effect: &Effect) -> String {
    if effect.stake_share > 0.0 {
        format!("with {} of the stake", percent(effect.stake_share))
    } else {
        "without stake".to_owned()
    }
}

/// `+65.6 %, 95 % interval +65.2 to +66.1 %`, in points of the whole where no stake is behind it.
fn deviation(effect: &Effect, label: &str) -> String {
    let (value, interval) = match (effect.relative, effect.relative_interval) {
        (Some(value), Some(interval)) => (value, interval),
        _ => (effect.absolute, effect.absolute_interval),
    };
    let Interval { low, high } = interval;
    let places = places(low.abs().max(high.abs()), high - low);
    let unit = if effect.relative.is_some() { "%" } else { "% of all rounds" };
    format!(
        "{:+.places$} {unit}, {label}{:+.places$} to {:+.places$} %",
        100.0 * value,
        100.0 * low,
        100.0 * high
    )
}

/// Decimals of a percentage: enough to tell the ends of its interval apart, one at least.
fn places(size: f64, width: f64) -> usize {
    if size >= 10.0 { 0 } else { (0.5 - (100.0 * width).log10()).ceil().clamp(1.0, 6.0) as usize }
}

/// A share as a percentage with one decimal, or two significant digits where that is more.
fn percent(share: f64) -> String {
    let value = 100.0 * share;
    let places = if value == 0.0 || value.abs() >= 1000.0 {
        0
    } else {
        (1.0 - value.abs().log10().floor()).clamp(1.0, 15.0) as usize
    };
    format!("{value:.places$} %")
}

/// A setting as a percentage, without trailing zeros.
fn round(setting: f64) -> String {
    format!("{} %", (1e8 * setting).round() / 1e6)
}

/// A corrected p-value with what stands around it, or nothing. Values below 10^-12 before the
/// correction were not worked out.
fn corrected(before: &str, p: Option<f64>, comparisons: usize, after: &str) -> String {
    let Some(p) = p else { return String::new() };
    let least = 1e-12 * comparisons as f64;
    if p <= least {
        return format!("{before}p < {:.0e}{after}", least * (1.0 + 1e-9));
    }
    format!("{before}{}{after}", p_value(p))
}

fn p_value(p: f64) -> String {
    if p < 1e-300 {
        "p < 1e-300".to_owned()
    } else if p < 1e-3 {
        format!("p = {p:.1e}")
    } else {
        let places = (1.0 - p.log10().floor()).clamp(1.0, 4.0) as usize;
        format!("p = {p:.places$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words() {
        assert_eq!(percent(0.15094), "15.1 %");
        assert_eq!(percent(0.004), "0.40 %");
        assert_eq!(percent(0.0000456), "0.0046 %");
        assert_eq!(
            (percent(0.0), percent(1.0), percent(123.4)),
            ("0 %".into(), "100.0 %".into(), "12340 %".into())
        );
        assert_eq!((round(0.95), round(0.1), round(0.999)), ("95 %".into(), "10 %".into(), "99.9 %".into()));
        assert_eq!(
            (p_value(0.0), p_value(1e-12), p_value(0.043)),
            ("p < 1e-300".into(), "p = 1.0e-12".into(), "p = 0.043".into())
        );
        assert_eq!((two_digits(9562), two_digits(7), two_digits(10)), (9600, 7, 10));
        assert_eq!(
            (grouped(7u64), grouped(1234567u64), grouped(123456u64)),
            ("7".into(), "1,234,567".into(), "123,456".into())
        );
    }
}
