//! Numbers, with bounds and without.

use tombola::import::vanishes;

/// Reads a number that a float can hold.
pub fn decimal(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "it must be a number, such as 12, 0.05 or 1e-6".to_owned())?;
    if !number.is_finite() {
        return Err(format!("it must be a number of at most {:.1e}", f64::MAX));
    }
    if vanishes(text, number) {
        return Err(too_small());
    }
    Ok(number)
}

/// What to say of a number that is not 0 and would become 0.
pub fn too_small() -> String {
    format!("it is not 0, but so near to it that it would become 0; write 0, or at least {:.1e}", 2.3e-308)
}

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
        if number.is_some_and(|number| vanishes(text, number)) {
            return Err(too_small());
        }
        number.ok_or_else(|| format!("it must be a number between {low} and {high}, ends left out"))
    }
}
