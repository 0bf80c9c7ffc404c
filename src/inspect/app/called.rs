//! Turns classes that a framework's command calls by a name of their own into those names.

use super::corpus::{Corpus, Source};
use crate::catalogue::frameworks::{self, Calls};
use crate::facts::app::Called;
use crate::facts::{Found, Place};
use crate::inspect::syntax::Class;
use crate::inspect::tree::Tree;

/// The named classes of every framework whose marker lies in the application's folder, in the order of files and lines.
pub(super) fn read(
    tree: &Tree,
    corpus: &Corpus,
    place: &dyn Fn(&str, u32) -> Place,
) -> Vec<Found<Called>> {
    let mut out = Vec::new();
    for (framework, table) in frameworks::all() {
        let Some(calls) = &table.calls else {
            continue;
        };
        if !tree.is_file(&tree.in_app(&calls.marker)) {
            continue;
        }
        for source in &corpus.sources {
            let classes = source.outline.classes.iter();
            let of = |class: &&Class| class.bases.iter().any(|base| base.ends_with(&calls.base));
            out.extend(classes.filter(of).filter_map(|class| {
                let framework = framework.clone();
                let name = name(source, class, calls)?;
                Some(Found::new(
                    Called { framework, name },
                    place(&source.path, class.line),
                ))
            }));
        }
    }
    out
}

/// The name that a class gives itself.
fn name(source: &Source, class: &Class, calls: &Calls) -> Option<String> {
    let outline = &source.outline;
    let mut others = outline.classes.iter().map(|other| other.line);
    let end = others.find(|line| *line > class.line).unwrap_or(u32::MAX);
    let inside = |line: u32| line > class.line && line < end;
    let assigned = outline.assigns.iter().find_map(|one| {
        let its = one.within.class && one.within.function.is_none() && inside(one.line);
        (its && one.target == calls.attribute).then_some(&one.value)
    });
    let annotated = || {
        let mut fields = outline.fields.iter();
        let field = fields.find(|one| inside(one.line) && one.name == calls.attribute)?;
        field.value.as_ref()
    };
    let name = assigned.or_else(annotated)?.as_text()?;
    // Another would be an option, or words.
    let plain = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    (!name.starts_with('-') && !name.is_empty() && name.chars().all(plain)).then(|| name.to_owned())
}
