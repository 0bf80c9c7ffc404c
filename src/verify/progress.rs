//! Shows how far a run is: a bar where somebody watches a terminal, else a line a step; the only importer of indicatif.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How far the run is.
pub enum Progress<'a> {
    /// On a terminal, and the step that it is at.
    Bar(ProgressBar, String),
    /// Elsewhere.
    Lines(&'a mut dyn Write),
}

impl<'a> Progress<'a> {
    /// A bar on standard error where that is a terminal that can draw one, else lines to `say`.
    pub fn new(say: &'a mut dyn Write) -> Self {
        let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
        let in_ci = std::env::var("CI").is_ok_and(|ci| !matches!(ci.as_str(), "" | "0" | "false"));
        if dumb || in_ci || !io::stderr().is_terminal() {
            return Self::Lines(say);
        }
        let bar = ProgressBar::new_spinner().with_style(spinner());
        bar.enable_steady_tick(Duration::from_millis(120));
        Self::Bar(bar, String::new())
    }

    /// The next step begins.
    pub fn step(&mut self, what: &str) {
        match self {
            Self::Bar(bar, step) => {
                what.clone_into(step);
                bar.set_style(spinner());
                bar.set_length(0);
                bar.reset_elapsed();
                bar.set_message(what.to_owned());
            }
            // Nobody who listens is a reason to stop.
            Self::Lines(say) => {
                let _ = writeln!(say, "{what}");
            }
        }
    }

    /// What the step does right now, for a terminal alone.
    pub fn at(&mut self, what: &str) {
        if let Self::Bar(bar, step) = self {
            let words: Vec<&str> = what.split_whitespace().collect();
            bar.set_message(format!("{step}: {}", words.join(" ")));
        }
    }

    /// The step has so many parts.
    pub fn count(&mut self, parts: usize) {
        if let Self::Bar(bar, _) = self {
            bar.set_style(counter());
            bar.set_position(0);
            bar.set_length(parts as u64);
        }
    }

    /// One of them is done.
    pub fn one(&mut self, what: &str) {
        if let Self::Bar(bar, _) = self {
            bar.inc(1);
            bar.set_message(crate::error::printable(what));
        }
    }

    /// The bar is taken away.
    pub fn end(&mut self) {
        if let Self::Bar(bar, _) = self {
            bar.finish_and_clear();
        }
    }
}

fn spinner() -> ProgressStyle {
    style("{spinner} {elapsed:>4} {wide_msg}")
}

fn counter() -> ProgressStyle {
    style("[{bar:24}] {pos}/{len} {wide_msg}")
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
        .tick_chars("-\\|/ ")
}
