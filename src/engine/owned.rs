//! Turns the end of a value's life into the removal of the container or image of its name.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::thread::sleep;
use std::time::Duration;

use super::{Engine, Kind, interrupt};

/// The pause before something is removed once more.
const AGAIN: Duration = Duration::from_millis(500);

/// A name that nobody else uses on this engine, whichever host its client runs on.
pub fn unique() -> String {
    let random = RandomState::new().build_hasher().finish();
    format!(
        "dockwright-verify-{}-{:08x}",
        std::process::id(),
        random & 0xffff_ffff
    )
}

/// A container or an image that this run made; removed when dropped.
pub struct Owned<'a> {
    /// Its name.
    pub name: String,
    engine: &'a Engine<'a>,
    image: bool,
}

impl<'a> Owned<'a> {
    /// A container of that name, there already or about to be.
    pub fn container(engine: &'a Engine<'a>, name: String) -> Self {
        Self {
            name,
            engine,
            image: false,
        }
    }

    /// An image, likewise.
    pub fn image(engine: &'a Engine<'a>, name: String) -> Self {
        Self {
            name,
            engine,
            image: true,
        }
    }
}

impl Drop for Owned<'_> {
    fn drop(&mut self) {
        let arguments: &[&str] = match (self.image, self.engine.kind) {
            (true, Kind::Buildah) => &["rmi", "--force", &self.name],
            (true, _) => &["image", "rm", "--force", &self.name],
            (false, Kind::Buildah) => &["rm", &self.name],
            (false, _) => &["rm", "--force", "--volumes", &self.name],
        };
        let mut call = self.engine.call(arguments);
        call.cleans = true;
        call.patience = Some(Duration::from_secs(60));
        // An engine whose client was ended may be about to make what it was asked for.
        let times = if interrupt::stopped() { 3 } else { 1 };
        for time in 0..times {
            if time > 0 {
                sleep(AGAIN);
            }
            // What was never made cannot be removed, and nobody waits for an answer.
            let _ = self.engine.run(&call);
        }
    }
}
