//! Turns the plan into the text of each file; holds no knowledge of its own. The only importer of minijinja.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use crate::error::Error;
use crate::plan::quote::Comment;
use crate::plan::system::{Because, SystemPackage};
use crate::plan::{BuildPlan, Document};

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutFile {
    /// Path relative to the build context.
    pub path: String,
    /// Its text: LF line ends, a final newline.
    pub text: String,
}

/// Every template, embedded, under the name that others include it by.
const TEMPLATES: &[(&str, &str)] = &[
    (
        "compose.yaml.j2",
        include_str!("../templates/compose.yaml.j2"),
    ),
    ("Dockerfile.j2", include_str!("../templates/Dockerfile.j2")),
    (
        "dockerignore.j2",
        include_str!("../templates/dockerignore.j2"),
    ),
    (
        "ci/github.yml.j2",
        include_str!("../templates/ci/github.yml.j2"),
    ),
    (
        "ci/gitlab.yml.j2",
        include_str!("../templates/ci/gitlab.yml.j2"),
    ),
    (
        "docker-bake.hcl.j2",
        include_str!("../templates/docker-bake.hcl.j2"),
    ),
    ("frontend.j2", include_str!("../templates/frontend.j2")),
    ("macros.j2", include_str!("../templates/macros.j2")),
    (
        "pre-commit.yaml.j2",
        include_str!("../templates/pre-commit.yaml.j2"),
    ),
    (
        "managers/pip.j2",
        include_str!("../templates/managers/pip.j2"),
    ),
    (
        "managers/uv.j2",
        include_str!("../templates/managers/uv.j2"),
    ),
    (
        "managers/poetry.j2",
        include_str!("../templates/managers/poetry.j2"),
    ),
    (
        "managers/pdm.j2",
        include_str!("../templates/managers/pdm.j2"),
    ),
    (
        "managers/pipenv.j2",
        include_str!("../templates/managers/pipenv.j2"),
    ),
    (
        "managers/pylock.j2",
        include_str!("../templates/managers/pylock.j2"),
    ),
    (
        "managers/project.j2",
        include_str!("../templates/managers/project.j2"),
    ),
];

/// Renders every file of the plan.
///
/// # Errors
/// The plan has no start command; or a bug: a template that does not fit the plan.
pub fn render(plan: &BuildPlan) -> Result<Vec<OutFile>, Error> {
    if plan.runtime.command.is_none() {
        return Err(no_command(plan));
    }
    let [dockerfile, dockerignore] = plan.image_files();
    let mut files = vec![
        OutFile {
            path: dockerfile,
            text: text("Dockerfile.j2", &dockerfile_context(&plan.pinned()))?,
        },
        OutFile {
            path: dockerignore,
            text: text("dockerignore.j2", &context! {})?,
        },
    ];
    for document in &plan.documents {
        files.push(self::document(document)?);
    }
    Ok(files)
}

/// Renders one document.
///
/// # Errors
/// A bug: a template that does not fit its data.
pub fn document(document: &Document) -> Result<OutFile, Error> {
    Ok(OutFile {
        path: document.path.clone(),
        text: text(document.template, &Value::from(Serde(&document.data)))?,
    })
}

fn no_command(plan: &BuildPlan) -> Error {
    if let Some(error) = &plan.start.open {
        return error.clone();
    }
    Error::Undecided {
        what: "no start command was found".to_owned(),
        evidence: plan.start.looked.clone(),
        help: "say it: `dockwright generate --command 'python main.py'`, or `--app module:object` for a web application"
            .to_owned(),
        offers: Vec::new(),
    }
}

fn text(template: &str, context: &Value) -> Result<String, Error> {
    environment()
        .get_template(template)
        .and_then(|template| template.render(context))
        .map(|text| tidy(&text))
        .map_err(|error| Error::Internal {
            what: format!("{error:#}"),
        })
}

fn environment() -> &'static Environment<'static> {
    static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        environment.set_syntax(syntax());
        for &(name, source) in TEMPLATES {
            environment
                .add_template(name, source)
                .unwrap_or_else(|error| unreachable!("embedded template {name}: {error:#}"));
        }
        environment
    })
}

/// A block's own line leaves no trace.
fn syntax() -> SyntaxConfig {
    SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .unwrap_or_else(|error| unreachable!("the default delimiters are valid: {error}"))
}

/// One blank line between blocks, none at the start, one newline at the end: blocks may come and go without a trace.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = true;
    for line in text.lines() {
        let line = line.trim_end();
        if line.is_empty() {
            blank = true;
            continue;
        }
        if blank && !out.is_empty() {
            out.push('\n');
        }
        blank = false;
        out.push_str(line);
        out.push('\n');
    }
    out
}

fn dockerfile_context(plan: &BuildPlan) -> Value {
    let tool = plan.base.tool.name();
    let in_builder = builder_packages(plan);
    context! {
        syntax => plan.syntax.clone(),
        base => Serde(&plan.base),
        builder => context! {
            packages => Serde(names(&in_builder)),
            before => before(&in_builder),
            comments => Serde(reasons(&in_builder)),
            tool,
        },
        frontend => plan.frontend.as_ref().map(|stage| Value::from(Serde(stage))),
        install => Serde(&plan.install),
        source => Serde(&plan.source),
        additions => Serde(&plan.additions),
        user => context! {
            name => plan.user.name.clone(),
            uid => plan.user.uid,
            gid => plan.user.gid,
            home => plan.user.home.clone(),
            without => without(&plan.base.seeded),
            tool,
        },
        runtime => context! {
            packages => Serde(names(&plan.system.run)),
            before => before(&plan.system.run),
            comments => Serde(reasons(&plan.system.run)),
            tool,
            port => plan.start.port,
            stop_signal => plan.start.stop_signal.clone(),
            init => plan.start.init.is_some(),
            ..Value::from(Serde(&plan.runtime))
        },
    }
}

/// What the builder gets: where the application itself runs there (`collectstatic`), the libraries that it loads as well.
fn builder_packages(plan: &BuildPlan) -> Vec<SystemPackage> {
    let mut packages = plan.system.build.clone();
    if plan.source.prepared {
        for package in &plan.system.run {
            if !packages.iter().any(|other| other.name == package.name) {
                packages.push(package.clone());
            }
        }
        packages.sort_by(|a, b| a.name.cmp(&b.name));
    }
    packages
}

/// The command that takes the base's own installers out, with what leads to the next one.
fn without(seeded: &[String]) -> String {
    if seeded.is_empty() {
        String::new()
    } else {
        format!(
            "pip uninstall --yes --root-user-action=ignore {} \\\n    && ",
            seeded.join(" ")
        )
    }
}

fn names(packages: &[SystemPackage]) -> Vec<&str> {
    packages
        .iter()
        .map(|package| package.name.as_str())
        .collect()
}

/// The commands that must have run before these are installed, each once.
fn before(packages: &[SystemPackage]) -> Vec<&'static str> {
    let commands: BTreeSet<&str> = packages
        .iter()
        .filter_map(|package| package.before)
        .collect();
    commands.into_iter().collect()
}

/// One comment for each reason, with all the packages that share it.
fn reasons(packages: &[SystemPackage]) -> Vec<Comment> {
    let mut by_reason: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for package in packages {
        let whom: Vec<String> = package.because.iter().map(Because::sentence).collect();
        let whom = if whom.is_empty() {
            "asked for".to_owned()
        } else {
            whom.join("; ")
        };
        by_reason.entry(whom).or_default().push(&package.name);
    }
    let mut comments: Vec<Comment> = by_reason
        .into_iter()
        .map(|(reason, names)| Comment::new(&format!("{}: {reason}", names.join(", "))))
        .collect();
    comments.sort();
    comments
}
