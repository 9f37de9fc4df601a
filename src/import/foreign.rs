//! Files of other kinds than text, recognised by the bytes with which they begin: what they are is said, and what to
//! do.

use super::fault::Fault;

/// Bytes with which a file begins that is no table of text, what it is, and what to do.
const KINDS: &[(&[u8], &str, &str)] = &[
    (b"PAR1", "a Parquet file", CONVERT),
    (b"ARROW1", "an Arrow file", CONVERT),
    (b"FEA1", "a Feather file", CONVERT),
    (b"Obj\x01", "an Avro file", CONVERT),
    (b"ORC", "an ORC file", CONVERT),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", CONVERT),
    (
        b"SQLite format 3\0",
        "a database of SQLite",
        "export the table as CSV, for example with sqlite3 -header -csv FILE 'select ...'",
    ),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old spreadsheet, such as .xls", SPREADSHEET),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it first: zstd -dc FILE | tombola ... -"),
    (b"\xfd7zXZ\0", "compressed with xz", "unpack it first: xz -dc FILE | tombola ... -"),
    (b"BZh", "compressed with bzip2", "unpack it first: bzip2 -dc FILE | tombola ... -"),
    (b"\x04\x22\x4d\x18", "compressed with lz4", "unpack it first: lz4 -dc FILE | tombola ... -"),
    (b"7z\xbc\xaf\x27\x1c", "an archive of 7-Zip", UNPACK),
    (b"Rar!\x1a\x07", "an archive of RAR", UNPACK),
    (b"%PDF-", "a document in PDF", "export the table as CSV from where it was made"),
    (b"\x89PNG\r\n", "a picture", "give the table itself, as CSV or JSON"),
    (b"\xff\xd8\xff", "a picture", "give the table itself, as CSV or JSON"),
    (b"\xff\xfe\0\0", "text in UTF-32", UTF32),
    (b"\0\0\xfe\xff", "text in UTF-32", UTF32),
];

const CONVERT: &str = "write its rows as CSV, for example with Python: pandas.read_...(FILE).to_csv(\"table.csv\", index=False)";

const SPREADSHEET: &str = "save the sheet as CSV (File, Save As or Export), and give that file";

const UNPACK: &str = "unpack it, and give the file of the table that is in it";

const UTF32: &str = "save the table as UTF-8, for example with iconv -f UTF-32 -t UTF-8";

/// With this a file of a zip archive begins; an empty archive has another sign, and no table.
const ZIP: [&[u8]; 3] = [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"];

/// With this a tape archive has its sign, so far behind its beginning.
const TAR: (usize, &[u8]) = (257, b"ustar");

/// Refuses a file that begins with bytes of another kind than text.
///
/// # Errors
/// What it is, and what to do.
pub fn check_is_text(begin: &[u8]) -> Result<(), Fault> {
    // Titles of a table may begin with the letters of a sign.
    if is_text(begin) {
        return Ok(());
    }
    let found =
        KINDS.iter().find(|(sign, ..)| begin.starts_with(sign)).map(|&(_, what, remedy)| (what, remedy));
    let found = found
        .or_else(|| ZIP.iter().any(|sign| begin.starts_with(sign)).then(|| archive(begin)))
        .or_else(|| {
            let (place, sign) = TAR;
            let is_tar = begin.get(place..).is_some_and(|rest| rest.starts_with(sign));
            is_tar.then_some(("a tape archive (tar)", UNPACK))
        })
        .or_else(|| is_utf32(begin).then_some(("text in UTF-32", UTF32)));
    match found {
        Some((what, remedy)) => Fault::whole(format!("the file is {what}, and no table of text; {remedy}")),
        None => Ok(()),
    }
}

/// Whether bytes are UTF-8 without control characters, but for a character that is cut off at the end.
fn is_text(begin: &[u8]) -> bool {
    let is_control = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c);
    let is_utf8 = match std::str::from_utf8(begin) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    is_utf8 && !begin.iter().any(is_control)
}

/// What a zip archive holds, as the names of its first members tell.
fn archive(begin: &[u8]) -> (&'static str, &'static str) {
    let has = |name: &[u8]| begin.windows(name.len()).any(|window| window == name);
    if has(b"opendocument.spreadsheet") {
        ("an OpenDocument spreadsheet (.ods)", SPREADSHEET)
    } else if has(b"xl/") || has(b"[Content_Types].xml") {
        ("a spreadsheet of Excel (.xlsx), or a document like it", SPREADSHEET)
    } else if has(b"Index/") && has(b".iwa") {
        ("a spreadsheet of Numbers", SPREADSHEET)
    } else {
        ("a zip archive", UNPACK)
    }
}

/// Whether a text has four bytes to each character, of which ASCII needs one.
fn is_utf32(begin: &[u8]) -> bool {
    let is_ascii = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let quads = || begin.chunks_exact(4).take(256);
    let little = quads().filter(|quad| is_ascii(quad[0]) && quad[1..] == [0; 3]).count();
    let big = quads().filter(|quad| is_ascii(quad[3]) && quad[..3] == [0; 3]).count();
    let most = little.max(big);
    most >= 2 && 2 * most >= quads().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Options, read};

    #[test]
    fn what_is_no_text_is_called_by_its_name_with_a_remedy() {
        let wide = |is_little: bool, mark: &str| -> Vec<u8> {
            let text = format!("{mark}name,stake\nZo\u{eb},5\n");
            let bytes =
                |c: char| if is_little { u32::from(c).to_le_bytes() } else { u32::from(c).to_be_bytes() };
            text.chars().flat_map(bytes).collect()
        };
        let mut tar = b"table.csv".to_vec();
        tar.resize(257, 0);
        tar.extend(b"ustar\x0000");
        tar.resize(1024, 0);
        for (bytes, says) in [
            (b"PK\x03\x04\x14\0\x06\0\x08\0[Content_Types].xml".to_vec(), "Excel (.xlsx)"),
            (
                b"PK\x03\x04\x14\0\0\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet".to_vec(),
                "(.ods)",
            ),
            (b"PK\x03\x04\x14\0\0\0\x08\0stakes.csv".to_vec(), "a zip archive"),
            (b"PAR1\x15\x04\x15".to_vec(), "Parquet"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0".to_vec(), ".xls"),
            (b"SQLite format 3\0\x10".to_vec(), "SQLite"),
            (b"\x28\xb5\x2f\xfd\x04".to_vec(), "zstd -dc"),
            (b"BZh91AY&SY\xd1\x02".to_vec(), "bzip2 -dc"),
            (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(), "PDF"),
            (tar, "tar"),
            (wide(true, "\u{feff}"), "UTF-32"),
            (wide(false, "\u{feff}"), "UTF-32"),
            (wide(true, ""), "UTF-32"),
            (wide(false, ""), "UTF-32"),
        ] {
            let fault = read(&bytes, &Options::default()).unwrap_err();
            assert!(fault.problem.starts_with("the file is ") && fault.problem.contains(says), "{fault:?}");
        }
        for text in [
            "name,stake\na,5\n",
            "[{\"name\": \"a\", \"stake\": 5}]",
            "BZh,stake\na,5\n",
            "ORC name,stake\na,5\n",
        ] {
            assert!(check_is_text(text.as_bytes()).is_ok(), "{text}");
        }
    }
}
