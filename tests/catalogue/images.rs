//! The images that proofs run in: a suite with nothing added, and the same with one list of packages.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use dockwright::catalogue::Suite;

use crate::engine::Engine;

/// The 13 of the images' Python 3.13.
pub(crate) const PYTHON_MINOR: u8 = 13;

/// Packages that many lists share: images with more are made from those with these.
const SHARED: [&str; 4] = ["cargo", "g++", "gcc", "libc6-dev"];

/// An image's name, or why it cannot be made.
type Made = Arc<OnceLock<Result<String, String>>>;

/// An image's files, or why they cannot be told.
type Listed = Arc<OnceLock<Result<Arc<BTreeSet<String>>, String>>>;

/// The image of a suite with exactly these packages added; an error is the engine's, or what apt says.
pub(crate) fn with(engine: Engine, suite: Suite, packages: &[String]) -> Result<String, String> {
    static ALL: Mutex<BTreeMap<String, Made>> = Mutex::new(BTreeMap::new());
    let key = format!("{} {}", suite.name(), packages.join(" "));
    let made = once(&ALL, key);
    made.get_or_init(|| make(engine, suite, packages)).clone()
}

/// The files of an image that packages may bring.
pub(crate) fn files(engine: Engine, image: &str) -> Result<Arc<BTreeSet<String>>, String> {
    static ALL: Mutex<BTreeMap<String, Listed>> = Mutex::new(BTreeMap::new());
    let listed = once(&ALL, image.to_owned());
    let find = "find /usr /opt /etc/alternatives ! -type d ! -path '/usr/share/doc/*'";
    let list = || {
        let found =
            engine.output(&["run", "--rm", "--network", "none", image, "sh", "-c", find])?;
        Ok(Arc::new(found.lines().map(str::to_owned).collect()))
    };
    listed.get_or_init(list).clone()
}

/// The place of what is made once in a run.
fn once<T: Default + Clone>(all: &Mutex<BTreeMap<String, T>>, key: String) -> T {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    all.entry(key).or_default().clone()
}

fn make(engine: Engine, suite: Suite, packages: &[String]) -> Result<String, String> {
    let release = suite.name();
    if packages.is_empty() {
        let name = format!("dockwright-catalogue-{release}");
        // A fresh index, already read, and an installer.
        let dockerfile = format!(
            "FROM python:3.{PYTHON_MINOR}-slim-{release}
ENV UV_CACHE_DIR=/cache/uv DEBIAN_FRONTEND=noninteractive
RUN rm --force /etc/apt/apt.conf.d/docker-clean \\
    && echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/unsafe-io \\
    && echo 'Acquire::Languages \"none\";' > /etc/apt/apt.conf.d/99languages \\
    && apt-get update && apt-cache gencaches && pip install --no-cache-dir uv
"
        );
        let id = build(engine, &name, &dockerfile)?;
        // Under a name that goes with it, as the names of those that are made from it do.
        let id = id.rsplit(':').next().unwrap_or_default().get(..16);
        let own = format!("{name}:{}", id.unwrap_or("latest"));
        engine.output(&["tag", &name, &own])?;
        return Ok(own);
    }
    let (shared, own): (Vec<_>, Vec<_>) = packages
        .iter()
        .cloned()
        .partition(|name| SHARED.contains(&name.as_str()));
    let (from, packages) = if own.is_empty() {
        (with(engine, suite, &[])?, shared)
    } else {
        (with(engine, suite, &shared)?, own)
    };
    let mut hash = DefaultHasher::new();
    (&from, &packages).hash(&mut hash);
    let name = format!("dockwright-catalogue-{release}:{:016x}", hash.finish());
    // What was fetched is kept; one fetches at a time, and installing locks no folder that others read.
    let dockerfile = format!(
        "FROM {from}
RUN --mount=type=cache,id=dockwright-debs-{release},target=/debs \\
    mkdir --parents /usr/share/man/man1 /debs/partial; \\
    apt='apt-get --yes -qq --no-install-recommends -o Dir::Cache::Archives=/debs -o Debug::NoLocking=1 install {list}'; \\
    get=\"flock /debs/lock $apt --download-only\"; \\
    $apt --no-download || {{ $get || {{ apt-get update -qq && $get; }}; $apt --no-download; }}
",
        list = packages.join(" ")
    );
    if !there(engine)?.contains(&name) {
        build(engine, &name, &dockerfile)?;
    }
    Ok(name)
}

/// The images that earlier runs made: to look once costs less than to have the engine find each again.
fn there(engine: Engine) -> Result<&'static BTreeSet<String>, String> {
    static ALL: OnceLock<Result<BTreeSet<String>, String>> = OnceLock::new();
    let list = || {
        let label = "label=dockwright.catalogue";
        let format = "{{.Repository}}:{{.Tag}}";
        let listed = engine.output(&["image", "ls", "--filter", label, "--format", format])?;
        Ok(listed.lines().map(str::to_owned).collect())
    };
    ALL.get_or_init(list).as_ref().map_err(Clone::clone)
}

/// Makes an image; its identity.
fn build(engine: Engine, name: &str, dockerfile: &str) -> Result<String, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name.replace(':', "-"));
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(folder.join("Dockerfile"), dockerfile))
        .map_err(|error| error.to_string())?;
    let label = "dockwright.catalogue=1";
    let folder = folder.to_string_lossy();
    let id = engine.output(&["build", "--quiet", "--label", label, "--tag", name, &folder])?;
    Ok(id.trim().to_owned())
}
