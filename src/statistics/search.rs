//! The first whole number of which something holds.

/// The first integer of `from..to` of which a condition that stays true, once it is true, holds; `to` if
/// there is none.
pub fn first(mut from: u64, mut to: u64, holds: impl Fn(u64) -> bool) -> u64 {
    while from < to {
        let middle = from + (to - from) / 2;
        if holds(middle) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    from
}

/// The same number, looked for around a guess: the condition is asked about twice the binary logarithm of
/// the guess's error, and not of the range.
pub fn first_near(from: u64, to: u64, guess: f64, holds: impl Fn(u64) -> bool) -> u64 {
    if from >= to {
        return from;
    }
    let guess = (guess as u64).clamp(from, to - 1);
    let mut step = 1;
    if holds(guess) {
        let mut found = guess;
        while found > from {
            let probe = found - step.min(found - from);
            if !holds(probe) {
                return first(probe + 1, found, holds);
            }
            found = probe;
            step *= 2;
        }
        return from;
    }
    let mut least = guess + 1;
    while least < to {
        let probe = least + (step - 1).min(to - 1 - least);
        if holds(probe) {
            return first(least, probe, holds);
        }
        least = probe + 1;
        step *= 2;
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn both_find_it_wherever_it_is_and_whatever_the_guess() {
        for (from, to) in [(0, 0), (0, 1), (3, 20), (5, 4)] {
            for answer in 0..25u64 {
                let expected = answer.clamp(from, to.max(from));
                assert_eq!(first(from, to, |k| k >= answer), expected);
                for guess in [f64::NAN, f64::NEG_INFINITY, 0.0, 4.5, 7.0, 19.0, 20.0, 1e300] {
                    assert_eq!(
                        first_near(from, to, guess, |k| k >= answer),
                        expected,
                        "{from} {to} {answer}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_good_guess_asks_little() {
        let asked = Cell::new(0);
        for error in [-40i64, -3, 0, 1, 25] {
            asked.set(0);
            let answer = 1 << 40;
            let guess = (answer as i64 + error) as f64;
            let ask = |k| {
                asked.set(asked.get() + 1);
                k >= answer
            };
            assert_eq!(first_near(0, 1 << 53, guess, ask), answer);
            assert!(asked.get() <= 14, "{error}: {}", asked.get());
        }
    }
}
