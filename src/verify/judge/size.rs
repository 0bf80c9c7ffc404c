//! Turns an image's layers, distributions and packages into where its bytes are.

use super::Case;
use crate::verify::report::{Check, Layer, Sized, Sizes, bytes, total};

/// How large is it, and what for?
pub(super) fn check(case: &Case<'_>) -> Check {
    let image = case.image;
    let python = total(case.inside.distributions.iter().map(|one| one.size));
    let whole = image.size.map_or_else(|| "size unknown".to_owned(), bytes);
    let mut summary = format!("{whole}: distributions {}", bytes(python));
    if case.inside.base.is_some() {
        let packages = total(packages(case).map(|(_, size)| size));
        summary = format!("{summary}, system packages {}", bytes(packages));
    }
    if let Some(base) = image.base_size {
        summary = format!("{summary}, base {}", bytes(base));
    }
    Check::new("size", summary, Vec::new())
}

pub(super) fn sizes(case: &Case<'_>) -> Sizes {
    let distributions = case.inside.distributions.iter().map(|one| Sized {
        name: one.name.clone(),
        version: Some(one.version.clone()),
        size: one.size,
    });
    let packages = packages(case).map(|(name, size)| Sized {
        name: name.to_owned(),
        version: None,
        size,
    });
    Sizes {
        layers: case
            .image
            .layers
            .iter()
            .map(|(size, by)| Layer {
                size: *size,
                by: by.clone(),
            })
            .collect(),
        distributions: largest_first(distributions.collect()),
        packages: if case.inside.base.is_some() {
            largest_first(packages.collect())
        } else {
            Vec::new()
        },
        base: case.image.base_size,
    }
}

/// Packages that the base does not have.
fn packages<'a>(case: &'a Case<'_>) -> impl Iterator<Item = (&'a str, u64)> {
    let base = case.inside.base.as_ref();
    case.inside
        .system
        .packages
        .iter()
        .filter(move |(name, _)| base.is_none_or(|base| !base.packages.contains_key(*name)))
        .map(|(name, size)| (name.as_str(), *size))
}

fn largest_first(mut list: Vec<Sized>) -> Vec<Sized> {
    list.sort_by(|a, b| (b.size, &a.name).cmp(&(a.size, &b.name)));
    list
}
