//! Files for the browser: from a `package.json` beside an application to the stage that builds them.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use std::fs;

use dockwright::error::Error;
use dockwright::plan::BuildPlan;
use dockwright::settings::Settings;
use tempfile::TempDir;

const FLASK: [(&str, &str); 2] = [
    ("requirements.txt", "flask==3.1.2\ngunicorn==23.0.0\n"),
    (
        "app.py",
        "from flask import Flask\n\napp = Flask(__name__)\n",
    ),
];

/// A Flask application, and what lies beside it.
fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, text) in FLASK.iter().chain(files) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn planned(folder: &TempDir, frontend: Option<&str>) -> Result<BuildPlan, Error> {
    let settings = Settings {
        frontend: frontend.map(str::to_owned),
        ..Settings::default()
    };
    dockwright::plan_for(folder.path(), settings).map(|planned| planned.plan)
}

/// The stage as it is written, and the codes of warnings about it.
fn stage(frontend: &str, files: &[(&str, &str)]) -> (String, Vec<&'static str>) {
    let plan = planned(&project(files), Some(frontend)).unwrap();
    let text = dockwright::render::render(&plan).unwrap().remove(0).text;
    let stage = text.split("\nFROM ").nth(1).unwrap();
    assert!(stage.contains(" AS frontend\n"), "{text}");
    let mut copies = text
        .lines()
        .filter(|line| line.starts_with("COPY --from=frontend"));
    let copies = copies.next().unwrap_or_default();
    (format!("FROM {stage}{copies}"), codes(&plan))
}

fn codes(plan: &BuildPlan) -> Vec<&'static str> {
    let codes = plan.warnings.iter().map(|warning| warning.code);
    codes
        .filter(|code| code.starts_with("frontend") || code.starts_with("node"))
        .collect()
}

fn package(rest: &str) -> String {
    format!("{{\n\"scripts\": {{ \"build\": \"vite build\" }}{rest}\n}}\n")
}

#[test]
fn the_lock_decides_the_manager_and_the_configuration_the_folder() {
    let (text, codes) = stage(
        "web",
        &[
            ("web/package.json", &package("")),
            ("web/yarn.lock", "# yarn lockfile v1\n"),
            (
                "web/vite.config.ts",
                "export default {\n  build: { outDir: '../static/web' },\n}\n",
            ),
        ],
    );
    assert_eq!(codes, Vec::<&str>::new());
    assert_eq!(
        text,
        "FROM --platform=$BUILDPLATFORM node:24-trixie-slim AS frontend\n\n\
         WORKDIR /app/web\n\n\
         RUN --mount=type=cache,id=npm,target=/root/.npm \\\n    \
         npm install --global --force --no-audit --no-fund yarn@1.22.22\n\n\
         COPY web/package.json web/yarn.lock ./\n\
         RUN --mount=type=cache,id=yarn,target=/usr/local/share/.cache/yarn \\\n    \
         yarn install --frozen-lockfile\n\n\
         COPY web ./\n\n\
         RUN yarn run build\n\
         COPY --from=frontend --chmod=755 /app/static/web /app/static/web"
    );
}

#[test]
fn what_the_project_pins_is_installed() {
    let berry = "__metadata:\n  version: 8\n";
    for (manifest, lock, text, command) in [
        (
            ", \"packageManager\": \"pnpm@9.1.0+sha512.aa\"",
            "pnpm-lock.yaml",
            "lockfileVersion: '9.0'\n",
            "pnpm@9.1.0",
        ),
        (
            "",
            "pnpm-lock.yaml",
            "lockfileVersion: '6.0'\n",
            "pnpm@8.15.9",
        ),
        ("", "yarn.lock", berry, "@yarnpkg/cli-dist@4.18.1"),
        (
            ", \"packageManager\": \"yarn@4.5.0\"",
            "yarn.lock",
            berry,
            "@yarnpkg/cli-dist@4.5.0",
        ),
    ] {
        let lock = format!("web/{lock}");
        let (stage, codes) = stage(
            "web",
            &[("web/package.json", &package(manifest)), (&lock, text)],
        );
        assert!(stage.contains(&format!("--no-fund {command}\n")), "{stage}");
        assert_eq!(codes, Vec::<&str>::new());
    }
    // What is no version never becomes a word of the shell.
    let manifest = package(", \"packageManager\": \"pnpm@$(id)\"");
    let (stage, _) = stage("web", &[("web/package.json", &manifest)]);
    assert!(!stage.contains("id)"), "{stage}");
}

#[test]
fn node_is_the_version_that_is_asked_for() {
    let node = |files: &[(&str, &str)]| {
        let (text, codes) = stage("web", files);
        let image = text.lines().next().unwrap().split(' ').nth(2).unwrap();
        (image.to_owned(), codes)
    };
    let manifest = package(", \"engines\": { \"node\": \">=18\" }");
    let lock = ("web/package-lock.json", "{}");
    let engines = ("web/package.json", manifest.as_str());
    assert_eq!(node(&[engines, lock]).0, "node:24-trixie-slim");
    let nvmrc = node(&[engines, lock, (".nvmrc", "v22.11.0\n")]);
    assert_eq!(nvmrc, ("node:22-trixie-slim".to_owned(), vec![]));
    let old = node(&[engines, lock, (".nvmrc", "18\n")]);
    assert_eq!(
        old,
        ("node:18-bookworm-slim".to_owned(), vec!["node-ended"])
    );
    let odd = node(&[engines, lock, (".nvmrc", "lts/argon\n")]);
    assert_eq!(
        odd,
        ("node:24-trixie-slim".to_owned(), vec!["node-version"])
    );
}

#[test]
fn what_the_script_writes_is_found_or_said_to_be_a_guess() {
    let outputs = |script: &str, more: &[(&str, &str)]| {
        let manifest = format!(
            "{{\"scripts\": {{\"build\": \"{script}\"}}, \"devDependencies\": {{\"webpack\": \"5\"}}}}"
        );
        let mut files = vec![
            ("web/package.json", manifest.as_str()),
            ("web/package-lock.json", "{}"),
        ];
        files.extend(more);
        let plan = planned(&project(&files), Some("web")).unwrap();
        (
            plan.frontend.as_ref().unwrap().outputs.join(" "),
            codes(&plan),
        )
    };
    let fine = Vec::<&str>::new();
    for (script, expected) in [
        ("vite build --outDir ../static", "static"),
        ("BUILD_PATH=../app/build react-scripts build", "app/build"),
        ("react-scripts build", "web/build"),
        (
            "tailwindcss -i in.css -o ../static/css/site.css",
            "static/css/site.css",
        ),
        (
            "esbuild src/a.ts --bundle --outfile=out/a.js && tailwindcss -o out/a.css",
            "web/out/a.js web/out/a.css",
        ),
        ("npm run build:css && npm run build:js", "web/dist"),
    ] {
        assert_eq!(
            outputs(script, &[]),
            (expected.to_owned(), fine.clone()),
            "{script}"
        );
    }
    let webpack = "module.exports = {\n  output: {\n    path: path.resolve(__dirname, '..', 'static', 'bundles'),\n  },\n}\n";
    let found = outputs(
        "webpack --mode production",
        &[("web/webpack.config.js", webpack)],
    );
    assert_eq!(found, ("static/bundles".to_owned(), fine));
    let computed = "module.exports = { output: { path: where() } }\n";
    let guess = outputs("webpack", &[("web/webpack.config.js", computed)]);
    assert_eq!(guess, ("web/dist".to_owned(), vec!["frontend-output"]));
    let outside = "export default { build: { outDir: '../../../etc' } }\n";
    let guess = outputs("vite build", &[("web/vite.config.js", outside)]);
    assert_eq!(guess, ("web/dist".to_owned(), vec!["frontend-output"]));
}

#[test]
fn a_folder_that_nobody_asked_for_is_named_unless_its_files_are_committed() {
    let manifest = package("");
    let web = ("web/package.json", manifest.as_str());
    assert_eq!(
        codes(&planned(&project(&[web]), None).unwrap()),
        ["frontend-unbuilt"]
    );
    let committed = project(&[web, ("web/dist/index.html", "x")]);
    assert_eq!(
        codes(&planned(&committed, None).unwrap()),
        Vec::<&str>::new()
    );
    let ignored = project(&[web, ("web/dist/index.html", "x"), (".gitignore", "dist/\n")]);
    assert_eq!(
        codes(&planned(&ignored, None).unwrap()),
        ["frontend-unbuilt"]
    );
    let none = project(&[
        ("package.json", "{\"scripts\": {\"lint\": \"eslint\"}}"),
        ("docs/package.json", &manifest),
        ("broken/package.json", "{"),
    ]);
    assert_eq!(codes(&planned(&none, None).unwrap()), Vec::<&str>::new());
}

#[test]
fn a_folder_that_builds_nothing_is_refused_with_those_that_do() {
    let manifest = package("");
    let folder = project(&[("web/package.json", &manifest)]);
    let error = planned(&folder, Some("frontend")).unwrap_err();
    assert_eq!(
        error.headline(),
        "no package.json with a `build` script in frontend"
    );
    assert!(
        error.to_string().contains("choose one: `--frontend web`"),
        "{error}"
    );
    let script = "{\"scripts\": {\"build\": \"node build.js\"}}";
    let error = planned(&project(&[("web/package.json", script)]), Some("web")).unwrap_err();
    assert!(error.headline().contains("cannot be told where"), "{error}");
}

#[test]
fn the_projects_own_folder_and_odd_names_work() {
    let manifest = package("");
    let lock = "{}";
    let (text, _) = stage(
        ".",
        &[("package.json", &manifest), ("package-lock.json", lock)],
    );
    assert!(text.contains("WORKDIR /app\n"), "{text}");
    assert!(
        text.contains("COPY package.json package-lock.json ./\n"),
        "{text}"
    );
    assert!(
        text.ends_with("COPY --from=frontend --chmod=755 /app/dist /app/dist"),
        "{text}"
    );
    let odd = "a $b\"c";
    let (text, _) = stage(
        odd,
        &[
            (&format!("{odd}/package.json"), &manifest),
            (&format!("{odd}/package-lock.json"), lock),
        ],
    );
    assert!(text.contains("WORKDIR \"/app/a \\$b\\\"c\"\n"), "{text}");
}
