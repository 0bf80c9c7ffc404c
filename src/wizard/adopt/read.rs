//! Turns the instructions of a Dockerfile into wishes, and names those that no setting can say.

use std::collections::{BTreeMap, BTreeSet};

use toml::Value;

use super::Wish;
use super::start::{Start, argv};
use super::words::{commands, is_own, own};
use crate::inspect::dockerfile::{Dockerfile, Instruction, Stage, filled, pairs, words};
use crate::plan::additions::is_secret;

/// No image has more variables, and no build more arguments, that a value is made from.
const VARIABLES: usize = 1000;

/// What a Dockerfile says.
#[derive(Default)]
pub(super) struct Everything {
    pub(super) wishes: Vec<Wish>,
    /// What no setting says, with its line; never a value that may be secret.
    pub(super) left: Vec<(u32, String)>,
    /// Distributions that are installed by name, with the line.
    pub(super) installed: Vec<(u32, String)>,
    /// Arguments of the build, as settings refer to them.
    references: BTreeMap<String, String>,
    /// Variables and arguments whose value stands in the file.
    pub(super) known: BTreeMap<String, String>,
}

/// The account that a line creates.
#[derive(Default)]
pub(super) struct Account {
    pub(super) name: Option<String>,
    pub(super) uid: Option<i64>,
}

/// Reads all stages, whose paths become those of an image with the application in `folder`: of the last one and those below it what the image is, of the others what the builder needs.
pub(super) fn everything(file: &Dockerfile, folder: Option<&str>) -> Everything {
    let mut all = Everything {
        known: file.arguments.clone(),
        ..Everything::default()
    };
    let (chain, image) = file.last();
    let from = chain.first().map_or(1, |stage| stage.line);
    all.base(image, from);
    let others = file.others();
    let (mut build, mut run) = (BTreeMap::new(), BTreeMap::new());
    for stage in &others {
        all.packages(stage, &mut build);
    }
    for stage in &chain {
        all.packages(stage, &mut run);
    }
    let compiles = |name: &String| name.ends_with("-dev") || own().build_packages.contains(name);
    let moved: Vec<String> = run.keys().filter(|name| compiles(name)).cloned().collect();
    build.extend(moved.iter().filter_map(|name| run.remove_entry(name)));
    build.retain(|name, _| !run.contains_key(name));
    for (key, names) in [("packages.build", build), ("packages.run", run)] {
        if let Some(line) = names.values().min() {
            let list: Vec<&str> = names.keys().map(String::as_str).collect();
            all.wish(key, list, *line);
        }
    }
    all.arguments(file);
    let mut account = Account::default();
    let mut start = Start::default();
    for instruction in chain.iter().flat_map(|stage| &stage.instructions) {
        all.instruction(instruction, &mut account, &mut start);
    }
    for instruction in others.iter().flat_map(|stage| &stage.instructions) {
        if instruction.name == "RUN" {
            all.run(instruction, &mut Account::default());
        }
    }
    all.start(&start);
    if let Some(folder) = folder {
        all.moved(&start, folder);
    }
    all
}

impl Everything {
    pub(super) fn wish(&mut self, key: &str, value: impl Into<Value>, line: u32) {
        self.wishes.push(Wish {
            key: key.to_owned(),
            value: value.into(),
            line,
        });
    }

    pub(super) fn leave(&mut self, line: u32, what: impl Into<String>) {
        self.left.push((line, what.into()));
    }

    /// `python:3.12-slim-bookworm`, `…/uv:python3.12-bookworm-slim`: the version, the kind and the release.
    fn base(&mut self, image: &str, line: u32) {
        let image = image.split('@').next().unwrap_or_default();
        let (name, tag) = image.rsplit_once(':').unwrap_or((image, ""));
        let last = name.rsplit('/').next().unwrap_or_default();
        let official = last == "python";
        if !official && last != "uv" {
            self.leave(
                line,
                format!(
                    "FROM {image}: no official Python image; `base` and `package-tool` can name it"
                ),
            );
        }
        let tag = if official {
            tag
        } else if let Some((_, tag)) = tag.split_once("python") {
            tag
        } else {
            return;
        };
        let version: String = tag
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .collect();
        if version.contains('.') {
            self.wish("python", version.trim_end_matches('.'), line);
        }
        let parts: BTreeSet<&str> = tag.split('-').collect();
        let kind = if parts.iter().any(|part| part.starts_with("alpine")) {
            Some("alpine")
        } else if parts.contains("slim") {
            Some("slim")
        } else {
            official.then_some("full")
        };
        if let Some(kind) = kind {
            self.wish("base", kind, line);
        }
        for part in parts {
            if crate::settings::Suite::from_name(part).is_some() {
                self.wish("suite", part, line);
            }
        }
    }

    /// The system packages that a stage installs, each with its line.
    fn packages(&mut self, stage: &Stage, names: &mut BTreeMap<String, u32>) {
        for instruction in stage.instructions.iter().filter(|one| one.name == "RUN") {
            for command in commands(&instruction.rest) {
                let install = command
                    .iter()
                    .position(|word| word == "install" || word == "add");
                let tool = command
                    .first()
                    .is_some_and(|word| matches!(word.as_str(), "apt-get" | "apt" | "apk"));
                let Some(at) = install.filter(|_| tool) else {
                    continue;
                };
                let mut skip = false;
                for word in &command[at + 1..] {
                    let value = std::mem::replace(&mut skip, word == "-t" || word == "--virtual");
                    if value || word.starts_with(['-', '.']) {
                        continue;
                    }
                    // A pinned version vanishes from the mirror with the next security update.
                    let name = word.split(['=', '<', '~']).next().unwrap_or_default();
                    if own().own_packages.contains(name) {
                        continue;
                    }
                    if name.contains(['$', '/', '*', '>']) {
                        self.leave(instruction.line, format!("the package {word}"));
                        continue;
                    }
                    names.entry(name.to_owned()).or_insert(instruction.line);
                }
            }
        }
    }

    /// Arguments of the build beside those that the image's name is made from.
    fn arguments(&mut self, file: &Dockerfile) {
        let stages = file.stages.iter().flat_map(|stage| &stage.instructions);
        let mut seen = BTreeSet::new();
        for instruction in stages.filter(|one| one.name == "ARG") {
            let name = instruction
                .rest
                .split('=')
                .next()
                .unwrap_or_default()
                .trim();
            let value = pairs(&instruction.rest).into_iter().next();
            let value = value.map(|(_, value)| value).filter(|value| value != name);
            let known = file.arguments.contains_key(name) || !seen.insert(name.to_owned());
            if known || is_own(name) || self.references.len() == VARIABLES {
                continue;
            }
            if is_secret(name) {
                self.leave(instruction.line, format!("ARG {name} looks like a secret: `secrets = [\"id={name},env={name}\"]` passes it safely"));
            } else {
                self.references
                    .insert(name.to_owned(), format!("${{{name}}}"));
                self.wish(
                    &format!("args.{name}"),
                    value.unwrap_or_default(),
                    instruction.line,
                );
            }
        }
    }

    fn instruction(&mut self, one: &Instruction, account: &mut Account, start: &mut Start) {
        let line = one.line;
        match one.name.as_str() {
            "ENV" => self.environment(one),
            "LABEL" => {
                for (name, value) in pairs(&one.rest) {
                    let value = filled(&value, &self.references);
                    self.wish(&format!("labels.{name}"), value, line);
                }
            }
            "EXPOSE" => self.ports(one),
            "USER" => self.user(one, account),
            "WORKDIR" => {
                let folder = filled(one.rest.trim_matches('"'), &self.known);
                start.enter(&folder);
            }
            "ENTRYPOINT" => start.entrypoint = Some((argv(&one.rest), line)),
            "CMD" => start.command = Some((argv(&one.rest), line)),
            "HEALTHCHECK" => self.health(one),
            "VOLUME" => {
                let folders: Vec<String> =
                    serde_json::from_str(&one.rest).unwrap_or_else(|_| words(&one.rest));
                self.wish("volumes", folders, line);
            }
            "RUN" => self.run(one, account),
            "COPY" | "ADD" => self.copy(one, start),
            "ARG" => {
                let pairs = pairs(&one.rest).into_iter();
                self.known
                    .extend(pairs.filter(|(name, value)| name != value && !is_secret(name)));
            }
            other => self.leave(line, format!("{other} {}", one.rest)),
        }
    }

    fn environment(&mut self, one: &Instruction) {
        for (name, value) in pairs(&one.rest)
            .into_iter()
            .filter(|(name, _)| !is_own(name))
        {
            if !is_secret(&name) && self.known.len() < VARIABLES {
                let value = filled(&value, &self.known);
                self.known.insert(name.clone(), value);
            }
            let value = filled(&value, &self.references);
            let known = self.references.values().filter(|one| value.contains(*one));
            let rest = known.fold(value.clone(), |rest, one| rest.replace(one.as_str(), ""));
            if is_secret(&name) {
                self.leave(
                    one.line,
                    format!("ENV {name} looks like a secret: give it to `docker run`"),
                );
            } else if rest.contains('$') {
                self.leave(one.line, format!("ENV {name}: made from other variables"));
            } else {
                self.wish(&format!("env.{name}"), value, one.line);
            }
        }
    }

    /// One port can be told to the application; the first is the one that is meant.
    fn ports(&mut self, one: &Instruction) {
        for port in words(&filled(&one.rest, &self.known)) {
            let number = port.split('/').next().unwrap_or_default();
            let first = self.wishes.iter().all(|wish| wish.key != "port");
            match number.parse::<i64>() {
                Ok(port) if first => self.wish("port", port, one.line),
                _ => self.leave(one.line, format!("EXPOSE {port}")),
            }
        }
    }

    fn user(&mut self, one: &Instruction, account: &Account) {
        let rest = filled(&one.rest, &self.known);
        let (user, group) = rest.split_once(':').unwrap_or((&rest, ""));
        // An image has these already: they cannot be made anew.
        let of_the_image = |id: i64| !(1000..65534).contains(&id);
        let number = user.parse::<i64>().ok();
        if own().system_users.contains(user) || number.is_some_and(of_the_image) {
            let what = format!("USER {user}: the process runs as a user of its own");
            self.leave(one.line, what);
            return;
        }
        if let Some(uid) = number {
            self.wish("uid", uid, one.line);
            let named = account.name.clone().filter(|_| account.uid == Some(uid));
            if let Some(name) = named {
                self.wish("user", name, one.line);
            }
        } else {
            self.wish("user", user, one.line);
            let is_it = account.name.as_deref() == Some(user);
            if let Some(uid) = account.uid.filter(|uid| is_it && !of_the_image(*uid)) {
                self.wish("uid", uid, one.line);
            }
        }
        if let Some(gid) = group.parse::<i64>().ok().filter(|gid| !of_the_image(*gid)) {
            self.wish("gid", gid, one.line);
        }
    }

    fn health(&mut self, one: &Instruction) {
        if one.rest.trim().eq_ignore_ascii_case("none") {
            self.wish("healthcheck", false, one.line);
            return;
        }
        let path = one
            .rest
            .split_once("://")
            .and_then(|(_, rest)| rest.split_once('/'));
        if let Some((_, path)) = path {
            let end = path.find([' ', '"', '\'', ',', ')']).unwrap_or(path.len());
            self.wish("healthcheck-path", format!("/{}", &path[..end]), one.line);
        } else {
            self.leave(one.line, format!("HEALTHCHECK {}", one.rest));
        }
    }
}
