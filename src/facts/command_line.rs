//! Turns a line of shell into words where it is nothing but words, so that it can be written in exec form.

use serde::Serialize;

/// A piece of an argument.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Part {
    /// Literal text.
    Text(String),
    /// The port that the process listens on: `$PORT`, with the plan's port when it is not set.
    Port,
}

/// One argument, its parts side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Arg(pub Vec<Part>);

impl Arg {
    /// A literal argument.
    pub fn text(text: impl Into<String>) -> Self {
        Self(vec![Part::Text(text.into())])
    }

    /// An argument of a table of knowledge, `{port}` in it standing for the port.
    pub fn template(text: &str) -> Self {
        let mut parts = Vec::new();
        for (index, piece) in text.split("{port}").enumerate() {
            if index > 0 {
                parts.push(Part::Port);
            }
            if !piece.is_empty() {
                parts.push(Part::Text(piece.to_owned()));
            }
        }
        Self(parts)
    }

    /// The argument with a port filled in.
    pub fn filled(&self, port: u16) -> String {
        self.render(&port.to_string(), str::to_owned)
    }

    /// The argument as one word of `sh`, the port as `${PORT:-8000}`.
    pub fn shell(&self, port: u16) -> String {
        self.render(&format!("${{PORT:-{port}}}"), quoted)
    }

    /// Does the port occur?
    pub fn has_port(&self) -> bool {
        self.0.contains(&Part::Port)
    }

    /// The text of an argument that is nothing but text.
    pub fn literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Part::Text(text)] => Some(text),
            [] => Some(""),
            _ => None,
        }
    }

    fn render(&self, port: &str, text: impl Fn(&str) -> String) -> String {
        if self.0.is_empty() {
            return text("");
        }
        self.0
            .iter()
            .map(|part| match part {
                Part::Text(literal) => text(literal),
                Part::Port => port.to_owned(),
            })
            .collect()
    }
}

/// A command line of a `Procfile`, a script or the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum CommandLine {
    /// Nothing but words: it needs no shell, except for the port.
    Words {
        /// Assignments before the command.
        env: Vec<(String, Arg)>,
        /// The command; never empty.
        argv: Vec<Arg>,
    },
    /// Other syntax of the shell: kept as it is.
    Shell {
        /// The line.
        text: String,
        /// It is one simple command (only expansions make it shell), so that `exec` may stand before it.
        simple: bool,
    },
}

/// A line and the port that it falls back to in `${PORT:-8000}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parsed {
    /// The line.
    pub line: CommandLine,
    /// The number of `${PORT:-8000}`.
    pub port: Option<u16>,
}

impl CommandLine {
    /// Parses a line as POSIX `sh` splits it (Shell Command Language 2.2, 2.3); a leading `exec` is dropped.
    /// `None` for an empty line, an open quote, a control character.
    pub fn parse(text: &str) -> Option<Parsed> {
        let text = text.trim();
        if text.is_empty() || text.chars().any(|c| c.is_control() && c != '\t') {
            return None;
        }
        let mut reader = Reader::default();
        reader.read(text)?;
        if reader.operators || reader.expansions {
            let text = text.strip_prefix("exec ").unwrap_or(text).trim();
            return Some(Parsed {
                line: Self::Shell {
                    text: text.to_owned(),
                    simple: !reader.operators,
                },
                port: reader.port,
            });
        }
        let mut words = reader.words.into_iter().peekable();
        let mut env = Vec::new();
        while let Some((name, value)) = words.peek().and_then(assignment) {
            env.push((name, value));
            words.next();
        }
        let mut argv: Vec<Arg> = words.collect();
        if argv.first().and_then(Arg::literal) == Some("exec") {
            argv.remove(0);
        }
        if argv.is_empty() {
            return None;
        }
        Some(Parsed {
            line: Self::Words { env, argv },
            port: reader.port,
        })
    }

    /// The words of a command that needs no shell; empty otherwise.
    pub fn words(&self) -> &[Arg] {
        match self {
            Self::Words { argv, .. } => argv,
            Self::Shell { .. } => &[],
        }
    }
}

/// `NAME=value` at the start of a line.
fn assignment(word: &Arg) -> Option<(String, Arg)> {
    let Part::Text(first) = word.0.first()? else {
        return None;
    };
    let (name, rest) = first.split_once('=')?;
    let valid = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !valid {
        return None;
    }
    let mut parts = Vec::new();
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    parts.extend(word.0.iter().skip(1).cloned());
    Some((name.to_owned(), Arg(parts)))
}

/// A text as one word of `sh`.
pub fn quoted(text: &str) -> String {
    if is_plain_word(text) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Does the text mean itself to `sh` and to Docker, without any quotes?
pub fn is_plain_word(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c);
    !text.is_empty() && text.chars().all(plain)
}

/// No default of a port is longer, with all that stands before the brace.
const PORT_LENGTH: usize = 16;

/// The words read so far.
#[derive(Default)]
struct Reader {
    words: Vec<Arg>,
    word: Option<Arg>,
    operators: bool,
    expansions: bool,
    port: Option<u16>,
}

impl Reader {
    /// Reads the whole line; `None` for an open quote.
    fn read(&mut self, text: &str) -> Option<()> {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            match c {
                ' ' | '\t' => self.end(),
                '#' if self.word.is_none() => break,
                '\'' => {
                    let (inside, after) = rest.split_once('\'')?;
                    self.push(inside);
                    rest = after;
                }
                '"' => rest = self.double_quoted(rest)?,
                '\\' => {
                    let next = rest.chars().next()?;
                    self.push(&rest[..next.len_utf8()]);
                    rest = &rest[next.len_utf8()..];
                }
                '$' => rest = self.dollar(rest),
                '&' | '|' | ';' | '(' | ')' => self.operators = true,
                '<' | '>' | '`' | '*' | '?' | '[' => self.expansions = true,
                '~' if self.word.is_none() => self.expansions = true,
                _ => self.push(c.encode_utf8(&mut [0; 4])),
            }
        }
        self.end();
        Some(())
    }

    fn double_quoted<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        self.push("");
        let mut rest = text;
        loop {
            let c = rest.chars().next()?;
            rest = &rest[c.len_utf8()..];
            match c {
                '"' => return Some(rest),
                '`' => self.expansions = true,
                '$' => rest = self.dollar(rest),
                '\\' => {
                    let next = rest.chars().next()?;
                    if !matches!(next, '"' | '\\' | '$' | '`') {
                        self.push("\\");
                    }
                    self.push(&rest[..next.len_utf8()]);
                    rest = &rest[next.len_utf8()..];
                }
                _ => self.push(c.encode_utf8(&mut [0; 4])),
            }
        }
    }

    /// What follows a `$`: the port, or an expansion that only a shell makes.
    fn dollar<'a>(&mut self, rest: &'a str) -> &'a str {
        if let Some(after) = rest.strip_prefix("PORT") {
            let ends = !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            if ends {
                self.word.get_or_insert_default().0.push(Part::Port);
                return after;
            }
        }
        // Where it does not end soon it is no port, and its end need not be looked for, each time again.
        let soon = |rest: &&str| rest.bytes().take(PORT_LENGTH).any(|byte| byte == b'}');
        let braced = rest.strip_prefix("{PORT").filter(soon);
        if let Some((default, after)) = braced.and_then(|rest| rest.split_once('}')) {
            match default.trim_start_matches(':').strip_prefix('-') {
                None if default.is_empty() => {
                    self.word.get_or_insert_default().0.push(Part::Port);
                    return after;
                }
                Some(number) if number.parse::<u16>().is_ok() => {
                    self.port = number.parse().ok();
                    self.word.get_or_insert_default().0.push(Part::Port);
                    return after;
                }
                _ => {}
            }
        }
        self.expansions = true;
        self.push("$");
        rest
    }

    fn push(&mut self, text: &str) {
        let parts = &mut self.word.get_or_insert_default().0;
        match parts.last_mut() {
            Some(Part::Text(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => parts.push(Part::Text(text.to_owned())),
        }
    }

    fn end(&mut self) {
        self.words.extend(self.word.take());
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that fails says where")]
    use super::*;

    fn words(text: &str) -> Vec<String> {
        CommandLine::parse(text)
            .unwrap()
            .line
            .words()
            .iter()
            .map(|arg| arg.filled(5000))
            .collect()
    }

    #[test]
    fn a_procfile_line_is_words() {
        let parsed =
            CommandLine::parse("gunicorn 'shop:create_app()' --bind 0.0.0.0:${PORT:-9000}")
                .unwrap();
        assert_eq!(parsed.port, Some(9000));
        let words = parsed.line.words();
        assert_eq!(words[1].filled(1), "shop:create_app()");
        assert_eq!(words[1].shell(1), "'shop:create_app()'");
        assert_eq!(words[3].filled(9000), "0.0.0.0:9000");
        assert_eq!(words[3].shell(9000), "0.0.0.0:${PORT:-9000}");
    }

    #[test]
    fn expansions_that_never_end_take_no_longer_each() {
        let since = std::time::Instant::now();
        for open in ["${a:-", "${PORT", "${PORT:-", "\"${PORT:-"] {
            let _ = CommandLine::parse(&open.repeat(300_000));
        }
        let took = since.elapsed();
        assert!(took < std::time::Duration::from_secs(30), "{took:?}");
    }

    #[test]
    fn quotes_and_backslashes_follow_posix() {
        assert_eq!(
            words(r#"exec python "my app.py" a\ b "x\"y\z" '' "$PORT" # note"#),
            ["python", "my app.py", "a b", "x\"y\\z", "", "5000"]
        );
    }

    #[test]
    fn assignments_are_told_from_arguments() {
        let parsed = CommandLine::parse("A=1 B=x:$PORT python app.py C=2").unwrap();
        let CommandLine::Words { env, argv } = parsed.line else {
            panic!("words")
        };
        assert_eq!(env[0], ("A".to_owned(), Arg::text("1")));
        assert_eq!(env[1].1.filled(80), "x:80");
        assert_eq!(argv.len(), 3);
    }

    #[test]
    fn other_shell_syntax_stays_a_shell_line() {
        for (text, simple) in [
            ("python manage.py migrate && gunicorn shop.wsgi", false),
            ("yes | ./manage.py migrate", false),
            ("gunicorn -w $WEB_CONCURRENCY shop.wsgi", true),
            ("gunicorn shop.wsgi > log", true),
            ("gunicorn \"$(cat name)\"", true),
        ] {
            let line = CommandLine::parse(text).unwrap().line;
            assert_eq!(
                line,
                CommandLine::Shell {
                    text: text.to_owned(),
                    simple
                }
            );
        }
    }

    #[test]
    fn what_is_no_line_is_refused() {
        for text in [
            "",
            "   ",
            "a 'b",
            "a \"b",
            "a\u{7}b",
            "exec",
            "# only a note",
            "a \\",
        ] {
            assert_eq!(CommandLine::parse(text), None, "{text}");
        }
    }
}
