//! Turns a text into lines whose continuation is set apart, and back, so that a list's last line equals its others.

use crate::facts::is_dockerfile;

/// What the lines of a file mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// Instructions over several lines, joined by a trailing `\`; here-documents.
    Dockerfile,
    /// Each line stands for itself.
    Plain,
}

impl Syntax {
    /// By the file's name: `Dockerfile`, `Dockerfile.*`, `*.Dockerfile`; all others are plain.
    pub(super) fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        if is_dockerfile(name) {
            Self::Dockerfile
        } else {
            Self::Plain
        }
    }
}

/// How a line belongs to the line before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Role {
    /// Starts an instruction, or is a comment or blank line between two.
    First,
    /// Continues the instruction of the line before.
    Joined,
    /// A comment or blank line inside an instruction: the engine leaves it out.
    Inner,
    /// The body of a here-document.
    Body,
}

/// One line; `role` and `text` are what is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// How it belongs to the line before.
    pub(super) role: Role,
    /// The text without continuation, trailing blanks and line end.
    pub(super) text: String,
    /// Trailing blanks and continuation as they stood.
    tail: String,
    /// The tail holds a continuation.
    continued: bool,
    /// It ended with CR LF.
    crlf: bool,
}

impl Line {
    /// What two lines are compared by.
    pub(super) fn key(&self) -> (Role, &str) {
        (self.role, &self.text)
    }

    /// The same line with another text.
    pub(super) fn with_text(&self, text: String) -> Self {
        Self {
            text,
            ..self.clone()
        }
    }

    /// The same line with CR LF or LF at its end.
    pub(super) fn with_crlf(mut self, crlf: bool) -> Self {
        self.crlf = crlf;
        self
    }

    /// The upper-case name of the instruction that the line starts; `None` for comments, blanks and inner lines.
    pub(super) fn instruction(&self) -> Option<String> {
        let word = self.text.split_whitespace().next()?;
        (self.role == Role::First && !word.starts_with('#')).then(|| word.to_ascii_uppercase())
    }

    /// The item of a list written one a line (`libpq5`, `libpq5=15.3`), without blanks; `None` for any other line.
    pub(super) fn item(&self) -> Option<&str> {
        let item = self.text.trim();
        let ok = |c: char| c.is_ascii_alphanumeric() || "+-.:_=~@/*".contains(c);
        (self.role == Role::Joined
            && item.starts_with(|c: char| c.is_ascii_alphanumeric())
            && item.chars().all(ok))
        .then_some(item)
    }
}

/// A text as lines.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    /// The lines.
    pub(super) all: Vec<Line>,
    /// The last line has an end.
    pub(super) ended: bool,
    /// Most lines end with CR LF.
    pub(super) crlf: bool,
    escape: char,
}

impl Lines {
    /// Splits a text; [`Lines::join`] of the same lines gives it back byte by byte.
    pub(super) fn split(text: &str, syntax: Syntax) -> Self {
        let ended = text.is_empty() || text.ends_with('\n');
        let body = text.strip_suffix('\n').unwrap_or(text);
        let raw: Vec<&str> = if text.is_empty() {
            Vec::new()
        } else {
            body.split('\n').collect()
        };
        let crlf = raw.iter().filter(|line| line.ends_with('\r')).count() * 2 > raw.len();
        let escape = if syntax == Syntax::Dockerfile {
            escape(&raw)
        } else {
            '\\'
        };
        let mut state = State::default();
        let count = raw.len();
        let all = raw
            .into_iter()
            .enumerate()
            .map(|(index, line)| {
                let line = plain(line, ended || index + 1 < count);
                match syntax {
                    Syntax::Dockerfile => state.line(line, escape),
                    Syntax::Plain => line,
                }
            })
            .collect();
        Self {
            all,
            ended,
            crlf,
            escape,
        }
    }

    /// The text of these lines; a continuation is added to or taken from a line whose follower changed.
    pub(super) fn join(&self, lines: &[Line], ended: bool) -> String {
        let mut joined = false;
        let mut tails = Vec::with_capacity(lines.len());
        for line in lines.iter().rev() {
            tails.push(self.tail(line, joined));
            match line.role {
                Role::Joined => joined = true,
                Role::First | Role::Body => joined = false,
                Role::Inner => {}
            }
        }
        let mut out = String::new();
        for (index, (line, tail)) in lines.iter().zip(tails.iter().rev()).enumerate() {
            out.push_str(&line.text);
            out.push_str(tail);
            if ended || index + 1 < lines.len() {
                out.push_str(if line.crlf { "\r\n" } else { "\n" });
            }
        }
        out
    }

    fn tail(&self, line: &Line, joined: bool) -> String {
        match line.role {
            Role::First | Role::Joined if joined && !line.continued => format!(" {}", self.escape),
            Role::First | Role::Joined if !joined && line.continued => String::new(),
            _ => line.tail.clone(),
        }
    }
}

/// Are the two texts equal but for their line ends?
pub(super) fn same(a: &str, b: &str) -> bool {
    a == b || a.replace("\r\n", "\n") == b.replace("\r\n", "\n")
}

fn plain(line: &str, ended: bool) -> Line {
    let (text, crlf) = match line.strip_suffix('\r') {
        Some(text) if ended => (text, true),
        _ => (line, false),
    };
    Line {
        role: Role::First,
        text: text.to_owned(),
        tail: String::new(),
        continued: false,
        crlf,
    }
}

/// The escape character of the `# escape=` directive, which may stand only before everything but other directives:
/// <https://docs.docker.com/reference/dockerfile/#parser-directives>.
fn escape(lines: &[&str]) -> char {
    for line in lines {
        let Some((key, value)) = line.strip_prefix('#').and_then(|line| line.split_once('='))
        else {
            break;
        };
        if key.trim().eq_ignore_ascii_case("escape") {
            return if value.trim() == "`" { '`' } else { '\\' };
        }
    }
    '\\'
}

/// What the lines so far leave open.
#[derive(Default)]
struct State {
    continued: bool,
    documents: bool,
    open: Vec<(String, bool)>,
}

impl State {
    fn line(&mut self, mut line: Line, escape: char) -> Line {
        if !self.continued
            && let Some((end, tabs)) = self.open.first()
        {
            let found = if *tabs {
                line.text.trim_start_matches('\t')
            } else {
                &line.text
            };
            if found == end {
                self.open.remove(0);
            }
            line.role = Role::Body;
            return line;
        }
        let trimmed = line.text.trim();
        if self.continued && (trimmed.is_empty() || trimmed.starts_with('#')) {
            line.role = Role::Inner;
            return line;
        }
        let comment = trimmed.starts_with('#');
        if self.continued {
            line.role = Role::Joined;
        } else {
            let word = trimmed.split_whitespace().next().unwrap_or_default();
            self.documents = ["RUN", "COPY", "ADD"]
                .iter()
                .any(|name| word.eq_ignore_ascii_case(name));
        }
        let mut text = line.text.trim_end();
        self.continued = false;
        if !comment
            && let Some(rest) = text.strip_suffix(escape)
            && !rest.ends_with(escape)
        {
            self.continued = true;
            text = rest.trim_end();
        }
        if self.documents && !comment {
            self.open.extend(documents(text));
        }
        let cut = text.len();
        line.tail = line.text.split_off(cut);
        line.continued = self.continued;
        line
    }
}

/// The ends of the here-documents that a line opens (`<<EOF`, `<<-"EOF"`), with whether leading tabs are ignored.
fn documents(text: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("<<") {
        let before = &rest[..at];
        rest = &rest[at + 2..];
        if let Some(string) = rest.strip_prefix('<') {
            rest = string;
            continue;
        }
        // The frontend takes a here-document only where a word starts, after an optional file descriptor.
        let opens = before
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .chars()
            .next_back()
            .is_none_or(char::is_whitespace);
        let (tabs, word) = match rest.strip_prefix('-') {
            Some(word) => (true, word),
            None => (false, rest),
        };
        let word = word.trim_start_matches(['"', '\'']);
        let end: String = word
            .chars()
            .take_while(|c| c.is_alphanumeric() || "_-.".contains(*c))
            .collect();
        if opens && !end.is_empty() {
            found.push((end, tabs));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCKERFILE: &str = "# escape=\\\nFROM a AS b\nRUN apt-get update \\\n    # why\n\n && apt-get install -y \\  \n        gcc \\\n        git\t\nCOPY <<EOF /etc/x\nline \\\nFROM not\nEOF\nRUN echo \\\\\nUSER 1";

    #[test]
    fn a_text_comes_back_byte_by_byte() {
        for text in [
            "",
            "\n",
            "\r\n",
            "a",
            "a\n\nb",
            "a\r\nb\n",
            "a\r",
            DOCKERFILE,
            "RUN a \\\n",
            "RUN <<A <<-B\n\\\nA\n\tB\nX \\",
        ] {
            for text in [text.to_owned(), text.replace('\n', "\r\n")] {
                for syntax in [Syntax::Dockerfile, Syntax::Plain] {
                    let lines = Lines::split(&text, syntax);
                    let back = lines.join(&lines.all, lines.ended);
                    // A continuation into nothing means nothing to the engine and is not kept.
                    if !text.trim_end().ends_with('\\') || syntax == Syntax::Plain {
                        assert_eq!(back, text, "{syntax:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn roles_follow_the_frontend() {
        let lines = Lines::split(DOCKERFILE, Syntax::Dockerfile).all;
        let roles: String = lines
            .iter()
            .map(|line| match line.role {
                Role::First => 'F',
                Role::Joined => 'J',
                Role::Inner => 'I',
                Role::Body => 'B',
            })
            .collect();
        assert_eq!(roles, "FFFIIJJJFBBBFF");
        assert_eq!(lines[6].key(), (Role::Joined, "        gcc"));
    }

    #[test]
    fn here_strings_and_shifts_open_no_document() {
        assert!(documents("RUN cat <<<\"EOF\"").is_empty());
        assert!(documents("RUN echo $((1<<FOO))").is_empty());
        assert_eq!(documents("RUN cat 3<<-'EOF' <<B > x").len(), 2);
    }

    #[test]
    fn the_backtick_escape_continues_lines() {
        let text = "# escape=`\nRUN a `\n b\nRUN c\\\nUSER 1\n";
        let lines = Lines::split(text, Syntax::Dockerfile);
        assert_eq!(lines.all[2].role, Role::Joined);
        assert_eq!(lines.all[4].role, Role::First);
    }
}
