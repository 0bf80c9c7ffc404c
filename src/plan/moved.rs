//! Turns imports of names that newer releases of a distribution have no more into warnings, where such a release is installed.

use std::collections::BTreeMap;

use super::closure::Distribution;
use crate::catalogue::moved::{self, Moved};
use crate::facts::{Found, Warning};

/// More names than these are counted.
const SHOWN: usize = 3;

/// What one release took away, as far as the sources import it.
struct Taken<'a> {
    of: &'static str,
    row: &'static Moved,
    imports: Vec<&'a Found<String>>,
}

/// A warning for each release that took names away; `newest` tells whether a distribution that nothing names would come in its newest
/// release.
pub(super) fn warnings(
    imports: &[Found<String>],
    distributions: &[Distribution],
    newest: &dyn Fn(&str) -> bool,
) -> Vec<Warning> {
    let mut all: BTreeMap<(&str, &str), Taken<'_>> = BTreeMap::new();
    for import in imports {
        if let Some((of, row)) = moved::all().get(&*import.value) {
            let fresh = || Taken {
                of,
                row,
                imports: Vec::new(),
            };
            let taken = all.entry((of, &row.names[0])).or_insert_with(fresh);
            taken.imports.push(import);
        }
    }
    let missed = all
        .values()
        .filter(|taken| taken.is_missed(distributions, newest));
    missed.map(Taken::warning).collect()
}

impl Taken<'_> {
    /// Will a release without the names be there?
    fn is_missed(&self, distributions: &[Distribution], newest: &dyn Fn(&str) -> bool) -> bool {
        let brings = |one: &Distribution| {
            let mut through = self.row.through.iter();
            through.any(|by| by.name == one.name && by.versions.contains(one.newest()))
        };
        match distributions.iter().find(|one| one.name == self.of) {
            Some(one) => self.row.gone().contains(one.newest()),
            None => newest(self.of) && distributions.iter().any(brings),
        }
    }

    fn warning(&self) -> Warning {
        let shown = self.imports.iter().take(SHOWN).map(|import| &*import.value);
        let names = shown.collect::<Vec<_>>().join(", ");
        let names = match self.imports.len().checked_sub(SHOWN) {
            Some(more @ 1..) => format!("{names} and {more} more"),
            _ => names,
        };
        let (message, help) = self.row.told(self.of, &names);
        Warning::new("name-removed", message, help).at(self.imports[0].at.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Place;

    /// What is said of these imports beside `name`, `name==version` and `name<ceiling`.
    fn said(imports: &[&str], beside: &[&str], free: bool) -> Vec<String> {
        let found = |name: &&str| Found::new((*name).to_owned(), Place::new("app.py", 2));
        let one = |text: &&str| {
            let (name, version) = text
                .split_once("==")
                .map_or((*text, None), |(n, v)| (n, Some(v)));
            let (name, ceiling) = name
                .split_once('<')
                .map_or((name, None), |(n, c)| (n, Some(c)));
            Distribution {
                name: name.to_owned(),
                version: version.map(str::to_owned),
                ceiling: ceiling.map(str::to_owned),
                ..Distribution::default()
            }
        };
        let imports: Vec<_> = imports.iter().map(found).collect();
        let beside: Vec<_> = beside.iter().map(one).collect();
        let all = warnings(&imports, &beside, &|_| free);
        assert!(all.iter().all(|one| one.code == "name-removed"));
        all.into_iter()
            .map(|one| format!("{}; {}", one.message, one.help))
            .collect()
    }

    #[test]
    fn a_release_that_has_the_name_no_more_is_told() {
        let markup = ["flask.Markup"];
        let told = "the sources import flask.Markup, which flask 3 has no more; \
                    import it from markupsafe, or require `flask<3`";
        assert_eq!(said(&markup, &["flask"], true), [told]);
        assert_eq!(said(&markup, &["flask==3.0.0"], false), [told]);
        for held in ["flask==2.3.3", "flask<2.99999", "gunicorn"] {
            assert!(said(&markup, &[held], true).is_empty(), "{held}");
        }
    }

    #[test]
    fn what_something_else_brings_is_the_newest_where_nothing_holds_it() {
        let settings = ["pydantic.BaseSettings"];
        assert_eq!(said(&settings, &["fastapi"], true).len(), 1);
        assert!(said(&settings, &["fastapi==0.99.1"], true).is_empty());
        assert!(said(&settings, &["fastapi", "pydantic==1.10.26"], true).is_empty());
        assert!(said(&settings, &["fastapi"], false).is_empty());
    }

    #[test]
    fn many_names_are_one_warning() {
        let names = moved::all()
            .iter()
            .filter(|(_, (of, _))| *of == "langchain");
        let names: Vec<&str> = names.map(|(name, _)| *name).collect();
        let said = said(&names, &["langchain"], true);
        assert_eq!(said.len(), 1, "{said:?}");
        let more = format!(
            " and {} more, which langchain 1 has no more",
            names.len() - SHOWN
        );
        assert!(said[0].contains(&more), "{said:?}");
    }
}
