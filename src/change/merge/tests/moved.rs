//! What meets only by its place: a port that was moved, a health check that was taken out.

use super::*;

const CHECKED: &str = "FROM a AS b\nEXPOSE 8000\n\nHEALTHCHECK --timeout=4s \\\n    CMD curl -f http://127.0.0.1:8000/\n\nCMD [\"serve\"]\n";

#[test]
fn a_health_check_that_was_taken_out_stays_out() {
    let next = CHECKED.replace("8000", "9000");
    let (before, rest) = CHECKED.split_once("HEALTHCHECK").unwrap();
    let after = &rest[rest.find("CMD [").unwrap()..];
    let disk = format!("{before}{after}");
    let wanted = disk.replace("8000", "9000");
    let merged = |disk: &str| merge(CHECKED, disk, &next, Syntax::Dockerfile, Prefer::Neither);
    assert_eq!(merged(&disk).as_deref(), Ok(wanted.as_str()));
    assert_eq!(merged(&wanted).as_deref(), Ok(wanted.as_str()), "again");
    // One that stands elsewhere follows; one that says another thing is its author's to judge.
    let elsewhere = disk.replace(
        "EXPOSE",
        "HEALTHCHECK --timeout=4s \\\n    CMD curl -f http://127.0.0.1:8000/\n\nEXPOSE",
    );
    assert_eq!(merged(&elsewhere), Ok(elsewhere.replace("8000", "9000")));
    let none = disk.replace("CMD [", "HEALTHCHECK NONE\n\nCMD [");
    assert!(merged(&none).is_err(), "{:?}", merged(&none));
}

#[test]
fn a_port_that_stands_elsewhere_is_the_new_one_there() {
    let next = CHECKED.replace("8000", "9000");
    let moved = |port: &str| {
        let after = format!("EXPOSE {port}\n\nCMD [");
        let rest = CHECKED.replace("EXPOSE 8000\n\n", "");
        rest.replace("CMD [", &after)
    };
    let wanted = moved("9000").replace(":8000", ":9000");
    let merged = |disk: &str| merge(CHECKED, disk, &next, Syntax::Dockerfile, Prefer::Neither);
    assert_eq!(merged(&moved("8000")).as_deref(), Ok(wanted.as_str()));
    assert!(merged(&moved("8080")).is_err(), "moved and changed");
}
