//! Writing rows as CSV.

use super::csv_cells::{CsvCells, KnownNumbers};
use super::folder::{FolderError, ResultsFolder};
use super::formulas::FormulaGuard;
use crate::analysis::rows::{Cells, Tables, ValidatorTable};
use crate::simulation::Control;
use rayon::prelude::*;
use serde::Serialize;
use std::io::{self, Write};
use std::ops::Range;

/// Writes every table of a run into its folder of results. Progress is told of in rows.
///
/// # Errors
/// The first failure to write; that it was told to stop is one.
pub fn write_run_tables(
    folder: &ResultsFolder,
    tables: &Tables,
    control: &Control,
) -> Result<(), FolderError> {
    let Tables { validators, trials, chains, timeline, fairness, windows, incomes } = tables;
    let rows = [
        validators.len(),
        trials.len(),
        chains.len(),
        timeline.len(),
        fairness.len(),
        windows.len(),
        incomes.len(),
    ];
    control.progress.begin("tables", rows.iter().sum::<usize>() as u64);
    folder.write_table_watched("validators.csv", validators, control)?;
    folder.write_table_watched("trials.csv", trials, control)?;
    folder.write_table_watched("chains.csv", chains, control)?;
    folder.write_table_watched("timeline.csv", timeline, control)?;
    folder.write_table_watched("fairness.csv", fairness, control)?;
    if !incomes.is_empty() {
        folder.write_table_watched("incomes.csv", incomes, control)?;
    }
    if windows.is_empty() {
        return Ok(());
    }
    folder.write_table_watched("windows.csv", windows, control)
}

/// Writes rows as CSV: a header of the fields' names, `\n` line ends, floats in the shortest form
/// that reads back exactly, empty cells for what is not available.
///
/// # Errors
/// If `out` cannot be written to.
pub fn write_rows<R: Serialize>(rows: &[R], out: impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    for row in rows {
        writer.serialize(row).map_err(into_io)?;
    }
    writer.flush()
}

/// Rows that can be had in any order.
pub trait Rows: Sync {
    /// How many there are.
    fn count(&self) -> usize;

    /// Appends some of them to `out`, those from the first on after a line of titles.
    ///
    /// # Errors
    /// If a row cannot be put into words.
    fn write(&self, rows: Range<usize>, out: &mut Vec<u8>) -> io::Result<()>;
}

impl<R: Serialize + Sync> Rows for [R] {
    fn count(&self) -> usize {
        self.len()
    }

    fn write(&self, rows: Range<usize>, out: &mut Vec<u8>) -> io::Result<()> {
        let mut writer = csv::WriterBuilder::new().has_headers(rows.start == 0).from_writer(out);
        self[rows].iter().try_for_each(|row| writer.serialize(row)).map_err(into_io)?;
        writer.flush()
    }
}

impl<R: Serialize + Sync> Rows for Vec<R> {
    fn count(&self) -> usize {
        self.len()
    }

    fn write(&self, rows: Range<usize>, out: &mut Vec<u8>) -> io::Result<()> {
        self.as_slice().write(rows, out)
    }
}

impl Rows for ValidatorTable {
    fn count(&self) -> usize {
        self.len()
    }

    fn write(&self, rows: Range<usize>, out: &mut Vec<u8>) -> io::Result<()> {
        let mut known = KnownNumbers::new();
        let mut cells = CsvCells::new(out, &mut known);
        if rows.start == 0 {
            ValidatorTable::TITLES.iter().for_each(|title| cells.text(title));
            cells.end_line();
        }
        for row in rows {
            self.tell(row, &mut cells);
            cells.end_line();
        }
        Ok(())
    }
}

/// Rows that a thread writes at a time.
const STRIDE: usize = 1024;

/// The same on all threads, guarded against formulas if that is asked for, and watched by somebody:
/// progress is told of in rows, and it fails once it is told to stop.
pub(super) fn write_rows_watched<R: Rows + ?Sized>(
    rows: &R,
    safe_csv: bool,
    mut out: impl Write + Send,
    control: &Control,
) -> io::Result<()> {
    let fill = |start: usize, text: &mut Vec<u8>| -> io::Result<()> {
        text.clear();
        if start >= rows.count() {
            return Ok(());
        }
        rows.write(start..rows.count().min(start + STRIDE), text)?;
        if safe_csv {
            let mut guard = FormulaGuard::new(Vec::with_capacity(text.len()), true);
            guard.write_all(text)?;
            *text = guard.into_inner();
        }
        Ok(())
    };
    let mut write = |texts: &[Vec<u8>]| texts.iter().try_for_each(|text| out.write_all(text));
    // Only so many pieces are in memory at any time: while some are written, the next are made, in the room
    // of those that were written before.
    let pieces = 2 * rayon::current_num_threads();
    let (mut made, mut next) = (vec![Vec::new(); pieces], vec![Vec::new(); pieces]);
    for start in (0..rows.count()).step_by(pieces * STRIDE) {
        if control.should_stop() {
            return Err(io::Error::other("the run was told to stop"));
        }
        let (filled, written) = rayon::join(
            || {
                let pieces = next.par_iter_mut().enumerate();
                pieces.try_for_each(|(piece, text)| fill(start + piece * STRIDE, text))
            },
            || write(&made),
        );
        written?;
        filled?;
        control.progress.advance((rows.count() - start).min(pieces * STRIDE) as u64);
        std::mem::swap(&mut made, &mut next);
    }
    write(&made)?;
    out.flush()
}

fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rows::{TimelineRow, ValidatorRow};

    /// A disk with room for so many bytes.
    struct SmallDisk(usize);

    impl Write for SmallDisk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 < bytes.len() {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.0 -= bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn row() -> TimelineRow {
        TimelineRow {
            round: 3,
            metric: "win_share".into(),
            subject: "a, \"b\"".into(),
            mean: 0.1,
            low: Some(1e-7),
            high: None,
            q05: None,
            q25: None,
            q50: Some(1.0),
            q75: None,
            q95: None,
            law_q05: None,
            law_q95: None,
        }
    }

    #[test]
    fn cells_are_tidy_and_read_back() {
        let mut bytes = Vec::new();
        write_rows(&[row()], &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(
            text,
            "round,metric,subject,mean,low,high,q05,q25,q50,q75,q95,law_q05,law_q95\n3,win_share,\"a, \"\"b\"\"\",0.1,1e-7,,,,1.0,,,,\n"
        );
        let rows: Vec<TimelineRow> =
            csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, _>>().unwrap();
        assert_eq!(rows, [row()]);
    }

    #[test]
    fn a_full_disk_is_an_error_of_that_kind() {
        let rows = vec![row(); 5000];
        let error = write_rows(&rows, SmallDisk(10_000)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }

    /// Column by column, on all threads and in pieces, the bytes are those of one row after another.
    #[test]
    fn a_table_by_columns_is_written_like_its_rows() {
        let row = |index: u64| ValidatorRow {
            validator: if index.is_multiple_of(97) {
                format!("=a, \"{index}\"")
            } else {
                format!("v{index}")
            },
            stake: index * 1_000_003,
            stake_share: 1.0 / (index % 13 + 1) as f64,
            wins: index % 5,
            p_value: (!index.is_multiple_of(3)).then_some((index % 5) as f64 * 1e-9),
            longest_unit: index.is_multiple_of(2).then(|| "slots".to_owned()),
            reward: Some(u128::from(index) << 60),
            final_stake_share: Some(-0.1 * index as f64),
            ..ValidatorRow::default()
        };
        let rows: Vec<ValidatorRow> = (0..20_000).map(row).collect();
        let table: ValidatorTable = rows.iter().cloned().collect();
        for safe in [false, true] {
            let mut plain = FormulaGuard::new(Vec::new(), safe);
            write_rows(&rows, &mut plain).unwrap();
            let plain = plain.into_inner();
            let never = std::sync::atomic::AtomicBool::new(false);
            let control = Control { progress: &crate::simulation::Quiet, stop: &never };
            for threads in [1, 3] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let written = pool.install(|| {
                    let mut out = Vec::new();
                    write_rows_watched(&table, safe, &mut out, &control).map(|()| out)
                });
                assert!(written.unwrap() == plain, "{threads} threads");
            }
        }
        let mut empty = Vec::new();
        let never = std::sync::atomic::AtomicBool::new(false);
        let control = Control { progress: &crate::simulation::Quiet, stop: &never };
        write_rows_watched(&ValidatorTable::default(), false, &mut empty, &control).unwrap();
        assert!(empty.is_empty());
        let full = write_rows_watched(&table, false, SmallDisk(10_000), &control).unwrap_err();
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
    }
}
