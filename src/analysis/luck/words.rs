//! An answer in words, and its numbers with what they mean.

use super::{MOST_OF_COMETBFT, ODDS_AGAINST_A_FAULT};
use crate::analysis::rows::{LuckReport, LuckRow, LuckStretch};
use crate::statistics::percent::setting;
use crate::statistics::wording::grouped;

/// A probability: in percent while that is readable, and else as a number.
fn chance(p: f64) -> String {
    match p {
        p if p == 0.0 || p == 1.0 => format!("{} %", 100.0 * p),
        p if p < 1e-3 => format!("{p:.4e}"),
        p if p > 1.0 - 5e-7 => "> 99.9999 %".to_owned(),
        p => format!("{:.4} %", 100.0 * p),
    }
}

/// A probability of something that wins can do or not: where both can come, none that was rounded to the end of its
/// range is called impossible or certain.
fn chance_in(report: &LuckReport, p: f64) -> String {
    let is_open = report.p_slot > 0.0 && report.p_slot < 1.0;
    match p {
        p if is_open && p == 0.0 => "< 1e-300".to_owned(),
        p if is_open && p == 1.0 => "> 99.9999 %".to_owned(),
        p => chance(p),
    }
}

/// A ratio of likelihoods: its size is all that counts.
fn times(ratio: f64) -> String {
    match ratio {
        small if small < 100.0 => format!("{small:.1}"),
        large if large < 1e6 => format!("{large:.0}"),
        huge => format!("{huge:.1e}"),
    }
}

/// A number with few digits.
fn few(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size >= 1e7 => format!("{value:.3e}"),
        size if size >= 100.0 => format!("{value:.1}"),
        size if size >= 0.01 => format!("{value:.3}"),
        _ => format!("{value:.3e}"),
    }
}

/// A time in the unit in which people say it.
fn time(seconds: f64) -> String {
    match seconds {
        short if short < 120.0 => format!("{short:.1} s"),
        short if short < 7_200.0 => format!("{:.1} min", short / 60.0),
        short if short < 172_800.0 => format!("{:.1} h", short / 3_600.0),
        long if long < 63_115_200.0 => format!("{:.1} days", long / 86_400.0),
        long => format!("{} years", few(long / 31_557_600.0)),
    }
}

/// Slots, and how long they take where that is known.
fn slots(report: &LuckReport, number: f64) -> String {
    let unit = if number == 1.0 { "slot" } else { "slots" };
    let number_words =
        if number.fract() == 0.0 && number < 1e15 { grouped(number as u64) } else { few(number) };
    match report.seconds {
        Some(seconds) => {
            format!("{number_words} {unit} ({})", time(seconds * (number / report.slots as f64)))
        }
        None => format!("{number_words} {unit}"),
    }
}

/// What it comes to.
pub fn text(report: &LuckReport) -> String {
    let mut sentences = vec![format!(
        "{} wins are expected in {}{}.",
        few(report.expected),
        slots(report, report.slots as f64),
        match (report.range_low, report.range_high, report.standard_deviation) {
            (Some(low), Some(high), Some(_)) => format!(
                "; at least {} of such periods have between {low} and {high}",
                setting(report.confidence)
            ),
            (Some(low), Some(high), None) if report.validators.is_none() => format!(
                "; the rule gives between {low} and {high}, however many validators the chain has (at most {}; --validators N, or a table, narrows this)",
                grouped(MOST_OF_COMETBFT)
            ),
            (Some(low), Some(high), None) => format!("; the rule gives between {low} and {high}"),
            _ => String::new(),
        }
    )];
    if let Some(wins) = report.wins {
        sentences.push(of_wins(report, wins));
    }
    for (stretch, what, none) in [
        (&report.gap, "A gap", "so a gap of that length does not occur"),
        (&report.in_a_row, "A run of wins", "so a run of that length does not occur"),
    ] {
        if let Some(stretch) = stretch {
            sentences.push(of_stretch(report, stretch, what, none));
        }
    }
    if let (Some(median), Some(most)) = (report.longest_gap_median, report.longest_gap_99) {
        sentences.push(format!(
            "The longest gap of such a period is at most {} in half of all cases and at most {} in 99 of 100.",
            slots(report, median as f64),
            slots(report, most as f64)
        ));
    }
    if let (Some(mean), Some(half), Some(most), Some(surely)) =
        (report.wait_mean, report.wait_50, report.wait_90, report.wait_99)
    {
        sentences.push(format!(
            "The next win takes {} on average: within {} with probability 50 %, {} with 90 %, {} with 99 %, however long the last one was ago.",
            slots(report, mean),
            slots(report, half as f64),
            slots(report, most as f64),
            slots(report, surely as f64)
        ));
    }
    sentences.join(" ")
}

fn of_wins(report: &LuckReport, wins: u64) -> String {
    let mut text = format!("{wins} came");
    if let Some(luck) = report.luck {
        text += &match 100.0 * luck {
            huge if huge >= 1e6 => format!(", which an explorer shows as a luck of {huge:.1e} %"),
            percent => format!(", which an explorer shows as a luck of {percent:.1} %"),
        };
    }
    let (Some(lower), Some(upper), Some(mid_p)) = (report.p_at_most, report.p_at_least, report.mid_p) else {
        return match report.explanation.as_deref() {
            Some("chance") => text + ". The rule is deterministic, and this is within its bounds.",
            _ => {
                text + ". The rule is deterministic and does not do this while stakes stay: look for missed blocks, or for stakes that changed."
            }
        };
    };
    let is_few = (wins as f64) < report.expected;
    text += &match is_few {
        true => format!(": so few or fewer come with probability {}", chance_in(report, lower)),
        false => format!(": so many or more come with probability {}", chance_in(report, upper)),
    };
    text += &format!(" (mid-p percentile {}).", few(100.0 * mid_p));
    if let Some(p) = report.p_in_a_year {
        text +=
            &format!(" A year has such a period or a rarer one with probability {}.", chance_in(report, p));
    }
    if let (Some(p), Some(validators)) = (report.p_somebody, report.validators.filter(|&all| all > 1)) {
        text += &format!(
            " Among {} such validators, at least one meets something this rare in any such period with probability {}.",
            grouped(validators),
            chance_in(report, p)
        );
    }
    if report.likelihood_ratio.is_none() {
        text += " The expected rate of wins cannot give this.";
    }
    if let Some(ratio) = report.likelihood_ratio {
        text += &match report.explanation.as_deref() {
            Some("chance") => " Chance explains it.".to_owned(),
            Some("a fault") => format!(
                " No other rate of wins explains it more than {} times better: even if only one operator in {ODDS_AGAINST_A_FAULT} has a fault at a time, that is the better explanation.",
                times(ratio)
            ),
            _ => format!(
                " Chance seldom does this, and no other rate of wins explains it more than {0} times better: a fault is the better explanation only where more than one operator in {0} has one at a time.",
                times(ratio)
            ),
        };
    }
    text
}

fn of_stretch(report: &LuckReport, stretch: &LuckStretch, what: &str, none: &str) -> String {
    let length = slots(report, stretch.slots as f64);
    let Some(anywhere) = stretch.p_anywhere else {
        return format!("{what} of {length}: the rule is deterministic, and its bounds do not exclude it.");
    };
    let Some(fixed) = stretch.p_at_a_fixed_place else {
        return format!("{what} of {length}: the rule is deterministic, {none}.");
    };
    let mut text = format!(
        "{what} of {length} or more comes somewhere in the period with probability {}; from a slot named beforehand, with {}",
        chance_in(report, anywhere),
        chance_in(report, fixed)
    );
    if let Some(p) = stretch.p_in_a_year {
        text += &format!("; somewhere in a year, with {}", chance_in(report, p));
    }
    if let (Some(p), Some(validators)) = (stretch.p_somebody, report.validators.filter(|&all| all > 1)) {
        text += &format!(
            "; to at least one of {} such validators in such a period, with {}",
            grouped(validators),
            chance_in(report, p)
        );
    }
    text + "."
}

/// The numbers one below another.
pub fn rows(report: &LuckReport) -> Vec<LuckRow> {
    let whole = |number: Option<u64>| number.map(|number| number as f64);
    let mut rows = Vec::new();
    let mut add = |metric: &str, value: Option<f64>, unit: &str, note: &str| {
        rows.extend(value.map(|value| LuckRow {
            metric: metric.to_owned(),
            value,
            unit: unit.to_owned(),
            note: note.to_owned(),
        }));
    };
    // Of turns the number of all validators counts, and there are no probabilities.
    let of_chain = match report.standard_deviation {
        Some(_) => "such validators on the chain",
        None => "validators on the chain",
    };
    add("stake_share", report.stake_share, "ratio", "share of all stake");
    add("p_slot", Some(report.p_slot), "probability", "of winning a slot");
    add("slots", whole(Some(report.slots)), "slots", "length of the period");
    add("seconds", report.seconds, "seconds", "length of the period");
    add("expected", Some(report.expected), "slots", "expected wins");
    add("standard_deviation", report.standard_deviation, "slots", "of the wins");
    add("range_low", whole(report.range_low), "slots", "fewest wins of the usual range");
    add("range_high", whole(report.range_high), "slots", "most wins of the usual range");
    add("wins", whole(report.wins), "slots", "wins that came");
    add("luck", report.luck, "ratio", "wins over expected wins, as explorers show it");
    add(
        "rate_low",
        report.rate_low,
        "ratio",
        "lowest rate of wins that explains them, over the expected one",
    );
    add(
        "rate_high",
        report.rate_high,
        "ratio",
        "highest rate of wins that explains them, over the expected one",
    );
    add("mid_p", report.mid_p, "probability", "of fewer wins, and half of that of as many");
    add("p_at_most", report.p_at_most, "probability", "of so many wins or fewer");
    add("p_at_least", report.p_at_least, "probability", "of so many wins or more");
    add("p_value", report.p_value, "probability", "two-sided p-value of the wins");
    add("periods_in_a_year", report.periods_in_a_year, "number", "such periods in a year");
    add("p_in_a_year", report.p_in_a_year, "probability", "of a period as rare, or rarer, in a year");
    add("validators", whole(report.validators), "number", of_chain);
    add("p_somebody", report.p_somebody, "probability", "of a period as rare, for one of them at least");
    add(
        "likelihood_ratio",
        report.likelihood_ratio,
        "ratio",
        "of the best other rate of wins to the expected one",
    );
    for (name, stretch) in [("gap", &report.gap), ("in_a_row", &report.in_a_row)] {
        let Some(stretch) = stretch else { continue };
        let what = if name == "gap" { "slots without a win" } else { "wins in a row" };
        add(name, whole(Some(stretch.slots)), "slots", what);
        for (part, p, where_) in [
            ("at_a_fixed_place", stretch.p_at_a_fixed_place, "from a slot named beforehand"),
            ("anywhere", stretch.p_anywhere, "anywhere in the period"),
            ("in_a_year", stretch.p_in_a_year, "anywhere in a year"),
            ("somebody", stretch.p_somebody, "in the period, for one at least of all such validators"),
        ] {
            add(&format!("p_{name}_{part}"), p, "probability", where_);
        }
    }
    add(
        "longest_gap_median",
        whole(report.longest_gap_median),
        "slots",
        "half of such periods have no longer gap",
    );
    add("longest_gap_99", whole(report.longest_gap_99), "slots", "99 of 100 such periods have no longer gap");
    add("wait_mean", report.wait_mean, "slots", "mean wait for the next win");
    add("wait_50", whole(report.wait_50), "slots", "the next win comes within, with probability 1/2");
    add("wait_90", whole(report.wait_90), "slots", "with probability 0.9");
    add("wait_99", whole(report.wait_99), "slots", "with probability 0.99");
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_come_or_not_is_neither_impossible_nor_certain() {
        let of = |p_slot: f64, p: f64| chance_in(&LuckReport { p_slot, ..LuckReport::default() }, p);
        assert_eq!([of(0.5, 0.0), of(0.5, 1.0), of(0.5, 0.25)], ["< 1e-300", "> 99.9999 %", "25.0000 %"]);
        assert_eq!([of(0.0, 0.0), of(1.0, 1.0)], ["0 %", "100 %"]);
    }

    #[test]
    fn numbers_are_said_as_people_read_them() {
        assert_eq!([0.0, 1.0, 0.5].map(chance), ["0 %", "100 %", "50.0000 %"]);
        assert_eq!([1.5e-4, 0.999_999_9].map(chance), ["1.5000e-4", "> 99.9999 %"]);
        assert_eq!(
            [0.0, 0.0012, 0.5, 123.44, -123.44, 2.5e7].map(few),
            ["0", "1.200e-3", "0.500", "123.4", "-123.4", "2.500e7"]
        );
        assert_eq!(
            [60.0, 600.0, 7_200.0, 172_800.0, 63_115_200.0].map(time),
            ["60.0 s", "10.0 min", "2.0 h", "2.0 days", "2.000 years"]
        );
    }
}
