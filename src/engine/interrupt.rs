//! Turns Ctrl-C and SIGTERM into a word that running commands look at, so that what was made is removed before the end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// 128 + SIGINT, as shells count.
const STOPPED: i32 = 130;

fn flag() -> &'static Arc<AtomicBool> {
    static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    FLAG.get_or_init(Arc::default)
}

/// From now on the first signal stops the run in order; a second one ends the process at once.
pub fn watch() {
    for signal in [SIGINT, SIGTERM] {
        // Where a handler cannot be set the signal ends the process as it always did.
        let _ = flag::register_conditional_shutdown(signal, STOPPED, Arc::clone(flag()));
        let _ = flag::register(signal, Arc::clone(flag()));
    }
}

/// Has a signal come?
pub(super) fn stopped() -> bool {
    flag().load(Ordering::Relaxed)
}
