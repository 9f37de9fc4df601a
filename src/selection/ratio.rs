//! Exact ratios in settings, written `"1/4"`.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A ratio of two integers, exactly as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Above the line.
    pub numerator: u64,
    /// Below the line; not zero.
    pub denominator: u64,
}

impl Ratio {
    /// The nearest floating-point number, to describe the ratio; never to decide anything.
    pub fn approximate(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

impl std::fmt::Display for Ratio {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.numerator, self.denominator)
    }
}

impl std::str::FromStr for Ratio {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let problem = || format!("`{text}` is not a ratio of two whole numbers such as \"1/4\"");
        let (above, below) = text.split_once('/').ok_or_else(problem)?;
        let numerator = above.trim().parse().map_err(|_| problem())?;
        let denominator = below.trim().parse().map_err(|_| problem())?;
        if denominator == 0 {
            return Err(problem());
        }
        Ok(Ratio { numerator, denominator })
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Ratio;

    #[test]
    fn reads_what_it_writes_and_refuses_the_rest() {
        let quarter: Ratio = "1/4".parse().unwrap();
        assert_eq!(quarter, Ratio { numerator: 1, denominator: 4 });
        assert_eq!(quarter.to_string(), "1/4");
        for bad in ["", "0.25", "1/0", "-1/4", "1/4/2", "a/b"] {
            assert!(bad.parse::<Ratio>().is_err(), "{bad}");
        }
    }
}
