//! The files that can be written beside the Dockerfile.

use std::fs;

use super::script::Reply::Toggle;
use super::script::{Project, SHOP, Script};
use crate::change::Options;
use crate::commands::init::draft;
use crate::settings::Settings;

#[test]
fn extras_are_switched_on_and_off() {
    let project = Project::new(&SHOP);
    fs::create_dir(project.0.path().join(".git")).unwrap();
    project.init(&[("Extras", Toggle(&["github workflow"]))]);
    let text = project.text("dockwright.toml").unwrap();
    assert!(text.ends_with("\nci = \"github\"\n"), "{text}");
    assert!(project.text(".github/workflows/dockwright.yml").is_some());
    project.is_settled();
    project.init(&[("Extras", Toggle(&["github workflow"]))]);
    assert!(!project.text("dockwright.toml").unwrap().contains("ci ="));
}

#[test]
fn a_folder_below_a_repository_is_offered_no_workflow() {
    let project = Project::new(&SHOP);
    fs::create_dir(project.0.path().join(".git")).unwrap();
    let below = project.0.path().join("services");
    fs::create_dir(&below).unwrap();
    for (path, text) in SHOP {
        fs::write(below.join(path), text).unwrap();
    }
    let mut script = Script::new(&[]);
    draft(
        &below,
        Settings::default(),
        Options::default(),
        false,
        Some(&mut script),
    )
    .unwrap();
    assert!(
        script.items["Extras"]
            .iter()
            .all(|item| !item.contains("workflow") && !item.contains("pre-commit"))
    );
}

#[test]
fn a_hook_is_written_or_told_to_who_has_others() {
    let project = Project::new(&SHOP);
    project.init(&[("Extras", Toggle(&["pre-commit hook"]))]);
    let text = project.text("dockwright.toml").unwrap();
    assert!(text.ends_with("\npre-commit = true\n"), "{text}");
    assert!(project.text(".pre-commit-config.yaml").is_some());
    project.is_settled();

    let project = Project::new(&SHOP);
    project.file(".pre-commit-config.yaml", "repos: []\n");
    let mut script = Script::new(&[("Extras", Toggle(&["pre-commit hook"]))]);
    let draft = project.draft(&mut script, Settings::default()).unwrap();
    let warnings = &draft.preview.plan.warnings;
    assert!(
        warnings.iter().any(|one| one.code == "hook-not-added"),
        "{warnings:?}"
    );
    assert!(!script.said.contains(".pre-commit-config.yaml"));
}
