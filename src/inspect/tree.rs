//! The only reader of the project: walks it once, reads each file once, remembers every path that was asked for.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use crate::error::Error;
use crate::facts::Place;

pub mod ignored;
mod spent;
mod walk;

use spent::Spent;
use walk::Walk;

/// No manifest, lock or source file that matters is longer: 32 MiB. The largest real uv.lock known has 6 MB.
pub const FILE_LIMIT: u64 = 32 << 20;

/// Longer source files are generated ones: 1 MiB.
pub const SOURCE_LIMIT: u64 = 1 << 20;

/// More files than this are not looked at; a project that has them is told so.
pub const WALK_LIMIT: usize = 200_000;

/// One file found by the walk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TreeFile {
    /// Path relative to the context, `/` between parts, valid UTF-8 (others are skipped).
    pub path: String,
    /// Length in bytes.
    pub size: u64,
}

/// The project's files below the build context.
pub struct Tree {
    root: PathBuf,
    app: String,
    name: OnceLock<String>,
    walk: OnceLock<Walk>,
    read: RefCell<BTreeMap<String, Option<Arc<[u8]>>>>,
    spent: Spent,
}

impl Tree {
    /// Opens a context folder; `app` is the application's folder relative to it, empty when they are the same.
    ///
    /// # Errors
    /// The folder does not exist or is no folder.
    pub fn open(root: &Path, app: &str) -> Result<Self, Error> {
        let canonical = root.canonicalize().map_err(|error| {
            if missing(&error) {
                folder_error(root, "there is no such folder")
            } else {
                folder_error(root, &error.to_string())
            }
        })?;
        if !canonical.is_dir() {
            return Err(folder_error(root, "it is not a folder"));
        }
        Ok(Self {
            root: canonical,
            app: app.to_owned(),
            name: OnceLock::new(),
            walk: OnceLock::new(),
            read: RefCell::default(),
            spent: Spent::default(),
        })
    }

    /// Counts what is read with what is read of another image's files.
    pub fn beside(&mut self, other: &Self) {
        self.spent = other.spent.beside();
    }

    /// The context's folder, links resolved.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The application's folder relative to the context, empty when they are the same.
    pub fn app(&self) -> &str {
        &self.app
    }

    /// The name of the application's folder, the last resort for a project's.
    pub fn name(&self) -> String {
        self.name.get().cloned().unwrap_or_else(|| {
            let folder = self.root.join(&self.app);
            let name = folder.file_name().unwrap_or_default();
            name.to_string_lossy().into_owned()
        })
    }

    /// Gives the folder the name that it had elsewhere: a clone's folder may be called anything.
    pub fn call(&self, name: &str) {
        self.name.get_or_init(|| name.to_owned());
    }

    /// `name` inside the application's folder, relative to the context.
    pub fn in_app(&self, name: &str) -> String {
        join(&self.app, name)
    }

    /// Every file of the project in sorted order, without what `.gitignore` excludes, Python files that `.dockerignore` keeps
    /// out of the build context, hidden files and folders, virtual environments, and anything behind a link.
    pub fn files(&self) -> &[TreeFile] {
        &self.walked().files
    }

    /// The project has more than [`WALK_LIMIT`] files, or a folder with more than a quarter of that: those beyond, the
    /// deepest first, were not looked at.
    pub fn truncated(&self) -> bool {
        self.walked().truncated
    }

    /// The bytes of a file; `None` when there is no such file. Read once, then remembered.
    ///
    /// # Errors
    /// It is no regular file, lies behind a link that leaves the context, is longer than [`FILE_LIMIT`], has too many parts,
    /// alone or with all that was read before, or cannot be read.
    pub fn bytes(&self, path: &str) -> Result<Option<Arc<[u8]>>, Error> {
        if let Some(known) = self.read.borrow().get(path) {
            return Ok(known.clone());
        }
        let bytes = self.load(path)?;
        self.read
            .borrow_mut()
            .insert(path.to_owned(), bytes.clone());
        Ok(bytes)
    }

    /// The text of a UTF-8 file, a leading byte order mark removed; `None` when there is no such file.
    ///
    /// # Errors
    /// As [`Tree::bytes`], and when it is not UTF-8 or holds NUL.
    pub fn text(&self, path: &str) -> Result<Option<String>, Error> {
        let Some(bytes) = self.bytes(path)? else {
            return Ok(None);
        };
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let malformed = |offset: usize, found: String| Error::Malformed {
            at: Place::new(path, line_of(bytes, offset)),
            format: "UTF-8 text",
            found,
            expected: "text encoded as UTF-8".to_owned(),
            help: format!(
                "save {} as UTF-8, or restore it from version control",
                crate::error::printable(path)
            ),
        };
        if let Some(offset) = bytes.iter().position(|byte| *byte == 0) {
            return Err(malformed(offset, "a NUL byte".to_owned()));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(error) => {
                let offset = error.valid_up_to();
                Err(malformed(
                    offset,
                    format!("the byte 0x{:02x}", bytes[offset]),
                ))
            }
        }
    }

    /// Is there a regular file of that name (also one that the walk leaves out)?
    pub fn is_file(&self, path: &str) -> bool {
        self.metadata(path).is_some_and(|meta| meta.is_file())
    }

    /// Is there a folder of that name?
    pub fn is_dir(&self, path: &str) -> bool {
        self.metadata(path).is_some_and(|meta| meta.is_dir())
    }

    /// Names of a folder's regular files, also of those that the walk leaves out, of which the caller wants some; in no order.
    pub fn files_in(&self, folder: &str, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let there = self.inside(folder).map(fs::read_dir);
        let names = there.into_iter().flatten().flatten().flatten();
        names
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| wanted(name) && self.is_file(&join(folder.trim_end_matches('/'), name)))
            .collect()
    }

    /// Every path that was asked for, with whether it existed: what the plan was read from.
    pub fn asked(&self) -> BTreeMap<String, Option<Arc<[u8]>>> {
        self.read.borrow().clone()
    }

    /// What stands at a context-relative path, a link followed; `None` when nothing does, or it lies outside.
    fn metadata(&self, path: &str) -> Option<fs::Metadata> {
        let full = self.joined(path)?;
        fs::symlink_metadata(&full).ok()?;
        fs::metadata(self.resolved(full)?).ok()
    }

    /// The full path of a context-relative one, `None` when it would leave the context (lexically or by a link).
    fn inside(&self, path: &str) -> Option<PathBuf> {
        let full = self.joined(path)?;
        // Most paths that are asked for do not exist, and resolving links takes a call a folder.
        if fs::symlink_metadata(&full).is_err() {
            return Some(full);
        }
        self.resolved(full)
    }

    /// The full path of a context-relative one as it is spelled, `None` when that leaves the context.
    fn joined(&self, path: &str) -> Option<PathBuf> {
        let relative = Path::new(path);
        relative
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
            .then(|| self.root.join(relative))
    }

    /// The path with its links resolved, `None` when they leave the context; as it was where they cannot be.
    fn resolved(&self, full: PathBuf) -> Option<PathBuf> {
        match full.canonicalize() {
            Ok(real) if real.starts_with(&self.root) => Some(real),
            Ok(_) => None,
            Err(_) => Some(full),
        }
    }

    /// Reads many files of the walk on two threads and keeps of each only what `read` makes of its bytes, in the order of
    /// `paths`. Bulk reading: the bytes are not remembered, and files that are no regular file any more, lie behind a link,
    /// are longer than [`SOURCE_LIMIT`] or cannot be read are passed over.
    pub fn scan<T: Send>(
        &self,
        paths: &[&str],
        read: impl Fn(&str, &[u8]) -> Option<T> + Sync,
    ) -> Vec<T> {
        let root = self.root.as_path();
        let next = AtomicUsize::new(0);
        let work = || {
            let mut out = Vec::new();
            let mut bytes = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(path) = paths.get(index) else {
                    return out;
                };
                if load_source(root, path, &mut bytes).is_some()
                    && let Some(value) = read(path, &bytes)
                {
                    out.push((index, value));
                }
            }
        };
        let mut found = std::thread::scope(|scope| {
            let second = (paths.len() > 1).then(|| scope.spawn(work));
            let mut found = work();
            let theirs = second.and_then(|second| second.join().ok());
            found.extend(theirs.unwrap_or_default());
            found
        });
        found.sort_by_key(|(index, _)| *index);
        found.into_iter().map(|(_, value)| value).collect()
    }

    /// What was read of the project, as far as it is bounded.
    pub(super) fn spent(&self) -> &Spent {
        &self.spent
    }

    fn load(&self, path: &str) -> Result<Option<Arc<[u8]>>, Error> {
        let unreadable = |why: String, help: &str| Error::Unreadable {
            file: path.to_owned(),
            named_at: None,
            why,
            help: help.to_owned(),
        };
        let Some(full) = self.inside(path) else {
            return Err(unreadable(
                "it lies outside the project".to_owned(),
                "copy the file into the project: an image is built from the project's folder alone",
            ));
        };
        let meta = match fs::metadata(&full) {
            Ok(meta) => meta,
            Err(error) if missing(&error) => return Ok(None),
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                return Err(unreadable(error.to_string(), "check the permissions"));
            }
            Err(error) => {
                return Err(unreadable(
                    error.to_string(),
                    "replace it with a regular file",
                ));
            }
        };
        if meta.is_dir() {
            return Err(unreadable(
                "it is a folder".to_owned(),
                "rename the folder, or give the file that was meant",
            ));
        }
        if !meta.is_file() {
            return Err(unreadable(
                "it is not a regular file".to_owned(),
                "replace it with a regular file",
            ));
        }
        if meta.len() > FILE_LIMIT {
            return Err(unreadable(
                format!("it has {} bytes, the limit is {FILE_LIMIT}", meta.len()),
                "check that this is the file you meant: no manifest or lock is that long",
            ));
        }
        let known = self
            .spent
            .known(&full)
            .map_or_else(|| whole(&full, &meta), Ok);
        let bytes =
            known.map_err(|error| unreadable(error.to_string(), "check the permissions"))?;
        self.spent.read(&full, &bytes).map_err(|why| {
            unreadable(
                why,
                "check that this is the file you meant: no manifest or lock is that long",
            )
        })?;
        Ok(Some(bytes))
    }

    fn walked(&self) -> &Walk {
        self.walk.get_or_init(|| walk::walk(&self.root, &self.app))
    }
}

fn whole(full: &Path, meta: &fs::Metadata) -> std::io::Result<Arc<[u8]>> {
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0));
    fs::File::open(full)?
        .take(FILE_LIMIT)
        .read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

/// Reads a source file found by the walk into a buffer; `None` for what [`Tree::scan`] passes over.
fn load_source(root: &Path, path: &str, bytes: &mut Vec<u8>) -> Option<()> {
    let plain = |part| matches!(part, Component::Normal(_));
    let full = root.join(path);
    if !Path::new(path).components().all(plain) {
        return None;
    }
    let meta = fs::symlink_metadata(&full).ok()?;
    if !meta.is_file() || meta.len() > SOURCE_LIMIT {
        return None;
    }
    bytes.clear();
    let file = fs::File::open(&full).ok()?;
    file.take(SOURCE_LIMIT).read_to_end(bytes).ok()?;
    Some(())
}

/// Joins two context-relative paths with `/`; an empty or `.` first part adds nothing.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() || folder == "." {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// The line (from 1) of a byte offset.
pub fn line_of(bytes: &[u8], offset: usize) -> u32 {
    let before = &bytes[..offset.min(bytes.len())];
    let breaks = before.split(|byte| *byte == b'\n').count();
    u32::try_from(breaks).unwrap_or(u32::MAX)
}

fn missing(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
    )
}

fn folder_error(folder: &Path, why: &str) -> Error {
    Error::Disk {
        action: "open",
        path: folder.to_owned(),
        why: why.to_owned(),
        help: "give the folder of a Python project: `dockwright generate path/to/project`"
            .to_owned(),
    }
}
