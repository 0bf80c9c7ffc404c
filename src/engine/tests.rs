//! Which engine is taken, and what is said where none answers.

use super::*;

/// What each engine says when it is asked.
struct Said(Vec<(&'static str, Result<&'static str, &'static str>)>);

impl Shell for Said {
    fn run(&self, call: &Call, _: &mut dyn FnMut(&str)) -> Result<Done, Error> {
        let found = self.0.iter().find(|(name, _)| *name == call.program);
        match found {
            Some((_, Ok(out))) => Ok(Done {
                code: Some(0),
                out: format!("{out}\n"),
                ..Done::default()
            }),
            Some((_, Err(err))) => Ok(Done {
                code: Some(1),
                err: (*err).to_owned(),
                ..Done::default()
            }),
            None => Err(Error::Engine {
                what: format!("{} {}", call.program, process::ABSENT),
                evidence: Vec::new(),
                help: String::new(),
            }),
        }
    }
}

fn found(said: &Said, name: Option<&str>) -> Result<(Kind, String), String> {
    Engine::find(said, name)
        .map(|engine| (engine.kind, engine.version))
        .map_err(|error| error.to_string())
}

#[test]
fn the_first_engine_that_answers_is_taken() {
    let dead = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.";
    let both = || Said(vec![("docker", Err(dead)), ("podman", Ok("5.4.2"))]);
    assert_eq!(found(&both(), None), Ok((Kind::Podman, "5.4.2".to_owned())));
    let buildah = Said(vec![("buildah", Ok("Version:         1.39.3"))]);
    assert_eq!(
        found(&buildah, None),
        Ok((Kind::Buildah, "1.39.3".to_owned()))
    );
    let docker = Said(vec![("docker", Ok("28.5.2")), ("podman", Ok("5.4.2"))]);
    assert_eq!(
        found(&docker, Some("podman")),
        Ok((Kind::Podman, "5.4.2".to_owned()))
    );
}

#[test]
fn where_none_answers_each_is_quoted_and_the_help_fits() {
    let nothing = found(&Said(Vec::new()), None).err().unwrap_or_default();
    insta::assert_snapshot!(nothing, @r"
    error: no container engine answers

      docker   docker is not installed
      podman   podman is not installed
      buildah  buildah is not installed

    help: install Docker (https://docs.docker.com/engine/install/) or Podman (`sudo apt-get install podman`); `--engine NAME` chooses one
    ");
    let refused = "permission denied while trying to connect to the Docker daemon socket";
    let group = found(&Said(vec![("docker", Err(refused))]), Some("docker"));
    insta::assert_snapshot!(group.err().unwrap_or_default(), @r"
    error: docker does not answer

      docker  permission denied while trying to connect to the Docker daemon socket

    help: add yourself to the group that may use the engine: `sudo usermod --append --groups docker $USER`, then log in again
    ");
    let stopped = found(
        &Said(vec![("docker", Err("Cannot connect to the Docker daemon"))]),
        None,
    );
    let stopped = stopped.err().unwrap_or_default();
    assert!(stopped.contains("help: start Docker"), "{stopped}");
}

#[test]
fn a_command_that_hangs_is_ended_and_its_lines_are_heard() {
    let call = |script: &str, patience| Call {
        program: "sh".to_owned(),
        arguments: vec!["-c".to_owned(), script.to_owned()],
        input: "in\n".to_owned(),
        patience: Some(Duration::from_millis(patience)),
        ..Call::default()
    };
    let mut heard = Vec::new();
    let done = Local.run(&call("cat; echo err >&2; exit 3", 60_000), &mut |line| {
        heard.push(line.to_owned());
    });
    heard.sort();
    assert_eq!(heard, ["err", "in"]);
    let expected = Done {
        code: Some(3),
        out: "in\n".to_owned(),
        err: "err\n".to_owned(),
    };
    assert_eq!(done, Ok(expected));
    let hung = Local.run(&call("exec sleep 60", 100), &mut |_| {});
    assert!(matches!(hung, Err(Error::Engine { what, .. }) if what.contains("does not end")));
}
