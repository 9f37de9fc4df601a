//! What is wrong with a table, and where.

/// What is wrong with a table, and where. Lines and columns are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line.
    pub line: u64,
    /// The column, in characters.
    pub column: u64,
    /// What is wrong there.
    pub problem: String,
}

impl Fault {
    /// Something is wrong with the file as a whole.
    pub fn whole<T>(problem: impl Into<String>) -> Result<T, Fault> {
        Err(Fault { line: 1, column: 1, problem: problem.into() })
    }
}

/// A field as it is quoted in a message: one line, not too long.
pub fn shown(field: &str) -> String {
    const LONGEST: usize = 40;
    let cut: String = field.chars().take(LONGEST).collect();
    let ellipsis = if cut.len() < field.len() { "..." } else { "" };
    format!("`{}{ellipsis}`", cut.escape_debug())
}

/// The text of some bytes.
///
/// # Errors
/// The first byte that is not UTF-8.
pub fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let problem = format!("the byte 0x{:02x} is not UTF-8; save the table as UTF-8", bytes[at]);
        let before = String::from_utf8_lossy(&bytes[..at]);
        let column = before.rsplit(['\n', '\r']).next().unwrap_or_default().chars().count() as u64 + 1;
        Fault { line: Lines::new(bytes).number_at(at), column, problem }
    })
}

/// Counts lines from the start of a text, going forward only.
pub struct Lines<'a> {
    bytes: &'a [u8],
    /// The byte that was reached.
    pub place: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// Begins on the first line.
    pub fn new(bytes: &'a [u8]) -> Self {
        Lines::after(bytes, 1)
    }

    /// Begins on a later line of a file, of which the text is a part.
    pub fn after(bytes: &'a [u8], line: u64) -> Self {
        Lines { bytes, place: 0, line }
    }

    /// The number of the line, counted from 1, on which a byte stands.
    pub fn number_at(&mut self, place: usize) -> u64 {
        while self.place < place {
            self.step();
        }
        self.line
    }

    fn step(&mut self) {
        let next = self.bytes.get(self.place + 1);
        match self.bytes[self.place] {
            b'\n' => self.line += 1,
            b'\r' if next != Some(&b'\n') => self.line += 1,
            _ => {}
        }
        self.place += 1;
    }
}
