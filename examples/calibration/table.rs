//! What was observed, beside what should have been.

use super::data::LEVELS;
use tombola::statistics::kolmogorov_smirnov;

/// One line: rates that were observed in simulated data sets.
pub struct Row {
    /// Which procedure, and on what data.
    pub what: String,
    /// How many data sets.
    pub sets: usize,
    /// The rates, one for each level.
    pub observed: Vec<f64>,
    /// The range in which the true rate should lie.
    pub allowed: Vec<(f64, f64)>,
}

impl Row {
    /// Whether every rate can come from a true one in its range: within 4.5 binomial standard errors
    /// (false alarm 7e-6 a comparison).
    pub fn holds(&self) -> bool {
        let slack = |rate: f64| {
            let error = (rate * (1.0 - rate) / self.sets as f64).max(0.0).sqrt();
            4.5 * error.max(1.0 / self.sets as f64)
        };
        self.observed.iter().zip(&self.allowed).all(|(&observed, &(least, most))| {
            observed >= least - slack(least) && observed <= most + slack(most)
        })
    }

    /// The line in Markdown.
    pub fn markdown(&self) -> String {
        let rate = |rate: f64| format!("{rate:.4}");
        let range = |&(least, most): &(f64, f64)| match least == most {
            true => rate(least),
            false => format!("{} to {}", rate(least), rate(most)),
        };
        let observed: Vec<String> = self.observed.iter().copied().map(rate).collect();
        let allowed: Vec<String> = self.allowed.iter().map(range).collect();
        format!("| {} | {} | {} | {} |", self.what, self.sets, observed.join(", "), allowed.join(", "))
    }
}

/// The lines of one part of the calibration.
#[derive(Default)]
pub struct Table {
    /// The lines, in order.
    pub rows: Vec<Row>,
}

impl Table {
    /// One rate that should lie in a range.
    pub fn check(&mut self, what: &str, observed: f64, sets: usize, least: f64, most: f64) {
        let (observed, allowed) = (vec![observed], vec![(least, most)]);
        self.rows.push(Row { what: what.to_owned(), sets, observed, allowed });
    }

    /// Sizes of a test at 1, 5 and 10 %: rates of p ≤ α, which should be `least` to `most` times α.
    pub fn sizes(&mut self, what: &str, p_values: &[f64], least: f64, most: f64) {
        let sets = p_values.len();
        let size = |level: f64| p_values.iter().filter(|&&p| p <= level).count() as f64 / sets as f64;
        self.rows.push(Row {
            what: format!("{what}, size at 1, 5, 10 %"),
            sets,
            observed: LEVELS.map(size).to_vec(),
            allowed: LEVELS.map(|level| (least * level, most * level)).to_vec(),
        });
    }

    /// Sizes of a discrete test, whose exact ones are known.
    pub fn exact_sizes(&mut self, what: &str, p_values: &[f64], exact: [f64; 3]) {
        self.sizes(what, p_values, 1.0, 1.0);
        if let Some(row) = self.rows.last_mut() {
            row.allowed = exact.map(|size| (size, size)).to_vec();
        }
    }

    /// That p-values of a continuous statistic are uniform: the p-value of Kolmogorov and Smirnov's
    /// test over 50 cells, which should not be below 1e-5.
    pub fn uniform(&mut self, what: &str, p_values: &[f64]) {
        let mut cells = vec![0; 50];
        for p in p_values {
            cells[((p * 50.0).ceil() as usize).clamp(1, 50) - 1] += 1;
        }
        let test = kolmogorov_smirnov(&cells, &[0.02; 50]).expect("there are p-values");
        assert!(test.p_value > 1e-5, "{what}: p-values are not uniform, {test:?}");
        self.check(
            &format!("{what}, p-values uniform (p of Kolmogorov-Smirnov)"),
            test.p_value,
            p_values.len(),
            0.0,
            1.0,
        );
    }
}
