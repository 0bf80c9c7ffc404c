//! Turns who runs the image into findings.

use super::Case;
use crate::verify::report::{Check, Finding};

/// Is the user not root, and can it not change the code?
pub(super) fn check(case: &Case<'_>) -> Check {
    let user = &case.inside.user;
    let said = &case.image.user;
    let mut findings = Vec::new();
    if user.uid == 0 {
        findings.push(
            Finding::failed("the image runs as root")
                .help("end the Dockerfile with a numeric `USER`, such as `USER 10001:10001`"),
        );
    } else {
        if user.gid == 0 {
            findings.push(Finding::warned("the user's group is root's"));
        }
        let numeric = |id: &str| !id.is_empty() && id.chars().all(|c| c.is_ascii_digit());
        if !said.is_empty() && !said.split(':').all(numeric) {
            findings.push(
                Finding::warned(format!("`USER {said}` is a name")).help(format!(
                    "write `USER {}:{}`: Kubernetes' runAsNonRoot cannot judge a name",
                    user.uid, user.gid
                )),
            );
        }
        if !user.writable.is_empty() {
            findings.push(
                Finding::warned("the process can change its own code")
                    .shown(user.writable.iter().take(3).cloned())
                    .help("copy it as root and readable: `COPY --chmod=755 . /app` before `USER`"),
            );
        }
    }
    let summary = match user.uid {
        0 => "root".to_owned(),
        uid => format!("{uid}:{}, not root", user.gid),
    };
    Check::new("user", summary, findings)
}

/// Are there places to write to?
pub(super) fn home(case: &Case<'_>) -> Check {
    let user = &case.inside.user;
    let mut findings = Vec::new();
    let home = &user.home;
    if !user.home_exists {
        findings.push(
            Finding::failed(format!("the home {home} does not exist"))
                .help("create it for the user, and say so: `ENV HOME=/home/app`"),
        );
    } else if !user.home_writable {
        findings.push(
            Finding::failed(format!("the home {home} cannot be written to"))
                .help("give it to the user: `install --directory --owner=10001 --group=0 --mode=0770 /home/app`"),
        );
    }
    if user.temporary.is_none() {
        findings.push(
            Finding::failed("neither /tmp nor /var/tmp can be written to")
                .help("make /tmp with mode 1777"),
        );
    }
    let temporary = user
        .temporary
        .as_deref()
        .unwrap_or("no folder for temporary files");
    let summary = match findings.len() {
        0 => format!("{home} and {temporary} can be written to"),
        _ => format!("{home}; {temporary}"),
    };
    Check::new("home", summary, findings)
}
