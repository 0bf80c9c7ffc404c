//! Suites, extras, versions, advice, sources.

use super::*;

#[test]
fn names_follow_the_suite() {
    let magic = |suite| {
        let plan = decide(
            &[required("python-magic")],
            &[],
            &on(suite),
            Catalogue::builtin(),
        );
        names(&plan.run).join(" ")
    };
    assert_eq!(magic(Suite::Bookworm), "libmagic1");
    assert_eq!(magic(Suite::Trixie), "libmagic1t64");
}

#[test]
fn a_program_that_left_debian_asks_for_the_older_suite() {
    let trixie = plan(&[required("pdfkit==1.0.0")]);
    assert_eq!(names(&trixie.run), [""; 0]);
    assert_eq!(codes(&trixie), ["suite-lacks-package"]);
    let wanted = trixie.wants_suite.expect("another suite");
    assert_eq!(
        (wanted.suite, wanted.because.requirement.as_str()),
        (Suite::Bookworm, "pdfkit")
    );
    let bookworm = decide(
        &[required("pdfkit")],
        &[],
        &on(Suite::Bookworm),
        Catalogue::builtin(),
    );
    assert_eq!(names(&bookworm.run), ["wkhtmltopdf"]);
    assert_eq!((bookworm.wants_suite, bookworm.warnings), (None, vec![]));
}

#[test]
fn a_list_without_a_lock_brings_what_it_does_not_name() {
    let plan = plan(&[required("requests-kerberos")]);
    assert_eq!(names(&plan.run), ["libgssapi-krb5-2", "libkrb5-3"]);
    assert!(
        plan.run[0].because[0]
            .why
            .ends_with("; requests-kerberos brings it")
    );
    assert_eq!(plan.run[0].because[0].requirement, "gssapi");
}

#[test]
fn a_lock_is_complete_and_implies_nothing() {
    let locked = locked("requests-kerberos", "0.15.0", &["py3-none-any"]);
    assert_eq!(plan(&[locked]), SystemPlan::default());
}

#[test]
fn an_implied_name_that_is_there_is_taken_from_there() {
    let plan = plan(&[required("django-auth-ldap"), required("python-ldap==3.4.4")]);
    assert_eq!(plan.run[0].because.len(), 1);
    assert_eq!(plan.run[0].because[0].version.as_deref(), Some("3.4.4"));
}

#[test]
fn extras_and_versions_choose_the_case() {
    assert_eq!(
        names(&plan(&[with_extra("discord-py", "voice")]).run),
        ["ffmpeg", "libopus0"]
    );
    assert_eq!(names(&plan(&[required("discord-py")]).run), [""; 0]);
    assert_eq!(
        names(&plan(&[required("soundfile==0.11.0")]).run),
        ["libsndfile1"]
    );
    assert_eq!(names(&plan(&[required("soundfile")]).run), [""; 0]);
}

#[test]
fn a_suggestion_adds_nothing() {
    let plan = plan(&[required("selenium")]);
    assert_eq!(stages(&plan), (vec![], vec![]));
    assert_eq!(codes(&plan), ["package-suggested"]);
    // What the sources show to be needed is no suggestion any more.
    let shown = SourceNeed {
        need: "call:chrome".to_owned(),
        evidence: "webdriver.Chrome()".to_owned(),
        at: Place::new("app.py", 7),
    };
    let plan = decide(
        &[required("selenium")],
        &[shown],
        &target(),
        Catalogue::builtin(),
    );
    assert_eq!(names(&plan.run), ["chromium", "chromium-driver"]);
    assert_eq!(codes(&plan), [""; 0]);
}

#[test]
fn what_the_base_holds_is_not_asked_for() {
    let full = Target {
        already: ["gcc", "libc6-dev", "libpq-dev"].map(str::to_owned).into(),
        ..target()
    };
    let plan = decide(&[required("psycopg2")], &[], &full, Catalogue::builtin());
    assert_eq!(stages(&plan), (vec![], vec!["libpq5"]));
    assert_eq!(plan.compiled.len(), 1, "it is compiled all the same");
}

#[test]
fn alpine_has_names_of_its_own_and_no_proof() {
    let alpine = Target {
        family: Family::Alpine,
        libc: Libc::Musl(1, 2),
        ..target()
    };
    let plan = decide(&[required("psycopg2")], &[], &alpine, Catalogue::builtin());
    assert_eq!(
        stages(&plan),
        (vec!["gcc", "libpq-dev", "musl-dev"], vec!["libpq"])
    );
    assert!(plan.run[0].unproved);
    let plan = decide(&[required("open3d")], &[], &alpine, Catalogue::builtin());
    assert_eq!(codes(&plan), ["alpine-unknown"]);
}

#[test]
fn sources_speak_too() {
    let need = |need: &str| SourceNeed {
        need: need.to_owned(),
        evidence: format!("subprocess.run([{need:?}])"),
        at: Place::new("shop/pdf.py", 7),
    };
    let needs = [
        need("program:poppler"),
        need("django:gettext"),
        need("program:unheard-of"),
    ];
    let plan = decide(&[], &needs, &target(), Catalogue::builtin());
    assert_eq!(stages(&plan), (vec!["gettext"], vec!["poppler-utils"]));
    let because = &plan.run[0].because[0];
    assert_eq!((because.source.as_str(), because.line), ("shop/pdf.py", 7));
    let plan = decide(&[], &[need("program:npm")], &target(), Catalogue::builtin());
    assert_eq!(
        (plan.run.len(), codes(&plan)),
        (0, vec!["package-suggested"])
    );
    assert_eq!(plan.warnings[0].at, Some(Place::new("shop/pdf.py", 7)));
}

#[test]
fn what_a_module_is_a_part_of_is_asked_for() {
    let need = SourceNeed {
        need: "import:pkg-resources".to_owned(),
        evidence: "import pkg_resources".to_owned(),
        at: Place::new("shop/__init__.py", 2),
    };
    let needs = [need];
    let plan = decide(&[], &needs, &target(), Catalogue::builtin());
    assert_eq!(codes(&plan), ["setuptools-missing"]);
    let plan = decide(
        &[required("setuptools")],
        &needs,
        &target(),
        Catalogue::builtin(),
    );
    assert_eq!(codes(&plan), Vec::<&str>::new());
}

#[test]
fn a_step_stands_where_no_package_can() {
    let plan = plan(&[required("playwright==1.58.0")]);
    assert_eq!(
        plan.steps[0].command,
        "playwright install --with-deps chromium"
    );
}

#[test]
fn two_who_need_one_package_are_both_named() {
    let one = plan(&[
        required("pytesseract"),
        required("pydot"),
        required("graphviz"),
    ]);
    let graphviz = one
        .run
        .iter()
        .find(|one| one.name == "graphviz")
        .expect("needed");
    let who: Vec<&str> = graphviz
        .because
        .iter()
        .map(|one| one.requirement.as_str())
        .collect();
    assert_eq!(who, ["graphviz", "pydot"]);
    let reversed = plan(&[
        required("graphviz"),
        required("pydot"),
        required("pytesseract"),
    ]);
    assert_eq!(one, reversed, "the order of the input is no matter");
}

#[test]
fn odd_versions_and_names_are_no_trouble() {
    for version in ["", "not a version", "1!9999999999999999999.0", "🐍"] {
        plan(&[
            required(&format!("pycurl=={version}")),
            required(&format!("{version}==1")),
        ]);
    }
}

#[test]
fn an_old_pin_on_a_new_python_is_compiled() {
    let old = plan(&[required("psycopg2-binary==2.9.9")]);
    assert_eq!(
        stages(&old),
        (vec!["gcc", "libc6-dev", "libpq-dev"], vec!["libpq5"])
    );
    assert!(
        old.build[0].because[0]
            .why
            .starts_with("has no wheel for Python 3.13 on the index")
    );
    assert_eq!(
        stages(&plan(&[required("psycopg2-binary==2.9.10")])),
        (vec![], vec![])
    );
    let python = Target {
        python_minor: 12,
        ..target()
    };
    let fits = decide(
        &[required("psycopg2-binary==2.9.9")],
        &[],
        &python,
        Catalogue::builtin(),
    );
    assert_eq!(stages(&fits), (vec![], vec![]));
}

#[test]
fn java_comes_after_its_folder() {
    let plan = plan(&[required("tabula-py")]);
    assert_eq!(names(&plan.run), ["default-jre-headless"]);
    assert_eq!(
        plan.run[0].before,
        Some("mkdir --parents /usr/share/man/man1")
    );
}

/// A CPU-only index, a local version or a lock without CUDA: nothing to say.
#[test]
fn other_lists_than_the_ones_that_were_tried_are_unproved() {
    let tried = Catalogue::builtin().entry("cartopy").expect("known");
    assert!(tried.proved.run.contains(&Suite::Trixie));
    let old = locked("cartopy", "0.21.0", &[]);
    let plan = plan(&[old]);
    assert_eq!(names(&plan.run), ["libgeos-c1t64", "libproj25"]);
    assert!(plan.run.iter().chain(&plan.build).all(|one| one.unproved));
}

#[test]
fn a_wheel_that_works_does_not_prove_what_is_compiled() {
    let entry = Catalogue::builtin().entry("lxml").expect("known");
    let plan = plan(&[locked("lxml", "5.3.0", &[])]);
    let compiled = entry.proved.build.contains(&Suite::Trixie);
    assert!(plan.run.iter().all(|one| one.unproved != compiled));
}

#[test]
fn a_range_that_ends_before_the_first_wheel_is_compiled() {
    let bounded = |ceiling: &str| Distribution {
        ceiling: Some(ceiling.to_owned()),
        ..required("lxml")
    };
    assert_eq!(plan(&[bounded("4.99999")]).compiled.len(), 1);
    assert_eq!(plan(&[bounded("6.99999")]).compiled, []);
}
