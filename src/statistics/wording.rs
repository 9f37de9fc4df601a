//! Numbers as sentences write them.

/// A whole number with its digits in groups of three.
pub fn grouped(number: impl Into<u128>) -> String {
    let digits = number.into().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number rounded up to two digits, as an estimate of what would do deserves.
pub fn two_digits(number: u64) -> u64 {
    let step = 10u64.pow(number.checked_ilog10().unwrap_or(0).saturating_sub(1));
    number.div_ceil(step).saturating_mul(step)
}

/// A number with three digits at most and no trailing zeros; from a thousand on whole, in groups.
pub fn three_digits(value: f64) -> String {
    let size = value.abs();
    if (1000.0..1e18).contains(&size) {
        let sign = if value < 0.0 { "-" } else { "" };
        return format!("{sign}{}", grouped(size.round() as u64));
    }
    if size == 0.0 || !value.is_finite() {
        return format!("{}", value + 0.0);
    }
    let places = (2.0 - size.log10().floor()).clamp(0.0, 15.0) as usize;
    let text = format!("{value:.places$}");
    if places == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

/// A whole number with its noun: "1 trial", "2,000 trials". Every sentence that counts things takes it from
/// here, so that none says "1 trials".
pub fn counted(number: impl Into<u128>, noun: &str) -> String {
    let number = number.into();
    if number == 1 { format!("1 {noun}") } else { format!("{} {}", grouped(number), plural(noun)) }
}

/// The verb after so many things: "1 point is", "2 points are".
pub fn are(number: impl Into<u128>) -> &'static str {
    if number.into() == 1 { "is" } else { "are" }
}

/// The regular plural of a noun, or of a phrase that ends with one.
fn plural(noun: &str) -> String {
    let ends = |endings: &[&str]| endings.iter().any(|ending| noun.ends_with(ending));
    match noun.strip_suffix('y') {
        Some(stem) if !ends(&["ay", "ey", "oy", "uy"]) => format!("{stem}ies"),
        _ if ends(&["s", "x", "ch", "sh"]) => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

/// A p-value in words.
pub fn p_value(p: f64) -> String {
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
    fn one_thing_is_no_plural() {
        assert_eq!(counted(1u32, "trial"), "1 trial");
        assert_eq!(counted(0u32, "trial"), "0 trials");
        assert_eq!(counted(40_000u64, "round"), "40,000 rounds");
        assert_eq!(counted(2u32, "finished branch"), "2 finished branches");
        assert_eq!(counted(2u32, "loss"), "2 losses");
        assert_eq!(counted(3u32, "boundary"), "3 boundaries");
        assert_eq!(counted(3u32, "day"), "3 days");
        assert_eq!([are(0u32), are(1u32), are(2u32)], ["are", "is", "are"]);
    }
}
