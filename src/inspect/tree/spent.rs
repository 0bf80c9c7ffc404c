//! Counts what is read of a project, and refuses what would take more memory than any project needs: a parsed text takes many
//! times its length.

use std::cell::Cell;

/// No project's manifests and locks are longer together: 64 MiB.
const ALL: u64 = 64 << 20;

/// No manifest or lock has more lines, keys or values: those of uv have one in 66 bytes, and the largest real one known 90,000.
const PARTS: u64 = 200_000;

/// No project asks for more dependencies, its lock's packages among them: each takes 2 kB until it is planned.
const DEPENDENCIES: usize = 20_000;

/// What was read so far.
#[derive(Default)]
pub(in crate::inspect) struct Spent {
    bytes: Cell<u64>,
    parts: Cell<u64>,
    dependencies: Cell<usize>,
}

impl Spent {
    /// Another file.
    ///
    /// # Errors
    /// It is too much, alone or with those before: why.
    pub(super) fn read(&self, text: &[u8]) -> Result<(), String> {
        let parts = parts_of(text);
        if parts > PARTS {
            return Err(format!("it has {parts} parts, the limit is {PARTS}"));
        }
        self.bytes.set(self.bytes.get() + text.len() as u64);
        self.parts.set(self.parts.get() + parts);
        if self.bytes.get() > ALL || self.parts.get() > 2 * PARTS {
            return Err("it is too much with all the files before it".to_owned());
        }
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
        let spent = Spent::default();
        let file = "a\n".repeat(150_000);
        assert!(spent.read(file.as_bytes()).is_ok());
        assert!(spent.read(file.as_bytes()).is_ok());
        assert!(spent.read(file.as_bytes()).is_err());
        assert!(Spent::default().read(file.repeat(2).as_bytes()).is_err());
        for _ in 0..3 {
            spent.again();
            assert!(spent.found(DEPENDENCIES).is_ok());
        }
        assert!(spent.found(1).is_err());
    }
}
