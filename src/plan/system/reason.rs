//! The words of each decision about system packages.

use crate::catalogue::Suite;
use crate::facts::{Platform, Warning};
use crate::plan::closure::Distribution;

use super::Target;
use super::view::{Form, View};

/// Why a known distribution is compiled.
pub(super) fn compiled(
    one: &Distribution,
    form: Form,
    on: &[Platform],
    target: &Target,
    view: &View,
) -> String {
    let cause = cause(one, form, on, target);
    match view.links {
        [] => format!("{cause}: it is compiled"),
        links => format!("{cause}: it is compiled against {}", list(links)),
    }
}

/// Why an unknown distribution is taken for native code.
pub(super) fn compiled_stranger(
    one: &Distribution,
    form: Form,
    on: &[Platform],
    target: &Target,
) -> String {
    let cause = cause(one, form, on, target);
    format!(
        "{cause}, and those for other targets hold compiled code: it is compiled, from C or C++"
    )
}

fn cause(one: &Distribution, form: Form, on: &[Platform], target: &Target) -> String {
    let here = format!("Python 3.{}{}", target.python_minor, some(on, target));
    match form {
        Form::Forced => "may not come as a wheel, says the project".to_owned(),
        Form::Checkout => "is installed from a checkout".to_owned(),
        Form::Sources => "is installed from its sources".to_owned(),
        Form::NoWheelInLock => format!("has no wheel for {here} in {}", one.at.file),
        Form::NoWheelOnIndex | Form::Wheel | Form::Missing => {
            format!("has no wheel for {here} on the index")
        }
    }
}

/// Why the runtime stage needs a package.
pub(super) fn runs(view: &View, on: &[Platform], target: &Target) -> String {
    let mut parts = Vec::new();
    if !view.links.is_empty() {
        parts.push(format!("links {}", list(view.links)));
    }
    if !view.loads.is_empty() {
        parts.push(format!("loads {}", list(view.loads)));
    }
    if !view.runs.is_empty() {
        parts.push(format!("runs {}", list(view.runs)));
    }
    let text = if parts.is_empty() {
        format!("needs it: {}", view.why)
    } else {
        parts.join(", ")
    };
    format!("{text}{}", some(on, target))
}

/// ` on linux/arm64`, where it is not all platforms of the image.
fn some(on: &[Platform], target: &Target) -> String {
    if on.len() == target.platforms.len() {
        return String::new();
    }
    let platforms: Vec<&str> = on.iter().map(|platform| platform.docker()).collect();
    format!(" on {}", platforms.join(" and "))
}

/// `a`, `a and b`, `a, b and c`.
fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// An sdist that neither the catalogue nor the lock says anything about.
pub(super) fn sdist_unknown(one: &Distribution) -> Warning {
    Warning::new(
        "sdist-unknown",
        format!("{} comes as source only, and whether it must be compiled is not known: no compiler is added", named(one)),
        "run `dockwright verify`; if the build asks for a compiler, add `g++` to the builder's packages in `dockwright.toml`",
    )
    .at(one.at.clone())
}

/// A package that may be wanted and is not added.
pub(super) fn suggested(who: &str, view: &View) -> Warning {
    Warning::new(
        "package-suggested",
        format!(
            "{who} may need {} in the image: {}",
            list(view.run),
            view.why
        ),
        format!(
            "if so, add to the runtime's packages in `dockwright.toml`: {}",
            view.run.join(", ")
        ),
    )
}

/// The needs on Alpine are not written down.
pub(super) fn unknown_on_alpine(one: &Distribution) -> Warning {
    Warning::new(
        "alpine-unknown",
        format!("what {} needs on Alpine is not known", named(one)),
        "use `--base slim`, or add its packages in `dockwright.toml`",
    )
    .at(one.at.clone())
}

/// The suite does not ship what is needed.
pub(super) fn suite_lacks(who: &str, view: &View, here: Suite, other: Suite) -> Warning {
    let (here, other) = (here.name(), other.name());
    let what = match view.runs {
        [] => "a package".to_owned(),
        runs => list(runs),
    };
    Warning::new(
        "suite-lacks-package",
        format!("{who} needs {what}, which Debian {here} does not ship"),
        format!("use `--suite {other}`, or replace what needs it"),
    )
}

pub(super) fn named(one: &Distribution) -> String {
    match &one.version {
        Some(version) => format!("{} {version}", one.name),
        None => one.name.clone(),
    }
}
