//! Colours that people with any kind of colour vision can tell apart.
//!
//! The palette is that of Okabe and Ito, "Color Universal Design" (2008), without its yellow, which
//! is too pale for thin lines on white paper; two hues of Tol's "muted" scheme (2021) extend it to
//! ten.

use crate::report::figures::Theme;

/// A colour: red, green, blue.
pub type Rgb = (u8, u8, u8);

/// The sheet.
pub const PAPER: Rgb = (0xFF, 0xFF, 0xFF);
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
    (0x6E, 0x6E, 0x6E), // grey
    (0x8F, 0x8F, 0x2C), // Tol's olive, darker
];

/// The colour of the series with this index; colours come again after ten.
pub fn series(index: usize) -> Rgb {
    SERIES[index % SERIES.len()]
}

/// What a theme shows for each of the colours above: on black, lighter ones of the same hue; without
/// colours, greys that are far apart for series that come early.
const THEMED: [(Rgb, Rgb, Rgb); 14] = [
    // light, dark, grey
    (PAPER, (0x17, 0x18, 0x1C), PAPER),
    (INK, (0xEA, 0xEA, 0xEA), INK),
    (MUTED, (0xB6, 0xB6, 0xB6), MUTED),
    (GRID, (0x3C, 0x3D, 0x42), GRID),
    (BLUE, (0x3D, 0x9B, 0xE0), (0x2E, 0x2E, 0x2E)),
    (VERMILLION, (0xF5, 0x7C, 0x2B), (0x80, 0x80, 0x80)),
    ((0x00, 0x9E, 0x73), (0x2A, 0xC7, 0x9A), (0x55, 0x55, 0x55)),
    ((0xCC, 0x79, 0xA7), (0xE3, 0x9C, 0xC5), (0xA8, 0xA8, 0xA8)),
    (ORANGE, (0xF2, 0xBD, 0x45), (0x96, 0x96, 0x96)),
    ((0x56, 0xB4, 0xE9), (0x9C, 0xD8, 0xFA), (0x6A, 0x6A, 0x6A)),
    ((0x00, 0x00, 0x00), (0xFF, 0xFF, 0xFF), (0x00, 0x00, 0x00)),
    ((0x6E, 0x6E, 0x6E), (0x8A, 0x8A, 0x8A), (0x70, 0x70, 0x70)),
    ((0x88, 0x22, 0x55), (0xD8, 0x5C, 0x95), (0x8B, 0x8B, 0x8B)),
    ((0x8F, 0x8F, 0x2C), (0xA8, 0xA8, 0x3C), (0x6E, 0x6E, 0x6E)),
];

/// A colour as a theme shows it. Those that are not in the palette are shades of a value: they keep their
/// lightness.
pub fn shown(color: Rgb, theme: Theme) -> Rgb {
    let known = THEMED.iter().find(|(light, ..)| *light == color);
    match (theme, known) {
        (Theme::Light, _) | (Theme::Dark, None) => color,
        (Theme::Dark, Some(&(_, dark, _))) => dark,
        (Theme::Grey, Some(&(.., grey))) => grey,
        (Theme::Grey, None) => {
            let grey = 0.299 * f64::from(color.0) + 0.587 * f64::from(color.1) + 0.114 * f64::from(color.2);
            let grey = grey.round() as u8;
            (grey, grey, grey)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::figures::drafting::Shape;

    type Matrix = [[f64; 3]; 3];
    /// Machado, Oliveira and Fernandes, A physiologically-based model for simulation of color vision deficiency
    /// (IEEE TVCG 15, 2009), severity 1.0; for linear red, green and blue.
    const PROTANOPIA: Matrix =
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]];
    const DEUTERANOPIA: Matrix =
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]];
    /// All three parts are the luminance (Rec. 709): a print without colours.
    const GREY: Matrix = [[0.2126, 0.7152, 0.0722]; 3];
    const AS_IT_IS: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

    /// CIE L*a*b* (D65) of a colour as somebody sees it.
    fn seen(color: Rgb, matrix: &Matrix) -> [f64; 3] {
        let linear = [color.0, color.1, color.2].map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        let row = |row: &[f64; 3]| row.iter().zip(linear).map(|(a, b)| a * b).sum::<f64>().clamp(0.0, 1.0);
        let [r, g, b] = [row(&matrix[0]), row(&matrix[1]), row(&matrix[2])];
        let f = |t: f64| if t > 0.008856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
        let x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
        let y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
        let z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn distance(one: Rgb, other: Rgb, matrix: &Matrix) -> f64 {
        let (a, b) = (seen(one, matrix), seen(other, matrix));
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }

    /// Black and white are 100 apart for everybody; a pure red and a pure green of one lightness nearly meet.
    #[test]
    fn the_simulations_are_those_of_the_source() {
        for matrix in [&PROTANOPIA, &DEUTERANOPIA, &GREY, &AS_IT_IS] {
            assert!((distance((0, 0, 0), (255, 255, 255), matrix) - 100.0).abs() < 0.5);
        }
        let (red, green) = ((0xC0, 0x40, 0x20), (0x60, 0x80, 0x20));
        assert!(distance(red, green, &AS_IT_IS) > 70.0 && distance(red, green, &DEUTERANOPIA) < 10.0);
    }

    /// Whoever sees no red, no green or no colour tells ten series apart: by colour, or by their shapes.
    #[test]
    fn ten_series_stay_apart_for_every_eye_and_in_every_theme() {
        const APART: f64 = 10.0;
        for theme in [Theme::Light, Theme::Dark, Theme::Grey] {
            for matrix in [&AS_IT_IS, &PROTANOPIA, &DEUTERANOPIA, &GREY] {
                for one in 0..10 {
                    for other in 0..one {
                        let [a, b] = [one, other].map(|index| shown(series(index), theme));
                        let apart = distance(a, b, matrix);
                        let shapes = Shape::of(one) != Shape::of(other);
                        assert!(
                            shapes || apart >= APART,
                            "{theme:?}: {other} and {one} are {apart:.1} apart"
                        );
                    }
                    let paper = shown(PAPER, theme);
                    let apart = distance(shown(series(one), theme), paper, matrix);
                    assert!(apart >= 20.0, "{theme:?}: {one} on paper: {apart:.1}");
                }
                // Who differs and who does not have shapes of their own, and the words are readable.
                assert!(distance(shown(MUTED, theme), shown(PAPER, theme), matrix) > 50.0);
            }
        }
    }
}
