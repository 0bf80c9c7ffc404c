//! `docker-bake.hcl` as `docker buildx bake` reads it: the plan it prints, values that try to be more than values, and three services built side
//! by side. Where buildx or an engine is missing, what needs it is reported as ignored.
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

mod project;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde_json::Value;

use project::{Project, buildx, engine};

type Checked = Result<(), Failed>;
type Check = fn() -> Checked;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // One engine, two cores: builds beside builds only time out.
    arguments.test_threads = arguments.test_threads.or(Some(2));
    let printed: [(&str, Check); 5] = [
        ("plain on any driver", plain),
        ("published with all it can have", published),
        ("values stay values", attacks),
        ("secrets and the version", secrets),
        ("an edit by hand stays", edited),
    ];
    let mut trials: Vec<Trial> = printed
        .into_iter()
        .map(|(name, check)| {
            Trial::ignorable_test(name, move || match buildx() {
                Ok(()) => check().map(|()| Completion::Completed),
                Err(why) => Ok(Completion::ignored_with(why)),
            })
        })
        .collect();
    trials.push(Trial::ignorable_test(
        "three services are built",
        || match engine() {
            Ok(()) => services().map(|()| Completion::Completed),
            Err(why) => Ok(Completion::ignored_with(why)),
        },
    ));
    libtest_mimic::run(&arguments, trials).exit_code()
}

const PYPROJECT: &str = r#"[project]
name = "Shop.Of_Books"
version = "1.2.0"
description = "Sells \"books\" for $5 & more"
license = "MIT OR Apache-2.0"
requires-python = ">=3.13"
dependencies = []
urls = { Homepage = "https://shop.example", "Source Code" = "https://github.com/acme/shop" }
"#;

const MAIN: &str = "if __name__ == \"__main__\":\n    print(\"hello\")\n";

fn shop() -> Project {
    let project = Project::new();
    project.write("pyproject.toml", PYPROJECT);
    project.write(".python-version", "3.13\n");
    project.write("main.py", MAIN);
    project
}

fn plain() -> Checked {
    let project = shop();
    project.generate(&[])?;
    let plan = project.printed(&[], &[])?;
    assert_eq!(
        plan["group"]["default"]["targets"],
        serde_json::json!(["shop-of-books"])
    );
    let target = &plan["target"]["shop-of-books"];
    assert_eq!(target["tags"], serde_json::json!(["shop-of-books:latest"]));
    // What the plain docker driver cannot do is not asked of it.
    for key in ["platforms", "attest", "cache-from", "cache-to", "secret"] {
        assert_eq!(target[key], Value::Null, "{key}");
    }
    let expected = [
        ("description", "Sells \"books\" for $5 & more"),
        ("licenses", "MIT OR Apache-2.0"),
        ("source", "https://github.com/acme/shop"),
        ("title", "Shop.Of_Books"),
        ("url", "https://shop.example"),
        ("version", "1.2.0"),
    ];
    let labels = target["labels"].as_object().unwrap();
    assert_eq!(labels.len(), expected.len(), "{labels:?}");
    for (key, value) in expected {
        assert_eq!(labels[&format!("org.opencontainers.image.{key}")], value);
    }
    Ok(())
}

fn published() -> Checked {
    let project = shop();
    project.generate(&[])?;
    let variables = [
        ("PUBLISH", "true"),
        ("REGISTRY", "registry.example:5000/team"),
        ("TAG", "1.2.0"),
        ("REVISION", "0123abc"),
        ("CACHE", "registry.example:5000/team/cache"),
    ];
    let plan = project.printed(&variables, &[])?;
    let target = &plan["target"]["shop-of-books"];
    assert_eq!(
        target["tags"],
        serde_json::json!(["registry.example:5000/team/shop-of-books:1.2.0"])
    );
    assert_eq!(
        target["platforms"],
        serde_json::json!(["linux/amd64", "linux/arm64"])
    );
    assert_eq!(
        target["attest"],
        serde_json::json!([{"type": "provenance", "mode": "max"}, {"type": "sbom"}])
    );
    let cache = "registry.example:5000/team/cache:shop-of-books";
    assert_eq!(
        target["cache-from"],
        serde_json::json!([{"type": "registry", "ref": cache}])
    );
    assert_eq!(
        target["cache-to"],
        serde_json::json!([{"type": "registry", "ref": cache, "mode": "max"}])
    );
    assert_eq!(
        target["labels"]["org.opencontainers.image.revision"],
        "0123abc"
    );
    let on_github = project.printed(&[("CACHE", "gha")], &[])?;
    assert_eq!(
        on_github["target"]["shop-of-books"]["cache-from"],
        serde_json::json!([{"type": "gha", "scope": "shop-of-books"}])
    );
    Ok(())
}

/// What a project may say, and could mean something to HCL, to bake or to whoever reads the file.
const ATTACKS: &[&str] = &[
    "\"\n}\ntarget \"evil\" {\n  dockerfile-inline = \"FROM evil\"",
    "${TAG}",
    "%{ for x in [1] }${x}%{ endfor }",
    "$${TAG} $$${TAG} $$$${TAG} %%{ if true } %%%{ if true }",
    "\\\" \\${TAG} \\",
    "\\u0024{TAG}",
    "<<EOF\nEOF\n",
    "{{ names }} {% include 'Dockerfile.j2' %} {# x #}",
    "# comment // comment /* comment */",
    "a\rb\u{85}c\u{2028}d\u{202e}e\u{1b}[31m",
    "null",
    "default",
];

fn attacks() -> Checked {
    for attack in ATTACKS {
        let project = Project::new();
        let quoted = serde_json::Value::from(*attack).to_string();
        // TOML's basic strings know JSON's escapes.
        project.write(
            "pyproject.toml",
            format!("[project]\nname = {quoted}\nversion = {quoted}\ndescription = {quoted}\nlicense = {quoted}\n[project.urls]\nHomepage = {quoted}\nSource = \"https://x.example/$${{TAG}}%{{x}}\\\"\"\n"),
        );
        project.write(".python-version", "3.13\n");
        project.write("main.py", MAIN);
        if let Err(refused) = project.generate(&[]) {
            // A name may be refused: then nothing is written.
            assert!(!project.has("docker-bake.hcl"), "{refused:?}");
            continue;
        }
        let plan = project.printed(&[("TAG", "INJECTED")], &[])?;
        let targets = plan["target"].as_object().unwrap();
        assert_eq!(targets.len(), 1, "{attack:?}: {targets:?}");
        let (name, target) = targets.iter().next().unwrap();
        assert!(
            name.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{name}"
        );
        assert_eq!(target["dockerfile"], "Dockerfile");
        assert_eq!(target["dockerfile-inline"], Value::Null);
        let labels = target["labels"].to_string();
        assert!(!labels.contains("INJECTED"), "{attack:?}: {labels}");
        // bake writes its plan as HCL's JSON, in which a template's beginning is doubled again.
        let text = target["labels"]["org.opencontainers.image.description"]
            .as_str()
            .unwrap();
        let visible: String = attack.split_whitespace().collect::<Vec<_>>().join(" ");
        let expected: String = visible
            .chars()
            .flat_map(|c| match c {
                '\u{202e}' | '\u{1b}' => c.escape_unicode().collect::<Vec<_>>(),
                c => vec![c],
            })
            .collect();
        assert_eq!(
            text.replace("$${", "${").replace("%%{", "%{"),
            expected,
            "{attack:?}"
        );
    }
    Ok(())
}

fn secrets() -> Checked {
    let project = shop();
    project.write("pyproject.toml", "[project]\nname = \"shop\"\ndynamic = [\"version\"]\n[build-system]\nrequires = [\"hatchling\", \"hatch-vcs\"]\nbuild-backend = \"hatchling.build\"\n[[tool.uv.index]]\nurl = \"https://${INDEX_TOKEN}@index.example/simple\"\n[[tool.uv.index]]\nname = \"other\"\nurl = \"https://other.example/simple\"\n");
    project.write("src/shop/__init__.py", "");
    project.generate(&["--command", "python main.py"])?;
    let text = project.read("docker-bake.hcl");
    let plan = project.printed(&[("VERSION", "3.1.4")], &[])?;
    let target = &plan["target"]["shop"];
    assert_eq!(target["args"]["VERSION"], "3.1.4", "{text}");
    assert_eq!(
        target["secret"],
        serde_json::json!([{"id": "INDEX_TOKEN", "env": "INDEX_TOKEN"}]),
        "{text}"
    );
    project.write(
        "dockwright.toml",
        "secrets = [\"id=pip,src=pip.conf,target=/etc/pip.conf\"]\n[args]\nREVISION = \"unknown\"\nFLAVOUR = \"${TAG}\"\n[labels]\n\"org.opencontainers.image.title\" = \"mine\"\n",
    );
    project.write("pip.conf", "");
    project.generate(&["--command", "python main.py"])?;
    let target = &project.printed(&[], &[])?["target"]["shop"];
    assert_eq!(target["args"]["FLAVOUR"], "$${TAG}");
    assert_eq!(target["args"]["REVISION"], Value::Null);
    let secrets = target["secret"].as_array().unwrap();
    let pip = secrets.iter().find(|secret| secret["id"] == "pip");
    assert_eq!(pip.unwrap()["src"], "pip.conf", "{secrets:?}");
    assert_eq!(
        target["labels"],
        Value::Null,
        "the user's labels stand in the Dockerfile"
    );
    let netrc = project.path("netrc");
    project.write("netrc", "machine other.example login a password b\n");
    let plan = project.printed(&[("NETRC", &netrc)], &[])?;
    let secrets = plan["target"]["shop"]["secret"].as_array().unwrap();
    assert!(
        secrets
            .iter()
            .any(|secret| secret["id"] == "netrc" && secret["src"] == netrc.as_str())
    );
    Ok(())
}

fn edited() -> Checked {
    let project = shop();
    project.write("docker-bake.hcl", "target \"mine\" {}\n");
    assert!(
        project.generate(&[]).is_err(),
        "a foreign bake file was replaced"
    );
    assert_eq!(project.read("docker-bake.hcl"), "target \"mine\" {}\n");
    project.generate(&["--force"])?;
    let edited = project
        .read("docker-bake.hcl")
        .replace("default     = \"latest\"", "default     = \"edge\"");
    project.write("docker-bake.hcl", &edited);
    project.write("pyproject.toml", PYPROJECT.replace("1.2.0", "1.3.0"));
    project.generate(&[])?;
    let text = project.read("docker-bake.hcl");
    assert!(
        text.contains("= \"edge\"") && text.contains("\"1.3.0\""),
        "{text}"
    );
    Ok(())
}

/// A monorepo of three services with one lock each; one command builds all.
fn services() -> Checked {
    let project = Project::new();
    let names = ["catalogue", "orders", "mailer"];
    let mut files = Vec::new();
    for name in names {
        project.write(
            &format!("services/{name}/pyproject.toml"),
            format!("[project]\nname = \"{name}\"\nversion = \"0.{}\"\nrequires-python = \">=3.13\"\ndependencies = []\n", name.len()),
        );
        project.write(&format!("services/{name}/.python-version"), "3.13\n");
        project.write(&format!("services/{name}/main.py"), MAIN);
        files.push(format!("services/{name}/docker-bake.hcl"));
    }
    let members = "[tool.uv.workspace]\nmembers = [\"services/*\"]\n";
    project.write(
        "pyproject.toml",
        format!(
            "[project]\nname = \"shop\"\nversion = \"0\"\nrequires-python = \">=3.13\"\n{members}"
        ),
    );
    project.write("uv.lock", project::lock(&names));
    for name in names {
        project.generate(&["--", &format!("services/{name}")])?;
    }
    let mut arguments: Vec<&str> = files.iter().flat_map(|file| ["--file", file]).collect();
    arguments.extend(names);
    let tag = format!("wt-ship-{}", std::process::id());
    let built = project.bake(&[("TAG", &tag)], &arguments);
    let images = names.map(|name| format!("{name}:{tag}"));
    let labels: Vec<_> = images
        .iter()
        .map(|image| project::label(image, "org.opencontainers.image.title"))
        .collect();
    project::remove(&images);
    built?;
    assert_eq!(labels, names.map(ToOwned::to_owned));
    Ok(())
}
