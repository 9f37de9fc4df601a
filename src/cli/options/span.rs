//! Spans of time and sizes, as options give them and the screen shows them.

use std::time::Duration;

/// Reads `2h`, `90m`, `30s`, `500ms`, `1h30m`, or seconds alone.
pub fn span(text: &str) -> Result<Duration, String> {
    let wrong = || "it must be a time such as 2h, 90m, 30s or 1h30m".to_owned();
    let mut seconds = 0f64;
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..end].parse().map_err(|_| wrong())?;
        let unit = &rest[end..];
        let length = unit.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(unit.len());
        seconds += number
            * match &unit[..length] {
                "" | "s" => 1.0,
                "ms" => 1e-3,
                "m" => 60.0,
                "h" => 3600.0,
                "d" => 86_400.0,
                _ => return Err(wrong()),
            };
        rest = &unit[length..];
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}

/// Seconds, in the unit that fits.
pub fn seconds_shown(seconds: f64) -> String {
    match seconds {
        _ if seconds < 1e-3 => format!("{:.0} µs", seconds * 1e6),
        _ if seconds < 1.0 => format!("{:.1} ms", seconds * 1e3),
        _ if seconds < 120.0 => format!("{seconds:.1} s"),
        _ if seconds < 7200.0 => format!("{:.1} min", seconds / 60.0),
        _ if seconds < 172_800.0 => format!("{:.1} h", seconds / 3600.0),
        _ => format!("{:.1} days", seconds / 86_400.0),
    }
}

/// Bytes, in the unit that fits.
pub fn size_shown(bytes: f64) -> String {
    match bytes {
        _ if bytes < 1e3 => format!("{bytes:.0} bytes"),
        _ if bytes < 1e6 => format!("{:.1} kB", bytes / 1e3),
        _ if bytes < 1e9 => format!("{:.1} MB", bytes / 1e6),
        _ if bytes < 1e12 => format!("{:.1} GB", bytes / 1e9),
        _ => format!("{:.1} TB", bytes / 1e12),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        for (text, seconds) in [
            ("2h", 7200.0),
            ("1h30m", 5400.0),
            ("90m", 5400.0),
            ("0.5s", 0.5),
            ("7", 7.0),
            ("1d", 86_400.0),
            ("1ms", 0.001),
        ] {
            assert_eq!(span(text), Ok(Duration::from_secs_f64(seconds)), "{text}");
        }
        assert_eq!(span("2h3"), Ok(Duration::from_secs(7203)));
        for text in ["", "h", "2x", "-1h", "1e400s", "nan", "1µs", "2 h", "1msx", "99999999999999999999999h"]
        {
            assert!(span(text).is_err(), "{text}");
        }
    }
}
