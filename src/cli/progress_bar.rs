//! The progress of a run, on a terminal only.

use super::screen::escaped;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tombola::simulation::Progress;

/// A bar with rate and time left on standard error, if that is a terminal; nothing otherwise.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar for so many rounds.
    pub fn new(name: &str, rounds: u64, hidden: bool) -> Self {
        if hidden {
            return Bar(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(Some(rounds), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template(
            "{prefix} {wide_bar} {percent:>3} %  {human_pos}/{human_len} rounds  {per_sec}  {eta} left",
        );
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(escaped(name).into_owned());
        Bar(bar)
    }

    /// Removes the bar.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn advance(&self, rounds: u64) {
        self.0.inc(rounds);
    }
}
