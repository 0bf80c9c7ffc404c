//! Takes URLs of requirements and indexes apart, so that no credential goes further.

use std::collections::BTreeSet;

use crate::error::printable;
use crate::facts::{Index, Place, Source, VcsKind, normalise};

/// What the part before `@` of a URL's host holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Login {
    /// Nothing, or no more than a user name that is no secret (`git@`).
    None,
    /// Variables only (`${TOKEN}`): the secret stands elsewhere.
    Variables,
    /// A password or token in plain text.
    Plain,
}

/// The scheme of a URL in lower case; `None` when the text is no URL. One letter is a Windows drive.
pub(super) fn scheme(text: &str) -> Option<String> {
    let (scheme, _) = text.split_once(':')?;
    let mut chars = scheme.chars();
    let valid = scheme.len() > 1
        && chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    valid.then(|| scheme.to_ascii_lowercase())
}

/// Is it a URL in the sense of pip's `vcs.is_url`: a web, file or version-control scheme?
pub(super) fn is_url(text: &str) -> bool {
    scheme(text).is_some_and(|scheme| {
        matches!(scheme.as_str(), "http" | "https" | "file" | "ftp") || vcs_kind(&scheme).is_some()
    })
}

/// The version-control system of `git+https`, `hg+ssh`, ….
pub(super) fn vcs_kind(scheme: &str) -> Option<VcsKind> {
    Some(match scheme.split_once('+')?.0 {
        "git" => VcsKind::Git,
        "hg" => VcsKind::Mercurial,
        "svn" => VcsKind::Subversion,
        "bzr" => VcsKind::Bazaar,
        _ => return None,
    })
}

/// What stands before the host's `@`. In SSH URLs a lone user name is no secret; elsewhere it may be a token, except for the names that hosts prescribe.
pub(super) fn login(url: &str) -> Login {
    let Some(info) = authority(url)
        .and_then(|range| url.get(range))
        .and_then(|host| host.rsplit_once('@'))
    else {
        return Login::None;
    };
    let (user, password) = match info.0.split_once(':') {
        Some((user, password)) => (user, password),
        None => (info.0, ""),
    };
    let ssh = scheme(url).is_some_and(|scheme| scheme.ends_with("ssh"));
    let is_secret = |part: &str| {
        !part.is_empty()
            && !part.contains("${")
            && !matches!(part, "x-oauth-basic" | "x-access-token")
    };
    if is_secret(password) {
        Login::Plain
    } else if info.0.contains("${") {
        Login::Variables
    } else if ssh
        || password == "x-oauth-basic" && user.is_empty()
        || matches!(user, "" | "git" | "hg")
    {
        Login::None
    } else {
        Login::Plain
    }
}

/// The URL without anything before the host's `@`.
pub(super) fn without_login(url: &str) -> String {
    let Some(range) = authority(url) else {
        return url.to_owned();
    };
    match url.get(range.clone()).and_then(|host| host.rfind('@')) {
        Some(at) => format!(
            "{}{}",
            url.get(..range.start).unwrap_or_default(),
            url.get(range.start + at + 1..).unwrap_or_default()
        ),
        None => url.to_owned(),
    }
}

/// A URL or path for a message: printable, no query, and nothing of what may be a login before an `@`, even where it is no
/// proper URL.
pub(super) fn shown(text: &str) -> String {
    let text = without_query(text);
    match text.rsplit_once('@') {
        Some((before, after)) if before.contains(':') => printable(&format!("…@{after}")),
        _ => printable(&text),
    }
}

/// The URL without its query, where signed links and some indexes carry a token; other texts as they are.
fn without_query(url: &str) -> String {
    let Some((before, query)) = url.split_once('?').filter(|_| url.contains("://")) else {
        return url.to_owned();
    };
    let fragment = query.find('#').and_then(|at| query.get(at..));
    format!("{before}{}", fragment.unwrap_or_default())
}

/// Names of the variables in `${NAME}` form. pip knows upper case only (`ENV_VAR_RE`); uv and Pipenv expand the same form.
pub(super) fn variables(text: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    for part in text.split("${").skip(1) {
        if let Some((name, _)) = part.split_once('}')
            && !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        {
            names.insert(name.to_owned());
        }
    }
    names.into_iter().collect()
}

/// An index by its URL, its login taken out.
pub(super) fn index(name: Option<String>, url: &str, default: bool, at: Place) -> Index {
    Index {
        name,
        url: without_query(&without_login(url)),
        default,
        embedded_credentials: login(url) == Login::Plain,
        variables: variables(url),
        authenticated: login(url) == Login::Variables,
        at,
    }
}

/// The source that a web or version-control URL stands for; `file:` URLs are paths and not answered here.
pub(super) fn source(url: &str) -> Source {
    let kept = without_query(url);
    match scheme(url).as_deref().and_then(vcs_kind) {
        Some(kind) => Source::Vcs {
            kind,
            url: kept,
            ssh: scheme(url).is_some_and(|scheme| scheme.ends_with("ssh")),
        },
        None => Source::Url {
            url: kept,
            wheel: file_name(url).to_ascii_lowercase().ends_with(".whl"),
        },
    }
}

/// A repository as Poetry, Pipenv, PDM and uv name it (`https://…`, `ssh://…`, `git@host:path`) as a version-control source.
pub(super) fn repository(kind: VcsKind, url: &str) -> Source {
    let prefix = match kind {
        VcsKind::Git => "git+",
        VcsKind::Mercurial => "hg+",
        VcsKind::Subversion => "svn+",
        VcsKind::Bazaar => "bzr+",
    };
    let full = match scheme(url) {
        Some(scheme) if vcs_kind(&scheme).is_some() => url.to_owned(),
        Some(_) if url.contains("://") => format!("{prefix}{url}"),
        _ => match url.split_once(':') {
            Some((host, path)) if host.contains('@') || !host.contains('/') => {
                format!("{prefix}ssh://{host}/{path}")
            }
            _ => format!("{prefix}file:{url}"),
        },
    };
    source(&full)
}

/// The last part of a URL's or path's path, without query and fragment.
pub(super) fn file_name(url: &str) -> &str {
    let path = url.split(['#', '?']).next().unwrap_or_default();
    path.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default()
}

/// `egg=` of a URL's fragment: the name and extras it gives (`#egg=name[extra]&subdirectory=x`).
pub(super) fn egg(url: &str) -> Option<(String, BTreeSet<String>)> {
    let (_, fragment) = url.split_once('#')?;
    let egg = fragment
        .split('&')
        .find_map(|part| part.strip_prefix("egg="))?;
    let egg = egg.replace("%5B", "[").replace("%5D", "]");
    let (name, extras) = split_extras(&egg);
    is_name(name).then(|| (normalise(name), extras))
}

/// Name and version that a wheel's or source archive's file name gives (PEP 427, PEP 625); `None` when it does not look like one.
pub(super) fn name_of_file(file: &str) -> Option<(String, String)> {
    let lower = file.to_ascii_lowercase();
    if let Some(stem) = lower.strip_suffix(".whl") {
        let mut parts = stem.split('-');
        let (name, version) = (parts.next()?, parts.next()?);
        return (parts.count() >= 3 && is_name(name))
            .then(|| (normalise(name), version.to_owned()));
    }
    let stem = ARCHIVES
        .iter()
        .find_map(|ending| lower.strip_suffix(ending))?;
    let (name, version) = stem.rsplit_once('-')?;
    let numbered = version.starts_with(|c: char| c.is_ascii_digit());
    (numbered && is_name(name)).then(|| (normalise(name), version.to_owned()))
}

/// Endings that pip takes for an archive (`pip/_internal/utils/filetypes.py`), without `.whl`.
pub(super) const ARCHIVES: [&str; 11] = [
    ".tar.gz",
    ".tgz",
    ".tar",
    ".zip",
    ".tar.bz2",
    ".tbz",
    ".tar.xz",
    ".txz",
    ".tlz",
    ".tar.lz",
    ".tar.lzma",
];

/// Is it an archive or wheel by its name?
pub(super) fn is_archive(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    ARCHIVES
        .iter()
        .chain(&[".whl"])
        .any(|ending| lower.ends_with(ending))
}

/// `text[a,b]` as the text and its normalised extras.
pub(super) fn split_extras(text: &str) -> (&str, BTreeSet<String>) {
    let Some((before, extras)) = text
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['))
    else {
        return (text, BTreeSet::new());
    };
    if before.is_empty() || extras.is_empty() {
        return (text, BTreeSet::new());
    }
    let extras = extras
        .split(',')
        .map(normalise)
        .filter(|extra| !extra.is_empty())
        .collect();
    (before.trim_end(), extras)
}

/// Is it a distribution's name (PEP 508)?
pub(super) fn is_name(name: &str) -> bool {
    let end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    end(name.chars().next())
        && end(name.chars().next_back())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// Where the authority (`user:password@host:port`) stands: after `//`, or, in a URL that lacks it, after the scheme.
fn authority(url: &str) -> Option<std::ops::Range<usize>> {
    let start = match url.find("://") {
        Some(at) => at + 3,
        None => url.find(':').filter(|_| url.contains('@'))? + 1,
    };
    let skipped = url.get(start..)?.len() - url.get(start..)?.trim_start_matches('/').len();
    let start = start + skipped;
    // A password may hold `#` or `?` against the standard: the last `@` before the first `/` still ends it.
    let end = url
        .get(start..)?
        .find('/')
        .map_or(url.len(), |length| start + length);
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_recognised_and_taken_out() {
        for (url, expected) in [
            ("https://pypi.example/simple", Login::None),
            ("https://user:secret@pypi.example/simple", Login::Plain),
            ("https://ghp_token@github.com/a/b", Login::Plain),
            ("https://user:s3#cr?t@pypi.example/simple", Login::Plain),
            ("https://user:a@b@pypi.example/simple", Login::Plain),
            (
                "https://${USER}:${TOKEN}@pypi.example/simple",
                Login::Variables,
            ),
            (
                "https://__token__:${TOKEN}@pypi.example/simple",
                Login::Variables,
            ),
            ("https://${USER}:plain@pypi.example/simple", Login::Plain),
            ("git+ssh://git@github.com/a/b.git@v1", Login::None),
            ("git+ssh://git:pw@github.com/a/b.git", Login::Plain),
            ("git+https://github.com/a/b.git@v1", Login::None),
        ] {
            assert_eq!(login(url), expected, "{url}");
            assert!(!without_login(url).contains("secret"));
        }
        assert_eq!(without_login("https://u:a@b@h/x@y"), "https://h/x@y");
        let index = index(
            None,
            "https://u:${PIP_TOKEN}@h/simple",
            false,
            Place::new("r", 1),
        );
        assert_eq!(
            (
                index.url.as_str(),
                index.variables.as_slice(),
                index.authenticated
            ),
            ("https://h/simple", &["PIP_TOKEN".to_owned()][..], true)
        );
    }

    #[test]
    fn names_come_out_of_file_names_and_fragments() {
        assert_eq!(
            name_of_file("My_Pkg-1.0-py3-none-any.whl"),
            Some(("my-pkg".into(), "1.0".into()))
        );
        assert_eq!(
            name_of_file("typing-extensions-4.1.tar.gz"),
            Some(("typing-extensions".into(), "4.1".into()))
        );
        assert_eq!(name_of_file("main.zip"), None);
        assert_eq!(name_of_file("x-1.0.whl"), None);
        assert_eq!(
            egg("git+https://h/r@v#egg=A_b[C]&subdirectory=x"),
            Some(("a-b".into(), BTreeSet::from(["c".into()])))
        );
        assert_eq!(egg("https://h/r#subdirectory=x"), None);
    }

    #[test]
    fn repositories_become_urls_of_their_system() {
        let ssh = |url| matches!(repository(VcsKind::Git, url), Source::Vcs { ssh: true, .. });
        assert!(ssh("git@github.com:a/b.git") && ssh("ssh://git@github.com/a/b.git"));
        assert_eq!(
            repository(VcsKind::Git, "https://h/r"),
            source("git+https://h/r")
        );
    }
}
