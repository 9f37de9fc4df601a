//! Colours that people with any kind of colour vision can tell apart.
//!
//! The palette is that of Okabe and Ito, "Color Universal Design" (2008), without its yellow, which
//! is too pale for thin lines on white paper; two hues of Tol's "muted" scheme (2021) extend it to
//! ten.

/// A colour: red, green, blue.
pub type Rgb = (u8, u8, u8);

/// Text and frames.
pub const INK: Rgb = (0x22, 0x22, 0x22);
/// Words and lines of second rank; contrast 6.6 to 1 on white.
pub const MUTED: Rgb = (0x5C, 0x5C, 0x5C);
/// Grid lines.
pub const GRID: Rgb = (0xE2, 0xE2, 0xE2);
/// Okabe and Ito's blue.
pub const BLUE: Rgb = (0x00, 0x72, 0xB2);
/// Okabe and Ito's vermillion.
pub const VERMILLION: Rgb = (0xD5, 0x5E, 0x00);
/// Okabe and Ito's orange.
pub const ORANGE: Rgb = (0xE6, 0x9F, 0x00);

const SERIES: [Rgb; 10] = [
    BLUE,
    VERMILLION,
    (0x00, 0x9E, 0x73), // bluish green
    (0xCC, 0x79, 0xA7), // reddish purple
    ORANGE,
    (0x56, 0xB4, 0xE9), // sky blue
    (0x00, 0x00, 0x00), // black
    (0x88, 0x22, 0x55), // Tol's wine
    (0x99, 0x99, 0x33), // Tol's olive
    (0x88, 0x88, 0x88), // grey
];

/// The colour of the series with this index; colours come again after ten.
pub fn series(index: usize) -> Rgb {
    SERIES[index % SERIES.len()]
}
