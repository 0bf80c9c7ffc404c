//! Turns a Dockerfile and what it is built with into an image, or into the end of the build's log.

use super::Progress;
use crate::engine::{Engine, Kind, SLOW};
use crate::error::{Error, printable};

/// What a build takes.
#[derive(Clone, Debug, Default)]
pub struct Recipe {
    /// The Dockerfile's path.
    pub dockerfile: String,
    /// The build context.
    pub context: String,
    /// The file wants `BuildKit`.
    pub buildkit: bool,
    /// More options: `--secret`, `--build-arg`, `--ssh`.
    pub options: Vec<String>,
}

/// A build that failed.
#[derive(Clone, Debug, Default)]
pub struct Failure {
    /// All that it said.
    pub log: String,
}

/// Builds an image of that name.
///
/// # Errors
/// The engine cannot be started, or the user stops; a build that fails is no error but a [`Failure`].
pub fn build(
    engine: &Engine<'_>,
    recipe: &Recipe,
    name: &str,
    progress: &mut Progress<'_>,
) -> Result<Result<(), Failure>, Error> {
    let mut arguments: Vec<String> = ["build", "--tag", name, "--file", &recipe.dockerfile]
        .map(ToOwned::to_owned)
        .to_vec();
    let mut env = Vec::new();
    if engine.kind == Kind::Docker {
        let buildkit = if recipe.buildkit { "1" } else { "0" };
        env.push(("DOCKER_BUILDKIT".to_owned(), buildkit.to_owned()));
        if recipe.buildkit {
            arguments.extend(["--progress", "plain"].map(ToOwned::to_owned));
            // A builder in a container of its own keeps the image to itself otherwise.
            if engine.run(&engine.call(&["buildx", "version"]))?.fine() {
                arguments.push("--load".to_owned());
            }
        } else {
            // The legacy builder leaves the container of a step that fails.
            arguments.push("--force-rm".to_owned());
        }
    }
    if engine.kind != Kind::Docker {
        // OCI's format knows no health check.
        arguments.extend(["--format", "docker"].map(ToOwned::to_owned));
    }
    arguments.extend(recipe.options.iter().cloned());
    arguments.push(recipe.context.clone());
    let mut call = engine.call(&arguments);
    call.env = env;
    call.patience = Some(SLOW);
    let done = engine.listen(&call, &mut |line| {
        if let Some(step) = step(line) {
            progress.at(&printable(step));
        }
    })?;
    Ok(if done.fine() {
        Ok(())
    } else {
        Err(Failure { log: done.said() })
    })
}

/// The step that a line of the log begins: `#8 [builder 3/7] RUN …` of `BuildKit`, `Step 3/7 : RUN …`, `STEP 3/7: RUN …`.
fn step(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix('#') {
        let (number, rest) = rest.split_once(' ')?;
        let is_step = number.bytes().all(|byte| byte.is_ascii_digit()) && rest.starts_with('[');
        return is_step.then_some(rest);
    }
    let (first, _) = line.split_once(' ')?;
    (first.eq_ignore_ascii_case("step")).then_some(line)
}

/// The image that the last stage of a Dockerfile stands on; `None` where only the build knows it.
pub fn last_base(dockerfile: &str) -> Option<String> {
    let mut stages: Vec<(String, String)> = Vec::new();
    let mut last = None;
    for line in dockerfile.lines() {
        let mut words = line.split_whitespace();
        if !words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("FROM"))
        {
            continue;
        }
        let mut words = words.filter(|word| !word.starts_with("--"));
        let image = words.next()?.to_owned();
        // A stage that stands on another one stands on that one's base.
        let base = stages
            .iter()
            .rev()
            .find(|(name, _)| name.eq_ignore_ascii_case(&image))
            .map_or(image, |(_, base)| base.clone());
        if words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("AS"))
            && let Some(name) = words.next()
        {
            stages.push((name.to_owned(), base.clone()));
        }
        last = Some(base);
    }
    last.filter(|image| !image.contains('$') && image != "scratch")
}

#[cfg(test)]
mod tests {
    use super::{last_base, step};

    #[test]
    fn the_last_stage_s_base_is_found_through_its_stages() {
        let base = |text: &str| last_base(text);
        assert_eq!(
            base("FROM a AS builder\n\nFROM --platform=linux/amd64 b:1\n").as_deref(),
            Some("b:1")
        );
        assert_eq!(
            base("FROM a:2 AS common\nRUN x\nFROM common as last\n").as_deref(),
            Some("a:2")
        );
        assert_eq!(base("ARG X=a\nFROM ${X}\n"), None);
        assert_eq!(base("FROM scratch\n"), None);
        assert_eq!(base(""), None);
    }

    #[test]
    fn steps_are_told_from_what_they_say() {
        assert_eq!(
            step("#8 [builder 3/7] RUN make"),
            Some("[builder 3/7] RUN make")
        );
        assert_eq!(step("#8 0.123 Collecting flask"), None);
        assert_eq!(step("Step 3/7 : RUN make"), Some("Step 3/7 : RUN make"));
        assert_eq!(step("STEP 3/7: RUN make"), Some("STEP 3/7: RUN make"));
        assert_eq!(step("stepping on"), None);
    }
}
