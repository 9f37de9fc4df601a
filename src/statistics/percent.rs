//! Percentages. What is not all never reads as 100 %, and what is not nothing never as 0 %. Where there is
//! no number, there is a dash.

use crate::statistics::wording::{grouped, three_digits};

/// What differs by less from 1 is 1: a sum of shares is no more exact.
const SUM_OF_SHARES: f64 = 1e-12;

/// Below so many percent digits give way to a power of ten.
const LEAST_IN_DIGITS: f64 = 1e-9;

fn is_less_than_all(share: f64) -> bool {
    share < 1.0 - SUM_OF_SHARES
}

/// Whether a number in percent reads as so much.
fn reads_as(text: &str, percent: f64) -> bool {
    text.parse() == Ok(percent)
}

/// A share with three digits at most, as in `12.3 %`, `0.045 %` and `95 %`: for sentences.
pub fn short(share: f64) -> String {
    match 100.0 * share {
        percent if percent.is_nan() => "-".to_owned(),
        percent if percent != 0.0 && percent.abs() < LEAST_IN_DIGITS => format!("{percent:.1e} %"),
        percent => match three_digits(percent) {
            text if reads_as(&text, 100.0) && is_less_than_all(share) => "more than 99.9 %".to_owned(),
            text => format!("{text} %"),
        },
    }
}

/// A share with one decimal, or with two digits where that is more, as in `15.1 %` and `0.0046 %`: for
/// sentences in which shares stand beside each other.
pub fn spoken(share: f64) -> String {
    let percent = 100.0 * share;
    if percent.is_nan() {
        return "-".to_owned();
    }
    if percent != 0.0 && percent.abs() < LEAST_IN_DIGITS {
        return format!("{percent:.1e} %");
    }
    let decimals = match percent.abs() {
        size if size == 0.0 || size >= 1000.0 => 0,
        size => (1.0 - size.log10().floor()).clamp(1.0, 15.0) as usize,
    };
    match format!("{:.decimals$}", percent + 0.0) {
        text if reads_as(&text, 100.0) && is_less_than_all(share) => "more than 99.9 %".to_owned(),
        text if percent.abs() >= 1000.0 && percent.abs() < 1e18 => {
            let sign = if text.starts_with('-') { "-" } else { "" };
            format!("{sign}{} %", grouped(percent.abs().round() as u64))
        }
        text => format!("{text} %"),
    }
}

/// A share with so many decimals: for columns. What would read as all or as nothing is a bound, such as
/// `> 99.999 %` and `< 0.001 %`.
pub fn fixed(share: f64, decimals: usize) -> String {
    let percent = 100.0 * share;
    if percent.is_nan() {
        return "-".to_owned();
    }
    let least = 10f64.powi(-(decimals as i32));
    match format!("{percent:.decimals$}") {
        text if percent == 0.0 => format!("{} %", text.trim_start_matches('-')),
        text if reads_as(&text, 0.0) && percent > 0.0 => format!("< {least:.decimals$} %"),
        text if reads_as(&text, 0.0) => format!("> -{least:.decimals$} %"),
        text if reads_as(&text, 100.0) && is_less_than_all(share) => {
            format!("> {:.decimals$} %", 100.0 - least)
        }
        text => format!("{text} %"),
    }
}

/// A number that somebody has set, such as a confidence, without trailing zeros: `95 %`, `99.99 %`. It has
/// six decimals at most, or as many as it takes for two digits.
pub fn setting(value: f64) -> String {
    rounded(value, 6)
}

/// The same with so many decimals at most, or as many as it takes for two digits.
pub fn rounded(value: f64, most: usize) -> String {
    let percent = 100.0 * value;
    if percent.is_nan() {
        return "-".to_owned();
    }
    let zeros = if percent == 0.0 { 0.0 } else { (-percent.abs().log10()).ceil().clamp(0.0, 30.0) };
    let mut decimals = if zeros > 0.0 { most.max(zeros as usize + 1) } else { most };
    let mut text = format!("{:.decimals$}", percent + 0.0);
    while reads_as(&text, 100.0) && is_less_than_all(value) && decimals < 12 {
        decimals += 1;
        text = format!("{percent:.decimals$}");
    }
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAYS: [fn(f64) -> String; 5] =
        [short, spoken, |share| fixed(share, 3), |share| fixed(share, 0), setting];

    #[test]
    fn shares_have_the_digits_that_count() {
        for (share, as_short, as_spoken, as_fixed, as_setting) in [
            (0.0, "0 %", "0 %", "0.000 %", "0 %"),
            (-0.0, "0 %", "0 %", "0.000 %", "0 %"),
            (1.0, "100 %", "100.0 %", "100.000 %", "100 %"),
            (0.95, "95 %", "95.0 %", "95.000 %", "95 %"),
            (1.0 - 0.95, "5 %", "5.0 %", "5.000 %", "5 %"),
            (0.58, "58 %", "58.0 %", "58.000 %", "58 %"),
            (0.123456, "12.3 %", "12.3 %", "12.346 %", "12.3456 %"),
            (0.00004, "0.004 %", "0.0040 %", "0.004 %", "0.004 %"),
            (4.5e-6, "0.00045 %", "0.00045 %", "< 0.001 %", "0.00045 %"),
            (2.3456e-9, "0.000000235 %", "0.00000023 %", "< 0.001 %", "0.00000023 %"),
            (1e-20, "1.0e-18 %", "1.0e-18 %", "< 0.001 %", "0.000000000000000001 %"),
            (0.9999, "more than 99.9 %", "more than 99.9 %", "99.990 %", "99.99 %"),
            (0.9999999, "more than 99.9 %", "more than 99.9 %", "> 99.999 %", "99.99999 %"),
            (-0.25, "-25 %", "-25.0 %", "-25.000 %", "-25 %"),
            (-4e-7, "-0.00004 %", "-0.000040 %", "> -0.001 %", "-0.00004 %"),
            (123.4, "12,340 %", "12,340 %", "12340.000 %", "12340 %"),
            (f64::NAN, "-", "-", "-", "-"),
        ] {
            let ways = [short(share), spoken(share), fixed(share, 3), setting(share)];
            assert_eq!(ways, [as_short, as_spoken, as_fixed, as_setting], "{share}");
        }
        assert_eq!((rounded(0.123456, 4), rounded(2.3456e-7, 4)), ("12.3456 %".into(), "0.000023 %".into()));
    }

    /// What is neither all nor nothing reads as neither, however it is written.
    #[test]
    fn no_part_reads_as_all_or_as_nothing() {
        for exponent in 1..12 {
            let small = 10f64.powi(-exponent);
            for (place, way) in WAYS.iter().enumerate() {
                for share in [small, 0.4 * small, -small, 1.0 - small, 1.0 - 0.4 * small] {
                    let text = way(share);
                    let number = text.strip_suffix(" %").expect("a percent sign").replace(',', "");
                    let read: Option<f64> = number.parse().ok();
                    assert!(read != Some(0.0), "{share} is {text}, way {place}");
                    assert!(read != Some(100.0), "{share} is {text}, way {place}");
                }
            }
        }
    }
}
