//! Columns of cells that may be empty, close together in memory.

/// Somebody who is told the cells of a row, one after another.
pub trait Cells {
    /// An empty cell.
    fn nothing(&mut self);

    /// A text.
    fn text(&mut self, text: &str);

    /// A whole number.
    fn whole(&mut self, number: u128);

    /// A number.
    fn real(&mut self, number: f64);
}

/// What can stand in a column.
pub trait Cell: Sized {
    /// Many of them.
    type Column: Default;

    /// Appends it.
    fn push(self, column: &mut Self::Column);

    /// The one at an index; there must be so many.
    fn at(column: &Self::Column, index: usize) -> Self;

    /// Tells it.
    fn tell(column: &Self::Column, index: usize, cells: &mut impl Cells);
}

macro_rules! never_empty {
    ($($number:ty: $tell:ident as $wide:ty),*) => { $(
        impl Cell for $number {
            type Column = Vec<$number>;

            fn push(self, column: &mut Self::Column) {
                column.push(self);
            }

            fn at(column: &Self::Column, index: usize) -> Self {
                column[index]
            }

            fn tell(column: &Self::Column, index: usize, cells: &mut impl Cells) {
                cells.$tell(<$wide>::from(column[index]));
            }
        }
    )* };
}

never_empty!(u64: whole as u128, f64: real as f64);

/// A column in which cells may be empty. Up to the first that is not, it takes no room.
#[derive(Clone, Debug, PartialEq)]
pub struct Sparse<T> {
    rows: usize,
    /// The empty cells before the first of `values`.
    before: usize,
    values: Vec<T>,
    /// A bit for each of `values`: whether the cell is not empty.
    known: Vec<u64>,
}

impl<T> Default for Sparse<T> {
    fn default() -> Self {
        Sparse { rows: 0, before: 0, values: Vec::new(), known: Vec::new() }
    }
}

impl<T: Copy + Default> Sparse<T> {
    fn push(&mut self, cell: Option<T>) {
        if self.values.is_empty() && cell.is_none() {
            self.before += 1;
        } else {
            let place = self.values.len();
            if place.is_multiple_of(64) {
                self.known.push(0);
            }
            self.known[place / 64] |= u64::from(cell.is_some()) << (place % 64);
            self.values.push(cell.unwrap_or_default());
        }
        self.rows += 1;
    }

    fn at(&self, index: usize) -> Option<T> {
        assert!(index < self.rows);
        let place = index.checked_sub(self.before)?;
        (self.known[place / 64] >> (place % 64) & 1 == 1).then(|| self.values[place])
    }
}

macro_rules! maybe_empty {
    ($($number:ty: $tell:ident as $wide:ty),*) => { $(
        impl Cell for Option<$number> {
            type Column = Sparse<$number>;

            fn push(self, column: &mut Self::Column) {
                column.push(self);
            }

            fn at(column: &Self::Column, index: usize) -> Self {
                column.at(index)
            }

            fn tell(column: &Self::Column, index: usize, cells: &mut impl Cells) {
                match column.at(index) {
                    Some(number) => cells.$tell(<$wide>::from(number)),
                    None => cells.nothing(),
                }
            }
        }
    )* };
}

maybe_empty!(u64: whole as u128, u128: whole as u128, f64: real as f64);

/// A column of texts, one after another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Texts {
    all: String,
    ends: Vec<usize>,
}

impl Texts {
    /// The text at an index.
    pub fn text(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.all[start..self.ends[index]]
    }
}

impl Cell for String {
    type Column = Texts;

    fn push(self, column: &mut Texts) {
        column.all.push_str(&self);
        column.ends.push(column.all.len());
    }

    fn at(column: &Texts, index: usize) -> Self {
        column.text(index).to_owned()
    }

    fn tell(column: &Texts, index: usize, cells: &mut impl Cells) {
        cells.text(column.text(index));
    }
}

/// A column of few different words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WordColumn {
    words: Vec<String>,
    which: Sparse<u64>,
}

impl Cell for Option<String> {
    type Column = WordColumn;

    fn push(self, column: &mut WordColumn) {
        let which = self.map(|word| {
            let known = column.words.iter().position(|known| *known == word);
            known.unwrap_or_else(|| {
                column.words.push(word);
                column.words.len() - 1
            }) as u64
        });
        column.which.push(which);
    }

    fn at(column: &WordColumn, index: usize) -> Self {
        column.which.at(index).map(|which| column.words[which as usize].clone())
    }

    fn tell(column: &WordColumn, index: usize, cells: &mut impl Cells) {
        match column.which.at(index) {
            Some(which) => cells.text(&column.words[which as usize]),
            None => cells.nothing(),
        }
    }
}
