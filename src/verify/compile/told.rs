//! Turns the log of a build that failed into the lines that tell why, and what to do about them.

use crate::engine::last_lines;

/// The lines that say what went wrong, without what the engine repeats of the Dockerfile.
pub(super) fn shown(log: &str) -> Vec<String> {
    let told: Vec<&str> = log
        .lines()
        .take_while(|line| *line != "------" && !line.starts_with("ERROR: failed to build"))
        .map(unnumbered)
        .collect();
    let (of_engine, of_step): (Vec<&str>, Vec<&str>) =
        told.iter().partition(|line| is_engines(line));
    let telling: Vec<&str> = of_step
        .iter()
        .filter(|line| line.to_lowercase().contains("error") || line.starts_with("E: "))
        .copied()
        .collect();
    let lines = if telling.is_empty() { of_step } else { telling };
    let lines = lines.join("\n");
    let last = last_lines(&lines, 8).map(ToOwned::to_owned);
    // What the engine says of a step that failed holds the step: its end is the news.
    let end = of_engine.last().map(|line| match line.rsplit_once("\": ") {
        Some((_, end)) => format!("Error: {end}"),
        None => (*line).to_owned(),
    });
    last.chain(end).collect()
}

/// The engine's own word on a step that failed.
fn is_engines(line: &str) -> bool {
    line.starts_with("Error: building at STEP")
        || line.starts_with("The command '")
        || line.contains("did not complete successfully")
}

/// A line without the number and the time that `BuildKit` puts before it: `#9 12.34 gcc …`.
fn unnumbered(line: &str) -> &str {
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let Some((first, rest)) = line.split_once(' ') else {
        return line;
    };
    if !first.strip_prefix('#').is_some_and(number) {
        return line;
    }
    match rest.split_once(' ') {
        Some((time, text)) if number(time) => text,
        _ => rest,
    }
}

/// Words of a log, and what to do where they stand in it.
const ADVICE: [(&[&str], &str); 7] = [
    (
        &[
            "failed to resolve source metadata",
            "pull access denied",
            "manifest unknown",
            "not found: manifest",
            "initializing source docker://",
        ],
        "the base image cannot be had: look at the network, or log in: `docker login`",
    ),
    (
        &["must be an absolute path"],
        "this engine's builder is older than such mounts: `dockwright generate --no-buildkit` writes the same image without any",
    ),
    (
        &[
            "Temporary failure resolving",
            "Could not resolve host",
            "dns error",
            "Temporary failure in name resolution",
        ],
        "the build has no network: look at the engine's DNS and proxy settings",
    ),
    (
        &[
            "401 Unauthorized",
            "error 401",
            "401 Client Error",
            "403 Forbidden",
            "error 403",
            "403 Client Error",
            "secret not found",
            "required: secret",
        ],
        "an index wants credentials: `--secret id=netrc,src=$HOME/.netrc`",
    ),
    (
        &["Unable to locate package", "has no installation candidate"],
        "this release has no such package: correct `[packages]` in dockwright.toml; https://packages.debian.org finds names",
    ),
    (
        &[
            "No matching distribution found",
            "No solution found",
            "version solving failed",
            "ResolutionImpossible",
        ],
        "the requirements cannot be met by what the index has for this Python: correct them, or take another one: `dockwright generate --python X.Y`",
    ),
    (
        &["No space left on device"],
        "the engine's disk is full: `docker system df` shows with what",
    ),
];

/// What to do, where no package mends it.
pub(super) fn advice(log: &str) -> &'static str {
    ADVICE
        .iter()
        .find(|(words, _)| words.iter().any(|word| log.contains(word)))
        .map_or(
            "build it by hand to see the whole log: `dockwright generate` prints the command",
            |(_, help)| help,
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_s_own_words_are_shown_and_the_engine_s_end() {
        let buildkit = "#7 [builder 3/4] RUN apt-get install nonsense\n#7 1.5 Reading package lists...\n#7 1.6 E: Unable to locate package nonsense\n\
            #7 ERROR: process \"/bin/sh -c apt-get install nonsense\" did not complete successfully: exit code: 100\n------\n > [builder 3/4]:\n";
        assert_eq!(
            shown(buildkit),
            [
                "E: Unable to locate package nonsense",
                "ERROR: process \"/bin/sh -c apt-get install nonsense\" did not complete successfully: exit code: 100",
            ]
        );
        assert!(advice(buildkit).contains("no such package"));
        let buildah = "STEP 5/5: RUN pip install\n  x No solution found:\nError: building at STEP \"RUN --mount=x pip\": while running runtime: exit status 1\n";
        assert_eq!(
            shown(buildah),
            [
                "STEP 5/5: RUN pip install",
                "  x No solution found:",
                "Error: while running runtime: exit status 1",
            ]
        );
        let number = "#9 12.3 Downloading x-1.401.tar.gz";
        assert!(advice(number).contains("by hand"), "{}", advice(number));
    }
}
