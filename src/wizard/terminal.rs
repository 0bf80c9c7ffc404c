//! Asks a person at a terminal; the only importer of dialoguer and signal-hook.
//!
//! Prompts go to standard error. What dialoguer redraws is cut to one line, so that a narrow terminal shows no remains.

use std::env;
use std::io::{self, ErrorKind, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dialoguer::console::{Term, colors_enabled_stderr, style};
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};
use dialoguer::{FuzzySelect, Input, MultiSelect, Select};
use signal_hook::consts::SIGINT;

use super::Ask;
use super::pages::{pages, wrapped};
use crate::error::{Error, is_unsafe};

/// Longer lists are narrowed by typing.
const LONG: usize = 8;

/// Columns that a theme puts around an item: `> [x] `, and one that stays free, so that nothing wraps.
const AROUND: usize = 7;

/// Columns that a theme puts around a prompt, and those of the page's number where a list has pages.
const AROUND_PROMPT: usize = 6;
const PAGE_NUMBER: usize = 14;

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
    /// The terminal of this process; `None` where nobody can answer: standard input or error is none, or `CI` is set.
    ///
    /// # Errors
    /// Somebody could, but nothing can be drawn: says why.
    pub fn open() -> Result<Option<Self>, String> {
        let said = |name: &str| env::var(name).unwrap_or_default();
        let in_ci = !matches!(said("CI").as_str(), "" | "0" | "false");
        let term = Term::stderr();
        let (rows, columns) = term.size();
        let attended = io::stdin().is_terminal() && term.is_term();
        if in_ci || !attended {
            return Ok(None);
        }
        if said("TERM") == "dumb" {
            return Err("no questions can be drawn with TERM=dumb".to_owned());
        }
        let (least, narrowest) = SMALLEST;
        if rows < least || columns < narrowest {
            return Err(format!(
                "no questions fit in {columns}x{rows}: they need {narrowest}x{least}"
            ));
        }
        // From now on Ctrl-C ends the question, not the process with the cursor hidden.
        let stopped = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(SIGINT, Arc::clone(&stopped))
            .map_err(|error| format!("Ctrl-C cannot be caught: {error}"))?;
        let unicode = speaks_unicode(&said);
        // Only the simple theme shows without colours which entry of a checklist is the current one.
        let theme: Box<dyn Theme> = if unicode && colors_enabled_stderr() {
            Box::new(ColorfulTheme::default())
        } else {
            Box::new(SimpleTheme)
        };
        Ok(Some(Self {
            term,
            theme,
            unicode,
            stopped,
        }))
    }

    fn columns(&self) -> usize {
        usize::from(self.term.size().1).max(1)
    }

    /// A prompt on one line, with its hint where there is room for both.
    fn prompt(&self, prompt: &str, hint: &str, entries: usize) -> String {
        let paged = entries + 2 > usize::from(self.term.size().0);
        let around = AROUND_PROMPT + if paged { PAGE_NUMBER } else { 0 };
        let whole = format!("{prompt}{hint}");
        let fits = whole.len() + around <= self.columns();
        self.cut(if fits { &whole } else { prompt }, around)
    }

    /// The text on one line of this terminal. dialoguer counts bytes where it redraws, so bytes are cut.
    fn cut(&self, text: &str, around: usize) -> String {
        let room = self.columns().saturating_sub(around).max(8);
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

    /// What was asked and answered, in place of the question.
    fn answered(&self, prompt: &str, answer: &str) -> Result<(), Error> {
        let text = self.encodable(&format!("{prompt}: {answer}"));
        let text = wrapped(&text, self.columns());
        // A prompt is short: it is never broken.
        let (prompt, answer) = text
            .split_at_checked(prompt.len() + 1)
            .unwrap_or((&text, ""));
        self.write(&format!("{prompt}{}", style(answer).for_stderr().cyan()))
    }

    fn write(&self, text: &str) -> Result<(), Error> {
        self.running()?;
        self.term.write_line(text).map_err(|error| gone(&error))
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
        let long = items.len() > LONG;
        let hint = if long { " (type to filter)" } else { "" };
        let shown = self.items(items);
        let asked = self.prompt(prompt, hint, if long { 0 } else { items.len() });
        let answer = if long {
            FuzzySelect::with_theme(self.theme.as_ref())
                .with_prompt(&asked)
                .items(&shown)
                .default(default)
                .report(false)
                .interact_on_opt(&self.term)
        } else {
            Select::with_theme(self.theme.as_ref())
                .with_prompt(&asked)
                .items(&shown)
                .default(default)
                .report(false)
                .interact_on_opt(&self.term)
        };
        let index = self.answer(answer)?;
        let taken = items.get(index).map_or("", |item| first(item));
        self.answered(prompt, taken)?;
        Ok(index)
    }

    fn many(&mut self, prompt: &str, items: &[String], taken: &[bool]) -> Result<Vec<bool>, Error> {
        self.running()?;
        let shown = self.items(items);
        let asked = self.prompt(prompt, " (space: on/off)", items.len());
        let answer = MultiSelect::with_theme(self.theme.as_ref())
            .with_prompt(&asked)
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
        self.answered(prompt, &names)?;
        Ok((0..items.len())
            .map(|index| indices.contains(&index))
            .collect())
    }

    fn text(&mut self, prompt: &str, default: &str) -> Result<String, Error> {
        self.running()?;
        let asked = self.prompt(prompt, "", 0);
        let mut input = Input::<String>::with_theme(self.theme.as_ref())
            .with_prompt(&asked)
            .allow_empty(true)
            .report(false);
        if !default.is_empty() {
            input = input.default(default.to_owned());
        }
        let answer = input.interact_text_on(&self.term).map(Some);
        let text = self.answer(answer)?.trim().to_owned();
        let shown = if text.is_empty() { "none" } else { &text };
        self.answered(prompt, shown)?;
        Ok(text)
    }

    fn show(&mut self, text: &str) -> Result<(), Error> {
        let rows = usize::from(self.term.size().0).saturating_sub(4).max(3);
        let text = self.encodable(text);
        let pages = pages(&text, self.columns(), rows);
        for (index, page) in pages.iter().enumerate() {
            self.write(&page.join("\n"))?;
            let rest: usize = pages[index + 1..].iter().map(Vec::len).sum();
            if rest == 0 {
                break;
            }
            let answer = Select::with_theme(self.theme.as_ref())
                .with_prompt(format!("{rest} more lines"))
                .items(["go on", "enough of it"])
                .default(0)
                .report(false)
                .interact_on_opt(&self.term);
            if self.answer(answer)? == 1 {
                break;
            }
        }
        Ok(())
    }

    fn say(&mut self, text: &str) -> Result<(), Error> {
        let text = wrapped(&self.encodable(text), self.columns());
        self.write(&text)
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
