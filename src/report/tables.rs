//! Writing rows as CSV.

use super::folder::{FolderError, ResultsFolder};
use super::formulas::FormulaGuard;
use crate::analysis::rows::{Tables, ValidatorTable};
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

    /// Writes some of them.
    ///
    /// # Errors
    /// If `out` cannot be written to.
    fn write<W: Write>(&self, rows: Range<usize>, out: &mut csv::Writer<W>) -> csv::Result<()>;
}

impl<R: Serialize + Sync> Rows for [R] {
    fn count(&self) -> usize {
        self.len()
    }

    fn write<W: Write>(&self, rows: Range<usize>, out: &mut csv::Writer<W>) -> csv::Result<()> {
        self[rows].iter().try_for_each(|row| out.serialize(row))
    }
}

impl<R: Serialize + Sync> Rows for Vec<R> {
    fn count(&self) -> usize {
        self.len()
    }

    fn write<W: Write>(&self, rows: Range<usize>, out: &mut csv::Writer<W>) -> csv::Result<()> {
        self.as_slice().write(rows, out)
    }
}

impl Rows for ValidatorTable {
    fn count(&self) -> usize {
        self.len()
    }

    fn write<W: Write>(&self, mut rows: Range<usize>, out: &mut csv::Writer<W>) -> csv::Result<()> {
        rows.try_for_each(|index| out.serialize(self.row(index)))
    }
}

/// Rows that a thread writes at a time.
const STRIDE: usize = 1024;

/// The same on all threads, guarded against formulas if that is asked for, and watched by somebody:
/// progress is told of in rows, and it fails once it is told to stop.
pub(super) fn write_rows_watched<R: Rows + ?Sized>(
    rows: &R,
    safe_csv: bool,
    mut out: impl Write,
    control: &Control,
) -> io::Result<()> {
    let written = |start: usize| -> io::Result<(usize, Vec<u8>)> {
        let end = rows.count().min(start + STRIDE);
        let mut writer = csv::WriterBuilder::new()
            .has_headers(start == 0)
            .from_writer(FormulaGuard::new(Vec::new(), safe_csv));
        rows.write(start..end, &mut writer).map_err(into_io)?;
        let guard = writer.into_inner().map_err(|error| error.into_error())?;
        Ok((end - start, guard.into_inner()))
    };
    // Only so many pieces wait to be written at any time.
    let pieces = 2 * rayon::current_num_threads();
    for start in (0..rows.count()).step_by(pieces * STRIDE) {
        if control.should_stop() {
            return Err(io::Error::other("the run was told to stop"));
        }
        let starts: Vec<usize> = (start..rows.count()).step_by(STRIDE).take(pieces).collect();
        let texts: Vec<_> = starts.into_par_iter().map(written).collect();
        for text in texts {
            let (rows, text) = text?;
            out.write_all(&text)?;
            control.progress.advance(rows as u64);
        }
    }
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
    use crate::analysis::rows::TimelineRow;

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
}
