//! Decimals too small for a float.

/// Whether a number as it is written is not 0, but would be read as 0, or with less than the digits of a float.
pub fn vanishes(written: &str, read: f64) -> bool {
    let mantissa = written.split(['e', 'E']).next().unwrap_or_default();
    read.abs() < f64::MIN_POSITIVE && mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_stay_and_what_would_become_one_is_told() {
        for (written, is_lost) in [
            ("0", false),
            ("0.000", false),
            ("0e-400", false),
            ("-0.0", false),
            ("1e-300", false),
            ("2.3e-308", false),
            ("1e-310", true),
            ("1e-400", true),
            ("-1_0E-400", true),
            (&format!("0.{}1", "0".repeat(400)), true),
        ] {
            let read: f64 = written.replace('_', "").parse().unwrap();
            assert_eq!(vanishes(written, read), is_lost, "{written}");
        }
    }
}
