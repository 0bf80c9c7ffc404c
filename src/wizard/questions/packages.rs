//! The questions about system packages.

use crate::plan::BuildPlan;
use crate::plan::system::{Because, SystemPackage};
use crate::wizard::Now;
use crate::wizard::form::{Form, Item};

/// Asked where something is compiled, or was asked for.
pub(super) fn build(now: &Now<'_>) -> Option<Form> {
    let form = packages(now, |plan| &plan.system.build);
    form.filter(|form| !matches!(form, Form::Names { items, .. } if items.is_empty()))
}

pub(super) fn run(now: &Now<'_>) -> Option<Form> {
    packages(now, |plan| &plan.system.run)
}

/// What is found and what is asked for; the reasons are told once for all packages that share them.
fn packages(now: &Now<'_>, of: fn(&BuildPlan) -> &Vec<SystemPackage>) -> Option<Form> {
    let found = of(now.bare?);
    let current = of(now.plan);
    let has = |list: &[SystemPackage], name: &str| list.iter().any(|one| one.name == name);
    let mut all: Vec<&SystemPackage> = found
        .iter()
        .chain(current.iter().filter(|one| !has(found, &one.name)))
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    let items = all
        .iter()
        .map(|package| Item {
            name: package.name.clone(),
            label: format!("{}  {}", package.name, whom(package)),
            found: has(found, &package.name),
            taken: has(current, &package.name),
        })
        .collect();
    let reasons = reasons(&all);
    Some(Form::Names { reasons, items })
}

/// Who needs it.
fn whom(package: &SystemPackage) -> String {
    let mut names: Vec<&str> = package
        .because
        .iter()
        .map(|because| because.requirement.as_str())
        .collect();
    names.dedup();
    if names.is_empty() {
        "asked for".to_owned()
    } else {
        format!("for {}", names.join(", "))
    }
}

/// A line for each reason, with all the packages that share it.
fn reasons(packages: &[&SystemPackage]) -> Vec<String> {
    let mut groups: Vec<(&[Because], Vec<&str>)> = Vec::new();
    for package in packages.iter().filter(|one| !one.because.is_empty()) {
        match groups.iter_mut().find(|(why, _)| *why == package.because) {
            Some((_, names)) => names.push(&package.name),
            None => groups.push((&package.because, vec![&package.name])),
        }
    }
    let line = |(why, names): (&[Because], Vec<&str>)| {
        let why: Vec<String> = why.iter().map(Because::sentence).collect();
        format!("  {}: {}", names.join(", "), why.join("; "))
    };
    groups.into_iter().map(line).collect()
}
