//! Turns what is known of the world outside the project (digests, newer patches) into the images that a plan names.
//!
//! Neither is part of what the project says: both are asked for by `dockwright update` alone, kept in `dockwright.lock`, and
//! taken from there ever after, so that a change of the project never changes an image.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::facts::Warning;

use super::BuildPlan;
use super::install::{ToolCopy, Tools};

/// The name under which uv's version is kept.
const UV: &str = "uv";

/// What was asked of registries, now or at an earlier time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct World {
    /// Images by tag, with their digest: `python:3.13-slim-trixie` → `sha256:…`.
    pub digests: BTreeMap<String, String>,
    /// Tools of the builder with a newer patch than dockwright's own: `uv` → `0.13.11`.
    pub tools: BTreeMap<String, String>,
}

impl World {
    /// These answers where there are some, the others elsewhere.
    #[must_use]
    pub fn over(&self, under: &Self) -> Self {
        let mut out = under.clone();
        out.digests.extend(self.digests.clone());
        out.tools.extend(self.tools.clone());
        out
    }
}

/// A tool whose newer patch may be used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tool {
    /// The name under which its version is kept.
    pub name: &'static str,
    /// Its image, without a tag.
    pub image: String,
    /// The version that the plan names.
    pub version: String,
}

impl BuildPlan {
    /// Takes the digests and patches that are known, as far as the plan has a use for them.
    pub fn heed(&mut self, known: &World) {
        for tool in &mut self.install.tools {
            let Some((image, version)) = own(tool) else {
                continue;
            };
            let newer = known.tools.get(UV).filter(|newer| is_patch(newer, version));
            if let Some(newer) = newer {
                self.world.tools.insert(UV.to_owned(), newer.clone());
                tool.image = format!("{image}:{newer}");
            }
        }
        if self.pin {
            let known = |image: &str| {
                let digest = known.digests.get(image)?;
                is_digest(digest).then(|| (image.to_owned(), digest.clone()))
            };
            self.world.digests = self.images().into_iter().filter_map(known).collect();
        }
    }

    /// The images that the Dockerfile names by a tag.
    pub fn images(&self) -> BTreeSet<&str> {
        let bases = [&self.base.builder, &self.base.runtime];
        let tools = self.install.tools.iter().map(|tool| &tool.image);
        bases
            .into_iter()
            .chain(tools)
            .map(String::as_str)
            .filter(|image| !image.contains('@'))
            .collect()
    }

    /// The tools of which a newer patch may be used: those that the project gives no version for.
    pub fn tools(&self) -> Vec<Tool> {
        let named = |tool: &ToolCopy| {
            let (image, version) = own(tool)?;
            Some(Tool {
                name: UV,
                image: image.to_owned(),
                version: version.to_owned(),
            })
        };
        self.install.tools.iter().filter_map(named).collect()
    }

    /// The images that should be pinned and whose digest is not known.
    pub fn unpinned(&self) -> Vec<&str> {
        let images = self.images().into_iter().filter(|_| self.pin);
        images
            .filter(|image| !self.world.digests.contains_key(*image))
            .collect()
    }

    /// A warning for each image whose digest is not known.
    pub fn unpinned_warnings(&self) -> Vec<Warning> {
        let warning = |image: &str| {
            Warning::new(
                "unpinned",
                format!("no digest of {image} is recorded yet: its tag stands alone"),
                "run `dockwright update`, which asks the registry",
            )
        };
        self.unpinned().into_iter().map(warning).collect()
    }

    /// The plan with `tag@digest` for each image whose digest is known.
    pub(crate) fn pinned(&self) -> Cow<'_, Self> {
        if self.world.digests.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut plan = self.clone();
        let bases = [&mut plan.base.builder, &mut plan.base.runtime];
        let tools = plan.install.tools.iter_mut().map(|tool| &mut tool.image);
        for image in bases.into_iter().chain(tools) {
            if let Some(digest) = self.world.digests.get(image.as_str()) {
                *image = format!("{image}@{digest}");
            }
        }
        Cow::Owned(plan)
    }
}

/// The image and version of a tool that dockwright chose by itself.
fn own(tool: &ToolCopy) -> Option<(&str, &str)> {
    let uv = &Tools::builtin().uv;
    let (image, version) = tool.image.rsplit_once(':')?;
    (image == uv.image && tool.renewable).then_some((image, version))
}

/// Is it a later patch of the same minor version, or the same?
pub fn is_patch(newer: &str, version: &str) -> bool {
    let parts = |text: &str| -> Option<Vec<u32>> {
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        text.split('.')
            .map(|part| plain(part).then(|| part.parse().ok())?)
            .collect()
    };
    match (parts(newer).as_deref(), parts(version).as_deref()) {
        (Some([major, minor, newer]), Some([other, same, patch])) => {
            (major, minor) == (other, same) && newer >= patch
        }
        _ => false,
    }
}

/// Is it a digest as registries write it?
pub fn is_digest(text: &str) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    text.strip_prefix("sha256:")
        .is_some_and(|rest| rest.len() == 64 && rest.bytes().all(hex))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_later_and_of_the_same_minor_version() {
        for (newer, patch) in [
            ("0.13.10", true),
            ("0.13.9", true),
            ("0.13.8", false),
            ("0.14.0", false),
            ("1.13.10", false),
            ("0.13", false),
            ("0.13.10rc1", false),
            ("0.13.10\nRUN x", false),
            ("+0.13.10", false),
            ("", false),
        ] {
            assert_eq!(is_patch(newer, "0.13.9"), patch, "{newer}");
        }
    }

    #[test]
    fn only_a_tool_that_dockwright_chose_is_renewed() {
        let tool = |image: &str, renewable| ToolCopy {
            image: image.to_owned(),
            source: "/uv".to_owned(),
            target: "/bin/uv".to_owned(),
            renewable,
        };
        let uv = &Tools::builtin().uv.image;
        let image = format!("{uv}:0.9.1");
        assert_eq!(own(&tool(&image, true)), Some((uv.as_str(), "0.9.1")));
        assert_eq!(own(&tool(&image, false)), None);
        assert_eq!(own(&tool("mirror.example.com/uv:0.9.1", true)), None);
    }

    #[test]
    fn a_digest_is_nothing_but_a_digest() {
        let good = format!("sha256:{}", "0a".repeat(32));
        assert!(is_digest(&good));
        for bad in ["", "sha256:00", &good.to_uppercase(), &format!("{good}\n")] {
            assert!(!is_digest(bad), "{bad}");
        }
    }
}
