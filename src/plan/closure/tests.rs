#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]
use super::*;
use crate::inspect::locks;
use crate::inspect::tree::Tree;

#[test]
fn dump() {
    let Ok(spec) = std::env::var("DUMP") else {
        return;
    };
    let mut parts = spec.split(':');
    let (dir, file, minor) = (
        parts.next().unwrap(),
        parts.next().unwrap(),
        parts.next().unwrap(),
    );
    let tree = Tree::open(std::path::Path::new(dir), "").unwrap();
    let mut w = vec![];
    let start = std::time::Instant::now();
    let lock = if file.ends_with("uv.lock") {
        locks::read_uv(&tree, file, &mut w)
    } else if file.ends_with("poetry.lock") {
        locks::read_poetry(&tree, file, &mut w)
    } else if file.ends_with("pdm.lock") {
        locks::read_pdm(&tree, file, &mut w)
    } else if file.ends_with("Pipfile.lock") {
        locks::read_pipenv(&tree, file, &mut w)
    } else {
        locks::read_pylock(&tree, file, &mut w)
    };
    let lock = match lock {
        Ok(l) => l.unwrap(),
        Err(e) => {
            println!("{e}");
            return;
        }
    };
    println!(
        "# {:?} {w:?} {:?} {:?}",
        start.elapsed(),
        lock.requires_python,
        lock.tool_version
    );
    let env = [Environment::linux(
        minor.parse().unwrap(),
        2,
        Platform::Amd64,
    )];
    let mut sel = Selection::default();
    for part in parts {
        match part.split_at(1) {
            ("+", g) => {
                sel.groups.insert(g.into());
            }
            (_, r) => {
                sel.extras.insert(r.into());
            }
        }
    }
    if let Ok(roots) = std::env::var("ROOTS") {
        for r in roots.split_whitespace() {
            let (n, e) = r.split_once('[').unwrap_or((r, ""));
            sel.roots.push(Root {
                name: n.into(),
                extras: e
                    .trim_end_matches(']')
                    .split(',')
                    .filter(|s| !s.is_empty())
                    .map(Into::into)
                    .collect(),
                ..Root::default()
            });
        }
    }
    for d in closure(&lock, &sel, &env) {
        println!(
            "{}=={} {:?} via {} {}",
            d.name,
            d.version.unwrap_or_default(),
            d.extras,
            d.via.join(">"),
            d.at
        );
    }
    println!(
        "# {:?}",
        serves(
            &lock,
            &sel,
            &env,
            crate::facts::Libc::Glibc(2, 41),
            &crate::facts::IndexOptions::default()
        )
    );
}
