//! What stands around the panels: a heading, what was run, a key to the marks, notes.

use super::canvas::{Align, Canvas, MarkRole, Point, Shape, Stroke};
use super::fitting::{fitted, wrapped};
use super::labels::Area;
use super::palette::{INK, MUTED, Rgb};
use super::panel::margin_left;
use super::scale::Scale;
use super::typeface::{clean, width};
use crate::report::figures::{Sheet, Vocabulary};
use crate::statistics::percent::rounded;

/// From the sheet's edge to anything on it.
const MARGIN: f64 = 24.0;
/// The heading: 11.3 points.
const HEADING_SIZE: f64 = 40.0;
/// The least part of the first line that a name is shortened to.
const LEAST_NAME: f64 = 0.3;
/// How many lines the notes may take.
const MOST_NOTES: usize = 5;
/// What was run, the key and the notes: 8.8 points.
const SMALL_SIZE: f64 = 31.0;
const SMALL_LINE: f64 = 40.0;
/// How wide the picture of a mark in the key is.
const PICTURE: f64 = 64.0;
/// The horizontal axis's labels and title.
const AXIS: f64 = 108.0;

/// How a kind of mark looks in the key.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    /// A line.
    Line(Stroke),
    /// A line within a band of its colour.
    Band(Stroke),
    /// A darker band within a lighter one of its colour.
    Fan(Rgb),
    /// A filled circle.
    Dot(Rgb),
    /// A filled square.
    Square(Rgb),
    /// A filled diamond.
    Lozenge(Rgb),
    /// A filled circle with an interval.
    Disc(Rgb),
    /// A filled diamond with an interval.
    Diamond(Rgb),
    /// A hollow circle.
    Ring(Stroke),
    /// A short upright line.
    Bar(Stroke),
    /// A filled circle upon the lower edge.
    Floor(Rgb),
}

/// The words of a page.
pub struct Words<'a> {
    /// What is drawn on.
    pub sheet: Sheet,
    /// Words in place of these.
    pub vocabulary: Option<&'a Vocabulary>,
    /// The scenario's name.
    pub title: &'a str,
    /// What the figure shows.
    pub heading: &'a str,
    /// What was run.
    pub subtitle: &'a str,
    /// What the marks mean.
    pub key: &'a [(Key, String)],
    /// What a reader must know beyond that.
    pub notes: &'a [String],
}

/// A sheet with its words; panels go between `top` and `bottom`.
pub struct Page {
    /// The sheet.
    pub canvas: Canvas,
    /// The title in words, for programs that read it aloud.
    pub title: String,
    /// Where panels may begin.
    pub top: f64,
    /// Where panels must end; the horizontal axis has room below.
    pub bottom: f64,
    /// How far to the right panels with their labels may reach.
    pub right: f64,
}

impl Page {
    /// A sheet with its words.
    pub fn new(words: &Words) -> Self {
        let mut canvas = Canvas::new(words.sheet, words.vocabulary.cloned().unwrap_or_default());
        let (across, down) = words.sheet.units();
        let right = f64::from(across) - MARGIN;
        let room = right - MARGIN;

        let said = |text: &str| match words.vocabulary {
            Some(vocabulary) => vocabulary.said(text),
            None => text.to_owned(),
        };
        let heading = clean(&said(words.heading));
        let name_room = room - width(&format!(": {heading}"), HEADING_SIZE);
        let name = clean(words.title);
        let mut foot = 54.0;
        canvas.purpose(MarkRole::Heading);
        let mut line = |words: &str| {
            let words = fitted(words, HEADING_SIZE, room);
            canvas.text((MARGIN, foot), &words, HEADING_SIZE, INK, Align::Start);
            foot += 48.0;
        };
        let title = if name.is_empty() {
            line(&heading);
            heading
        } else if width(&name, HEADING_SIZE) <= name_room || name_room >= LEAST_NAME * room {
            let title = format!("{}: {heading}", fitted(&name, HEADING_SIZE, name_room));
            line(&title);
            title
        } else {
            // Where there is no room for both on one line, each has one.
            line(&name);
            line(&heading);
            format!("{name}: {heading}")
        };
        foot += 6.0 - 48.0;
        canvas.purpose(MarkRole::Words);
        for line in wrapped(&clean(&said(words.subtitle)), SMALL_SIZE, room, 2) {
            foot += SMALL_LINE;
            canvas.text((MARGIN, foot), &line, SMALL_SIZE, MUTED, Align::Start);
        }

        foot += SMALL_LINE + 12.0;
        let mut from = MARGIN;
        canvas.purpose(MarkRole::Key);
        for (key, words) in words.key {
            let text = fitted(&clean(&said(words)), SMALL_SIZE, room - PICTURE - 14.0);
            let length = PICTURE + 14.0 + width(&text, SMALL_SIZE);
            if from > MARGIN && from + length > right {
                foot += SMALL_LINE + 4.0;
                from = MARGIN;
            }
            key.draw(&mut canvas, (from, foot - 11.0));
            canvas.text((from + PICTURE + 14.0, foot), &text, SMALL_SIZE, INK, Align::Start);
            from += length + 44.0;
        }

        let notes = wrapped(&clean(&said(&words.notes.join(" "))), SMALL_SIZE, room, MOST_NOTES);
        canvas.purpose(MarkRole::Words);
        let mut note_foot = f64::from(down) - 18.0 - SMALL_LINE * notes.len() as f64;
        let bottom = note_foot + 18.0 - AXIS - if notes.is_empty() { 8.0 } else { 16.0 };
        for line in &notes {
            note_foot += SMALL_LINE;
            canvas.text((MARGIN, note_foot), line, SMALL_SIZE, MUTED, Align::Start);
        }
        canvas.purpose(MarkRole::Data);
        Page { canvas, title, top: foot + 34.0, bottom, right }
    }

    /// The room of one panel with this upright axis, that leaves so much free to its right.
    pub fn frame(&self, y: Scale, free: f64) -> Area {
        let height = self.bottom - self.top;
        Area {
            left: margin_left(&[(y, height)], 1),
            top: self.top,
            right: self.right - free,
            bottom: self.bottom,
        }
    }
}

impl Key {
    fn draw(self, canvas: &mut Canvas, from: Point) {
        let (x, y) = from;
        let centre = (x + PICTURE / 2.0, y);
        match self {
            Key::Line(stroke) => canvas.line([(x, y), (x + PICTURE, y)], stroke),
            Key::Band(stroke) => {
                let (top, bottom, end) = (y - 11.0, y + 11.0, x + PICTURE);
                let edge = [(x, top), (end, top), (end, bottom), (x, bottom)];
                canvas.surface(edge, stroke.color, 0.25);
                canvas.line([(x, y), (end, y)], stroke);
            }
            Key::Fan(color) => {
                for half in [13.0, 6.0] {
                    let (top, bottom, end) = (y - half, y + half, x + PICTURE);
                    canvas.surface([(x, top), (end, top), (end, bottom), (x, bottom)], color, 0.25);
                }
            }
            Key::Dot(color) => canvas.disc(centre, 9, color, 1.0),
            Key::Square(color) => canvas.shape(Shape::Square, centre, 9, color, 1.0),
            Key::Lozenge(color) => canvas.diamond(centre, 11, color, 1.0),
            Key::Disc(color) => {
                canvas.line([(centre.0, y - 17.0), (centre.0, y + 17.0)], Stroke::solid(color, 3));
                canvas.disc(centre, 8, color, 1.0);
            }
            Key::Diamond(color) => {
                canvas.line([(centre.0, y - 17.0), (centre.0, y + 17.0)], Stroke::solid(color, 3));
                canvas.diamond(centre, 8, color, 1.0);
            }
            Key::Ring(stroke) => canvas.ring(centre, 12, stroke),
            Key::Bar(stroke) => canvas.line([(centre.0, y - 15.0), (centre.0, y + 15.0)], stroke),
            Key::Floor(color) => {
                canvas.line([(centre.0, y + 11.0), (centre.0, y - 17.0)], Stroke::solid(color, 3));
                canvas.line([(x + 8.0, y + 11.0), (x + PICTURE - 8.0, y + 11.0)], Stroke::solid(INK, 3));
                canvas.disc((centre.0, y + 11.0), 6, color, 1.0);
            }
        }
    }
}

/// A fraction as words, with a narrow space that no line breaks at.
pub fn percent(fraction: f64) -> String {
    rounded(fraction, 4).replace(' ', "\u{202F}")
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn fractions_become_percentages_that_count() {
        assert_eq!(percent(0.9999999), "99.99999\u{202F}%");
        assert_eq!(percent(0.95), "95\u{202F}%");
        assert_eq!(percent(0.999), "99.9\u{202F}%");
        assert_eq!(percent(1.0 - 0.95), "5\u{202F}%");
        assert_eq!(percent(2.3456e-7), "0.000023\u{202F}%");
        assert_eq!(percent(0.0), "0\u{202F}%");
    }
}
