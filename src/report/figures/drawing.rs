//! A finished figure: one picture in two formats.

use super::FigureError;
use super::drafting::{FAMILY_IN_FONT, HEIGHT, WIDTH, database};
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, PixelDimensions, Unit};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// A finished figure: an SVG file of 180 mm by 110 mm that brings its own font.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    svg: String,
}

/// Pixels in a metre at 300 pixels an inch.
const PIXELS_PER_METRE: u32 = 11_811;

impl Drawing {
    /// A drawing from the text of its SVG file.
    pub(super) fn new(svg: String) -> Self {
        Drawing { svg }
    }

    /// The picture as the text of an SVG file.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The picture as a PNG file with 300 pixels an inch (2126 by 1299) on white, made from the SVG
    /// file. Takes some tenths of a second.
    ///
    /// # Errors
    /// [`FigureError::Raster`] if the picture cannot be read or there is no memory for it.
    pub fn png(&self) -> Result<Vec<u8>, FigureError> {
        let refused = |error: &dyn std::fmt::Display| FigureError::Raster(error.to_string());
        let options =
            Options { font_family: FAMILY_IN_FONT.into(), fontdb: database(), ..Options::default() };
        let tree = Tree::from_str(&self.svg, &options).map_err(|error| refused(&error))?;
        let (width, height) = (pixels(WIDTH), pixels(HEIGHT));
        let mut pixmap =
            Pixmap::new(width, height).ok_or_else(|| refused(&"there is no memory for the pixels"))?;
        pixmap.fill(Color::WHITE);
        let scale =
            Transform::from_scale(width as f32 / tree.size().width(), height as f32 / tree.size().height());
        resvg::render(&tree, scale, &mut pixmap.as_mut());
        encoded(&pixmap).map_err(|error| refused(&error))
    }
}

/// The pixels as a PNG file that says how large the picture is on paper.
fn encoded(pixmap: &Pixmap) -> Result<Vec<u8>, EncodingError> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, pixmap.width(), pixmap.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    // A quarter of the drawing's time; better compression takes as long as all of it.
    encoder.set_compression(Compression::Fast);
    encoder.set_pixel_dims(Some(PixelDimensions {
        xppu: PIXELS_PER_METRE,
        yppu: PIXELS_PER_METRE,
        unit: Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    // On white nothing shines through, so that the colours are as they are.
    let colours: Vec<u8> =
        pixmap.pixels().iter().flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect();
    writer.write_image_data(&colours)?;
    writer.finish()?;
    Ok(file)
}

/// Pixels for a length in tenths of a millimetre.
fn pixels(length: u32) -> u32 {
    (f64::from(length * PIXELS_PER_METRE) / 10_000.0).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{Choice, find};
    use crate::report::figures::samples::seed;
    use crate::report::figures::{FIGURES, Figure};

    fn timeline() -> Drawing {
        let chosen = find::<dyn Figure>("figure", FIGURES, &Choice::plain("timeline"))
            .unwrap_or_else(|e| panic!("{e}"));
        chosen.thing.draw(&seed().subject()).unwrap()
    }

    #[test]
    fn the_png_is_the_picture_at_300_pixels_an_inch_on_white() {
        let png = timeline().png().unwrap();
        let pixmap = Pixmap::decode_png(&png).unwrap();
        // 180 mm and 110 mm at 300 pixels in 25.4 mm.
        assert_eq!((pixmap.width(), pixmap.height()), (2126, 1299));
        let pixels = pixmap.pixels();
        assert!(pixels.iter().all(|pixel| pixel.is_opaque()));
        for corner in [0, 2125, pixels.len() - 1] {
            let pixel = pixels[corner];
            assert_eq!((pixel.red(), pixel.green(), pixel.blue()), (255, 255, 255));
        }
        let dark = pixels.iter().filter(|pixel| pixel.red() < 80 && pixel.green() < 80 && pixel.blue() < 80);
        // Frame and text: without the font there would be less than half as much.
        let dark = dark.count();
        assert!((20_000..200_000).contains(&dark), "{dark}");
        assert_eq!(png, timeline().png().unwrap());
    }

    /// As a reader finds it.
    #[test]
    fn the_png_says_its_resolution() {
        let png = timeline().png().unwrap();
        let reader = png::Decoder::new(std::io::Cursor::new(&png)).read_info().unwrap();
        let resolution = reader.info().pixel_dims.unwrap();
        assert_eq!((resolution.xppu, resolution.yppu), (11_811, 11_811));
        assert_eq!(resolution.unit, Unit::Meter);
        assert!(png.len() < 400_000, "{}", png.len());
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        assert!(matches!(Drawing::new("<svg".into()).png(), Err(FigureError::Raster(_))));
    }

    #[test]
    fn the_svg_brings_its_font() {
        let drawing = timeline();
        assert!(
            drawing.svg().contains("@font-face{font-family:\"DejaVu Sans\";src:url(\"data:font/ttf;base64,")
        );
        assert!(drawing.svg().contains("width=\"180mm\" height=\"110mm\""));
    }
}
