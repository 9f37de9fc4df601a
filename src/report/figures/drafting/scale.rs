//! From values to places along an axis, and the round numbers that stand beside it.

/// An axis: which values it spans and whether equal steps or equal ratios are equally far apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    ratios: bool,
    /// Whether the values are counts, which have no halves.
    whole: bool,
    /// Of ratios that zero stands beside: the least of them. Zero stands at [`Scale::zero`], below a break.
    least: Option<f64>,
}

/// A place on an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The value there.
    pub value: f64,
    /// What is written there; nothing between the main ticks.
    pub label: Option<String>,
}

impl Scale {
    /// Equal steps are equally far apart. The ends must be numbers; if they are not apart they are
    /// moved apart.
    pub fn linear(low: f64, high: f64) -> Self {
        if high > low {
            Scale { low, high, ratios: false, whole: false, least: None }
        } else {
            let room = if low == 0.0 { 1.0 } else { low.abs() * 0.5 };
            Scale { low: low - room, high: low + room, ratios: false, whole: false, least: None }
        }
    }

    /// The same for values between these ends, with some of their span as room on either side. Of shares in
    /// percent no room is beyond the whole.
    pub fn roomy((low, high): (f64, f64), part: f64, percent: bool) -> Self {
        let room = part * (high - low);
        let whole = if percent && high <= 100.0 { 100.0 } else { f64::INFINITY };
        if high > low {
            return Scale::linear(low - room, (high + room).min(whole));
        }
        let around = Scale::linear(low, high);
        Scale::linear(around.low, around.high.min(whole))
    }

    /// The same for counts: no tick stands between two whole numbers.
    pub fn counts(low: f64, high: f64) -> Self {
        Scale { whole: true, ..Scale::linear(low, high) }
    }

    /// The same for means of counts between these ends, or their differences: from one whole number to another, so
    /// that there are ticks however near the ends are to each other.
    pub fn counts_around((low, high): (f64, f64)) -> Self {
        let (low, high) = (low.floor(), high.ceil());
        // A mark at the end of the axis is whole.
        let room = if high > low { 0.04 * (high - low) } else { 1.0 };
        Scale::counts(low - room, high + room)
    }

    /// Equal ratios are equally far apart. The ends must be positive; if they are not apart they are
    /// moved apart.
    pub fn logarithmic(low: f64, high: f64) -> Self {
        if high > low {
            Scale { low, high, ratios: true, whole: false, least: None }
        } else {
            Scale { low: low / 2.0, high: low * 2.0, ratios: true, whole: false, least: None }
        }
    }

    /// The same for counts, and zero, which has no place among ratios, below a break: at a value below `least`,
    /// the least above zero, so that programs that know no breaks draw it there too.
    pub fn logarithmic_and_zero(least: f64, high: f64) -> Self {
        let high = high.max(1.5 * least);
        let scale = Scale { least: Some(least), whole: true, ..Scale::logarithmic(least / 2.0, high) };
        let zero = scale.zero(least);
        Scale { low: least * (zero / least).powf(1.6), ..scale }
    }

    /// The value at which zero stands beside ratios from `least`: half of it, or less where so many powers of ten
    /// follow that the labels of both would touch.
    fn zero(&self, least: f64) -> f64 {
        least / (self.high / least).powf(0.09).max(2.0)
    }

    /// Whether zero has a place beside the ratios.
    pub fn has_zero(&self) -> bool {
        self.least.is_some()
    }

    /// Where the axis has a break, if it has one.
    pub fn break_place(&self) -> Option<f64> {
        self.least.map(|least| self.place((least * self.zero(least)).sqrt()))
    }

    /// The value at the lower end.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// The value at the upper end.
    pub fn high(&self) -> f64 {
        self.high
    }

    /// Where a value lies: 0 at the lower end, 1 at the upper, beyond for values beyond.
    ///
    /// Not a finite number for a value without a place, such as zero among ratios.
    pub fn place(&self, value: f64) -> f64 {
        let value = match self.least {
            Some(least) => value.max(self.zero(least)),
            None => value,
        };
        if self.ratios {
            (value.ln() - self.low.ln()) / (self.high.ln() - self.low.ln())
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }

    /// Whether equal ratios are equally far apart.
    pub fn is_logarithmic(&self) -> bool {
        self.ratios
    }

    /// The value at a place: what [`Scale::place`] undoes, to twelve digits.
    pub fn value(&self, place: f64) -> f64 {
        let (value, size) = if self.ratios {
            let value = (self.low.ln() + place * (self.high.ln() - self.low.ln())).exp();
            (value, value)
        } else {
            let value = self.low + place * (self.high - self.low);
            (value, value.abs().max(self.high - self.low))
        };
        let decimals = 11 - size.log10().floor() as i32;
        if !(-300..=300).contains(&decimals) {
            return value;
        }
        // As decimal digits, so that a tenth is written 0.1.
        format!("{value:.*}", decimals.max(0) as usize).parse().unwrap_or(value)
    }

    /// Ticks in ascending order, about `wanted` of them labelled.
    pub fn ticks(&self, wanted: usize) -> Vec<Tick> {
        match self.least {
            Some(least) => {
                let ratios = Scale { low: least, least: None, ..*self };
                let mut ratios = ratios.ratio_ticks(wanted);
                // The least value above zero is named, or a reader could not tell where the ratios begin.
                match ratios.iter_mut().find(|tick| (tick.value / least - 1.0).abs() < 1e-9) {
                    Some(first) => first.label = Some(digits(least)),
                    None => ratios.insert(0, Tick { value: least, label: Some(digits(least)) }),
                }
                let zero = Tick { value: self.zero(least), label: Some("0".to_owned()) };
                std::iter::once(zero).chain(ratios).collect()
            }
            None if self.ratios => self.ratio_ticks(wanted),
            None => self.step_ticks(wanted),
        }
    }

    fn holds(&self, value: f64) -> bool {
        (-1e-9..=1.0 + 1e-9).contains(&self.place(value))
    }

    /// Multiples of 1, 2, 2.5 or 5 times a power of ten.
    fn step_ticks(&self, wanted: usize) -> Vec<Tick> {
        let coarse = (self.high - self.low) / wanted.max(1) as f64;
        let power = 10f64.powf(coarse.log10().floor());
        // The multiple whose ratio to the wanted step is nearest to one.
        let distance = |step: f64| (step / coarse).ln().abs();
        let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|multiple| multiple * power);
        let fits = |step: &f64| !self.whole || (*step >= 1.0 && step.fract() == 0.0);
        let step = steps
            .into_iter()
            .filter(fits)
            .min_by(|a, b| distance(*a).total_cmp(&distance(*b)))
            .unwrap_or(if self.whole { 1.0 } else { power });
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        // One tick says nothing of the scale.
        if last <= first && !self.whole && wanted < 8 {
            return self.step_ticks(wanted + 1);
        }
        (first..=last)
            .map(|index| Tick { value: index as f64 * step, label: Some(multiple(index, step)) })
            .collect()
    }

    /// Powers of ten; where these are too few, also twice and five times them.
    fn ratio_ticks(&self, wanted: usize) -> Vec<Tick> {
        let first = self.low.log10().floor() as i32;
        let last = self.high.log10().ceil() as i32;
        let within = |multiple: f64, power: i32| {
            let value = multiple * 10f64.powi(power);
            self.holds(value).then_some((value, multiple, power))
        };
        let powers: Vec<i32> = (first..=last).filter(|&power| within(1.0, power).is_some()).collect();
        let fine: Vec<(f64, f64, i32)> = (first..=last)
            .flat_map(|power| (1..10).filter_map(move |digit| within(f64::from(digit), power)))
            .collect();
        let named = |digits: &[f64]| -> Vec<Tick> {
            let chosen = fine.iter().filter(|(_, digit, _)| digits.contains(digit));
            let plain = chosen.clone().all(|&(_, _, power)| (-4..=6).contains(&power));
            fine.iter()
                .map(|&(value, digit, power)| Tick {
                    value,
                    label: digits.contains(&digit).then(|| scientific(digit, power, plain)),
                })
                .collect()
        };
        let count = |digits: &[f64]| fine.iter().filter(|(_, digit, _)| digits.contains(digit)).count();
        if powers.len() >= 3 {
            if powers.len() > 7 {
                return self.thinned_powers(&powers, wanted);
            }
            return named(&[1.0]);
        }
        for digits in [&[1.0, 2.0, 5.0][..], &[1.0, 2.0, 3.0, 4.0, 5.0, 7.0]] {
            if count(digits) >= 3 {
                return named(digits);
            }
        }
        Scale { ratios: false, ..*self }.step_ticks(4)
    }

    /// Powers of ten alone, and of these only every second, third, ... a label.
    fn thinned_powers(&self, powers: &[i32], wanted: usize) -> Vec<Tick> {
        let every = powers.len().div_ceil(wanted.max(2)) as i32;
        let plain = powers.iter().all(|power| (-4..=6).contains(power));
        powers
            .iter()
            .map(|&power| Tick {
                value: 10f64.powi(power),
                label: (power.rem_euclid(every) == 0).then(|| scientific(1.0, power, plain)),
            })
            .collect()
    }
}

/// `index * step` with as many decimals as the step has.
fn multiple(index: i64, step: f64) -> String {
    if index == 0 {
        return "0".to_owned();
    }
    let sign = if index < 0 { "−" } else { "" };
    let power = step.log10().floor() as i32;
    if (-5..=9).contains(&power) {
        let value = index.unsigned_abs() as f64 * step;
        let decimals = (0..8).find(|&decimals| {
            let scaled = step * 10f64.powi(decimals);
            (scaled - scaled.round()).abs() < 1e-6 * scaled
        });
        let text = format!("{value:.*}", decimals.unwrap_or(8) as usize);
        return format!("{sign}{}", spaced(&text));
    }
    let digits = index.unsigned_abs() as f64 * (step / 10f64.powi(power));
    format!("{sign}{}", scientific(digits, power, false))
}

/// `digits * 10^power`, written out or with a power.
fn scientific(digits: f64, power: i32, plain: bool) -> String {
    if plain || power == 0 || power == 1 {
        let decimals = usize::try_from(-power).unwrap_or(0);
        return spaced(&format!("{:.decimals$}", digits * 10f64.powi(power)));
    }
    let exponent: String = power
        .to_string()
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '4' => '⁴',
            '5' => '⁵',
            '6' => '⁶',
            '7' => '⁷',
            '8' => '⁸',
            '9' => '⁹',
            _ => '⁰',
        })
        .collect();
    let digits = format!("{digits:.3}");
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    if digits == "1" { format!("10{exponent}") } else { format!("{digits}×10{exponent}") }
}

/// A value with four digits that count, as a pointer that rests on its mark shows it.
pub fn digits(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    let power = size.log10().floor() as i32;
    let sign = if value < 0.0 { "−" } else { "" };
    if !(-5..9).contains(&power) {
        return format!("{sign}{}", scientific(size / 10f64.powi(power), power, false));
    }
    let text = format!("{size:.*}", usize::try_from(3 - power).unwrap_or(0));
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{sign}{}", spaced(text))
}

/// A value and its interval, if it has one, in words.
pub fn with_interval(value: f64, interval: Option<(f64, f64)>, unit: &str) -> String {
    match interval {
        Some((low, high)) => {
            format!("{}{unit} ({} to {}{unit})", digits(value), digits(low), digits(high))
        }
        None => format!("{}{unit}", digits(value)),
    }
}

/// Commas between the thousands of a number's whole part, as in all text of the program.
fn spaced(number: &str) -> String {
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    let mut text = String::with_capacity(number.len() + 8);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(scale: Scale, wanted: usize) -> Vec<String> {
        scale.ticks(wanted).into_iter().filter_map(|tick| tick.label).collect()
    }

    /// Zero below a break, and nothing between it and the least value.
    #[test]
    fn zero_stands_below_the_ratios() {
        let scale = Scale::logarithmic_and_zero(1.0, 1_500.0);
        assert_eq!(labels(scale, 6), ["0", "1", "10", "100", "1,000"]);
        let places = [0.0, 1.0, 10.0, 1_500.0].map(|value| scale.place(value));
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]) && places[0] > 0.0, "{places:?}");
        let gap = scale.break_place().unwrap();
        assert!(places[0] < gap && gap < places[1]);
        // Where a program without breaks draws zero; its tick stands at the height of its marks, and nowhere
        // near the break.
        assert!((scale.value(places[0]) - 0.5).abs() < 1e-9);
        for high in [1.5, 4.0, 9.0, 99.0, 1_500.0, 1e9, 1e14] {
            let scale = Scale::logarithmic_and_zero(1.0, high);
            let ticks = scale.ticks(6);
            assert_eq!(scale.place(ticks[0].value), scale.place(0.0), "{high}");
            assert_eq!((ticks[1].value, ticks[1].label.as_deref()), (1.0, Some("1")), "{high}");
            let gap = scale.break_place().unwrap();
            assert!(ticks.iter().all(|tick| (scale.place(tick.value) - gap).abs() > 1e-3), "{high}");
        }
        assert_eq!(labels(Scale::logarithmic_and_zero(1.0, 1.5), 4)[0], "0");
        assert!(Scale::logarithmic(1.0, 10.0).break_place().is_none());
    }

    #[test]
    fn counts_have_no_halves() {
        for high in [1.05, 2.1, 4.0, 7.0, 21.0, 60.0, 260.0] {
            let ticks = Scale::counts(-0.03 * high, high).ticks(8);
            assert!(ticks.len() >= 2 && ticks.len() <= 15, "{high}: {ticks:?}");
            assert!(ticks.iter().all(|tick| tick.value.fract() == 0.0), "{high}: {ticks:?}");
        }
    }

    /// Means of counts stand between whole numbers, however near they are to each other.
    #[test]
    fn means_of_counts_have_whole_ticks() {
        for (low, high, first, last) in
            [(2.0, 2.0, "1", "3"), (3.02, 3.08, "3", "4"), (-0.3, 0.0, "−1", "0"), (1.5, 6.2, "1", "7")]
        {
            let labels = labels(Scale::counts_around((low, high)), 8);
            assert_eq!((labels[0].as_str(), labels[labels.len() - 1].as_str()), (first, last), "{labels:?}");
            assert!(labels.iter().all(|label| !label.contains('.')), "{labels:?}");
        }
    }

    #[test]
    fn no_share_is_beyond_the_whole() {
        let ends = |values, percent| {
            let scale = Scale::roomy(values, 0.1, percent);
            (scale.low(), scale.high())
        };
        assert_eq!(ends((0.0, 99.0), true), (-9.9, 100.0));
        assert_eq!(ends((0.0, 50.0), true), (-5.0, 55.0));
        // A deviation of more than the whole is no share.
        assert_eq!(ends((0.0, 200.0), true), (-20.0, 220.0));
        assert_eq!(ends((100.0, 100.0), true), (50.0, 100.0));
        assert_eq!(ends((0.0, 0.0), true), (-1.0, 1.0));
        assert_eq!(ends((0.0, 1.0), false), (-0.1, 1.1));
    }

    #[test]
    fn steps_are_round_numbers() {
        assert_eq!(labels(Scale::linear(0.0, 42.0), 8), ["0", "5", "10", "15", "20", "25", "30", "35", "40"]);
        assert_eq!(labels(Scale::linear(-0.6, 0.7), 3), ["−0.5", "0", "0.5"]);
        // However few are wanted, one would say nothing of the scale.
        for reach in [0.1, 0.55, 0.9, 0.99, 4.4, 9.9] {
            assert!(labels(Scale::linear(-reach, reach), 2).len() >= 2, "{reach}");
        }
        assert_eq!(labels(Scale::linear(0.0, 10.0), 4), ["0", "2.5", "5.0", "7.5", "10.0"]);
        assert_eq!(labels(Scale::linear(0.0, 30_000.0), 3), ["0", "10,000", "20,000", "30,000"]);
        assert_eq!(labels(Scale::linear(0.0, 3e-7), 3), ["0", "10⁻⁷", "2×10⁻⁷", "3×10⁻⁷"]);
        assert_eq!(labels(Scale::linear(7.0, 7.0), 4), ["4", "6", "8", "10"]);
    }

    #[test]
    fn ratios_are_powers_of_ten_or_fractions_of_them() {
        let rounds = Scale::logarithmic(1.0, 1e6);
        assert_eq!(labels(rounds, 8), ["1", "10", "100", "1,000", "10,000", "100,000", "1,000,000"]);
        assert_eq!(labels(Scale::logarithmic(1.0, 1e8), 8), ["1", "10²", "10⁴", "10⁶", "10⁸"]);
        assert_eq!(labels(Scale::logarithmic(0.03, 0.6), 8), ["0.05", "0.1", "0.2", "0.5"]);
        assert_eq!(labels(Scale::logarithmic(1e-9, 2e-6), 8), ["10⁻⁹", "10⁻⁸", "10⁻⁷", "10⁻⁶"]);
        assert_eq!(labels(Scale::logarithmic(900.0, 1_000.0), 8).len(), 5);
        let middle = Scale::logarithmic(1.0, 100.0).place(10.0);
        assert!((middle - 0.5).abs() < 1e-12);
    }

    #[test]
    fn values_keep_the_digits_that_count() {
        let shown = [0.0, 12.345_678, -0.001_234_56, 1_234_567.0, 3.2e-7, 4.5e12].map(digits);
        assert_eq!(shown, ["0", "12.35", "−0.001235", "1,234,567", "3.2×10⁻⁷", "4.5×10¹²"]);
        assert_eq!(with_interval(40.0, Some((39.5, 40.25)), " %"), "40 % (39.5 to 40.25 %)");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(spaced("1234567.891"), "1,234,567.891");
        assert_eq!(spaced("999"), "999");
    }

    proptest! {
        /// Where a value is drawn says which it is.
        #[test]
        fn places_lead_back_to_values(low in -9.0f64..9.0, decades in 0.01f64..9.0, part in -0.2f64..1.2, ratios: bool) {
            let (low, high) = (10f64.powf(low), 10f64.powf(low + decades));
            let scale = if ratios { Scale::logarithmic(low, high) } else { Scale::linear(-low, high) };
            let value = scale.value(part);
            prop_assert!((scale.place(value) - part).abs() < 1e-9, "{value}");
            prop_assert!(format!("{value}").trim_matches(|c: char| !c.is_ascii_digit()).len() < 24, "{value}");
        }

        #[test]
        fn ticks_ascend_within_the_axis_and_some_are_labelled(
            low in -9.0f64..9.0,
            decades in 0.001f64..12.0,
            ratios: bool,
            wanted in 3usize..9,
        ) {
            let (low, high) = (10f64.powf(low), 10f64.powf(low + decades));
            let scale = if ratios { Scale::logarithmic(low, high) } else { Scale::linear(-low, high) };
            let ticks = scale.ticks(wanted);
            for tick in &ticks {
                prop_assert!((-1e-6..=1.0 + 1e-6).contains(&scale.place(tick.value)), "{tick:?}");
            }
            prop_assert!(ticks.windows(2).all(|pair| pair[0].value < pair[1].value));
            let mut labels = labels(scale, wanted);
            prop_assert!((2..=2 * wanted + 2).contains(&labels.len()), "{labels:?}");
            let count = labels.len();
            labels.sort();
            labels.dedup();
            prop_assert_eq!(labels.len(), count, "two ticks with the same label");
        }
    }
}
