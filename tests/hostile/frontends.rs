//! Every place where a front end's files reach output, as [`super::places`].

use super::Files;
use super::places::{Place, pip, toml, with};

/// The places of a front end, which is built because a setting asks for it.
pub(crate) const FRONTENDS: [Place; 12] = [
    ("build script", |v| web(&scripts(v), &[])),
    ("output folder", |v| {
        web(&scripts(&format!("vite build --outDir {v}")), &[])
    }),
    ("script name", |v| {
        web(
            &format!(
                "\"scripts\": {{ {}: \"x\", \"build\": \"vite build\" }}",
                json(v)
            ),
            &[],
        )
    }),
    ("package manager", |v| {
        web(
            &format!("{}, \"packageManager\": {}", scripts("vite build"), json(v)),
            &[],
        )
    }),
    ("package manager's version", |v| {
        let said = json(&format!("pnpm@9.1.{v}"));
        web(
            &format!("{}, \"packageManager\": {said}", scripts("vite build")),
            &[],
        )
    }),
    ("package name", |v| {
        let v = json(v);
        web(
            &format!(
                "{}, \"name\": {v}, \"workspaces\": [{v}], \"devDependencies\": {{ {v}: {v}, \"vite\": {v} }}",
                scripts("vite build")
            ),
            &[],
        )
    }),
    ("node version", |v| {
        let v = json(v);
        web(
            &format!(
                "{}, \"engines\": {{ \"node\": {v} }}, \"volta\": {{ \"node\": {v} }}",
                scripts("vite build")
            ),
            &[],
        )
    }),
    ("nvmrc", |v| web(&scripts("vite build"), &[(".nvmrc", v)])),
    ("yarn.lock", |v| {
        web(&scripts("vite build"), &[("yarn.lock", v)])
    }),
    ("pnpm-lock.yaml", |v| {
        let lock = format!("lockfileVersion: '{v}'\n");
        web(&scripts("vite build"), &[("pnpm-lock.yaml", &lock)])
    }),
    ("vite's outDir", |v| {
        let config = format!("export default {{ build: {{ outDir: '{v}' }} }}\n");
        web(&scripts("vite build"), &[("vite.config.js", &config)])
    }),
    ("front end's folder", |v| {
        let mut files = pip("flask\ngunicorn\n");
        files.insert(
            "dockwright.toml".to_owned(),
            format!("frontend = {}\nbuildkit = false\n", toml(v)),
        );
        let package = format!("{{ {} }}", scripts("vite build"));
        files.insert(format!("{v}/package.json"), package);
        files
    }),
];

/// A front end in the folder `web`, with other files beside its `package.json`.
fn web(package: &str, beside: &[(&str, &str)]) -> Files {
    let mut files = with("dockwright.toml", "frontend = \"web\"\nbuildkit = false\n");
    files.insert("web/package.json".to_owned(), format!("{{ {package} }}\n"));
    for (name, text) in beside {
        files.insert(format!("web/{name}"), (*text).to_owned());
    }
    files
}

fn scripts(build: &str) -> String {
    format!("\"scripts\": {{ \"build\": {} }}", json(build))
}

fn json(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}
