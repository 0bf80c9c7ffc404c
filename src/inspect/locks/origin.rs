//! Turns the URLs, paths and file names of a lock into sources and artefacts, without the credentials they may hold.

use std::borrow::Cow;

use crate::facts::{Index, Place, Source, VcsKind, Wheel};

/// The index that every manager asks unless told otherwise, under its present and its former name.
const PUBLIC_INDEXES: [&str; 2] = ["https://pypi.org/simple", "https://pypi.python.org/simple"];

/// The URL without user, password, query and fragment: none of them is needed to tell where a distribution comes from, and
/// each of them can be a secret.
pub(super) fn bare(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or(url);
    let Some((scheme, rest)) = url.split_once("://") else {
        // `git@host:path`: the user is no secret, but `user:password@host` is.
        return match url.rsplit_once('@') {
            Some((user, host)) if user.contains(':') => host.to_owned(),
            _ => url.to_owned(),
        };
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = match authority.rsplit_once('@') {
        Some(("git", _)) | None => authority,
        Some((_, host)) => host,
    };
    format!("{scheme}://{host}{path}")
}

/// A version-control source.
pub(super) fn vcs(kind: VcsKind, url: &str) -> Source {
    let url = url
        .strip_prefix("git+")
        .or_else(|| url.strip_prefix("hg+"))
        .or_else(|| url.strip_prefix("svn+"))
        .or_else(|| url.strip_prefix("bzr+"))
        .unwrap_or(url);
    let ssh = url.starts_with("ssh://")
        || (!url.contains("://") && url.contains('@') && url.contains(':'));
    Source::Vcs {
        kind,
        url: bare(url),
        ssh,
    }
}

/// A file by URL.
pub(super) fn url(url: &str) -> Source {
    let bare = bare(url);
    Source::Url {
        wheel: is_wheel(&bare),
        url: bare,
    }
}

/// A folder or file beside the lock; `lock` is the lock's own path, relative to the context.
pub(super) fn local(lock: &str, path: &str, directory: bool) -> Source {
    Source::Path {
        path: inside(lock, path),
        wheel: !directory && is_wheel(path),
        directory,
    }
}

/// `path`, which is relative to the folder of `lock`, relative to the context; `None` when it leaves the context or is
/// absolute. The context itself is the empty path.
pub(super) fn inside(lock: &str, path: &str) -> Option<String> {
    let path = path.strip_prefix("file://").unwrap_or(path);
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with(['/', '\\']) || drive {
        return None;
    }
    let folder = lock.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split(['/', '\\'])) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Is it the name of a wheel? Installers take the ending in lower case alone.
pub(super) fn is_wheel(file: &str) -> bool {
    file.strip_suffix(".whl").is_some()
}

/// The last part of a URL or path, percent-decoded.
pub(super) fn basename(url: &str) -> Cow<'_, str> {
    // A lock has thousands: one character is sought many times faster than one of two.
    let end = url.find('?').into_iter().chain(url.find('#')).min();
    let path = end.map_or(url, |end| &url[..end]);
    let start = path.rfind('/').max(path.rfind('\\'));
    let name = start.map_or(path, |start| &path[start + 1..]);
    if name.contains('%') {
        Cow::Owned(decoded(name))
    } else {
        Cow::Borrowed(name)
    }
}

/// The wheel of a file name, where `CPython` on Linux may be able to load it.
pub(super) fn parse_wheel(file: &str, size: Option<u64>) -> Option<Wheel> {
    let tags = file.strip_suffix(".whl")?;
    let platforms = tags.rsplit('-').next()?;
    let linux = platforms
        .split('.')
        .any(|platform| platform == "any" || platform.contains("linux"));
    if !linux || tags.contains("-pp") {
        return None;
    }
    let mut wheel = Wheel::parse(file)?;
    wheel.size = size;
    Some(wheel)
}

/// Adds an index that is not the public one, once.
pub(super) fn add_index(
    indexes: &mut Vec<Index>,
    name: Option<&str>,
    url: &str,
    at: impl FnOnce() -> Place,
) {
    let plain = url.trim_end_matches('/');
    if PUBLIC_INDEXES.contains(&plain) || !url.contains("://") {
        return;
    }
    let cleaned = bare(url);
    if indexes.iter().any(|index| index.url == cleaned) {
        return;
    }
    let user = plain
        .split_once("://")
        .and_then(|(_, rest)| rest.split('/').next())
        .and_then(|authority| authority.rsplit_once('@'))
        .map(|(user, _)| user);
    let variables = user.map(variables).unwrap_or_default();
    indexes.push(Index {
        name: name.map(str::to_owned),
        url: cleaned,
        default: false,
        embedded_credentials: user.is_some() && variables.is_empty(),
        authenticated: user.is_some(),
        variables,
        at: at(),
    });
}

/// The names in `${NAME}`.
fn variables(text: &str) -> Vec<String> {
    text.split("${")
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name.to_owned())
        .filter(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
        .collect()
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        let code = (*first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        if let Some(code) = code {
            out.push(code);
            rest = &tail[2..];
        } else {
            out.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
