//! Units of money: what a chain counts in, and how many of them make a coin.

use super::amount::Amount;
use crate::registry::nearest;

/// A unit of a chain's money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denomination {
    /// Its name, as it is written.
    pub name: String,
    /// The coin that it is a part of.
    pub coin: String,
    /// 10^`places` of it make a coin.
    pub places: i32,
}

/// Name, coin and decimal places of the units with a name of their own.
const NAMED: &[(&str, &str, i32)] = &[
    ("wei", "ETH", 18),
    ("gwei", "ETH", 9),
    ("ether", "ETH", 0),
    ("eth", "ETH", 0),
    ("lamports", "SOL", 9),
    ("lamport", "SOL", 9),
    ("sol", "SOL", 0),
    ("yocto", "NEAR", 24),
    ("yoctonear", "NEAR", 24),
    ("near", "NEAR", 0),
    ("lovelace", "ADA", 6),
    ("lovelaces", "ADA", 6),
    ("ada", "ADA", 0),
    ("mist", "SUI", 9),
    ("sui", "SUI", 0),
    ("octas", "APT", 8),
    ("octa", "APT", 8),
    ("apt", "APT", 0),
    ("microalgos", "ALGO", 6),
    ("microalgo", "ALGO", 6),
    ("algo", "ALGO", 0),
    ("planck", "DOT", 10),
    ("dot", "DOT", 0),
    ("uatom", "ATOM", 6),
    ("atom", "ATOM", 0),
];

impl Denomination {
    /// The unit of a name, in any case; also the millionths of Cosmos chains, such as `uosmo`.
    pub fn named(name: &str) -> Option<Self> {
        let lower = name.to_lowercase();
        if let Some((name, coin, places)) = NAMED.iter().find(|(known, ..)| *known == lower) {
            return Some(Denomination {
                name: (*name).to_owned(),
                coin: (*coin).to_owned(),
                places: *places,
            });
        }
        let coin = lower.strip_prefix('u').filter(|coin| (3..=8).contains(&coin.len()))?;
        if !coin.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return None;
        }
        Some(Denomination { coin: coin.to_uppercase(), name: lower, places: 6 })
    }

    /// What it is, in words.
    pub fn describe(&self) -> String {
        match self.places {
            0 => format!("whole {}", self.coin),
            places => format!("{} (10^{places} make one {})", self.name, self.coin),
        }
    }
}

/// In which unit stakes are wanted.
#[derive(Clone, Debug, PartialEq)]
pub enum Unit {
    /// A unit with a name. If the file does not say its own unit, this is taken to be it.
    Named(Denomination),
    /// So many of the file's own units.
    Multiple(Amount),
}

impl Unit {
    /// Reads a name or a positive number.
    ///
    /// # Errors
    /// If it is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(named) = Denomination::named(text) {
            return Ok(Unit::Named(named));
        }
        // A larger one could not divide without losing digits.
        const LONGEST: u128 = 10_000_000_000_000_000_000;
        match Amount::parse(text) {
            Some(amount) if amount.digits > 0 && amount.digits < LONGEST => Ok(Unit::Multiple(amount)),
            Some(_) => Err(
                "the number must be larger than 0 and have at most 19 digits, not counting zeros at the end"
                    .to_owned(),
            ),
            None => {
                let hint = match nearest(text, NAMED.iter().map(|(name, ..)| *name)) {
                    Some(name) => format!("did you mean `{name}`? "),
                    None => String::new(),
                };
                Err(format!(
                    "{hint}it must be a unit such as wei, gwei, lamports, uatom or yocto, or a number such as 1e18"
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_units() {
        for (text, name, coin, places) in [
            ("wei", "wei", "ETH", 18),
            ("Gwei", "gwei", "ETH", 9),
            ("lamports", "lamports", "SOL", 9),
            ("uatom", "uatom", "ATOM", 6),
            ("uosmo", "uosmo", "OSMO", 6),
            ("yocto", "yocto", "NEAR", 24),
            ("ETH", "eth", "ETH", 0),
        ] {
            let unit = Denomination { name: name.into(), coin: coin.into(), places };
            assert_eq!(Unit::parse(text), Ok(Unit::Named(unit)), "{text}");
        }
        assert_eq!(Unit::parse("1e18"), Ok(Unit::Multiple(Amount::power_of_ten(18))));
        assert_eq!(Unit::parse("0.1"), Ok(Unit::Multiple(Amount::power_of_ten(-1))));
        assert!(Unit::parse("gwie").unwrap_err().starts_with("did you mean `gwei`?"));
        for text in ["0", "", "-1", "u", "12345678901234567891"] {
            assert!(Unit::parse(text).is_err(), "{text}");
        }
    }
}
