//! Turns the ignore files of Docker and git into answers to «is this path left out?».

use std::fs;
use std::io::Read as _;
use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// A longer ignore file is not meant for people; compiling its patterns would take memory many times its length.
const LIMIT: u64 = 64 << 10;

/// No ignore file has more patterns.
const PATTERNS: usize = 2_000;

/// What a `.dockerignore` keeps out of the build context.
///
/// Its patterns start at the context, and an exception may bring back a file of a folder that is left out, both unlike git's
/// ([docs.docker.com](https://docs.docker.com/build/concepts/context/#dockerignore-files)).
pub struct DockerIgnore {
    patterns: Gitignore,
}

impl DockerIgnore {
    /// Reads the text of an ignore file; a pattern that is malformed counts for nothing.
    pub fn parse(text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}');
        let lines = text.lines().filter_map(|line| {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                return None;
            }
            let (exception, pattern) = match line.strip_prefix('!') {
                Some(rest) => ("!", rest.trim_start()),
                None => ("", line),
            };
            let pattern = pattern
                .trim_start_matches("./")
                .trim_start_matches('/')
                .trim_end_matches('/');
            (!pattern.is_empty()).then(|| format!("{exception}/{pattern}"))
        });
        Self {
            patterns: compile(Path::new(""), lines),
        }
    }

    /// The ignore file that a build of the application in `app` uses: the Dockerfile's own, else the context's.
    pub(super) fn read(root: &Path, app: &str) -> Option<Self> {
        let own = root.join(app).join("Dockerfile.dockerignore");
        let text = short_text(&own).or_else(|| short_text(&root.join(".dockerignore")))?;
        Some(Self::parse(&text))
    }

    /// Is the file of this context-relative path left out? The last pattern that matches decides, the path's own before its folders'.
    pub fn excludes(&self, path: &str) -> bool {
        let mut excluded = false;
        for (end, _) in path.match_indices('/') {
            excluded = self.decide(path.get(..end).unwrap_or_default(), true, excluded);
        }
        self.decide(path, false, excluded)
    }

    /// Is nothing below this folder part of the build context?
    pub(super) fn excludes_folder(&self, path: &str) -> bool {
        self.patterns.num_whitelists() == 0 && self.decide(path, true, false)
    }

    fn decide(&self, path: &str, folder: bool, parent: bool) -> bool {
        match self.patterns.matched(path, folder) {
            Match::Ignore(_) => true,
            Match::Whitelist(_) => false,
            Match::None => parent,
        }
    }
}

/// The patterns of one `.gitignore`.
pub(super) struct GitIgnore(Gitignore);

impl GitIgnore {
    /// Those of a folder, `None` where there is no such file; like git, one behind a link does not count.
    pub(super) fn read(folder: &Path) -> Option<Self> {
        let text = short_text(&folder.join(".gitignore"))?;
        let lines = text.lines().map(ToOwned::to_owned);
        Some(Self(compile(folder, lines)))
    }

    /// Is the path left out (`true`) or brought back (`false`)? `None` where nothing is said of it.
    pub(super) fn ignores(&self, path: &Path, is_dir: bool) -> Option<bool> {
        match self.0.matched(path, is_dir) {
            Match::Ignore(_) => Some(true),
            Match::Whitelist(_) => Some(false),
            Match::None => None,
        }
    }
}

fn compile(root: &Path, lines: impl Iterator<Item = String>) -> Gitignore {
    let mut builder = GitignoreBuilder::new(root);
    for line in lines.take(PATTERNS) {
        // A pattern that git would not understand matches nothing there either.
        let _ = builder.add_line(None, &line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// The text of a regular file that is not too long, `None` for anything else: a FIFO would wait for ever, a device never end.
fn short_text(path: &Path) -> Option<String> {
    let meta = fs::symlink_metadata(path).ok()?;
    if !meta.is_file() || meta.len() > LIMIT {
        return None;
    }
    let mut bytes = Vec::new();
    fs::File::open(path)
        .ok()?
        .take(LIMIT)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_patterns_start_at_the_context() {
        for text in [
            "# a comment\nvenv\n/build/\n./x.py\n**/*.log\ndocs/*.md\n",
            "# a comment\r\nvenv\r\n/build/\r\n./x.py\r\n**/*.log\r\ndocs/*.md\r\n",
        ] {
            let rules = DockerIgnore::parse(text);
            for path in ["venv/lib/a.py", "build/a", "x.py", "a/b/c.log", "docs/a.md"] {
                assert!(rules.excludes(path), "{path}");
            }
            for path in ["src/venv/a.py", "src/x.py", "docs/a/b.md", "# a comment"] {
                assert!(!rules.excludes(path), "{path}");
            }
            assert!(rules.excludes_folder("venv"));
        }
    }

    #[test]
    fn an_exception_reaches_into_a_folder_that_is_left_out() {
        let rules = DockerIgnore::parse("*\n!src\n!requirements.txt\nsrc/secret\n!deep/kept.py\n");
        for path in ["other.py", "src/secret/a.py", "deep/lost.py"] {
            assert!(rules.excludes(path), "{path}");
        }
        for path in ["src/a/b.py", "requirements.txt", "deep/kept.py"] {
            assert!(!rules.excludes(path), "{path}");
        }
        assert!(!rules.excludes_folder("deep"));
    }
}
