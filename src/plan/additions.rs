//! Turns what the user adds by hand into the form in which it stands in the Dockerfile.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::Error;
use crate::facts::Warning;
use crate::inspect::tree::join;
use crate::settings::{Lines, Settings, copied};

use super::command::{Start, Writable};
use super::install::{APP, Variable};
use super::quote::{CopyPaths, EnvValue};

/// Additions in their written form; all empty where nothing is added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Additions {
    /// Arguments of the builder, each with its default.
    pub builder_arguments: Vec<Variable>,
    /// Those that the environment of the runtime stage is filled in from.
    pub env_arguments: Vec<Variable>,
    /// Those that lines and labels at the end of the runtime stage read.
    pub runtime_arguments: Vec<Variable>,
    /// Shell lines of the user's own.
    pub run: Lines,
    /// What is copied into the runtime stage beside the source.
    pub copies: Vec<AddedCopy>,
    /// Labels.
    pub labels: Vec<Variable>,
}

/// A file or folder that is copied because the user says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AddedCopy {
    /// Path relative to the build context.
    pub source: String,
    /// Flags, each with a space after it.
    pub flags: &'static str,
    /// Operands.
    pub paths: CopyPaths,
}

/// Decides; `app` is the application's folder below the build context.
///
/// # Errors
/// A value cannot stand in a Dockerfile.
pub fn additions(
    settings: &Settings,
    app: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Additions, Error> {
    let args = &settings.args;
    let all = args
        .iter()
        .map(|(name, value)| Variable::new(name, value))
        .collect::<Result<Vec<_>, _>>()?;
    let read_by = |values: &BTreeMap<String, String>| -> Vec<Variable> {
        let read = |one: &&Variable| {
            let reference = format!("${{{}}}", one.name);
            values.values().any(|value| value.contains(&reference))
        };
        all.iter().filter(read).cloned().collect()
    };
    let labels = settings
        .labels
        .iter()
        .map(|(name, value)| {
            Ok(Variable {
                name: name.clone(),
                value: EnvValue::filled(value, args)?.as_str().to_owned(),
            })
        })
        .collect::<Result<_, Error>>()?;
    let env_arguments = read_by(&settings.env);
    let mut runtime_arguments = if settings.run.end_of_runtime.is_empty() {
        read_by(&settings.labels)
    } else {
        all.clone()
    };
    runtime_arguments.retain(|one| !env_arguments.contains(one));
    warnings.extend(args.keys().filter(|name| is_secret(name)).map(|name| {
        Warning::new(
            "secret-in-arg",
            format!("the build argument {name} looks like a secret: its value stays in the image's history"),
            format!("take it out of `args`, and write `secrets = [\"id={name},env={name}\"]`"),
        )
    }));
    Ok(Additions {
        builder_arguments: all,
        env_arguments,
        runtime_arguments,
        run: settings.run.clone(),
        copies: copies(settings, app)?,
        labels,
    })
}

/// Adds the folders that the user names to what the application writes to, and takes out those that they deny.
pub fn writable(start: &mut Start, settings: &Settings) {
    let denied = |path: &str| {
        let lists = [&settings.writable, &settings.volumes];
        let mut denials = lists
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.strip_prefix('!'));
        denials.any(|other| trimmed(other) == trimmed(path))
    };
    start.writable.retain(|place| !denied(&place.path));
    for (folders, volume) in [(&settings.writable, false), (&settings.volumes, true)] {
        for path in folders.iter().filter(|path| !path.starts_with('!')) {
            start
                .writable
                .retain(|place| trimmed(&place.path) != trimmed(path));
            start.writable.push(Writable {
                path: trimmed(path).to_owned(),
                volume,
                why: "asked for".to_owned(),
                at: None,
            });
        }
    }
    start.writable.sort_by(|a, b| a.path.cmp(&b.path));
}

fn trimmed(path: &str) -> &str {
    path.trim_start_matches("./").trim_end_matches('/')
}

fn copies(settings: &Settings, app: &str) -> Result<Vec<AddedCopy>, Error> {
    let buildkit = settings.buildkit.unwrap_or(true);
    let home = join(APP, app);
    let home = home.trim_end_matches('/');
    settings
        .copy
        .iter()
        .map(|entry| {
            let (source, target) = copied(entry);
            let target = match target {
                Some(target) if target.starts_with('/') => target.to_owned(),
                other => format!("{home}/{}", trimmed(other.unwrap_or(source))),
            };
            let source = join(app, trimmed(source));
            Ok(AddedCopy {
                flags: if buildkit { "--chmod=755 " } else { "" },
                paths: CopyPaths::new(&[&source, &target])?,
                source,
            })
        })
        .collect()
}

/// The words that `docker build --check` takes for a secret's name (its rule `SecretsUsedInArgOrEnv`).
pub fn is_secret(name: &str) -> bool {
    const WORDS: [&str; 9] = [
        "apikey",
        "auth",
        "credential",
        "credentials",
        "key",
        "password",
        "pword",
        "secret",
        "token",
    ];
    let name = name.to_ascii_lowercase();
    name.split('_').any(|word| WORDS.contains(&word))
}
