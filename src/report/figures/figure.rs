//! What a figure is, and the registry of all of them.

use super::{
    Drawing, forest, funnel, heat_map, income, lorenz, p_values, target_curve, timeline, unfair_probability,
    win_share, wins_per_trial,
};
use crate::analysis::rows::{CompareRow, IncomeRow, TimelineRow, TrialRow, ValidatorRow};
use crate::registry::Entry;
use crate::statistics::level_of;
use thiserror::Error;

/// Every figure a scenario can name.
pub const FIGURES: &[Entry<dyn Figure>] = &[
    win_share::ENTRY,
    timeline::ENTRY,
    timeline::STAKE_SHARE,
    lorenz::ENTRY,
    unfair_probability::ENTRY,
    funnel::ENTRY,
    p_values::ENTRY,
    target_curve::ENTRY,
    income::ENTRY,
    wins_per_trial::ENTRY,
    forest::ENTRY,
    heat_map::ENTRY,
];

/// A figure: a drawing made from the rows of the tables.
pub trait Figure: Send + Sync {
    /// Draws the subject. The same subject always gives the same bytes.
    ///
    /// # Errors
    /// [`FigureError::Empty`] if the rows hold nothing that this figure could show.
    fn draw(&self, subject: &Subject) -> Result<Drawing, FigureError>;
}

/// What a figure shows: the tables of one experiment and the words above them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subject<'a> {
    /// The scenario's name.
    pub title: &'a str,
    /// What was run, e.g. "raffle · 8 trials × 125 000 rounds".
    pub subtitle: &'a str,
    /// The rows of `validators.csv`.
    pub validators: &'a [ValidatorRow],
    /// The rows of `timeline.csv`.
    pub timeline: &'a [TimelineRow],
    /// The rows of `trials.csv`.
    pub trials: &'a [TrialRow],
    /// The rows of `incomes.csv`.
    pub incomes: &'a [IncomeRow],
    /// The rows of `compare.csv`.
    pub compare: &'a [CompareRow],
    /// A metric of a study over two of its factors.
    pub grid: Option<&'a Grid>,
    /// The confidence of every interval in the rows, between 0 and 1.
    pub confidence: f64,
    /// The unfair probability that is small enough.
    pub delta: f64,
}

/// Whether a validator's wins differ from the expected ones: by Holm's correction for all, as the tables
/// decide it.
pub(super) fn differs(row: &ValidatorRow, confidence: f64) -> bool {
    row.p_holm.is_some_and(|p| p <= level_of(confidence))
}

/// A metric of a study over two of its factors.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    /// The metric.
    pub metric: String,
    /// Of whom.
    pub subject: String,
    /// The factor whose levels stand side by side.
    pub across: String,
    /// The factor whose levels stand below one another; empty if there is one factor only.
    pub down: String,
    /// The values.
    pub cells: Vec<GridCell>,
}

/// A value of a grid.
#[derive(Clone, Debug)]
pub struct GridCell {
    /// The level of the factor across.
    pub across: String,
    /// The level of the factor down.
    pub down: String,
    /// The value.
    pub value: f64,
}

/// Why there is no figure.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FigureError {
    /// The tables hold nothing that the figure could show.
    #[error("the figure `{figure}` has nothing to show: {reason}")]
    Empty {
        /// The figure's name.
        figure: &'static str,
        /// What is missing, and what would bring it.
        reason: &'static str,
    },
    /// The drawing library refused.
    #[error("the figure could not be drawn: {0}")]
    Drawing(String),
    /// The picture could not be turned into pixels.
    #[error("the figure could not be turned into a PNG file: {0}")]
    Raster(String),
}

/// A share as a table gives it, if it is one: a number between 0 and 1.
pub(super) fn share(value: f64) -> Option<f64> {
    (0.0..=1.0).contains(&value).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{Choice, find};
    use crate::report::figures::samples::{Sample, samples, seed};
    use resvg::usvg::{Group, Node, Options, Rect, Tree, roxmltree};

    fn figure(name: &'static str) -> std::sync::Arc<dyn Figure> {
        find("figure", FIGURES, &Choice::plain(name)).unwrap_or_else(|refusal| panic!("{refusal}")).thing
    }

    /// Every figure of every sample.
    fn drawings() -> impl Iterator<Item = (String, Drawing)> {
        samples().into_iter().flat_map(|sample: Sample| {
            FIGURES.iter().filter_map(move |entry| {
                // Nothing is tested where nothing is known of the rule.
                if entry.name == "p-values" && sample.title == "unknown" {
                    return None;
                }
                let drawing = figure(entry.name).draw(&sample.subject());
                Some((format!("{} of {:?}", entry.name, sample.title), drawing.unwrap()))
            })
        })
    }

    fn tree(drawing: &Drawing) -> Tree {
        use crate::report::figures::drafting::{FAMILY_IN_FONT, database};
        let options =
            Options { font_family: FAMILY_IN_FONT.into(), fontdb: database(), ..Options::default() };
        Tree::from_str(drawing.svg(), &options).unwrap()
    }

    /// The words of a picture and the boxes they fill, in its own units.
    fn texts(group: &Group, into: &mut Vec<(String, Rect)>) {
        for node in group.children() {
            match node {
                Node::Group(group) => texts(group, into),
                Node::Text(text) => {
                    let words: String = text.chunks().iter().map(|chunk| chunk.text()).collect();
                    into.push((words, text.abs_bounding_box()));
                }
                _ => {}
            }
        }
    }

    #[test]
    fn every_figure_draws_every_sample_twice_alike_and_well_formed() {
        let again: Vec<(String, Drawing)> = drawings().collect();
        for ((what, drawing), (_, same)) in drawings().zip(&again) {
            assert_eq!(drawing.svg(), same.svg(), "{what}");
            let document = roxmltree::Document::parse(drawing.svg()).unwrap();
            assert_eq!(document.root_element().attribute("viewBox"), Some("0 0 1800 1100"), "{what}");
            for node in document.descendants().filter(|node| !node.has_tag_name("style")) {
                for attribute in node.attributes() {
                    let value = attribute.value();
                    assert!(!value.contains("NaN") && !value.contains("inf"), "{what}: {value}");
                }
            }
        }
    }

    /// Boxes are those of the rasteriser: from ascender to descender and as wide as the advances.
    #[test]
    fn all_text_lies_on_the_sheet_and_no_two_texts_overlap() {
        for (what, drawing) in drawings() {
            let tree = tree(&drawing);
            let unit = tree.size().width() / 1800.0;
            let mut boxes = Vec::new();
            texts(tree.root(), &mut boxes);
            assert!(boxes.len() > 8, "{what}");
            for (words, area) in &boxes {
                let inside = area.left() >= 0.0
                    && area.top() >= 0.0
                    && area.right() <= tree.size().width()
                    && area.bottom() <= tree.size().height();
                assert!(inside, "{what}: {words:?} at {area:?}");
            }
            // Ascenders may reach into the descenders of the line above by a third of a millimetre.
            let slack = 3.0 * unit;
            for (index, (words, a)) in boxes.iter().enumerate() {
                for (others, b) in &boxes[..index] {
                    let apart = a.right() <= b.left()
                        || b.right() <= a.left()
                        || a.bottom() <= b.top() + slack
                        || b.bottom() <= a.top() + slack;
                    assert!(apart, "{what}: {words:?} and {others:?}: {a:?}, {b:?}");
                }
            }
        }
    }

    #[test]
    fn all_marks_lie_on_the_sheet() {
        for (what, drawing) in drawings() {
            let document = roxmltree::Document::parse(drawing.svg()).unwrap();
            let mut marks = 0;
            for node in document.descendants().filter(|node| node.is_element()) {
                let places = node.attribute("points").unwrap_or_default().split_whitespace();
                let places = places.map(|place| place.split_once(',').unwrap());
                let centre = node.attribute("cx").zip(node.attribute("cy"));
                for (x, y) in places.chain(centre) {
                    let (x, y): (i32, i32) = (x.parse().unwrap(), y.parse().unwrap());
                    assert!((0..=1800).contains(&x) && (0..=1100).contains(&y), "{what}: {x}, {y}");
                    marks += 1;
                }
            }
            assert!(marks > 10, "{what}");
        }
    }

    #[test]
    fn names_that_look_like_markup_stay_names() {
        let sample = samples().into_iter().find(|sample| sample.title.starts_with("<script>")).unwrap();
        for name in ["win-share", "timeline"] {
            let drawing = figure(name).draw(&sample.subject()).unwrap();
            let document = roxmltree::Document::parse(drawing.svg()).unwrap();
            let words: Vec<&str> = document
                .descendants()
                .filter(|node| node.has_tag_name("text"))
                .filter_map(|node| node.text())
                .collect();
            for expected in [
                "<&\"'>",
                "]]><!--",
                "line break tab",
                "bell\u{FFFD} nul…ersed\u{FFFD} \u{FFFD}",
                "(no name)",
            ] {
                assert!(words.contains(&expected), "{name}: {expected} in {words:?}");
            }
            assert!(words[0].starts_with("<script>alert"), "{words:?}");
            assert!(document.descendants().all(|node| !node.has_tag_name("script")));
        }
    }

    #[test]
    fn files_stay_small() {
        let sample = seed();
        for entry in FIGURES {
            let drawing = figure(entry.name).draw(&sample.subject()).unwrap();
            assert!(drawing.svg().len() < 100_000, "{}: {} bytes", entry.name, drawing.svg().len());
        }
        for (what, drawing) in drawings() {
            assert!(drawing.svg().len() < 1_500_000, "{what}: {} bytes", drawing.svg().len());
        }
    }

    #[test]
    fn nothing_to_show_is_said_and_settings_are_refused() {
        let nothing = Sample { title: "nothing".into(), ..Sample::default() };
        let mut idle = seed();
        idle.timeline.clear();
        (idle.trials, idle.incomes, idle.compare, idle.grid) = Default::default();
        for row in &mut idle.validators {
            (row.stake, row.wins, row.reward, row.win_share) = (0, 0, Some(0), None);
            (row.expected_share, row.p_value) = (None, None);
        }
        for entry in FIGURES {
            for sample in [&nothing, &idle] {
                let error = figure(entry.name).draw(&sample.subject()).unwrap_err();
                assert!(matches!(error, FigureError::Empty { .. }));
                let words = error.to_string();
                assert!(words.contains(entry.name) && words.contains("at least one round"), "{words}");
            }
            let mut choice = Choice::plain(entry.name);
            choice.settings.insert("color".into(), "red".into());
            assert!(find("figure", FIGURES, &choice).is_err(), "{}", entry.name);
        }
    }
}
