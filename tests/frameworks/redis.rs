//! A Redis server that workers reach on their loopback address.

use crate::Checked;
use crate::engine::Engine;

/// A container whose network others join, removed when dropped.
pub(crate) struct Redis {
    engine: Engine,
    id: String,
}

impl Redis {
    /// Debian's Redis, on the base image that the projects have too.
    ///
    /// # Errors
    /// What the engine says.
    pub(crate) fn start(engine: Engine) -> Result<Self, String> {
        build(engine)?;
        let arguments = ["run", "--detach", TAG, "redis-server", "--save", ""];
        let id = engine.output(&arguments)?.trim().to_owned();
        Ok(Self { engine, id })
    }

    /// The option of `docker run` that joins its network.
    pub(crate) fn network(&self) -> String {
        format!("--network=container:{}", self.id)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // Nothing can be done about a container that stays.
        self.engine
            .run(&["rm", "--force", "--volumes", &self.id], "")
            .ok();
    }
}

const TAG: &str = "dockwright-frameworks/redis";

const DOCKERFILE: &str = "FROM python:3.13-slim-trixie
RUN apt-get update && apt-get install --yes --no-install-recommends redis-server
";

/// Its layers stay in the engine's cache from one worker to the next.
fn build(engine: Engine) -> Checked {
    let arguments = ["build", "--quiet", "--tag", TAG, "-"];
    let done = engine.run_with(&arguments, DOCKERFILE, &[("DOCKER_BUILDKIT", "1")])?;
    crate::engine::ensure(done.status.success(), || done.stderr)
}
