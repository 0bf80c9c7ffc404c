//! Turns the requirement part of a line, or the value of `-e`, into a [`Requirement`].

use std::collections::BTreeSet;

use crate::error::Error;
use crate::facts::{Marker, Requirement, Source, Specifier, Warning};
use crate::inspect::pep508::{self, Context};
use crate::inspect::url;

/// A requirement as pip's `parse_req_from_line` understands it: a URL, a path that exists, an archive's path, else PEP 508.
///
/// # Errors
/// As [`pep508::parse`]; a path does not exist or leaves the project.
pub(super) fn requirement(
    text: &str,
    context: &Context<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Requirement, Error> {
    // pip splits a bare URL's marker at "; " only, since `;` may be part of a URL.
    let separator = if url::is_url(text) { "; " } else { ";" };
    let (front, marker) = text.split_once(separator).unwrap_or((text, ""));
    let front = front.trim();
    if url::is_url(front) {
        let (bare, extras) = url::split_extras(front);
        let source = context.source(bare)?;
        return Ok(named(
            front,
            extras,
            source,
            parse_marker(marker, context)?,
            context,
        ));
    }
    let (path, extras) = url::split_extras(front);
    if is_path(path, context) {
        let source = context.path(path)?;
        return Ok(named(
            path,
            extras,
            source,
            parse_marker(marker, context)?,
            context,
        ));
    }
    pep508::parse(text, context, warnings)
}

/// The value of `-e`: a folder with extras, a `file:` or version-control URL, or `name @ url`.
///
/// # Errors
/// It is none of these, or as [`requirement`].
pub(super) fn editable(
    text: &str,
    context: &Context<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Requirement, Error> {
    let text = text.trim();
    let prefixed = ["git:", "hg:", "svn:", "bzr:"]
        .iter()
        .any(|system| text.to_ascii_lowercase().starts_with(system));
    let found = if prefixed {
        let full = format!(
            "{}+{text}",
            text.split(':')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase()
        );
        requirement(&full, context, warnings)?
    } else if url::is_url(text) {
        requirement(text, context, warnings)?
    } else if text.contains('@') && !text.starts_with(['.', '/']) {
        pep508::parse(text, context, warnings)?
    } else {
        let (path, extras) = url::split_extras(text);
        named(
            path,
            extras,
            context.path(path)?,
            Marker::default(),
            context,
        )
    };
    if matches!(found.source, Source::Vcs { .. } | Source::Path { .. }) {
        return Ok(Requirement {
            editable: true,
            ..found
        });
    }
    Err(Error::Malformed {
        at: context.at.clone(),
        format: context.format,
        found: format!("`-e {}`", url::shown(text)),
        expected: "a folder of the project or a version-control URL after `-e`".to_owned(),
        help: format!(
            "take `-e` out of {}, or write `-e ./folder` or `-e git+https://…#egg=name`",
            context.at
        ),
    })
}

/// pip takes for a path what has a `/` or starts with a dot and is a folder, and what ends like an archive unless it reads `name @ …`.
fn is_path(text: &str, context: &Context<'_>) -> bool {
    let before_at = text.split('@').next().unwrap_or_default();
    let like_path = |text: &str| text.contains('/') || text.starts_with('.');
    let direct = text.contains('@') && !like_path(before_at);
    let exists = pep508::resolve(context.folder, text)
        .is_some_and(|path| context.tree.is_dir(&path) || context.tree.is_file(&path));
    (like_path(text) && !direct) || url::is_archive(text) && (exists || !direct)
}

/// A requirement whose name, if any, comes out of `#egg=` or the file's name.
fn named(
    text: &str,
    extras: BTreeSet<String>,
    source: Source,
    marker: Marker,
    context: &Context<'_>,
) -> Requirement {
    let egg = url::egg(text);
    let from_file = match &source {
        Source::Vcs { .. }
        | Source::Path {
            directory: true, ..
        } => None,
        _ => url::name_of_file(url::file_name(text)),
    };
    let pinned = |version: &str| Specifier::parse(&format!("=={version}")).unwrap_or_default();
    let (name, egg_extras) = match egg {
        Some((name, extras)) => (Some(name), extras),
        None => (
            from_file.as_ref().map(|(name, _)| name.clone()),
            BTreeSet::new(),
        ),
    };
    Requirement {
        name,
        extras: extras.into_iter().chain(egg_extras).collect(),
        specifier: from_file
            .map(|(_, version)| pinned(&version))
            .unwrap_or_default(),
        marker,
        source,
        editable: false,
        at: context.at.clone(),
    }
}

fn parse_marker(text: &str, context: &Context<'_>) -> Result<Marker, Error> {
    Marker::parse(text.trim())
        .map_err(|_| context.malformed(format!("the marker `{}`", url::shown(text.trim()))))
}
