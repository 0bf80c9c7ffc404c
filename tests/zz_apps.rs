use dockwright::inspect::{tree::Tree, *};
use std::path::Path;
fn dirs(p: &Path, out: &mut Vec<std::path::PathBuf>) {
    out.push(p.to_path_buf());
    for e in std::fs::read_dir(p).unwrap().flatten() {
        if e.path().is_dir() {
            dirs(&e.path(), out)
        }
    }
}
#[test]
fn apps() {
    for app in std::fs::read_dir("/work/shared/apps")
        .unwrap()
        .flatten()
        .filter(|e| e.path().is_dir() && e.file_name() != "score")
    {
        let mut ds = vec![];
        dirs(&app.path(), &mut ds);
        for d in ds {
            let rel = d
                .strip_prefix(app.path())
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            let tree = Tree::open(&app.path(), &rel).unwrap();
            let mut w = vec![];
            println!("== {} [{}]", app.file_name().display(), rel);
            println!("  cand {:?}", requirements::candidates(&tree));
            println!(
                "  py {:?}",
                python::read(&tree, &mut w)
                    .map(|v| v.iter().map(|r| r.text.value.clone()).collect::<Vec<_>>())
            );
            for e in std::fs::read_dir(&d).unwrap().flatten() {
                let n = e.file_name().to_str().unwrap().to_owned();
                if n.ends_with(".txt") || n.ends_with(".in") {
                    match requirements::read(&tree, &tree.in_app(&n), &mut w) {
                        Ok(Some(f)) => println!(
                            "  {n}: {} reqs gen={:?} hashes={} inc={:?} con={:?} unnamed={} idx={}",
                            f.requirements.len(),
                            f.generator.map(|g| g.value),
                            f.hashes,
                            f.includes,
                            f.constraints,
                            f.requirements.iter().filter(|r| r.name.is_none()).count(),
                            f.options.indexes.len()
                        ),
                        Ok(None) => println!("  none"),
                        Err(e) => println!("  ERR {e}"),
                    }
                }
            }
            match pyproject::read(&tree, &tree.in_app("pyproject.toml"), &mut w) {
                Ok(Some(p)) => println!(
                    "  pyproject {:?} py={:?} deps={} extras={:?} groups={:?} pkg={} dyn={:?} meta={:?} scripts={} tools={:?}",
                    p.name.map(|n| n.value),
                    p.requires_python.map(|f| (f.value, f.at.line)),
                    p.dependencies.len(),
                    p.extras
                        .iter()
                        .map(|(k, v)| (k.clone(), v.len()))
                        .collect::<Vec<_>>(),
                    p.groups
                        .iter()
                        .map(|(k, v)| (k.clone(), v.requirements.len(), v.optional))
                        .collect::<Vec<_>>(),
                    p.package,
                    p.dynamic_files,
                    p.metadata_files,
                    p.scripts.len(),
                    p.tools
                ),
                Ok(None) => {}
                Err(e) => println!("  ERR {e}"),
            }
            match pipfile::read(&tree, &tree.in_app("Pipfile"), &mut w) {
                Ok(Some(p)) => println!("  pipfile {} {:?}", p.packages.len(), p.python),
                Ok(None) => {}
                Err(e) => println!("  ERR {e}"),
            }
            match setuptools::read(&tree, &rel, &mut w) {
                Ok(Some(p)) => println!("  setuptools {p:?}"),
                Ok(None) => {}
                Err(e) => println!("  ERR {e}"),
            }
            for x in w {
                println!("  WARN {x:?}");
            }
        }
    }
}
#[test]
fn nasty() {
    let tree = Tree::open(Path::new("/tmp/nasty"), "").unwrap();
    let mut w = vec![];
    let f = requirements::read(&tree, "requirements.txt", &mut w)
        .unwrap_or_else(|e| panic!("{e}"))
        .unwrap();
    let mut out = String::new();
    for (c, r) in f
        .requirements
        .iter()
        .map(|r| ("", r))
        .chain(f.constrained.iter().map(|r| ("C", r)))
    {
        out += &format!(
            "{} | {} [{}] {} {} {} {}\n",
            r.at,
            r.name.clone().unwrap_or("?".into()),
            r.extras
                .iter()
                .map(|e| format!("'{e}'"))
                .collect::<Vec<_>>()
                .join(", "),
            r.specifier,
            if r.editable { "E" } else { "" },
            c,
            if r.source == dockwright::facts::Source::Index {
                ""
            } else {
                "L"
            }
        );
    }
    std::fs::write("/tmp/ours.raw", out).unwrap();
    println!("{:#?} {w:#?}", f.options);
}
