//! A part of the whole that only describes: as a number, or in the forms of [`Ratio`].

use crate::law::Ratio;
use serde::Deserializer;
use serde::de::{self, Unexpected, Visitor};
use std::fmt;

/// Reads `0.1`, `"0.1"`, `"1/10"` or `"10 %"` as the nearest float.
pub fn fraction<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    struct FractionVisitor;

    impl Visitor<'_> for FractionVisitor {
        type Value = f64;

        fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
            formatter.write_str("a number such as 0.1, \"1/10\" or \"10 %\"")
        }

        fn visit_f64<E: de::Error>(self, number: f64) -> Result<f64, E> {
            Ok(number)
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<f64, E> {
            Ok(number as f64)
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<f64, E> {
            Ok(number as f64)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<f64, E> {
            let ratio: Result<Ratio, _> = text.parse();
            ratio.map(Ratio::to_f64).map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
        }
    }

    deserializer.deserialize_any(FractionVisitor)
}

#[cfg(test)]
mod tests {
    use crate::Scenario;

    #[test]
    fn fractions_are_read_in_all_forms() {
        for form in ["0.1", "'0.1'", "'1/10'", "'10 %'", "'10%'"] {
            let text = format!(
                "population.accounts = [{{ name = 'a', balance = 5 }}, {{ name = 'b', balance = 5 }}]\n\
                 analysis = {{ tolerance = {form}, delta = {form}, confidence = {form} }}"
            );
            let analysis = Scenario::parse("s", &text).unwrap_or_else(|p| panic!("{p}")).file.analysis;
            assert_eq!([analysis.tolerance, analysis.delta, analysis.confidence], [0.1; 3], "{form}");
        }
        let wrong = "population = { count = 5, total_stake = 50, stake = 'equal' }\nanalysis.delta = 'some'";
        let problem = Scenario::parse("s", wrong).err().unwrap().to_string();
        assert!(problem.contains("`analysis.delta` is") && problem.contains("10 %"), "{problem}");
    }
}
