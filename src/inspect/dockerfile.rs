//! Turns the text of a Dockerfile that people wrote into its stages and instructions; never fails, for nothing depends on it.

use std::collections::BTreeMap;

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Its name in capitals.
    pub name: String,
    /// What follows, on one line.
    pub rest: String,
    /// Where it begins.
    pub line: u32,
}

/// A stage: `FROM` and what follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stage {
    /// The image or the stage that it begins from, arguments filled in.
    pub from: String,
    /// The name given with `AS`, in small letters.
    pub name: Option<String>,
    /// Line of the `FROM`.
    pub line: u32,
    /// The instructions after it.
    pub instructions: Vec<Instruction>,
}

/// A whole Dockerfile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dockerfile {
    /// Arguments before the first `FROM`, with their defaults.
    pub arguments: BTreeMap<String, String>,
    /// The stages, in their order.
    pub stages: Vec<Stage>,
}

impl Dockerfile {
    /// Reads a text.
    pub fn parse(text: &str) -> Self {
        let mut file = Self::default();
        for instruction in instructions(text) {
            if instruction.name == "FROM" {
                let stage = file.stage(&instruction);
                file.stages.push(stage);
            } else if let Some(stage) = file.stages.last_mut() {
                stage.instructions.push(instruction);
            } else if instruction.name == "ARG" {
                file.arguments.extend(pairs(&instruction.rest));
            }
        }
        file
    }

    fn stage(&self, from: &Instruction) -> Stage {
        let words: Vec<&str> = from
            .rest
            .split_whitespace()
            .filter(|word| !word.starts_with("--"))
            .collect();
        let named = words
            .get(1)
            .is_some_and(|word| word.eq_ignore_ascii_case("as"));
        Stage {
            from: filled(words.first().unwrap_or(&""), &self.arguments),
            name: words
                .get(2)
                .filter(|_| named)
                .map(|name| name.to_ascii_lowercase()),
            line: from.line,
            instructions: Vec::new(),
        }
    }

    /// The last stage with those that it begins from, the innermost first; and the image at the bottom.
    pub fn last(&self) -> (Vec<&Stage>, &str) {
        let mut chain: Vec<&Stage> = self.stages.last().into_iter().collect();
        while let Some(first) = chain.first() {
            let before = self.stages.iter().take_while(|stage| *stage != *first);
            let from = first.from.to_ascii_lowercase();
            match before
                .filter(|stage| stage.name.as_deref() == Some(&from))
                .last()
            {
                Some(stage) => chain.insert(0, stage),
                None => break,
            }
        }
        let image = chain.first().map_or("", |stage| stage.from.as_str());
        (chain, image)
    }

    /// The stages that only give files to the last one.
    pub fn others(&self) -> Vec<&Stage> {
        let (chain, _) = self.last();
        self.stages
            .iter()
            .filter(|stage| !chain.contains(stage))
            .collect()
    }
}

/// The instructions: continued lines joined, comments and here-documents left out.
fn instructions(text: &str) -> Vec<Instruction> {
    let mut found: Vec<Instruction> = Vec::new();
    let mut open: Option<Instruction> = None;
    let mut escape = '\\';
    let mut document: Option<String> = None;
    for (index, line) in text.lines().enumerate() {
        if let Some(end) = &document {
            if line.trim() == end {
                document = None;
            }
            continue;
        }
        let trimmed = line.trim();
        if let Some(comment) = trimmed.strip_prefix('#') {
            if found.is_empty() && comment.replace(' ', "").eq_ignore_ascii_case("escape=`") {
                escape = '`';
            }
            continue;
        }
        if trimmed.is_empty() {
            continue;
        }
        let (part, continues) = match trimmed.strip_suffix(escape) {
            Some(part) => (part.trim_end(), true),
            None => (trimmed, false),
        };
        let instruction = if let Some(mut instruction) = open.take() {
            instruction.rest.push(' ');
            instruction.rest.push_str(part);
            instruction
        } else {
            let (name, rest) = part.split_once([' ', '\t']).unwrap_or((part, ""));
            Instruction {
                name: name.to_ascii_uppercase(),
                rest: rest.trim().to_owned(),
                line: u32::try_from(index + 1).unwrap_or(u32::MAX),
            }
        };
        if continues {
            open = Some(instruction);
            continue;
        }
        if matches!(instruction.name.as_str(), "RUN" | "COPY" | "ADD") {
            document = here_document(&instruction.rest);
        }
        found.push(instruction);
    }
    found.extend(open);
    found
}

/// The word that ends a here-document which begins in this line.
fn here_document(rest: &str) -> Option<String> {
    let (_, after) = rest.split_once("<<")?;
    let after = after.strip_prefix('-').unwrap_or(after);
    let word: String = after
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    (!word.is_empty()).then_some(word)
}

/// `NAME=value` pairs of `ENV`, `LABEL` and `ARG`; the old form `ENV NAME value` too.
pub fn pairs(rest: &str) -> Vec<(String, String)> {
    let words = words(rest);
    match words.first() {
        Some(first) if !first.contains('=') => {
            let value = rest.trim_start_matches(first.as_str()).trim();
            vec![(first.clone(), value.trim_matches('"').to_owned())]
        }
        _ => words
            .iter()
            .filter_map(|word| word.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    }
}

/// Words as Docker and a shell split them, without their quotation marks.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', Some('"') | None) => word.get_or_insert_default().extend(chars.next()),
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// What has grown longer by being filled in was not meant: `ENV B=$A$A`, thirty times over, is more than any memory.
const LONGEST: usize = 32 << 10;

/// The text with `$NAME`, `${NAME}` and `${NAME:-default}` filled in as far as they are known; a text that would
/// become very long is left as it is.
pub fn filled(text: &str, known: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let braced = after.starts_with('{');
        let inner = if braced {
            after[1..].split('}').next().unwrap_or_default()
        } else {
            after
        };
        let name: String = inner
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect();
        let default = inner[name.len()..].strip_prefix(":-").filter(|_| braced);
        let length = if braced {
            (inner.len() + 2).min(after.len())
        } else {
            name.len()
        };
        match known
            .get(&name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
            .or(default)
        {
            Some(value) => out.push_str(value),
            None => out.extend(["$", &after[..length]]),
        }
        rest = &after[length..];
        if out.len() > LONGEST.max(2 * text.len()) {
            return text.to_owned();
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_found_through_names_and_arguments() {
        let text = "# syntax=docker/dockerfile:1\nARG V=3.12\nFROM python:${V}-slim AS Base\nENV A=1 B=\"two words\"\nFROM base as build\nRUN <<EOF\nFROM evil\nEOF\nRUN apt-get update && \\\n  # why\n  apt-get install -y gcc\nFROM base\nCMD [\"x\"]\n";
        let file = Dockerfile::parse(text);
        let (chain, image) = file.last();
        assert_eq!(image, "python:3.12-slim");
        assert_eq!(chain.len(), 2);
        assert_eq!(file.others().len(), 1);
        let run = &file.others()[0].instructions[1];
        assert_eq!(run.rest, "apt-get update && apt-get install -y gcc");
        assert_eq!(run.line, 9);
        let env = pairs(&chain[0].instructions[0].rest);
        assert_eq!(env[1], ("B".to_owned(), "two words".to_owned()));
    }

    #[test]
    fn anything_is_read_without_a_panic() {
        for text in [
            "",
            "FROM",
            "FROM a as",
            "ENV",
            "ENV a",
            "$",
            "FROM ${",
            "FROM $é{",
            "RUN <<",
            "RUN \\",
            "FROM a\nFROM a\n",
            "FROM a AS a\nFROM a AS a\nFROM a",
        ] {
            let file = Dockerfile::parse(text);
            file.last();
            file.others();
        }
    }
}
