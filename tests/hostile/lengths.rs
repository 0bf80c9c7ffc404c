//! Files that are longer than anything that is read.

use std::fs;
use std::process::Command;

use super::large::{holds, look, project};
use super::watched::{MEMORY, watch};

#[test]
fn a_huge_file_of_each_kind() {
    for name in ["data.py", "notes.txt", "Makefile"] {
        let folder = project();
        let file = fs::File::create(folder.path().join(name)).unwrap();
        file.set_len(8 << 30).unwrap();
        holds(&look(folder.path(), None), 5);
    }
    // What a killed run would have left, which only a command that writes looks at.
    let folder = project();
    let journal = folder.path().join(".dockwright-journal");
    let file = fs::File::create(&journal).unwrap();
    file.set_len(8 << 30).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dockwright"));
    let seen = watch(command.arg("generate").arg(folder.path()));
    assert_eq!(seen.code, Some(0), "{}", seen.say);
    assert!(
        seen.memory < MEMORY && !journal.exists(),
        "{} bytes",
        seen.memory
    );
    let folder = project();
    let file = fs::File::create(folder.path().join("requirements.txt")).unwrap();
    file.set_len(8 << 30).unwrap();
    let seen = look(folder.path(), None);
    assert_eq!(seen.code, Some(2), "{}", seen.say);
    assert!(
        seen.say.contains("requirements.txt")
            && seen
                .say
                .contains("it has 8589934592 bytes, the limit is 33554432")
            && seen.memory < MEMORY,
        "{}, {} bytes",
        seen.say,
        seen.memory
    );
}

#[test]
fn the_longest_source_and_dockerfile_are_a_byte_shorter() {
    let source = b"from flask import Flask\nshop = Flask(__name__)\n#";
    for (length, code) in [(1 << 20, 0), ((1 << 20) + 1, 2)] {
        let folder = project();
        fs::remove_file(folder.path().join("app.py")).unwrap();
        let mut text = source.to_vec();
        text.resize(length, b'x');
        fs::write(folder.path().join("shop.py"), text).unwrap();
        let seen = look(folder.path(), None);
        assert_eq!(seen.code, Some(code), "{length}: {}", seen.say);
        assert_eq!(seen.out.contains("shop:shop"), code == 0, "{}", seen.out);
    }
    for (length, says) in [
        (4 << 20, "Dockerfile was not written by dockwright"),
        ((4 << 20) + 1, "it has more than 4194304 bytes"),
    ] {
        let folder = project();
        fs::write(folder.path().join("Dockerfile"), vec![b'#'; length]).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_dockwright"));
        let seen = watch(command.arg("generate").arg(folder.path()));
        assert!(
            seen.say.contains(says),
            "{length}: {}",
            &seen.say[..seen.say.len().min(500)]
        );
    }
}
