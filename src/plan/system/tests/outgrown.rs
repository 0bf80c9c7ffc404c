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
