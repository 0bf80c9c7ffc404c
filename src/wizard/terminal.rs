//! Asks a person at a terminal; the only importer of dialoguer and signal-hook.
//!
//! Prompts go to standard error. What dialoguer redraws is cut to one line, so that a narrow terminal shows no remains.

use std::env;
use std::io::{self, ErrorKind, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dialoguer::console::{Term, colors_enabled_stderr};
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use dialoguer::{FuzzySelect, Input, MultiSelect, Select};
use signal_hook::consts::SIGINT;

use super::Ask;
use crate::error::{Error, is_unsafe};

/// Longer lists are narrowed by typing.
const LONG: usize = 8;

/// Columns that a theme puts around an item: `> [x] `, and one that stays free, so that nothing wraps.
const AROUND: usize = 7;

/// Columns that a theme and the page's number put around a prompt.
const AROUND_PROMPT: usize = 18;

/// dialoguer cannot page in fewer rows, and no question can be read in fewer columns.
const SMALLEST: (u16, u16) = (5, 30);

/// A terminal with somebody before it.
pub struct Terminal {
    term: Term,
    theme: Box<dyn Theme>,
    /// The locale's encoding is UTF-8.
    unicode: bool,
    /// Ctrl-C was pressed.
    stopped: Arc<AtomicBool>,
}

impl Terminal {
    /// The terminal of this process; `None` where nobody can answer: standard input or error is none, `CI` is set, or it is
    /// too small or too simple to draw in.
    pub fn open() -> Option<Self> {
        let said = |name: &str| env::var(name).unwrap_or_default();
        let in_ci = !matches!(said("CI").as_str(), "" | "0" | "false");
        let term = Term::stderr();
        let (rows, columns) = term.size();
        let attended = io::stdin().is_terminal() && term.is_term();
        let drawable = said("TERM") != "dumb" && rows >= SMALLEST.0 && columns >= SMALLEST.1;
        if in_ci || !attended || !drawable {
            return None;
        }
        // From now on Ctrl-C ends the question, not the process with the cursor hidden.
        let stopped = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(SIGINT, Arc::clone(&stopped)).ok()?;
        let unicode = speaks_unicode(&said);
        // Only the simple theme shows without colours which entry of a checklist is the current one.
        let theme: Box<dyn Theme> = if unicode && colors_enabled_stderr() {
            Box::new(ColorfulTheme::default())
        } else {
            Box::new(SimpleTheme)
        };
        Some(Self {
            term,
            theme,
            unicode,
            stopped,
        })
    }

    /// The text on one line of this terminal. dialoguer counts bytes where it redraws, so bytes are cut.
    fn cut(&self, text: &str, around: usize) -> String {
        let room = usize::from(self.term.size().1)
            .saturating_sub(around)
            .max(8);
        let text = self.encodable(text);
        if text.len() <= room {
            return text;
        }
        let end = (0..=room - 3).rev().find(|end| text.is_char_boundary(*end));
        format!("{}...", &text[..end.unwrap_or(0)])
    }

    /// What the locale can show, and nothing that moves the cursor.
    fn encodable(&self, text: &str) -> String {
        text.chars()
            .map(|c| {
                let hidden = is_unsafe(c) && c != '\n';
                if hidden || (!self.unicode && !c.is_ascii()) {
                    '?'
                } else {
                    c
                }
            })
            .collect()
    }

    fn items(&self, items: &[String]) -> Vec<String> {
        items.iter().map(|item| self.cut(item, AROUND)).collect()
    }

    fn running(&self) -> Result<(), Error> {
        if self.stopped.load(Ordering::Relaxed) {
            return Err(self.stop());
        }
        Ok(())
    }

    /// The terminal as it was before the question.
    fn stop(&self) -> Error {
        // A terminal that is gone needs no cursor.
        let _ = self.term.show_cursor();
        let _ = self.term.write_line("");
        Error::Stopped
    }

    /// What dialoguer brought back; `None` is Escape.
    fn answer<T>(&self, answer: dialoguer::Result<Option<T>>) -> Result<T, Error> {
        self.running()?;
        match answer {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) => Err(self.stop()),
            Err(dialoguer::Error::IO(error)) if error.kind() == ErrorKind::Interrupted => {
                Err(self.stop())
            }
            Err(dialoguer::Error::IO(error)) => {
                self.stop();
                Err(gone(&error))
            }
        }
    }
}

impl Ask for Terminal {
    fn one(&mut self, prompt: &str, items: &[String], default: usize) -> Result<usize, Error> {
        self.running()?;
        let (prompt, shown) = (self.cut(prompt, AROUND_PROMPT), self.items(items));
        let answer = if items.len() > LONG {
            FuzzySelect::with_theme(self.theme.as_ref())
                .with_prompt(&prompt)
                .items(&shown)
                .default(default)
                .report(false)
                .interact_on_opt(&self.term)
        } else {
            Select::with_theme(self.theme.as_ref())
                .with_prompt(&prompt)
                .items(&shown)
                .default(default)
                .report(false)
                .interact_on_opt(&self.term)
        };
        let index = self.answer(answer)?;
        let taken = items.get(index).map_or("", |item| first(item));
        self.say(&format!("{prompt}: {taken}"))?;
        Ok(index)
    }

    fn many(&mut self, prompt: &str, items: &[String], taken: &[bool]) -> Result<Vec<bool>, Error> {
        self.running()?;
        let hint = format!("{prompt} (space: take or leave)");
        let (hint, shown) = (self.cut(&hint, AROUND_PROMPT), self.items(items));
        let answer = MultiSelect::with_theme(self.theme.as_ref())
            .with_prompt(&hint)
            .items(&shown)
            .defaults(taken)
            .report(false)
            .interact_on_opt(&self.term);
        let indices = self.answer(answer)?;
        let names: Vec<&str> = indices
            .iter()
            .filter_map(|index| items.get(*index))
            .map(|item| first(item))
            .collect();
        let names = if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        };
        self.say(&format!("{prompt}: {names}"))?;
        Ok((0..items.len())
            .map(|index| indices.contains(&index))
            .collect())
    }

    fn text(&mut self, prompt: &str, default: &str) -> Result<String, Error> {
        self.running()?;
        let prompt = self.cut(prompt, AROUND_PROMPT);
        let mut input = Input::<String>::with_theme(self.theme.as_ref())
            .with_prompt(&prompt)
            .allow_empty(true)
            .report(false);
        if !default.is_empty() {
            input = input.default(default.to_owned());
        }
        let answer = input.interact_text_on(&self.term).map(Some);
        let text = self.answer(answer)?.trim().to_owned();
        self.say(&format!("{prompt}: {text}"))?;
        Ok(text)
    }

    fn say(&mut self, text: &str) -> Result<(), Error> {
        self.running()?;
        self.term
            .write_line(&self.encodable(text))
            .map_err(|error| gone(&error))
    }
}

/// An item without the reason that stands behind two blanks.
fn first(item: &str) -> &str {
    item.split("  ").next().unwrap_or(item)
}

/// Does the locale encode as UTF-8? (POSIX, «Environment Variables»: the first of the three that is set decides.)
fn speaks_unicode(said: &dyn Fn(&str) -> String) -> bool {
    if cfg!(any(windows, target_os = "macos")) {
        return true;
    }
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .map(said)
        .find(|value| !value.is_empty())
        .is_some_and(|value| {
            let value = value.to_ascii_lowercase();
            value.contains("utf-8") || value.contains("utf8")
        })
}

fn gone(error: &io::Error) -> Error {
    Error::Disk {
        action: "read from",
        path: "the terminal".into(),
        why: error.to_string(),
        help: "run `dockwright init --yes` to take every proposal".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::speaks_unicode;

    #[test]
    fn the_first_variable_that_is_set_decides() {
        let speaks = |pairs: &[(&str, &str)]| {
            speaks_unicode(&|name| {
                let found = pairs.iter().find(|(key, _)| *key == name);
                found.map_or(String::new(), |(_, value)| (*value).to_owned())
            })
        };
        assert!(speaks(&[("LANG", "de_DE.UTF-8")]));
        assert!(speaks(&[("LANG", "C.utf8"), ("LC_ALL", "")]));
        if cfg!(not(any(windows, target_os = "macos"))) {
            assert!(!speaks(&[]));
            assert!(!speaks(&[("LANG", "C.utf8"), ("LC_ALL", "C")]));
        }
    }
}
