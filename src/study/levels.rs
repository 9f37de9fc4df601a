//! The values of one factor.

use serde::Deserialize;

/// What a factor is set to, point by point.
#[derive(Clone, Debug, PartialEq)]
pub enum Levels {
    /// These values, in their order.
    List(Vec<toml::Value>),
    /// Numbers between two ends.
    Range(Range),
}

/// Numbers between two ends, both included.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// The first one.
    pub from: f64,
    /// The last one.
    pub to: f64,
    /// How many a grid takes; `None` where the design says how many points there are.
    pub points: Option<u64>,
    /// How they are spaced.
    pub scale: Spacing,
    /// Whether they are whole numbers, because both ends were written as such.
    pub whole: bool,
}

/// How the numbers of a range are spaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spacing {
    /// By equal differences.
    #[default]
    Linear,
    /// By equal ratios.
    Log,
}

/// A range as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRange {
    from: toml::Value,
    to: toml::Value,
    points: Option<u64>,
    #[serde(default)]
    scale: Spacing,
}

impl Levels {
    /// Reads a list, or a range `{ from, to, points, scale }`; any other value is a list of one.
    ///
    /// # Errors
    /// What is wrong, as the rest of a sentence that begins with the key, and what to do.
    pub fn read(value: &toml::Value) -> Result<Self, (String, String)> {
        match value {
            toml::Value::Array(values) if values.is_empty() => Err((
                "is an empty list, so that there would be no point".to_owned(),
                "give one value at least, or remove the key".to_owned(),
            )),
            toml::Value::Array(values) => Ok(Levels::List(values.clone())),
            toml::Value::Table(table) if is_range(table) => Range::read(table).map(Levels::Range),
            one => Ok(Levels::List(vec![one.clone()])),
        }
    }

    /// How many values a grid takes.
    pub fn count(&self) -> Option<u64> {
        match self {
            Levels::List(values) => Some(values.len() as u64),
            Levels::Range(range) => range.points,
        }
    }

    /// A value of a grid by its place.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn value(&self, place: u64) -> toml::Value {
        match self {
            Levels::List(values) => values[place as usize].clone(),
            Levels::Range(range) => {
                let last = range.points.unwrap_or(1).saturating_sub(1);
                range.value(if last == 0 { 0.0 } else { place as f64 / last as f64 })
            }
        }
    }
}

/// Whether a table is a range and no value of a scenario, which has a `kind`.
pub fn is_range(table: &toml::Table) -> bool {
    table.contains_key("from") || table.contains_key("to")
}

impl Range {
    fn read(table: &toml::Table) -> Result<Self, (String, String)> {
        let help =
            || "write it as { from = 0.1, to = 0.9, points = 9 }, with scale = \"log\" if wanted".to_owned();
        let refuse = |what: String| Err((what, help()));
        let written: WrittenRange = match toml::Value::Table(table.clone()).try_into() {
            Ok(written) => written,
            Err(error) => return refuse(format!("is no range: {}", error.message())),
        };
        let number = |value: &toml::Value| match value {
            toml::Value::Integer(number) => Some(*number as f64),
            toml::Value::Float(number) => Some(*number).filter(|number| number.is_finite()),
            _ => None,
        };
        let (Some(from), Some(to)) = (number(&written.from), number(&written.to)) else {
            return refuse("is a range whose ends are not numbers".to_owned());
        };
        let whole = written.from.is_integer() && written.to.is_integer();
        if from >= to {
            return refuse(format!("is a range from {from} to {to}, which does not ascend"));
        }
        if written.scale == Spacing::Log && from <= 0.0 {
            return refuse(format!("is a range on a logarithmic scale that begins with {from}"));
        }
        match written.points {
            Some(0) => return refuse("is a range of 0 points".to_owned()),
            Some(1) => return refuse("is a range of 1 point, which cannot be both of its ends".to_owned()),
            Some(points) if whole && points as f64 > to - from + 1.0 => {
                return refuse(format!(
                    "is a range of {points} points, but only {} whole numbers lie from {from} to {to}",
                    to - from + 1.0
                ));
            }
            _ => {}
        }
        Ok(Range { from, to, points: written.points, scale: written.scale, whole })
    }

    /// The number at a part of the way from one end to the other. Fractions have twelve digits, so that
    /// tables show what was meant and every machine has the same.
    pub fn value(&self, part: f64) -> toml::Value {
        let number = match self.scale {
            _ if part <= 0.0 => self.from,
            _ if part >= 1.0 => self.to,
            Spacing::Linear => self.from + (self.to - self.from) * part,
            Spacing::Log => (self.from.ln() + (self.to.ln() - self.from.ln()) * part).exp(),
        };
        if self.whole {
            return toml::Value::Integer(number.round() as i64);
        }
        toml::Value::Float(format!("{number:.11e}").parse().unwrap_or(number))
    }
}

/// A value as a cell of a table and as a label: TOML, texts without quotes.
pub fn shown(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string().replace('\n', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(text: &str) -> Result<Levels, (String, String)> {
        let table: toml::Table = toml::from_str(&format!("x = {text}")).unwrap();
        Levels::read(&table["x"])
    }

    fn values(text: &str) -> Vec<String> {
        let levels = levels(text).unwrap();
        (0..levels.count().unwrap()).map(|place| shown(&levels.value(place))).collect()
    }

    #[test]
    fn lists_and_ranges() {
        assert_eq!(values("[1, 'a', { kind = 'b', n = 2 }]"), ["1", "a", "{ kind = \"b\", n = 2 }"]);
        assert_eq!(values("'raffle'"), ["raffle"]);
        let ninths = values("{ from = 0.1, to = 0.9, points = 9 }");
        assert_eq!(ninths, ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"]);
        assert_eq!(values("{ from = 10, to = 1000, points = 3, scale = 'log' }"), ["10", "100", "1000"]);
        assert_eq!(values("{ from = 1, to = 4, points = 3 }"), ["1", "3", "4"]);
    }

    #[test]
    fn bad_levels_are_refused() {
        for (text, part) in [
            ("[]", "empty list"),
            ("{ from = 2, to = 1, points = 2 }", "does not ascend"),
            ("{ from = 0, to = 1, points = 2, scale = 'log' }", "logarithmic"),
            ("{ from = 0, to = 1, points = 0 }", "0 points"),
            ("{ from = 0, to = 1, points = 1 }", "1 point"),
            ("{ from = 1, to = 3, points = 4 }", "only 3 whole numbers"),
            ("{ from = 'a', to = 1, points = 2 }", "not numbers"),
            ("{ from = nan, to = 1.0, points = 2 }", "not numbers"),
            ("{ from = 0, to = 1, point = 2 }", "point"),
            ("{ from = 0, to = 1, points = -2 }", "no range"),
        ] {
            let (what, _) = levels(text).unwrap_err();
            assert!(what.contains(part), "{text}: {what}");
        }
    }
}
