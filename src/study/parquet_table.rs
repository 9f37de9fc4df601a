//! A table as Parquet: the same rows as in CSV, a cell without anything as null.

use super::tables::{ColumnType, TableCell};
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use std::io::{self, Write};
use std::sync::Arc;

/// So many rows are in memory, and a group of the file.
const ROWS_OF_A_GROUP: usize = 1 << 16;

/// A table in the making.
pub struct ParquetTable<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<Column>,
    rows: usize,
}

/// The cells of a column since the last group: what is there, and for each row whether it is.
enum Column {
    Text(Vec<ByteArray>, Vec<i16>),
    Whole(Vec<i64>, Vec<i16>),
    Fraction(Vec<f64>, Vec<i16>),
}

fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(error) => io::Error::other(error),
        },
        other => io::Error::other(other),
    }
}

impl<W: Write + Send> ParquetTable<W> {
    /// Begins a table with these columns.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(out: W, columns: &[(&str, ColumnType)]) -> io::Result<Self> {
        let field = |&(name, kind): &(&str, ColumnType)| {
            let (physical, logical) = match kind {
                ColumnType::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
                ColumnType::Whole => (Physical::INT64, Some(LogicalType::integer(64, false))),
                ColumnType::Fraction => (Physical::DOUBLE, None),
            };
            let builder = Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
            builder.with_logical_type(logical).build().map(Arc::new)
        };
        let fields = columns.iter().map(field).collect::<Result<_, _>>().map_err(failed)?;
        let schema = Type::group_type_builder("schema").with_fields(fields).build().map_err(failed)?;
        let properties = WriterProperties::builder().set_created_by("tombola".to_owned()).build();
        let writer =
            SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties)).map_err(failed)?;
        let empty = |(_, kind): &(&str, ColumnType)| match kind {
            ColumnType::Text => Column::Text(Vec::new(), Vec::new()),
            ColumnType::Whole => Column::Whole(Vec::new(), Vec::new()),
            ColumnType::Fraction => Column::Fraction(Vec::new(), Vec::new()),
        };
        Ok(ParquetTable { writer, columns: columns.iter().map(empty).collect(), rows: 0 })
    }

    /// Appends a row, whose cells are of the columns' types.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn row(&mut self, cells: &[TableCell]) -> io::Result<()> {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            match (column, cell) {
                (Column::Text(values, there), TableCell::Text(text)) => {
                    there.push(i16::from(!text.is_empty()));
                    if !text.is_empty() {
                        values.push(ByteArray::from(text.as_str()));
                    }
                }
                (Column::Whole(values, there), TableCell::Whole(number)) => {
                    there.push(1);
                    // The bits of an unsigned number.
                    values.push(*number as i64);
                }
                (Column::Fraction(values, there), TableCell::Fraction(number)) => {
                    there.push(i16::from(number.is_some()));
                    values.extend(number);
                }
                _ => return Err(io::Error::other("a cell is not of its column's type")),
            }
        }
        self.rows += 1;
        if self.rows == ROWS_OF_A_GROUP {
            self.group()?;
        }
        Ok(())
    }

    fn group(&mut self) -> io::Result<()> {
        let mut group = self.writer.next_row_group().map_err(failed)?;
        for column in &mut self.columns {
            let Some(mut writer) = group.next_column().map_err(failed)? else { break };
            let written = match column {
                Column::Text(values, there) => {
                    writer.typed::<ByteArrayType>().write_batch(values, Some(there), None)
                }
                Column::Whole(values, there) => {
                    writer.typed::<Int64Type>().write_batch(values, Some(there), None)
                }
                Column::Fraction(values, there) => {
                    writer.typed::<DoubleType>().write_batch(values, Some(there), None)
                }
            };
            written.and_then(|_| writer.close()).map_err(failed)?;
            match column {
                Column::Text(values, there) => (values.clear(), there.clear()),
                Column::Whole(values, there) => (values.clear(), there.clear()),
                Column::Fraction(values, there) => (values.clear(), there.clear()),
            };
        }
        self.rows = 0;
        group.close().map(drop).map_err(failed)
    }

    /// Ends the table.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        if self.rows > 0 {
            self.group()?;
        }
        self.writer.into_inner().map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;

    /// More rows than a group has read back, with the largest seed and what is not there.
    #[test]
    fn rows_read_back() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let columns =
            [("metric", ColumnType::Text), ("seed", ColumnType::Whole), ("p", ColumnType::Fraction)];
        let mut table = ParquetTable::new(file.reopen().unwrap(), &columns).unwrap();
        let rows = ROWS_OF_A_GROUP + 3;
        for row in 0..rows {
            let text = if row % 3 == 0 { String::new() } else { format!("gini, {row}") };
            let number = (row % 2 == 0).then(|| row as f64 / 7.0);
            table
                .row(&[
                    TableCell::Text(text),
                    TableCell::Whole(u64::MAX - row as u64),
                    TableCell::Fraction(number),
                ])
                .unwrap();
        }
        assert!(table.row(&[TableCell::Whole(1), TableCell::Whole(1), TableCell::Whole(1)]).is_err());
        table.finish().unwrap();
        let reader = SerializedFileReader::new(file.reopen().unwrap()).unwrap();
        assert_eq!(reader.num_row_groups(), 2);
        let mut seen = 0;
        for (row, record) in reader.get_row_iter(None).unwrap().enumerate() {
            let record = record.unwrap();
            let cells: Vec<Field> = record.get_column_iter().map(|(_, field)| field.clone()).collect();
            let text = if row % 3 == 0 { Field::Null } else { Field::Str(format!("gini, {row}")) };
            let number = if row % 2 == 0 { Field::Double(row as f64 / 7.0) } else { Field::Null };
            assert_eq!(cells, [text, Field::ULong(u64::MAX - row as u64), number]);
            seen += 1;
        }
        assert_eq!(seen, rows);
    }
}
