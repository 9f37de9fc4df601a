//! What a figure is, and the registry of all of them.

use super::compared_rules::ComparedRules;
use super::drafting::{Excerpt, ExcerptOrder, Key, Page, Words, clean, undrawable};
use super::{
    Drawing, Sheet, Vocabulary, forest, frontier, funnel, heat_map, income, lorenz, p_values,
    small_multiples, split_gain, stretches, target_curve, timeline, unfair_probability, win_share, windows,
    wins_per_trial,
};
use crate::analysis::rows::{
    CompareRow, IncomeRow, ShareRow, StrategyRow, TimelineRow, TrialRow, ValidatorRow, ValidatorTable,
    WindowRow,
};
use crate::registry::Entry;
use crate::statistics::level_of;
use crate::statistics::percent::setting;
use crate::statistics::wording::{counted, grouped};
use std::collections::{HashMap, HashSet};
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
    stretches::ENTRY,
    windows::ENTRY,
    forest::ENTRY,
    frontier::ENTRY,
    split_gain::ENTRY,
    heat_map::ENTRY,
    small_multiples::ENTRY,
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
    pub validators: &'a ValidatorTable,
    /// The rows of `timeline.csv`.
    pub timeline: &'a [TimelineRow],
    /// The rows of `trials.csv`.
    pub trials: &'a [TrialRow],
    /// The rows of `windows.csv`.
    pub windows: &'a [WindowRow],
    /// How many trials the tables are about.
    pub trials_finished: u64,
    /// The rounds of each trial.
    pub rounds: u64,
    /// The rows of `incomes.csv`.
    pub incomes: &'a [IncomeRow],
    /// The rows of `compare.csv`.
    pub compare: &'a [CompareRow],
    /// The rows of `shares.csv`, in which each rule of a comparison, or setting of a study, has a name of
    /// its own.
    pub shares: &'a [ShareRow],
    /// The rows that `tombola strategy` prints.
    pub strategy: &'a [StrategyRow],
    /// A metric of a study over two of its factors.
    pub grid: Option<&'a Grid>,
    /// The confidence of every interval in the rows, between 0 and 1.
    pub confidence: f64,
    /// The unfair probability that is small enough.
    pub delta: f64,
    /// What is drawn on.
    pub sheet: Sheet,
    /// Words in place of the figure's own.
    pub vocabulary: Option<&'a Vocabulary>,
}

impl Subject<'_> {
    /// The sheet of a figure with this heading: the words around its panels.
    pub(super) fn page(&self, heading: &str, key: &[(Key, String)], notes: &[String]) -> Page {
        let &Subject { sheet, vocabulary, title, subtitle, .. } = self;
        Page::new(&Words { sheet, vocabulary, title, heading, subtitle, key, notes })
    }

    /// What was run, of a figure without intervals.
    pub(super) fn subtitle_without_intervals(&self) -> String {
        let parts = self.subtitle.split(" · ").filter(|part| !part.ends_with(" intervals"));
        parts.collect::<Vec<_>>().join(" · ")
    }

    /// What was run of the study whose grid a figure shows in so many marks, one for each point.
    pub(super) fn subtitle_of_grid(&self, marks: usize, with_intervals: bool) -> String {
        let intervals = if with_intervals {
            format!(" · {} intervals", setting(self.confidence))
        } else {
            String::new()
        };
        let Some((points, each)) = self.grid.and_then(|grid| grid.size) else {
            return if with_intervals { self.subtitle.to_owned() } else { self.subtitle_without_intervals() };
        };
        let drawn = marks as u64;
        let of = if drawn < points {
            format!("{} of {}", grouped(drawn), counted(points, "point"))
        } else {
            counted(points, "point")
        };
        let trials =
            each.map_or(String::new(), |each| format!(" · {}", counted(each.saturating_mul(drawn), "trial")));
        format!("{of}{trials}{intervals}")
    }

    /// At most `most` of these lines, and what is said of the others: of validators a spread over their stakes, of
    /// rules or settings one over their list, or over their sizes if they are numbers, and the rules that the
    /// verdict names.
    pub(super) fn spread(&self, names: &[&str], most: usize) -> Excerpt {
        let places: HashMap<&str, usize> = names.iter().copied().zip(0..).collect();
        let mut stakes: Vec<Option<u64>> = vec![None; names.len()];
        if names.len() > most {
            for (index, name) in self.validators.names().enumerate() {
                if let Some(&place) = places.get(name) {
                    stakes[place] = Some(self.validators.row(index).stake);
                }
            }
        }
        if stakes.iter().all(Option::is_none) {
            let noun = if self.grid.is_some() { "setting" } else { "rule" };
            let rules = self.rules();
            let named = ("those that the verdict names", |place: usize| rules.is_named(names[place]));
            return Excerpt::over_levels_with(names, most, noun, named);
        }
        let mut ranked: Vec<usize> = (0..names.len()).collect();
        ranked.sort_by_key(|&place| std::cmp::Reverse(stakes[place]));
        Excerpt::over(&ranked, most, "validator", ExcerptOrder::Stake)
    }

    /// The rules that are compared; none of another experiment.
    pub(super) fn rules(&self) -> ComparedRules<'_> {
        ComparedRules::new(self.compare)
    }

    /// The characters in its names and titles that no font here has; figures show their code points instead.
    pub fn undrawable(&self) -> Vec<char> {
        let validators = self.validators.names();
        let timeline = self.timeline.iter().map(|row| row.subject.as_str());
        let compare = self.compare.iter().flat_map(|row| [row.rule.as_str(), row.other.as_str()]);
        let shares = self.shares.iter().map(|row| row.rule.as_str());
        let strategy = self.strategy.iter().map(|row| row.accounts.as_str());
        let cells = self.grid.into_iter().flat_map(|grid| &grid.cells);
        let grid = cells.flat_map(|cell| [cell.across.as_str(), cell.down.as_str()]);
        undrawable(
            [self.title, self.subtitle]
                .into_iter()
                .chain(validators)
                .chain(timeline)
                .chain(compare)
                .chain(shares)
                .chain(strategy)
                .chain(grid),
        )
    }
}

/// What is said of characters that no font has, if there are some.
pub fn undrawable_note(characters: &[char]) -> Option<String> {
    const MOST: usize = 5;
    let codes: Vec<String> =
        characters.iter().take(MOST).map(|&character| format!("U+{:04X}", character as u32)).collect();
    let rest = characters.len().saturating_sub(MOST);
    let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    (!codes.is_empty()).then(|| {
        format!(
            "the figures show {}{rest} as code points: they are invisible, or no font of this machine has \
             them; fonts for all scripts are in the packages fonts-noto-core, fonts-noto-cjk and fonts-symbola",
            codes.join(", ")
        )
    })
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
    /// Whether its values are shares or probabilities, so that none is beyond 1.
    pub is_share: bool,
    /// Whether points differ in more than these factors, as they do where factors are drawn from ranges: no line
    /// leads from one to the next.
    pub scattered: bool,
    /// Of whom.
    pub subject: String,
    /// The factor whose levels stand side by side.
    pub across: String,
    /// The factor whose levels stand below one another; empty if there is one factor only.
    pub down: String,
    /// The values.
    pub cells: Vec<GridCell>,
    /// Levels of either factor that have no value of it.
    pub without: Vec<String>,
    /// How many points the study has, and how many trials each of them, where all have as many; none if unknown.
    pub size: Option<(u64, Option<u64>)>,
}

impl Grid {
    /// Which levels are not drawn because they have no value.
    pub(super) fn absent(&self) -> Option<String> {
        const MOST: usize = 4;
        let named: Vec<String> = self.without.iter().take(MOST).map(|level| clean(level)).collect();
        let more = self.without.len().saturating_sub(MOST);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!named.is_empty()).then(|| format!("Without a value of this metric: {}{more}.", named.join(", ")))
    }
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
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end of its interval.
    pub high: Option<f64>,
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
    /// The picture could not be turned into a file of the format.
    #[error("the figure could not be turned into a file: {0}")]
    Raster(String),
}

/// The names, each once, in the order in which they come.
pub(super) fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}

/// A share as a table gives it, if it is one: a number between 0 and 1.
pub(super) fn share(value: f64) -> Option<f64> {
    (0.0..=1.0).contains(&value).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{Choice, find};
    use crate::report::figures::Theme;
    use crate::report::figures::drafting::{LEADER, Mark, MarkRole, Point, covered};
    use crate::report::figures::samples::{SampleTables, samples, seed};
    use rayon::prelude::*;
    use resvg::usvg::{Group, Node, Options, Rect, Tree, roxmltree};

    /// The sheet that nothing is said of, a column and a page of most journals, and a slide.
    const WIDTHS: [&str; 4] = ["180mm", "85mm", "170mm", "slide"];

    fn figure(name: &'static str) -> std::sync::Arc<dyn Figure> {
        find("figure", FIGURES, &Choice::plain(name)).unwrap_or_else(|refusal| panic!("{refusal}")).thing
    }

    /// Every figure of every sample.
    fn drawings() -> impl Iterator<Item = (String, Drawing)> {
        samples().into_iter().flat_map(move |sample: SampleTables| {
            FIGURES.iter().filter_map(move |entry| drawn(entry.name, &sample, Sheet::default()))
        })
    }

    /// The figure of the sample, and what it is.
    fn drawn(name: &'static str, sample: &SampleTables, sheet: Sheet) -> Option<(String, Drawing)> {
        // Nothing is tested where nothing is known of the rule.
        if name == "p-values" && sample.title == "unknown" {
            return None;
        }
        let drawing = figure(name).draw(&Subject { sheet, ..sample.subject() });
        Some((format!("{name} of {:?}", sample.title), drawing.unwrap()))
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
                // A text in outlines, see `Canvas`.
                Node::Group(group) if group.id().starts_with("words-") => {
                    into.push((group.id().to_owned(), group.abs_layer_bounding_box().to_rect()));
                }
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
            let (right, foot) = sheet_of(&drawing);
            // A forest is as high as its panels need.
            assert!(right == 1800 && (foot == 1100 || what.starts_with("forest")), "{what}: {foot}");
            for node in document.descendants().filter(|node| !node.has_tag_name("style")) {
                for attribute in node.attributes() {
                    let value = attribute.value();
                    assert!(!value.contains("NaN") && !value.contains("inf"), "{what}: {value}");
                }
            }
        }
    }

    /// Every figure of every sample at every width. Each takes its time, so they are looked at side by side.
    #[test]
    fn text_and_marks_lie_on_the_sheet_and_no_two_texts_overlap() {
        let samples = samples();
        let cases: Vec<(&SampleTables, &'static str, &str)> = samples
            .iter()
            .flat_map(|sample| FIGURES.iter().map(move |entry| (sample, entry.name)))
            .flat_map(|(sample, name)| WIDTHS.map(|width| (sample, name, width)))
            .collect();
        cases.into_par_iter().for_each(|(sample, name, width)| {
            let sheet = Sheet { width: width.parse().unwrap(), ..Sheet::default() };
            let Some((what, drawing)) = drawn(name, sample, sheet) else { return };
            let what = format!("{what} at {width}");
            assert_readable(&drawing, &what);
            assert_whole(&drawing, &what);
            assert_inside(&drawing, &what);
            assert_no_share_beyond_all(&drawing, &what);
        });
    }

    /// Boxes are those of the rasteriser: from ascender to descender and as wide as the advances.
    fn assert_readable(drawing: &Drawing, what: &str) {
        let tree = tree(drawing);
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
        let slack = 3.0 * tree.size().width() / sheet_of(drawing).0 as f32;
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

    /// A text element is drawn with the font that the file brings, so it must have every glyph; all else is
    /// outlines, or a code point.
    #[test]
    fn every_letter_has_a_glyph_in_the_file() {
        for (what, drawing) in drawings() {
            let document = roxmltree::Document::parse(drawing.svg()).unwrap();
            for node in document.descendants().filter(|node| node.has_tag_name("text")) {
                let words = node.text().unwrap_or_default();
                let lacking: Vec<char> = words.chars().filter(|&c| !covered(c)).collect();
                assert!(lacking.is_empty(), "{what}: {words:?} lacks {lacking:?}");
            }
            for node in document.descendants().filter(|node| node.has_tag_name("path")) {
                assert!(node.attribute("d").unwrap_or_default().starts_with('M'), "{what}");
            }
        }
    }

    #[test]
    fn themes_change_colours_and_nothing_else() {
        let sample = seed();
        let drawn = |theme: Theme| {
            let subject = Subject { sheet: Sheet { theme, ..Sheet::default() }, ..sample.subject() };
            figure("timeline").draw(&subject).unwrap().svg().to_owned()
        };
        let (light, dark, grey) = (drawn(Theme::Light), drawn(Theme::Dark), drawn(Theme::Grey));
        let colors = |svg: &str| -> Vec<String> {
            svg.match_indices("=\"#").map(|(at, _)| svg[at + 3..at + 9].to_owned()).collect()
        };
        let without =
            |svg: &str| colors(svg).iter().fold(svg.to_owned(), |svg, color| svg.replace(color, ""));
        assert!(without(&light) == without(&dark) && without(&light) == without(&grey));
        assert!(colors(&grey).iter().all(|color| color[..2] == color[2..4] && color[..2] == color[4..]));
        assert_eq!((&colors(&light)[0][..], &colors(&dark)[0][..]), ("FFFFFF", "17181C"));
    }

    /// Every mark of the data lies in a frame, but those of the names to the right of one.
    fn assert_inside(drawing: &Drawing, what: &str) {
        let axes = &drawing.chart().axes;
        let inside = |(x, y): Point| {
            axes.iter().map(|axes| axes.frame).any(|frame| {
                let across = (frame.left - 1.0..=frame.right + 1.0).contains(&x);
                let of_name = axes.len() == 1 && (frame.right..=frame.right + LEADER).contains(&x);
                (across || of_name) && (frame.top - 1.0..=frame.bottom + 1.0).contains(&y)
            })
        };
        for drawn in drawing.chart().marks.iter().filter(|drawn| drawn.purpose == MarkRole::Data) {
            let points = match &drawn.mark {
                // Room for a pointer has no ink.
                Mark::Filled { opacity, .. } if *opacity == 0.0 => continue,
                Mark::Filled { at, .. } | Mark::Ring { at, .. } => vec![*at],
                Mark::Line { points, .. } | Mark::Surface { points, .. } => points.clone(),
                Mark::Text { .. } => continue,
            };
            for point in points {
                assert!(inside(point), "{what}: {point:?} of {:?} in {axes:?}", drawn.mark);
            }
        }
    }

    /// An axis of shares or probabilities ends at the whole.
    fn assert_no_share_beyond_all(drawing: &Drawing, what: &str) {
        for axis in drawing.chart().axes.iter().flat_map(|axes| [&axes.x, &axes.y]) {
            let title = axis.title.as_str();
            let of_shares = ["share", "probability"].iter().any(|word| title.contains(word));
            if of_shares && title.ends_with("(%)") && !title.contains("gain") {
                assert!(axis.scale.high() <= 100.0 + 1e-9, "{what}: {title} to {}", axis.scale.high());
            }
        }
    }

    /// No mark lies beyond the sheet's edges.
    fn assert_whole(drawing: &Drawing, what: &str) {
        let (right, foot) = sheet_of(drawing);
        let document = roxmltree::Document::parse(drawing.svg()).unwrap();
        let mut marks = 0;
        for node in document.descendants().filter(|node| node.is_element()) {
            let places = node.attribute("points").unwrap_or_default().split_whitespace();
            let places = places.map(|place| place.split_once(',').unwrap());
            let centre = node.attribute("cx").zip(node.attribute("cy"));
            for (x, y) in places.chain(centre) {
                let (x, y): (i32, i32) = (x.parse().unwrap(), y.parse().unwrap());
                assert!((0..=right).contains(&x) && (0..=foot).contains(&y), "{what}: {x}, {y}");
                marks += 1;
            }
        }
        assert!(marks > 10, "{what}");
    }

    /// The sheet's right and lower edge.
    fn sheet_of(drawing: &Drawing) -> (i32, i32) {
        let document = roxmltree::Document::parse(drawing.svg()).unwrap();
        let edges: Vec<i32> = document
            .root_element()
            .attribute("viewBox")
            .unwrap()
            .split(' ')
            .map(|edge| edge.parse().unwrap())
            .collect();
        assert_eq!(edges[..2], [0, 0]);
        (edges[2], edges[3])
    }

    #[test]
    fn names_that_look_like_markup_stay_names() {
        let sample = samples().into_iter().find(|sample| sample.title.starts_with("<script>")).unwrap();
        for name in ["win-share", "timeline"] {
            let drawing = figure(name).draw(&sample.subject()).unwrap();
            let document = roxmltree::Document::parse(drawing.svg()).unwrap();
            let words: Vec<&str> = document
                .descendants()
                .filter(|node| node.has_tag_name("text") || node.has_tag_name("title"))
                .filter_map(|node| node.text())
                .collect();
            for expected in ["<&\"'>", "]]><!--", "line break tab", "bellU+000…E U+FFFF", "(no name)"] {
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
        let nothing = SampleTables { title: "nothing".into(), ..SampleTables::default() };
        let mut idle = seed();
        idle.timeline.clear();
        (idle.trials, idle.incomes, idle.compare, idle.shares, idle.grid) = Default::default();
        idle.windows.clear();
        idle.strategy.clear();
        idle.change(|_, row| {
            (row.stake, row.wins, row.reward, row.win_share) = (0, 0, Some(0), None);
            (row.expected_share, row.p_value) = (None, None);
            (row.longest_gap, row.longest_run) = (None, None);
        });
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
