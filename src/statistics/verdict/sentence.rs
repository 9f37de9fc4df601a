//! The verdict in one sentence.

use super::{Assessment, Effect, Needed, SampleUnits, Verdict};
use crate::statistics::Interval;
use crate::statistics::percent::{setting, spoken};
use crate::statistics::wording::{grouped, p_value, two_digits};

impl Assessment {
    /// One English sentence: the verdict and what shows it.
    pub fn sentence(&self) -> String {
        match self.verdict {
            Verdict::Fair => self.fair(),
            Verdict::Unfair => self.unfair(),
            Verdict::Inconclusive => self.inconclusive(),
        }
    }

    /// The same of all wins as a whole; nothing where it was not judged.
    pub fn whole_sentence(&self) -> Option<String> {
        let whole = self.whole.as_ref()?;
        let judged = &whole.misallocation;
        let margin = setting(judged.margin);
        let shown = match whole.verdict {
            Verdict::Fair => format!(
                "shown to be at most {margin} ({})",
                p_words("equivalence test", judged.equivalence_p)
            ),
            Verdict::Unfair => {
                format!("shown to be more than {margin} ({})", p_words("difference test", whole.difference_p))
            }
            Verdict::Inconclusive => format!("not shown to be at most {margin}, nor more"),
        };
        let interval = judged.interval.map_or(String::new(), |interval| {
            format!(
                ", {} interval {} to {}",
                setting(self.confidence),
                spoken(interval.low),
                spoken(interval.high)
            )
        });
        Some(format!(
            "{}: {} of the wins went to others than the shares of stake say{interval}; the expected share of such wins is {shown}",
            whole.verdict.word(),
            spoken(judged.value)
        ))
    }

    fn fair(&self) -> String {
        let who = match self.comparisons {
            1 => "the validator is".to_owned(),
            many => format!("each of the {} validators is", grouped(many as u64)),
        };
        let intervals = self.bound.map_or(String::new(), |bound| {
            format!("; simultaneous {} intervals: within ±{}", setting(self.confidence), spoken(bound))
        });
        format!(
            "fair within {0}: {who} shown to win within {0} of its share of stake{1} ({2}{intervals})",
            setting(self.tolerance),
            self.aside(),
            p_words("equivalence test", self.equivalence_p),
        )
    }

    fn unfair(&self) -> String {
        let of = match self.sample {
            SampleUnits::Rounds(_) => "of the rounds",
            SampleUnits::Trials(_) => "of the rounds on average",
        };
        let level = setting(self.confidence);
        let mut parts = Vec::new();
        for (effect, most) in [(&self.gains_most, "gains"), (&self.loses_most, "loses")] {
            let Some(effect) = effect else { continue };
            let (wins, stake) = (spoken(effect.win_share), of_stake(effect));
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
            "unfair: {}; {} of {} validator{} {verb} shown to be beyond {}{} ({})",
            parts.join(", "),
            grouped(self.beyond as u64),
            grouped(self.comparisons as u64),
            if self.comparisons == 1 { "" } else { "s" },
            setting(self.tolerance),
            self.aside(),
            self.difference()
        )
    }

    fn inconclusive(&self) -> String {
        if self.comparisons == 0 {
            return "inconclusive: there is no validator to judge".to_owned();
        }
        let plural = if self.comparisons == 1 { "" } else { "s" };
        let all = format!("{} validator{plural}", grouped(self.comparisons as u64));
        let reason = if self.reason.is_empty() { String::new() } else { format!(" ({})", self.reason) };
        if self.without_test == self.comparisons {
            return format!("inconclusive: none of the {all} can be judged{reason}");
        }
        let tests = match self.equivalence_p {
            Some(_) => format!("{}; {}", p_words("equivalence test", self.equivalence_p), self.difference()),
            None => self.difference(),
        };
        let margin = setting(self.tolerance);
        let mut text = match self.within {
            0 => format!(
                "inconclusive: none of the {all} is shown to win within {margin} of its share of stake, and none beyond"
            ),
            some => {
                let open = self.comparisons - some;
                format!(
                    "inconclusive: {} of the {all}, with {} of the stake, {} shown to win within {margin} of {} of \
                     stake; {}, with {}, {} not decided, and none is shown to be beyond",
                    grouped(some as u64),
                    spoken(self.within_stake),
                    if some == 1 { "is" } else { "are" },
                    if some == 1 { "its share" } else { "their shares" },
                    grouped(open as u64),
                    spoken((1.0 - self.within_stake).max(0.0)),
                    if open == 1 { "is" } else { "are" },
                )
            }
        };
        text.push_str(&format!("{} ({tests})", self.aside()));
        if self.without_test > 0 {
            text.push_str(&format!("; {} cannot be judged{reason}", grouped(self.without_test as u64)));
        }
        if let (Some(easiest), Some(hardest)) = (&self.easiest, &self.hardest) {
            text.push_str("; with 90 % probability this run would have shown a deviation of ");
            if easiest.name == hardest.name {
                text.push_str(&format!("{} of {}", spoken(easiest.effect), easiest.name));
            } else if hardest.effect - easiest.effect <= 1e-9 {
                text.push_str(&format!("{} of any of them", spoken(easiest.effect)));
            } else {
                text.push_str(&format!(
                    "{} of {}, the easiest to judge, and of {} of {}, the hardest",
                    spoken(easiest.effect),
                    easiest.name,
                    spoken(hardest.effect),
                    hardest.name
                ));
            }
        }
        if let Some(needed) = self.needed {
            let (more, what) = match needed {
                Needed::RoundsPerTrial(more) => (more, "rounds in each trial"),
                Needed::Trials(more) => (more, "trials"),
            };
            text.push_str(&format!(
                "; about {} more {what} would show a fair rule to be fair with 90 % probability",
                grouped(two_digits(more))
            ));
        }
        text
    }

    fn difference(&self) -> String {
        let corrected = match self.comparisons {
            1 => String::new(),
            many => format!(", corrected for {} validators", grouped(many as u64)),
        };
        format!("{}{corrected}", p_words("difference test", self.difference_p_adjusted))
    }

    fn aside(&self) -> String {
        match self.set_aside {
            0 => String::new(),
            1 => "; 1 smaller validator was set aside beforehand".to_owned(),
            many => format!("; {} smaller validators were set aside beforehand", grouped(many as u64)),
        }
    }
}

/// The p-value of a test; nothing is known of it if there is none.
fn p_words(test: &str, p: Option<f64>) -> String {
    format!("{test} {}", p.map_or("not possible".to_owned(), p_value))
}

fn of_stake(effect: &Effect) -> String {
    if effect.stake_share > 0.0 {
        format!("with {} of the stake", spoken(effect.stake_share))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words() {
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
