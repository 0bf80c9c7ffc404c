//! Counts what is read of a project, and refuses what would take more memory than any project needs: a parsed text takes many
//! times its length.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// No project's manifests and locks are longer together, those of all its images among them: 64 MiB.
const ALL: u64 = 64 << 20;

/// No manifest or lock has more lines, keys or values: those of uv have one in 66 bytes, and the largest real one known 90,000.
const PARTS: u64 = 200_000;

/// Of all images together, which are read one after the other: ten as large as any.
const ALL_PARTS: u64 = 10 * PARTS;

/// No project asks for more dependencies, its lock's packages among them: each takes 2 kB until it is planned.
const DEPENDENCIES: usize = 20_000;

/// What was read so far: of one image's files, and of those of all images.
#[derive(Default)]
pub(in crate::inspect) struct Spent {
    all: Rc<All>,
    parts: Cell<u64>,
    dependencies: Cell<usize>,
}

/// What the trees of one run have in common.
#[derive(Default)]
struct All {
    bytes: Cell<u64>,
    parts: Cell<u64>,
    /// Each file once, by where it really lies: the members of a workspace have one lock.
    files: RefCell<BTreeMap<PathBuf, Arc<[u8]>>>,
}

impl Spent {
    /// For the files of another image.
    pub(super) fn beside(&self) -> Self {
        let all = Rc::clone(&self.all);
        Self {
            all,
            ..Self::default()
        }
    }

    /// What another image has read there.
    pub(super) fn known(&self, path: &Path) -> Option<Arc<[u8]>> {
        self.all.files.borrow().get(path).cloned()
    }

    /// Another file.
    ///
    /// # Errors
    /// It is too much, alone or with those before: why.
    pub(super) fn read(&self, path: &Path, text: &Arc<[u8]>) -> Result<(), String> {
        let parts = parts_of(text);
        if parts > PARTS {
            return Err(format!("it has {parts} parts, the limit is {PARTS}"));
        }
        let all = &self.all;
        self.parts.set(self.parts.get() + parts);
        all.parts.set(all.parts.get() + parts);
        if self.known(path).is_none() {
            all.bytes.set(all.bytes.get() + text.len() as u64);
        }
        let parts = self.parts.get() > 2 * PARTS || all.parts.get() > ALL_PARTS;
        if parts || all.bytes.get() > ALL {
            return Err("it is too much with all the files before it".to_owned());
        }
        let mut files = all.files.borrow_mut();
        files.insert(path.to_owned(), Arc::clone(text));
        Ok(())
    }

    /// The project is planned from the beginning, with the files that are read already.
    pub(in crate::inspect) fn again(&self) {
        self.dependencies.set(0);
    }

    /// More dependencies.
    ///
    /// # Errors
    /// There are more than any project has.
    pub(in crate::inspect) fn found(&self, more: usize) -> Result<(), String> {
        self.dependencies.set(self.dependencies.get() + more);
        if self.dependencies.get() > DEPENDENCIES {
            return Err(format!("more than {DEPENDENCIES} dependencies"));
        }
        Ok(())
    }
}

/// How many lines, keys, values or tables a text can have: whichever of the marks between them there are most of. A dot makes a
/// table in TOML's keys, and none in its values.
fn parts_of(bytes: &[u8]) -> u64 {
    let (mut counts, mut dots, mut in_key) = ([0_u64; 256], 0, true);
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
        match byte {
            b'\n' | b'\r' | b',' | b'{' => in_key = true,
            b'=' => in_key = false,
            b'.' if in_key => dots += 1,
            _ => {}
        }
    }
    let marks = b"\n\r,:=[{(";
    let counted = marks.iter().map(|mark| counts[usize::from(*mark)]);
    counted.fold(dots, u64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_s_parts_are_what_its_reader_makes_of_it() {
        for (text, parts) in [
            ("", 0),
            ("flask==1.2.3\ngunicorn\n", 2),
            ("a = [1, 2, 3, 4]", 3),
            ("a.b.c.d = 1.2.3.4.5.6", 3),
            ("[a.b.c.d]\n[e.f]", 4),
            ("x = { a.b.c = 1, d.e.f = 2 }", 4),
        ] {
            assert_eq!(parts_of(text.as_bytes()), parts, "{text}");
        }
    }

    #[test]
    fn files_add_up_and_dependencies_do_until_the_next_plan() {
        let file = |line: &str, times| Arc::from(line.repeat(times).as_bytes());
        let spent = Spent::default();
        let a: Arc<[u8]> = file("a\n", 150_000);
        assert!(spent.read(Path::new("a"), &a).is_ok());
        assert!(spent.read(Path::new("b"), &a).is_ok());
        assert!(spent.read(Path::new("c"), &a).is_err());
        let long = file("a\n", 300_000);
        assert!(Spent::default().read(Path::new("a"), &long).is_err());
        for _ in 0..3 {
            spent.again();
            assert!(spent.found(DEPENDENCIES).is_ok());
        }
        assert!(spent.found(1).is_err());
    }

    #[test]
    fn images_add_up_and_a_file_of_theirs_counts_once() {
        let first = Spent::default();
        let long: Arc<[u8]> = Arc::from("a".repeat(20 << 20).as_bytes());
        for _ in 0..100 {
            assert!(first.beside().read(Path::new("uv.lock"), &long).is_ok());
        }
        let read = |path: &str| first.beside().read(Path::new(path), &long);
        assert!(read("a").is_ok() && read("b").is_ok());
        assert!(read("c").is_err());
        let first = Spent::default();
        let lines: Arc<[u8]> = Arc::from(
            "a\n"
                .repeat(PARTS.try_into().unwrap_or(usize::MAX))
                .as_bytes(),
        );
        let read = |path: &str| first.beside().read(Path::new(path), &lines);
        assert!((0..10).all(|image| read(&image.to_string()).is_ok()));
        assert!(read("the eleventh").is_err());
    }
}
