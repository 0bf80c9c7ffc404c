#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use proptest::prelude::*;

use super::candidates::candidates;
use super::*;
use crate::facts::{Source, VcsKind};
use crate::inspect::testing::project;

/// Reads `requirements.txt` of a project, and again with CRLF line ends, which must change nothing.
fn read_in(files: &[(&str, &str)], app: &str) -> Result<(RequirementsFile, Vec<Warning>), Error> {
    let crlf: Vec<(&str, String)> = files
        .iter()
        .map(|(name, text)| (*name, text.replace('\n', "\r\n")))
        .collect();
    let crlf: Vec<(&str, &str)> = crlf
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let run = |files: &[(&str, &str)]| {
        let (_folder, tree) = project(files, app);
        let mut warnings = Vec::new();
        let path = tree.in_app("requirements.txt");
        super::read(&tree, &path, &mut warnings).map(|file| (file.unwrap(), warnings))
    };
    let found = run(files);
    assert_eq!(found, run(&crlf), "CRLF must change nothing");
    found
}

fn read_one(text: &str) -> (RequirementsFile, Vec<Warning>) {
    read_in(&[("requirements.txt", text)], "").unwrap()
}

fn refused(files: &[(&str, &str)]) -> String {
    read_in(files, "").unwrap_err().to_string()
}

fn names(file: &RequirementsFile) -> Vec<String> {
    file.requirements
        .iter()
        .map(|found| format!("{}:{}", found.name.as_deref().unwrap_or("?"), found.at.line))
        .collect()
}

#[test]
fn requirements_keep_their_lines_extras_ranges_and_markers() {
    let (file, warnings) = read_one(
        "# x\nZope.Interface[Test_1,b] >= 5.0 ; sys_platform == 'win32' # why\nflask==3.0 \\\n  --hash=sha256:0\n\npsycopg[binary]",
    );
    assert_eq!(warnings, []);
    assert_eq!(names(&file), ["zope-interface:2", "flask:3", "psycopg:6"]);
    assert!(file.hashes);
    let first = &file.requirements[0];
    assert_eq!(first.extras.iter().collect::<Vec<_>>(), ["b", "test-1"]);
    assert_eq!(first.specifier.to_string(), ">=5.0");
    assert!(!first.marker.is_always());
    assert_eq!(
        file.requirements[1].specifier.pinned().as_deref(),
        Some("3.0")
    );
}

#[test]
fn an_empty_file_and_a_missing_one() {
    assert_eq!(read_one("").0.requirements, []);
    assert_eq!(read_one("\u{feff}# nothing\n").0.requirements, []);
    let (_folder, tree) = project(&[], "");
    assert_eq!(
        super::read(&tree, "requirements.txt", &mut Vec::new()),
        Ok(None)
    );
}

#[test]
fn includes_are_relative_to_their_file_and_read_once() {
    let (file, _) = read_in(
        &[
            ("requirements.txt", "-r requirements/prod.txt\n--requirement=requirements/base.txt\n-c requirements/pins.txt\nlast\n"),
            ("requirements/prod.txt", "-r base.txt\n-c pins.txt\ngunicorn"),
            ("requirements/base.txt", "flask\n"),
            ("requirements/pins.txt", "flask==3.1\n"),
        ],
        "",
    )
    .unwrap();
    assert_eq!(names(&file), ["flask:1", "gunicorn:3", "last:4"]);
    assert_eq!(
        file.includes,
        [
            "requirements.txt",
            "requirements/prod.txt",
            "requirements/base.txt"
        ]
    );
    assert_eq!(file.constraints, ["requirements/pins.txt"]);
    assert_eq!(file.constrained[0].specifier.to_string(), "==3.1");
}

#[test]
fn a_circle_of_includes_is_refused_with_its_chain() {
    let text = refused(&[
        ("requirements.txt", "flask\n-r a.txt"),
        ("a.txt", "-r b.txt"),
        ("b.txt", "\n-c ./requirements.txt"),
    ]);
    for part in [
        "includes itself",
        "requirements.txt:2  includes a.txt",
        "a.txt:1",
        "b.txt:2",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn what_no_build_could_see_is_refused_with_its_line() {
    for (text, part) in [
        ("x\n-r missing.txt", "there is no such file"),
        ("x\n-r ../base.txt", "outside the project"),
        ("x\n-r https://user:secret@h/r.txt", "by a URL"),
        ("x\n../lib", "outside the project"),
        ("x\n-e ./lib", "no such file or folder"),
        ("x\nlib @ file:///home/me/lib", "outside the project"),
        ("x\n-e flask", "no such file or folder"),
        ("x\ngit+https://user:secret@h/r", "password or token"),
        (
            "x\nlib @ https://ghp_secret@h/lib-1.0.tar.gz",
            "password or token",
        ),
        ("x\na-~", "a-~"),
        ("x\na->1", "a->1"),
        ("x\na[b-]", "a[b-]"),
        ("x\nflask = 1.0", "`==` pins a version"),
        ("x\nflask==1; python_version", "flask==1"),
        ("x\n<<<<<<< HEAD", "<<<<<<<"),
        ("x\nflask --hash", "`--hash` at the end"),
        ("x\n-r 'a", "quotation mark"),
    ] {
        let error = refused(&[("requirements.txt", text)]);
        assert!(
            error.contains(part) && error.contains("requirements.txt:2"),
            "{part} in {error}"
        );
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn sources_of_every_form() {
    let files = [
        (
            "app/requirements.txt",
            ".[dev]\n-e ./lib\n./wheels/foo_bar-1.2-py3-none-any.whl\ngit+https://h/r.git@v1#egg=bee&subdirectory=s\n-e git+ssh://git@h/c.git#egg=cee\n\
             lib2 @ file:./lib\nhttps://h/dl/some_pkg-1.5-py3-none-any.whl\nvcs[a] @ git+https://${TOKEN}@h/r.git@abc ; python_version > '3'\n../shared\n",
        ),
        ("app/setup.py", ""),
        ("app/lib/setup.py", ""),
        ("app/wheels/foo_bar-1.2-py3-none-any.whl", ""),
        ("shared/setup.py", ""),
    ];
    let (file, warnings) = read_in(&files, "app").unwrap();
    assert_eq!(warnings, []);
    assert_eq!(
        names(&file),
        [
            "?:1",
            "?:2",
            "foo-bar:3",
            "bee:4",
            "cee:5",
            "lib2:6",
            "some-pkg:7",
            "vcs:8",
            "?:9"
        ]
    );
    let path = |index: usize| match &file.requirements[index].source {
        Source::Path {
            path,
            directory,
            wheel,
        } => (path.clone().unwrap(), *directory, *wheel),
        other => panic!("{other:?}"),
    };
    assert_eq!(path(0), ("app".to_owned(), true, false));
    assert_eq!(path(1), ("app/lib".to_owned(), true, false));
    assert_eq!(
        path(2),
        (
            "app/wheels/foo_bar-1.2-py3-none-any.whl".to_owned(),
            false,
            true
        )
    );
    assert_eq!(path(5), ("app/lib".to_owned(), true, false));
    assert_eq!(path(8), ("shared".to_owned(), true, false));
    assert!(
        file.requirements[1].editable
            && file.requirements[4].editable
            && !file.requirements[3].editable
    );
    assert!(matches!(
        file.requirements[4].source,
        Source::Vcs {
            kind: VcsKind::Git,
            ssh: true,
            ..
        }
    ));
    assert!(matches!(
        file.requirements[6].source,
        Source::Url { wheel: true, .. }
    ));
    assert!(
        matches!(&file.requirements[7].source, Source::Vcs { url, .. } if url == "git+https://${TOKEN}@h/r.git@abc")
    );
}

#[test]
fn options_reach_the_facts_without_credentials() {
    let (file, warnings) = read_one(
        "-i https://u:secret@h/simple\n--extra-index-url=https://${T}@h2/simple --trusted-host h2\n--no-binary :all: --only-binary=A_b,c\n--pre\n--frobnicate\n--require-hashes\n",
    );
    let options = &file.options;
    assert!(options.indexes[0].default && options.indexes[0].embedded_credentials);
    assert_eq!(
        (
            options.indexes[0].url.as_str(),
            options.indexes[1].variables.as_slice()
        ),
        ("https://h/simple", &["T".to_owned()][..])
    );
    assert_eq!(options.no_binary[0].value, ":all:");
    assert_eq!(
        options
            .only_binary
            .iter()
            .map(|found| found.value.as_str())
            .collect::<Vec<_>>(),
        ["a-b", "c"]
    );
    assert!(options.pre && options.require_hashes && options.trusted_hosts[0].value == "h2");
    assert_eq!(
        warnings
            .iter()
            .map(|warning| warning.code)
            .collect::<Vec<_>>(),
        ["unknown-option"]
    );
    assert!(!format!("{file:?}").contains("secret"));
}

#[test]
fn what_only_older_pips_accept_gives_a_warning() {
    let (file, warnings) = read_one("a>=1.*,<2\nb==dev\nc>=1.0,\nd (>=1)\n");
    assert_eq!(names(&file), ["a:1", "b:2", "c:3", "d:4"]);
    assert_eq!(
        file.requirements
            .iter()
            .map(|found| found.specifier.to_string())
            .collect::<Vec<_>>(),
        ["<2", "", ">=1.0", ">=1"]
    );
    assert_eq!(
        warnings
            .iter()
            .map(|warning| warning.at.clone().unwrap().line)
            .collect::<Vec<_>>(),
        [1, 2]
    );
}

#[test]
fn production_files_come_first_and_others_never() {
    let all = |files: &[&str]| {
        let files: Vec<(&str, &str)> = files.iter().map(|name| (*name, "")).collect();
        let (_folder, tree) = project(&files, "");
        candidates(&tree)
    };
    assert_eq!(
        all(&[
            "requirements.txt",
            "requirements/base.txt",
            "requirements/production.txt",
            "requirements/dev.txt",
            "requirements-test.txt",
            "docs/requirements.txt"
        ]),
        [
            "requirements.txt",
            "requirements/production.txt",
            "requirements/base.txt"
        ]
    );
    assert_eq!(
        all(&[
            "requirements/project-requirements.txt",
            "requirements/test-requirements.txt"
        ]),
        ["requirements/project-requirements.txt"]
    );
    assert_eq!(
        all(&[
            "requirements/prod.in",
            "requirements/prod.txt",
            "requirements/lint.txt"
        ]),
        ["requirements/prod.txt"]
    );
    assert_eq!(
        all(&["requirements.in", "requirements-prod.txt"]),
        ["requirements-prod.txt", "requirements.in"]
    );
    assert_eq!(all(&["requirements_dev.txt"]), Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever stands in a file: an answer or an error, no panic; and nothing of a URL's password comes out.
    #[test]
    fn arbitrary_text_never_panics(lines in proptest::collection::vec(line(), 0..6)) {
        let text = lines.join("\n");
        let (_folder, tree) = project(&[("requirements.txt", &text)], "");
        let mut warnings = Vec::new();
        let found = super::read(&tree, "requirements.txt", &mut warnings);
        let shown = match &found {
            Ok(file) => format!("{file:?}"),
            Err(error) => error.to_string(),
        };
        prop_assert!(!format!("{shown}{warnings:?}").contains("s3cret"), "{}", shown);
    }
}

/// Lines near the grammar, and lines far from it.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,40}",
        "[a-z]{1,3}[\\[\\],;@<>=!~ .#\\\\0-9*'\"-]{0,20}",
        "(-[rcefiC]|--[a-z-]{2,14})[= ]?[a-z./:'\"\\\\${}A-Z]{0,15}",
        "(git\\+)?(https|ssh|file)://[a-z]{0,3}:s3cret@[a-z./#=&\\[\\]]{0,15}",
        "x ?@ ?[a-z+]{0,6}:/{0,3}u:s3cret@h/[a-z]{0,5}",
    ]
}

#[test]
fn what_a_deployment_adds_is_installed_with_its_base() {
    let main = "pyramid==2.0\nlxml==5.4\nredis==5\n";
    let chosen = |deploy: &str, file: &str| {
        let files = [("requirements/deploy.txt", deploy), (file, main)];
        let (_folder, tree) = project(&files, "");
        let mut warnings = Vec::new();
        let best = best(&tree, &mut warnings).unwrap().unwrap();
        (best.beside, best.requirements.len(), warnings.len())
    };
    let beside = "requirements/main.txt";
    let joined = (Some(beside.to_owned()), 4, 1);
    assert_eq!(chosen("gunicorn==23\n", beside), joined);
    // It includes the other, is as long, or the other is somewhere else, or for another part.
    assert_eq!(chosen("-r main.txt\ngunicorn==23\n", beside), (None, 4, 0));
    assert_eq!(chosen("gunicorn==23\na\nb\n", beside), (None, 3, 0));
    assert_eq!(
        chosen("gunicorn==23\n", "requirements-main.txt"),
        (None, 1, 0)
    );
    assert_eq!(
        chosen("gunicorn==23\n", "requirements/api.txt"),
        (None, 1, 0)
    );
}
