//! A finished figure: one picture in five formats.

use super::FigureError;
use super::drafting::{Chart, FAMILY_IN_FONT, database};
use super::pdf::pdf;
use super::pgf::pgf;
use super::vega_lite::vega_lite;
use crate::scenario::FigureFormat;
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, PixelDimensions, Unit};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// A finished figure: an SVG file that brings its own font, and the values behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    svg: String,
    chart: Chart,
}

/// A file's name and what is in it.
pub type NamedFile = (String, Vec<u8>);

fn refused(error: impl std::fmt::Display) -> FigureError {
    FigureError::Raster(error.to_string())
}

impl Drawing {
    /// A drawing from the text of its SVG file and the values behind it.
    pub(super) fn new(svg: String, chart: Chart) -> Self {
        Drawing { svg, chart }
    }

    /// The picture as the text of an SVG file.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The values behind it.
    #[cfg(test)]
    pub(super) fn chart(&self) -> &Chart {
        &self.chart
    }

    /// The picture in this format: the names of its files, which begin with `name`, and what is in them.
    /// Formats for further work have the data in a second file.
    ///
    /// # Errors
    /// [`FigureError::Raster`] if the picture cannot be read or there is no memory for it.
    pub fn files(&self, name: &str, format: FigureFormat) -> Result<Vec<NamedFile>, FigureError> {
        let files = match format {
            FigureFormat::Svg => vec![self.svg.as_bytes().to_vec()],
            FigureFormat::Png => vec![self.png()?],
            FigureFormat::Pdf => vec![self.pdf()?],
            FigureFormat::Pgf => {
                let (text, data) = pgf(&self.chart, name);
                vec![text.into_bytes(), data.into_bytes()]
            }
            FigureFormat::VegaLite => {
                let (text, data) = vega_lite(&self.chart, &format!("{name}.vl.csv"));
                vec![text.into_bytes(), data.into_bytes()]
            }
        };
        let names = format.endings().iter().map(|ending| format!("{name}.{ending}"));
        Ok(names.zip(files).collect())
    }

    /// The picture as a PNG file with the pixels of its sheet (2126 by 1299 for 180 mm), made from the SVG
    /// file. Takes some tenths of a second.
    ///
    /// # Errors
    /// [`FigureError::Raster`] if the picture cannot be read or there is no memory for it.
    pub fn png(&self) -> Result<Vec<u8>, FigureError> {
        let tree = self.tree()?;
        let (width, height, density) = self.chart.sheet.pixels();
        let mut pixmap =
            Pixmap::new(width, height).ok_or_else(|| refused("there is no memory for the pixels"))?;
        pixmap.fill(Color::WHITE);
        let scale =
            Transform::from_scale(width as f32 / tree.size().width(), height as f32 / tree.size().height());
        resvg::render(&tree, scale, &mut pixmap.as_mut());
        encoded(&pixmap, density).map_err(refused)
    }

    /// The picture as a PDF file of one page: its paths, with text as outlines, so that it needs no font.
    ///
    /// # Errors
    /// [`FigureError::Raster`] if the picture cannot be read or there is no memory for it.
    pub fn pdf(&self) -> Result<Vec<u8>, FigureError> {
        pdf(&self.tree()?, &self.chart.title, self.chart.sheet.points()).map_err(refused)
    }

    fn tree(&self) -> Result<Tree, FigureError> {
        let options =
            Options { font_family: FAMILY_IN_FONT.into(), fontdb: database(), ..Options::default() };
        Tree::from_str(&self.svg, &options).map_err(refused)
    }
}

/// The pixels as a PNG file that says how large the picture is on paper.
fn encoded(pixmap: &Pixmap, density: u32) -> Result<Vec<u8>, EncodingError> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, pixmap.width(), pixmap.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    // A quarter of the drawing's time; better compression takes as long as all of it.
    encoder.set_compression(Compression::Fast);
    encoder.set_pixel_dims(Some(PixelDimensions { xppu: density, yppu: density, unit: Unit::Meter }));
    let mut writer = encoder.write_header()?;
    // On white nothing shines through, so that the colours are as they are.
    let colours: Vec<u8> =
        pixmap.pixels().iter().flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect();
    writer.write_image_data(&colours)?;
    writer.finish()?;
    Ok(file)
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

    /// One page of 180 mm by 110 mm in points, no picture of pixels in it and no font that could be missing.
    #[test]
    fn the_pdf_is_one_page_of_paths() {
        let pdf = timeline().pdf().unwrap();
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.starts_with("%PDF-1.7") && text.trim_end().ends_with("%%EOF"));
        assert!(text.contains("/MediaBox [0 0 510.23"), "{}", &text[..900]);
        assert!(
            text.contains("/Count 1")
                && text.contains(" 311.81")
                && !text.contains("/Image")
                && !text.contains("/Font")
        );
        assert!((10_000..400_000).contains(&pdf.len()), "{}", pdf.len());
        assert_eq!(pdf, timeline().pdf().unwrap());
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        assert!(matches!(Drawing { svg: "<svg".into(), ..timeline() }.png(), Err(FigureError::Raster(_))));
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
