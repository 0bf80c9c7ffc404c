//! Releases that fail beside what the installer takes with them.

use super::*;

fn said(all: &[Distribution], target: &Target) -> Vec<String> {
    let plan = decide(all, &[], target, Catalogue::builtin());
    let said = plan
        .warnings
        .into_iter()
        .filter(|one| one.code == "outgrown");
    said.map(|one| format!("{}; {}", one.message, one.help))
        .collect()
}

#[test]
fn what_was_compiled_against_numpy_1_wants_no_numpy_2() {
    let free = Target {
        python_minor: 11,
        ..target()
    };
    let beside =
        |pandas: &str, numpy: &str| !said(&[required(pandas), required(numpy)], &free).is_empty();
    // pandas brings the newest numpy, which neither its metadata nor the project bounds.
    assert_eq!(
        said(&[required("pandas==1.5.3")], &free),
        [
            "pandas 1.5.3 was compiled against numpy 1 and cannot be imported beside numpy 2; \
             require `numpy<2` beside it, or `pandas>=2.2.2`"
        ]
    );
    assert!(beside("pandas==1.5.3", "numpy"));
    assert!(beside("pandas==1.5.3", "numpy==2.1.0"));
    assert!(!beside("pandas==1.5.3", "numpy==1.26.4"));
    let bounded = |name: &str, ceiling: &str| Distribution {
        ceiling: Some(ceiling.to_owned()),
        ..required(name)
    };
    let numpy = bounded("numpy", "1.99999");
    assert!(said(&[required("pandas==1.5.3"), numpy], &free).is_empty());
    assert_eq!(said(&[bounded("pandas", "1.99999")], &free).len(), 1);
    // Its metadata says it from 2.1.2 on, and 2.2.2 was compiled for both.
    assert!(said(&[required("pandas==2.1.2")], &free).is_empty());
    assert!(!beside("pandas", "numpy==2.1.0"));
    // Where it is compiled, it is compiled against what is there.
    let compiled = Target {
        no_binary: BTreeSet::from(["pandas".to_owned()]),
        ..free.clone()
    };
    assert!(said(&[required("pandas==1.5.3")], &compiled).is_empty());
    let constrained = Target {
        constrained: BTreeSet::from(["numpy".to_owned()]),
        ..free.clone()
    };
    assert!(said(&[required("pandas==1.5.3")], &constrained).is_empty());
    // What it does not bring by itself is outgrown only where the project asks for it.
    assert!(said(&[required("faiss-cpu==1.7.4")], &free).is_empty());
    let both = [required("faiss-cpu==1.7.4"), required("numpy")];
    assert_eq!(said(&both, &free).len(), 1);
}

#[test]
fn what_brings_back_the_missing_cures() {
    let free = target();
    let paper = required("newspaper3k==0.2.8");
    assert_eq!(
        said(std::slice::from_ref(&paper), &free),
        [
            "newspaper3k 0.2.8 imports lxml.html.clean, which lxml 5.2 moved into lxml-html-clean; \
             require `lxml<5.2` beside it, or `lxml-html-clean`"
        ]
    );
    let cure = required("lxml-html-clean");
    assert!(said(&[paper.clone(), cure], &free).is_empty());
    let extra = with_extra("lxml", "html-clean");
    assert!(said(&[paper, extra], &free).is_empty());
}

#[test]
fn several_have_outgrown_an_old_flask() {
    let free = target();
    let all = said(&[required("flask==1.1.2")], &free);
    for name in ["itsdangerous", "jinja2", "werkzeug"] {
        let bound = |one: &String| one.contains(&format!("`{name}<"));
        assert!(all.iter().any(bound), "{name}: {all:?}");
    }
    assert!(said(&[required("flask")], &free).is_empty());
    // Without a newer one that works there is no second way.
    let passlib = [with_extra("passlib", "bcrypt")];
    assert!(said(&passlib, &free)[0].ends_with("; require `bcrypt<5` beside it"));
    assert!(said(&[required("passlib")], &free).is_empty());
}
