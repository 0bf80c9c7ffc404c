//! Turns packages that a proof asked for into lines of `dockwright.toml` and newly generated files.

use super::Run;
use crate::change::{self, Options};
use crate::commands::record;
use crate::error::Error;
use crate::images;
use crate::inspect::context;
use crate::settings::{self, Settings};
use crate::verify::{Packages, Report};
use crate::{compared, planned};

/// The packages of a report that no settings ask for yet, or have taken out.
///
/// # Errors
/// The settings cannot be read.
pub(super) fn new(run: &Run<'_>, report: &Report) -> Result<Packages, Error> {
    let tree = context::open(&run.arguments.project.dir)?;
    let said = run.flags.clone().over(Settings::read(&tree)?).packages;
    let mut new = report.add.clone();
    for (names, said) in [(&mut new.build, &said.build), (&mut new.run, &said.run)] {
        names.retain(|name| {
            let is_said = |entry: &String| entry.trim_start_matches('!') == name;
            !said.iter().any(is_said)
        });
    }
    Ok(new)
}

/// Adds packages to `dockwright.toml`, none leave it alone, and generates: all files or none.
///
/// # Errors
/// As `generate`.
pub(super) fn write(run: &Run<'_>, new: &Packages) -> Result<(), Error> {
    let tree = context::open(&run.arguments.project.dir)?;
    let file = Settings::read_file(&tree)?;
    if !file.images.is_empty() {
        return Err(Error::Settings {
            what: "`--fix` cannot tell which of several images a line is for".to_owned(),
            at: None,
            help: "run `dockwright verify --only NAME`, and add what it says to `[images.NAME.packages]`"
                .to_owned(),
        });
    }
    let mut own = file.clone();
    own.packages.build.extend(new.build.iter().cloned());
    own.packages.run.extend(new.run.iter().cloned());
    let path = tree.in_app(settings::FILE);
    let before = tree
        .bytes(&path)?
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let under = own.clone().over(Settings::read_manifest(&tree)?);
    let settings = images::remembered(&tree, run.flags.clone().over(under))?;
    let plan = planned(&tree, &settings)?;
    let mut preview = compared(&tree, plan, Options::default())?;
    if !new.is_empty() {
        let text = own.rewrite(&file, before.as_deref())?;
        record::also_write(&mut preview, path, before, text);
    }
    if let Some(refusal) = change::refusal(&preview.changes) {
        return Err(refusal);
    }
    let lock = (preview.lock_path(), preview.record.to_text());
    change::write(&preview.root, &preview.changes, (&lock.0, &lock.1))
}
