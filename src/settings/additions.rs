//! Turns what a user adds to the image by hand into its parts, and refuses what could not stand where it belongs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Settings, checked, refused};
use crate::error::{Error, is_unsafe, printable};
use crate::inspect::tree::Tree;

/// Shell lines of the user's own, each one `RUN`, at named places.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Lines {
    /// In the builder, before the dependencies are installed; as root.
    pub before_dependencies: Vec<String>,
    /// In the builder, after the dependencies are installed; the source is not there yet.
    pub after_dependencies: Vec<String>,
    /// At the end of the builder, in the application's folder; what is written there reaches the image.
    pub end_of_builder: Vec<String>,
    /// At the end of the runtime stage, as root, before the user is set.
    pub end_of_runtime: Vec<String>,
}

impl Lines {
    /// Each place with its key and its lines.
    pub fn places(&self) -> [(&'static str, &[String]); 4] {
        [
            ("before-dependencies", &self.before_dependencies),
            ("after-dependencies", &self.after_dependencies),
            ("end-of-builder", &self.end_of_builder),
            ("end-of-runtime", &self.end_of_runtime),
        ]
    }

    /// These lines behind those of another.
    #[must_use]
    pub(super) fn behind(self, mut first: Self) -> Self {
        first.before_dependencies.extend(self.before_dependencies);
        first.after_dependencies.extend(self.after_dependencies);
        first.end_of_builder.extend(self.end_of_builder);
        first.end_of_runtime.extend(self.end_of_runtime);
        first
    }
}

/// A build secret as `docker build --secret` knows it: `id=token,env=TOKEN`, `id=pip,src=pip.conf,target=/etc/pip.conf`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedSecret<'a> {
    /// Its ID.
    pub id: &'a str,
    /// The variable that holds it, outside and in the step.
    pub env: Option<&'a str>,
    /// The file that holds it, on the machine that builds.
    pub src: Option<&'a str>,
    /// Where the file is in the step.
    pub target: Option<&'a str>,
}

impl<'a> AskedSecret<'a> {
    /// Reads one.
    ///
    /// # Errors
    /// A part is unknown or missing, or holds what cannot stand in a mount.
    pub fn parse(text: &'a str) -> Result<Self, Error> {
        const EXPECTED: &str = "`id=NAME,env=VARIABLE` or `id=NAME,src=FILE,target=/PATH`, as for `docker build --secret`";
        let wrong = || refused("secrets", text, EXPECTED);
        let mut secret = Self {
            id: "",
            env: None,
            src: None,
            target: None,
        };
        for part in text.split(',') {
            let (key, value) = part.split_once('=').ok_or_else(wrong)?;
            match key {
                "id" => secret.id = value,
                "env" => secret.env = Some(value),
                "src" | "source" => secret.src = Some(value),
                "target" => secret.target = Some(value),
                _ => return Err(wrong()),
            }
        }
        let name = |text: &str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
            text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
                && text.chars().all(plain)
        };
        let path = |text: &str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "_-./~@+".contains(c);
            !text.is_empty() && text.chars().all(plain) && !text.split('/').any(|part| part == "..")
        };
        let well = name(secret.id)
            && secret.env.is_none_or(is_variable)
            && secret.src.is_none_or(path)
            && (secret.target).is_none_or(|target| path(target) && target.starts_with('/'))
            && (secret.env.is_some() ^ secret.src.is_some())
            && (secret.env.is_none() || secret.target.is_none());
        if well { Ok(secret) } else { Err(wrong()) }
    }
}

/// Splits an entry of `copy` into the path in the project and, where one is given, the path in the image.
pub fn copied(entry: &str) -> (&str, Option<&str>) {
    match entry.split_once(':') {
        Some((source, target)) => (source, Some(target)),
        None => (entry, None),
    }
}

/// Folders that belong to the system: whoever makes them writable breaks the image or its promise.
const SYSTEM: [&str; 13] = [
    "/", "/app", "/bin", "/boot", "/dev", "/etc", "/lib", "/opt", "/proc", "/root", "/sbin",
    "/sys", "/usr",
];

impl Settings {
    /// Refuses additions that could not stand where they belong.
    pub(super) fn check_additions(&self) -> Result<(), Error> {
        for (name, value) in &self.labels {
            checked(
                "labels",
                name,
                "a label's name: letters, digits, `.`, `-`, `_` and `/`",
                |c| c.is_ascii_alphanumeric() || "._-/".contains(c),
            )?;
            one_line("labels", value)?;
        }
        for (name, value) in &self.args {
            if !is_variable(name) {
                return Err(refused("args", name, "letters, digits and _"));
            }
            one_line("args", value)?;
        }
        for secret in &self.secrets {
            AskedSecret::parse(secret)?;
        }
        for entry in &self.copy {
            let (source, target) = copied(entry);
            path("copy", entry, source)?;
            target.map_or(Ok(()), |target| path("copy", entry, target))?;
            if source.starts_with('/') {
                let expected = "a path inside the project, and after a `:` the path in the image";
                return Err(refused("copy", entry, expected));
            }
        }
        for (key, folders) in [("writable", &self.writable), ("volumes", &self.volumes)] {
            for entry in folders {
                let folder = entry.strip_prefix('!').unwrap_or(entry);
                path(key, entry, folder)?;
                let system = SYSTEM.contains(&folder.trim_end_matches('/'));
                let below = [
                    "/proc/",
                    "/sys/",
                    "/dev/",
                    "/opt/venv/",
                    "/usr/bin/",
                    "/usr/lib/",
                ];
                if system
                    || below
                        .iter()
                        .any(|top| format!("{folder}/").starts_with(top))
                {
                    let expected = "a folder for data, such as `media` or `/data`: that one belongs to the system";
                    return Err(refused(key, entry, expected));
                }
            }
        }
        for (key, lines) in self.run.places() {
            for line in lines {
                shell_line(key, line)?;
            }
        }
        Ok(())
    }
}

impl Settings {
    /// Refuses to copy what the project does not have.
    ///
    /// # Errors
    /// Names the entry.
    pub fn check_copies(&self, tree: &Tree) -> Result<(), Error> {
        let there = |path: &str| tree.is_file(path) || tree.is_dir(path);
        let gone = self.copy.iter().find(|entry| {
            let path = copied(entry).0.trim_start_matches("./");
            !there(&tree.in_app(path.trim_end_matches('/')))
        });
        match gone {
            None => Ok(()),
            Some(entry) => Err(Error::Settings {
                what: format!(
                    "`copy` names `{}`, and there is no such file or folder in the project",
                    printable(entry)
                ),
                at: None,
                help: "give its path relative to the project's folder, or take the entry out"
                    .to_owned(),
            }),
        }
    }
}

/// A variable's name after POSIX.
fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.len() <= 255
}

fn one_line(setting: &str, value: &str) -> Result<(), Error> {
    if value.chars().any(is_unsafe) {
        return Err(refused(
            setting,
            value,
            "a text of one line with nothing invisible in it",
        ));
    }
    Ok(())
}

/// A path that stays where it begins, and needs no quotes in a list.
fn path(setting: &str, entry: &str, path: &str) -> Result<(), Error> {
    let well = !path.is_empty()
        && path.len() <= 4096
        && !path.chars().any(|c| is_unsafe(c) || ",:".contains(c))
        && !path.starts_with('-')
        && !path.starts_with("<<")
        && !path.split('/').any(|part| part == "..");
    if well {
        return Ok(());
    }
    let expected = "a path without `..`, commas and invisible characters";
    Err(refused(setting, entry, expected))
}

/// One line is one `RUN`: nothing in it may take the next lines along.
fn shell_line(key: &str, line: &str) -> Result<(), Error> {
    let why = if line.trim().is_empty() {
        "is empty"
    } else if line.chars().any(|c| is_unsafe(c) && c != '\t') {
        "is not one line of visible characters"
    } else if line.trim_end().ends_with('\\') {
        "ends with a backslash, which would continue it"
    } else if line.contains("<<") {
        "begins a here-document, which needs more lines"
    } else {
        return Ok(());
    };
    Err(Error::Settings {
        what: format!("a line of `run.{key}` {why}: `{}`", printable(line)),
        at: None,
        help: "write one shell command an entry, joined with `&&` where they belong together"
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail so")]

    use super::*;

    #[test]
    fn a_secret_is_said_as_docker_says_it() {
        let secret = AskedSecret::parse("id=token,env=PIP_TOKEN").unwrap();
        assert_eq!((secret.id, secret.env), ("token", Some("PIP_TOKEN")));
        let secret = AskedSecret::parse("id=pip,src=~/pip.conf,target=/etc/pip.conf").unwrap();
        assert_eq!(secret.src, Some("~/pip.conf"));
        for wrong in [
            "token",
            "id=token",
            "id=a,env=B,src=c",
            "id=a,env=1B",
            "id=a b,env=B",
            "id=a,src=../b",
            "id=a,src=b,target=etc/b",
            "id=a,src=b,mode=0777",
            "id=a,env=B,target=/b",
            "id=,env=B",
            "id=a,src=$HOME",
        ] {
            assert!(AskedSecret::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_breaks_out_is_refused() {
        for text in [
            "run.end-of-runtime = ['a\\']",
            "run.end-of-runtime = [\"a\\nUSER root\"]",
            "run.before-dependencies = ['cat <<EOF']",
            "run.after-dependencies = [' ']",
            "copy = ['../secret']",
            "copy = ['/etc/passwd']",
            "copy = ['a:../b']",
            "copy = ['--from=x']",
            "copy = ['-x']",
            "copy = ['a,b']",
            "copy = ['<<EOF']",
            "copy = ['a:-x']",
            "copy = [\"a\\u202eb\"]",
            "writable = ['/etc']",
            "writable = ['/app/']",
            "volumes = ['/proc/self']",
            "volumes = ['a/../..']",
            "labels = { 'a b' = 'c' }",
            "labels = { a = \"b\\nc\" }",
            "args = { 'A-B' = 'c' }",
        ] {
            let settings = Settings::parse(text, "dockwright.toml").unwrap();
            assert!(settings.check().is_err(), "{text}");
        }
    }
}
