//! The question for files for the browser.

use super::script::{Project, Reply, SHOP, write};
use crate::change::Options;
use crate::commands::init::draft;
use crate::settings::Settings;

const MANIFEST: &str = "{\"scripts\": {\"build\": \"vite build\"}}";

fn shop() -> Project {
    let project = Project::new(&SHOP);
    project.file("package.json", MANIFEST);
    project.file("package-lock.json", "{}");
    project
}

#[test]
fn to_build_them_is_proposed_and_can_be_refused() {
    let project = shop();
    project.init(&[]);
    let settings = project.text("dockwright.toml").unwrap();
    assert!(settings.contains("frontend = \".\""), "{settings}");
    project.is_settled();

    let project = shop();
    project.init(&[("Front end to build", Reply::Pick("none"))]);
    assert_eq!(project.text("dockwright.toml"), None);
}

#[test]
fn nobody_asked_takes_the_proposal_where_it_can_be_planned() {
    let unasked = |project: &Project| {
        let folder = project.0.path();
        write(&draft(folder, Settings::default(), Options::default(), false, None).unwrap())
            .unwrap();
        project.text("dockwright.toml")
    };
    assert!(unasked(&shop()).unwrap().contains("frontend = \".\""));
    let project = Project::new(&SHOP);
    project.file("package.json", "{\"scripts\": {\"build\": \"node x.js\"}}");
    assert_eq!(unasked(&project), None);
}
