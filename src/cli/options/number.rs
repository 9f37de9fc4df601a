//! Numbers with bounds.

/// Reads a whole number between two bounds.
pub fn whole(low: u64, high: u64) -> impl Fn(&str) -> Result<u64, String> + Clone {
    move |text| {
        let number = text.parse().ok().filter(|number| (low..=high).contains(number));
        number.ok_or_else(|| format!("it must be a whole number from {low} to {high}"))
    }
}

/// Reads a number strictly between two bounds.
pub fn between(low: f64, high: f64) -> impl Fn(&str) -> Result<f64, String> + Clone {
    move |text| {
        let number = text.parse().ok().filter(|number: &f64| *number > low && *number < high);
        number.ok_or_else(|| format!("it must be a number between {low} and {high}, ends left out"))
    }
}
