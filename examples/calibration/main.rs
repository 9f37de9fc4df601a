//! Calibration: do intervals cover as often as they say, do tests reject as often as they say?
//!
//! Every statement of `statistics/` is put to simulated data with a fixed seed, and the observed
//! rate stands beside the one it should be. Where the true rate of a discrete procedure can be
//! summed exactly, simulation is held against that, and that against the nominal one; where a
//! procedure is conservative or liberal by construction, the range says by how much.
//!
//! `cargo run --release --example calibration` prints the two tables of docs/statistics.md: of procedures,
//! and of decisions (`decisions`); `-- procedures` or `-- decisions` behind it, one of them;
//! names of rules behind that, their rows alone.

mod data;
pub mod decisions;
mod hypotheses;
mod intervals;
mod sequences;
mod table;
mod verdicts;

use rayon::prelude::*;
pub use table::{Row, Table};

/// One part of the calibration, which adds its rows.
type Part = fn(&mut Table);

const PARTS: [Part; 20] = [
    intervals::intervals_of_a_share,
    intervals::few_wins_at_corrected_levels_need_exact_intervals,
    intervals::few_wins_in_dependent_rounds,
    intervals::simultaneous_intervals,
    intervals::intervals_of_a_mean,
    intervals::bootstrap_and_variance_intervals,
    intervals::intervals_of_one_share_in_scattered_rounds,
    sequences::looking_again_and_again,
    sequences::stopping_when_precise_enough,
    sequences::means_of_trials_at_every_look,
    hypotheses::binomial_tests,
    hypotheses::goodness_of_fit_tests,
    hypotheses::exact_and_simulated_multinomial_tests,
    hypotheses::serial_tests,
    hypotheses::dispersion_tests,
    hypotheses::the_discrete_kolmogorov_smirnov_test,
    hypotheses::equivalence_and_planned_sizes,
    hypotheses::many_tests_at_once,
    hypotheses::powers,
    verdicts::verdicts,
];

/// The whole table, in a fixed order. About half a minute on two cores.
pub fn rows() -> Vec<Row> {
    let tables: Vec<Table> = PARTS
        .par_iter()
        .map(|part| {
            let mut table = Table::default();
            part(&mut table);
            table
        })
        .collect();
    tables.into_iter().flat_map(|table| table.rows).collect()
}

/// The table in Markdown.
pub fn markdown(rows: &[Row]) -> String {
    let mut text =
        "| procedure and data | data sets | observed | should be |\n|---|---|---|---|\n".to_owned();
    for row in rows {
        text.push_str(&row.markdown());
        text.push('\n');
    }
    text
}

fn main() {
    let table = std::env::args().nth(1);
    if table.as_deref() != Some("decisions") {
        println!("{}", markdown(&rows()));
    }
    if table.as_deref() != Some("procedures") {
        let rules: Vec<String> = std::env::args().skip(2).collect();
        let mut cells = decisions::cells();
        cells.retain(|cell| rules.is_empty() || rules.iter().any(|rule| rule == cell.name()));
        print!("{}", decisions::markdown(&decisions::lines(&cells)));
    }
}
