//! Each shell loads its own completion script and completes with it; `man` reads each manual page. What is not installed is reported as ignored.
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use std::io::Write;
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Completion, Failed, Trial};

const DOCKWRIGHT: &str = env!("CARGO_BIN_EXE_dockwright");

/// A shell, the words that run a script of its, and a script that prints what it completes `generate --ins` to.
const SHELLS: &[(&str, &[&str], &str)] = &[
    (
        "bash",
        &["--norc", "-c"],
        "source <(\"$DOCKWRIGHT\" completions bash)
        COMP_WORDS=(dockwright generate --ins) COMP_CWORD=2
        _dockwright dockwright --ins generate 2>/dev/null
        printf '%s\\n' \"${COMPREPLY[@]}\"",
    ),
    (
        "fish",
        &["--no-config", "-c"],
        "$DOCKWRIGHT completions fish | source; complete --do-complete 'dockwright generate --ins'",
    ),
    ("zsh", &["-f", "-c"], ZSH),
    (
        "pwsh",
        &["-NoProfile", "-NonInteractive", "-Command"],
        "& $env:DOCKWRIGHT completions powershell | Out-String | Invoke-Expression
        (TabExpansion2 -inputScript 'dockwright generate --ins' -cursorColumn 25).CompletionMatches.CompletionText",
    ),
];

/// zsh completes only where somebody types: on a terminal of its own.
const ZSH: &str = r#"
zmodload zsh/zpty
zpty -b typed zsh -f -i
zpty -w typed 'autoload -Uz compinit && compinit -D -u && source <("$DOCKWRIGHT" completions zsh) && print ready'
zpty -w -n typed $'dockwright generate --ins\t'
for try in {1..300}; do
  while zpty -r -t typed part; do seen+=$part; done
  [[ $seen == *--installer* ]] && break
  sleep 0.1
done
print -r -- "$seen"
"#;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = SHELLS
        .iter()
        .map(|&(shell, words, script)| {
            Trial::ignorable_test(format!("{shell} completes"), move || {
                completes(shell, words, script)
            })
        })
        .collect();
    let mut pages = vec![None];
    pages.extend(
        [
            "init",
            "generate",
            "check",
            "watch",
            "update",
            "explain",
            "verify",
            "catalogue",
            "completions",
            "schema",
        ]
        .map(Some),
    );
    trials.extend(pages.into_iter().map(|page| {
        let name = page.map_or("dockwright".to_owned(), |page| format!("dockwright-{page}"));
        Trial::ignorable_test(format!("man reads {name}"), move || is_read(page))
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn completes(shell: &str, words: &[&str], script: &str) -> Result<Completion, Failed> {
    let done = Command::new(shell)
        .args(words)
        .arg(script)
        .env("DOCKWRIGHT", DOCKWRIGHT)
        .env("HOME", std::env::temp_dir())
        .output();
    let Ok(done) = done else {
        return Ok(Completion::ignored_with(format!(
            "{shell} is not installed"
        )));
    };
    let out = String::from_utf8_lossy(&done.stdout);
    let err = String::from_utf8_lossy(&done.stderr);
    if out.contains("--installer") && err.is_empty() {
        Ok(Completion::Completed)
    } else {
        Err(format!("{shell} completes to:\n{out}\n{err}").into())
    }
}

/// mandoc's linter has nothing to say about the page, and what it shows has the usual headings.
fn is_read(page: Option<&str>) -> Result<Completion, Failed> {
    let written = Command::new(DOCKWRIGHT)
        .arg("man")
        .args(page)
        .output()
        .unwrap();
    let reader = Command::new("man")
        .args(["--warnings", "--local-file", "-"])
        .env("MANWIDTH", "100")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut reader) = reader else {
        return Ok(Completion::ignored_with("man is not installed"));
    };
    reader
        .stdin
        .take()
        .unwrap()
        .write_all(&written.stdout)
        .unwrap();
    let done = reader.wait_with_output().unwrap();
    let shown = String::from_utf8_lossy(&done.stdout);
    let said = String::from_utf8_lossy(&done.stderr);
    for heading in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS"] {
        if !shown.contains(heading) {
            return Err(format!("no {heading}:\n{shown}\n{said}").into());
        }
    }
    if said.is_empty() {
        Ok(Completion::Completed)
    } else {
        Err(said.into_owned().into())
    }
}
