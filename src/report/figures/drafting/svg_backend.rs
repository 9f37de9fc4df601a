//! Where plotters draws: the elements of an SVG file, with what plotters knows nothing of, the dashes of a line
//! and the values that a mark stands for.

use super::canvas::{Dash, Point, escaped};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, DrawingBackend, DrawingErrorKind};
use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt::Write;
use std::rc::Rc;

/// The elements so far, and what is said of the next one.
#[derive(Default)]
pub struct Elements {
    /// The text of the elements.
    pub svg: String,
    /// The gaps of the next line.
    pub dash: Option<Dash>,
    /// What the next mark stands for, in words.
    pub values: Option<String>,
}

impl Elements {
    /// Writes an element without its end; one that stands for values holds them as its title.
    fn element(&mut self, tag: &str, attributes: &str) {
        let _ = match self.values.take() {
            Some(words) => {
                writeln!(self.svg, "<{tag}{attributes}><title>{}</title></{tag}>", escaped(&words))
            }
            None => writeln!(self.svg, "<{tag}{attributes}/>"),
        };
    }
}

/// A sheet for plotters.
pub struct SvgBackend {
    size: (u32, u32),
    elements: Rc<RefCell<Elements>>,
}

impl SvgBackend {
    /// A sheet of this size, whose elements come here.
    pub fn new(size: (u32, u32), elements: Rc<RefCell<Elements>>) -> Self {
        SvgBackend { size, elements }
    }
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for SvgBackend {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Drawn {
        let (x, y) = at;
        self.fill_polygon([(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)], &color)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let mut elements = self.elements.borrow_mut();
        let dash = match elements.dash.take().unwrap_or(Dash::None) {
            Dash::None => "",
            Dash::Long => " stroke-dasharray=\"16 10\"",
            Dash::Dots => " stroke-dasharray=\"3 7\"",
        };
        let attributes = format!(
            " stroke-linejoin=\"round\" fill=\"none\"{} stroke-width=\"{}\"{dash} points=\"{}\"",
            paint("stroke", style.color()),
            style.stroke_width(),
            places(path)
        );
        elements.element("polyline", &attributes);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let color = style.color();
        let paint = match fill {
            true => paint("fill", color),
            false => {
                format!(" fill=\"none\"{} stroke-width=\"{}\"", paint("stroke", color), style.stroke_width())
            }
        };
        let attributes = format!("{paint} cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"");
        self.elements.borrow_mut().element("circle", &attributes);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        let attributes = format!("{} points=\"{}\"", paint("fill", style.color()), places(corners));
        self.elements.borrow_mut().element("polygon", &attributes);
        Ok(())
    }
}

/// The attributes of a colour.
pub fn paint(part: &str, color: BackendColor) -> String {
    let BackendColor { alpha, rgb: (red, green, blue) } = color;
    let color = format!(" {part}=\"#{red:02X}{green:02X}{blue:02X}\"");
    if alpha < 1.0 { format!("{color} {part}-opacity=\"{alpha}\"") } else { color }
}

fn places(points: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut text = String::new();
    for (x, y) in points {
        let _ = write!(text, "{x},{y} ");
    }
    text.truncate(text.trim_end().len());
    text
}

/// The nearest place with whole coordinates; none if a coordinate is no number.
pub fn nearest(at: Point) -> Option<BackendCoord> {
    (at.0.is_finite() && at.1.is_finite()).then(|| (at.0.round() as i32, at.1.round() as i32))
}
