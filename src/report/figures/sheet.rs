//! The sheet that a figure is drawn on: how large it is, and in which colours.

use std::str::FromStr;

/// A sheet: its size on paper or on a screen, and its colours.
///
/// Figures are laid out in units of their own, a tenth of a millimetre on the sheet of 180 mm; a narrow
/// sheet has fewer of them, so that its text stays large enough to read.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sheet {
    /// How wide it is.
    pub width: SheetWidth,
    /// Its colours.
    pub theme: Theme,
    /// How much higher than others of this width it is, in units; a slide never is.
    pub extra: u32,
}

/// How wide a sheet is; its height follows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SheetWidth {
    /// On paper; 300 pixels an inch as PNG.
    Millimetres(f64),
    /// A slide of 16 to 9, 13⅓ inches wide; 1920 by 1080 pixels as PNG.
    Slide,
    /// On a screen.
    Pixels(u32),
}

impl Default for SheetWidth {
    fn default() -> Self {
        SheetWidth::Millimetres(180.0)
    }
}

/// The colours of a sheet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// On white.
    #[default]
    Light,
    /// On black.
    Dark,
    /// On white, without colours.
    Grey,
}

impl Sheet {
    /// Its width and height in units.
    pub fn units(&self) -> (u32, u32) {
        /// On fewer, a key and the names of a legend take all the room.
        const LEAST: f64 = 1250.0;
        const MOST: f64 = 1800.0;
        let high = 1100 + self.extra;
        match self.width {
            SheetWidth::Millimetres(width) => ((10.0 * width).clamp(LEAST, MOST).round() as u32, high),
            SheetWidth::Slide => (1792, 1008),
            SheetWidth::Pixels(width) => ((2.6 * f64::from(width)).clamp(LEAST, MOST).round() as u32, high),
        }
    }

    /// Its width and height as PNG, in pixels, and the pixels in a metre.
    pub fn pixels(&self) -> (u32, u32, u32) {
        let (across, down) = self.units();
        let high = |width: f64| (width * f64::from(down) / f64::from(across)).round() as u32;
        match self.width {
            SheetWidth::Millimetres(width) => {
                let width = width * 11_811.0 / 1000.0;
                (width.round() as u32, high(width), 11_811)
            }
            SheetWidth::Slide => (1920, 1080, 5_669),
            SheetWidth::Pixels(width) => (width, high(f64::from(width)), 3_780),
        }
    }

    /// Its width and height in points of 1/72 inch.
    pub fn points(&self) -> (f32, f32) {
        let (across, down) = self.units();
        let width = match self.width {
            SheetWidth::Millimetres(width) => width * 72.0 / 25.4,
            SheetWidth::Slide => 960.0,
            SheetWidth::Pixels(width) => 0.75 * f64::from(width),
        };
        (width as f32, (width * f64::from(down) / f64::from(across)) as f32)
    }

    /// Its width and height as an SVG file says them.
    pub fn lengths(&self) -> (String, String) {
        let (across, down) = self.units();
        let with_unit = |width: f64, unit: &str| {
            let height = width * f64::from(down) / f64::from(across);
            let number =
                |value: f64| format!("{value:.2}").trim_end_matches('0').trim_end_matches('.').to_owned();
            (number(width) + unit, number(height) + unit)
        };
        match self.width {
            SheetWidth::Millimetres(width) => with_unit(width, "mm"),
            SheetWidth::Slide => with_unit(1280.0, ""),
            SheetWidth::Pixels(width) => with_unit(f64::from(width), ""),
        }
    }
}

/// The widths that can be asked for.
const KNOWN: &str = "a width on paper from 60mm to 420mm (85mm and 170mm are a column and a page of most \
    journals), slide, or pixels from 360 to 8000";

impl FromStr for SheetWidth {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("`{text}` is no width of a figure; give {KNOWN}");
        let number = |digits: &str| digits.trim().parse::<f64>().map_err(|_| refused());
        if text == "slide" {
            return Ok(SheetWidth::Slide);
        }
        if let Some(width) = text.strip_suffix("mm") {
            let width = number(width)?;
            let fits = (60.0..=420.0).contains(&width);
            return if fits { Ok(SheetWidth::Millimetres(width)) } else { Err(refused()) };
        }
        let width: u32 = text.strip_suffix("px").unwrap_or(text).trim().parse().map_err(|_| refused())?;
        if (360..=8000).contains(&width) { Ok(SheetWidth::Pixels(width)) } else { Err(refused()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_read_and_others_refused() {
        for (text, width) in [
            ("85mm", SheetWidth::Millimetres(85.0)),
            ("170 mm", SheetWidth::Millimetres(170.0)),
            ("slide", SheetWidth::Slide),
            ("1200", SheetWidth::Pixels(1200)),
            ("1200px", SheetWidth::Pixels(1200)),
        ] {
            assert_eq!(text.parse(), Ok(width));
        }
        for text in ["", "mm", "85cm", "NaNmm", "-85mm", "1e9mm", "0", "8001", "99999999999", "12.5", "Slide"]
        {
            let refused = text.parse::<SheetWidth>().unwrap_err();
            assert!(refused.contains("85mm") && refused.contains(text), "{refused}");
        }
    }

    #[test]
    fn sizes_in_all_units_agree() {
        let sheet = |text: &str| Sheet { width: text.parse().unwrap(), theme: Theme::Light, extra: 0 };
        assert_eq!(Sheet::default().units(), (1800, 1100));
        assert_eq!(Sheet::default().pixels(), (2126, 1299, 11_811));
        assert_eq!(Sheet::default().lengths(), ("180mm".into(), "110mm".into()));
        assert_eq!(sheet("85mm").units(), (1250, 1100));
        assert_eq!(sheet("85mm").pixels().0, 1004);
        assert_eq!(sheet("85mm").lengths(), ("85mm".into(), "74.8mm".into()));
        assert_eq!(sheet("slide").pixels(), (1920, 1080, 5_669));
        assert_eq!(sheet("slide").points(), (960.0, 540.0));
        assert_eq!(sheet("1200").pixels().0, 1200);
        assert_eq!(sheet("1200").lengths(), ("1200".into(), "733.33".into()));
        let higher = |text: &str| Sheet { extra: 700, ..sheet(text) };
        assert_eq!(higher("180mm").units(), (1800, 1800));
        assert_eq!(higher("180mm").lengths(), ("180mm".into(), "180mm".into()));
        assert_eq!(higher("1200").pixels(), (1200, 1200, 3_780));
        assert_eq!(higher("slide").pixels(), (1920, 1080, 5_669));
    }
}
