//! Reads a Dockerfile as `BuildKit` does, and a `RUN` line as `sh` does, and refuses whatever the generator never writes.

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    /// `RUN`, in capitals.
    pub(crate) name: String,
    /// Everything after the name, continuation lines joined.
    pub(crate) rest: String,
}

const KNOWN: [&str; 14] = [
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "RUN",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// The instructions of a Dockerfile. Follows `frontend/dockerfile/parser/parser.go`: lines end at LF, a comment is a line whose first
/// visible character is `#`, a backslash at the end (blanks may follow) continues, comments between continued lines vanish.
///
/// # Errors
/// A parser directive, an instruction that is not known, an empty line inside a continued one, CR, an open continuation at the end,
/// operands in another form than dockwright writes.
pub(crate) fn parse(text: &str) -> Result<Vec<Instruction>, String> {
    let instructions = split(text)?;
    let arguments: Vec<&str> = instructions
        .iter()
        .filter(|one| one.name == "ARG")
        .filter_map(|one| one.rest.split('=').next())
        .collect();
    for instruction in &instructions {
        check(instruction, &arguments)?;
    }
    Ok(instructions)
}

/// The instructions of a Dockerfile whose `RUN` lines are the user's own.
///
/// # Errors
/// As [`parse`], but for the operands.
pub(crate) fn split(text: &str) -> Result<Vec<Instruction>, String> {
    if text.contains(['\r', '\0']) {
        return Err("CR or NUL".to_owned());
    }
    let mut instructions = Vec::new();
    let mut open = String::new();
    let mut directives = true;
    for line in text.split('\n') {
        if line.trim_start().starts_with('#') {
            let body = line.trim_start().trim_start_matches('#').trim();
            let name = body
                .split('=')
                .next()
                .unwrap_or_default()
                .trim()
                .to_lowercase();
            if directives
                && body.contains('=')
                && ["syntax", "escape", "check"].contains(&name.as_str())
            {
                return Err(format!("the parser directive {line}"));
            }
            directives = false;
            continue;
        }
        directives = false;
        if line.trim().is_empty() {
            if open.is_empty() {
                continue;
            }
            return Err("an empty line inside an instruction".to_owned());
        }
        let end = line.trim_end_matches([' ', '\t']);
        if let Some(part) = end.strip_suffix('\\') {
            open.push_str(part);
            continue;
        }
        open.push_str(line);
        instructions.push(instruction(std::mem::take(&mut open).trim())?);
    }
    if open.is_empty() {
        Ok(instructions)
    } else {
        Err(format!("left open: {open}"))
    }
}

fn instruction(line: &str) -> Result<Instruction, String> {
    let (name, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    if !KNOWN.contains(&name) {
        return Err(format!("the instruction {name}"));
    }
    Ok(Instruction {
        name: name.to_owned(),
        rest: rest.trim().to_owned(),
    })
}

/// Each instruction's operands in the one form that is written; a build argument may stand where its value is one word.
fn check(instruction: &Instruction, arguments: &[&str]) -> Result<(), String> {
    let filled = arguments
        .iter()
        .fold(instruction.rest.clone(), |rest, name| {
            rest.replace(&format!("\"${name}\""), "ARGUMENT")
                .replace(&format!("${{{name}}}"), "ARGUMENT")
        });
    let rest = filled.as_str();
    let fail = || format!("{} {rest}", instruction.name);
    match instruction.name.as_str() {
        "CMD" | "ENTRYPOINT" | "VOLUME" => json(rest).map(drop).ok_or_else(fail),
        "HEALTHCHECK" => {
            let (_, command) = rest.split_once("CMD ").ok_or_else(fail)?;
            json(command.trim()).map(drop).ok_or_else(fail)
        }
        "COPY" => {
            let rest = rest.strip_prefix("--from=").map_or(rest, |rest| {
                rest.split_once(' ').map_or("", |(_, rest)| rest)
            });
            let words =
                json(rest).unwrap_or_else(|| rest.split_whitespace().map(str::to_owned).collect());
            let heredoc = |word: &String| word.starts_with("<<");
            if words.len() < 2 || words.iter().any(heredoc) {
                Err(fail())
            } else {
                Ok(())
            }
        }
        "RUN" => shell(rest)
            .map(drop)
            .map_err(|why| format!("{why} in {}", fail())),
        "ARG" | "ENV" | "LABEL" | "WORKDIR" => docker_words(rest).ok_or_else(fail),
        "EXPOSE" => rest.parse::<u16>().map(drop).map_err(|_| fail()),
        _ => {
            let plain = |c: char| c.is_ascii_alphanumeric() || " ._-/:@=".contains(c);
            if rest.chars().all(plain) {
                Ok(())
            } else {
                Err(fail())
            }
        }
    }
}

/// The array of an exec form.
pub(crate) fn json(text: &str) -> Option<Vec<String>> {
    serde_json::from_str(text).ok()
}

/// Words of Docker's own: nothing but `$PATH` is expanded, quotation marks are closed.
fn docker_words(text: &str) -> Option<()> {
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' => drop(chars.next()?),
            '\'' if !quoted => return None,
            '$' => {
                let name: String = chars.clone().take_while(char::is_ascii_uppercase).collect();
                if name != "PATH" {
                    return None;
                }
            }
            _ => {}
        }
    }
    (!quoted).then_some(())
}

/// A token of a shell line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Word(String),
    Operator(&'static str),
}

/// The tokens of a `RUN` line. Of all that a shell expands only `"$(cat /run/secrets/NAME)"` is written.
///
/// # Errors
/// Any other expansion, a here-document, an open quotation mark.
pub(crate) fn shell(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let operator = ["&&", "||", ";", "{", "}", ">/dev/null"]
            .into_iter()
            .find(|operator| rest.starts_with(operator));
        match c {
            ' ' | '\t' => tokens.extend(word.take().map(Token::Word)),
            '\'' => {
                let (inside, after) = rest
                    .get(1..)
                    .and_then(|rest| rest.split_once('\''))
                    .ok_or("open quotation mark")?;
                word.get_or_insert_default().push_str(inside);
                rest = after;
                continue;
            }
            '"' => {
                let inside = rest
                    .strip_prefix("\"$(cat /run/secrets/")
                    .and_then(|rest| rest.split_once(")\""))
                    .ok_or("an expansion")?;
                if !inside
                    .0
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
                {
                    return Err("the name of a secret".to_owned());
                }
                word.get_or_insert_default().push_str("SECRET");
                rest = inside.1;
                continue;
            }
            '\\' => {
                let escaped = rest.chars().nth(1).ok_or("open escape")?;
                word.get_or_insert_default().push(escaped);
                rest = &rest[1 + escaped.len_utf8()..];
                continue;
            }
            _ if operator.is_some() && (word.is_none() || c == ';') => {
                let operator = operator.unwrap_or_default();
                tokens.extend(word.take().map(Token::Word));
                tokens.push(Token::Operator(operator));
                rest = &rest[operator.len()..];
                continue;
            }
            '$' | '`' | '<' | '>' | '|' | '&' | '(' | ')' | '#' => {
                return Err(format!("the character {c}"));
            }
            c if c.is_control() => return Err("a control character".to_owned()),
            // A pattern of apt's: the one wildcard that is written.
            '*' if rest.starts_with("*") && word.as_deref() == Some("/var/lib/apt/lists/") => {
                word.get_or_insert_default().push(c)
            }
            '*' | '?' | '[' | '~'
                if !word
                    .as_deref()
                    .is_some_and(|word| word.contains(['=', '-'])) =>
            {
                return Err(format!("the pattern {c}"));
            }
            c => word.get_or_insert_default().push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    tokens.extend(word.take().map(Token::Word));
    Ok(tokens)
}

/// What a Dockerfile does, values aside: its instructions, and of each `RUN` its operators and the first word of each command.
pub(crate) fn shape(instructions: &[Instruction]) -> Vec<String> {
    instructions
        .iter()
        // A path that no mount can name is copied instead.
        .filter(|one| one.name != "COPY" || one.rest.starts_with("--from="))
        .map(|one| {
            let mut shape = one.name.clone();
            if one.name == "RUN" {
                let mut first = true;
                for token in shell(&one.rest).unwrap_or_default() {
                    match token {
                        Token::Word(word) if word.starts_with("--mount=") && first => {}
                        Token::Word(word) if first && !word.contains('=') => {
                            shape.push(' ');
                            shape.push_str(&word);
                            first = false;
                        }
                        Token::Word(_) => {}
                        Token::Operator(operator) => {
                            shape.push(' ');
                            shape.push_str(operator);
                            first = true;
                        }
                    }
                }
            }
            shape
        })
        .collect()
}

#[test]
fn the_parser_sees_what_docker_would_see() {
    assert!(parse("FROM a\nRUN b\n").is_ok());
    for text in [
        "# syntax=evil\nFROM a\n",
        "#escape=`\nFROM a\n",
        "FROM a\nONBUILD RUN b\n",
        "FROM a\nRUN b <<EOF\n",
        "FROM a\nRUN b $(c)\n",
        "FROM a\nRUN b | c\n",
        "FROM a\nCMD python\n",
        "FROM a\nRUN b \\\n\nc\n",
        "FROM a\nWORKDIR /a$b\n",
        "FROM a\nRUN A=\"$VERSION\" b\n",
        "FROM a\nARG VERSION=1\nRUN A=$VERSION b\n",
        "FROM a\nUSER a;b\n",
        "FROM a\nEVIL\n",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
    assert!(parse("FROM a\nARG VERSION=1\nRUN A=\"$VERSION\" b\n").is_ok());
    let benign =
        parse("FROM a\nRUN --mount=type=x a=b pip install 'x y' && rm z\n").unwrap_or_default();
    assert_eq!(shape(&benign), ["FROM", "RUN pip && rm"]);
}
