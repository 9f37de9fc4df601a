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
        bar.set_style(style("{human_pos}/{human_len} rounds  {per_sec}  {eta} left"));
        bar.set_prefix(escaped(name).into_owned());
        Bar(bar)
    }

    /// A bar for so many rounds of a study, with the point that was begun last.
    pub fn of_study(name: &str, rounds: u64, hidden: bool) -> Self {
        let bar = Bar::new(name, rounds, hidden);
        bar.0.set_style(style("{human_pos}/{human_len} rounds  {eta} left  {msg}"));
        bar
    }

    /// Says what is at work.
    pub fn at_work(&self, label: &str) {
        let short: String = label.chars().take(60).collect();
        self.0.set_message(escaped(&short).into_owned());
    }

    /// Lets something be printed beside the bar.
    pub fn beside(&self, print: impl FnOnce()) {
        self.0.suspend(print);
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

    fn begin(&self, part: &'static str, steps: u64) {
        self.0.set_style(style("{msg}  {eta} left"));
        self.0.set_message(part);
        self.0.reset();
        self.0.set_length(steps);
    }
}

/// A bar with its name in front and `end` behind.
fn style(end: &str) -> ProgressStyle {
    let template = format!("{{prefix}} {{wide_bar}} {{percent:>3}} %  {end}");
    ProgressStyle::with_template(&template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}
