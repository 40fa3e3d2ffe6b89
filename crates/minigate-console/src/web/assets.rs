//! Styles and scripts; their addresses change with their contents, so that they can be kept for good.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::routing::get;
use sha2::{Digest, Sha256};

use crate::Console;

/// A file that pages need.
pub(super) struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

impl Asset {
    /// Its address.
    pub(super) fn path(&self) -> String {
        let digest = Sha256::digest(self.bytes);
        let version: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        format!("/assets/{version}/{}", self.name)
    }
}

pub(super) fn router() -> Router<Arc<Console>> {
    [&STYLE, &SCRIPT, &ICON]
        .into_iter()
        .fold(Router::new(), |router, asset| {
            let (kind, bytes) = (asset.kind, asset.bytes);
            let answer = async move || {
                (
                    [
                        (CONTENT_TYPE, kind),
                        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
                    ],
                    bytes,
                )
            };
            router.route(&asset.path(), get(answer))
        })
}

pub(super) static STYLE_PATH: LazyLock<String> = LazyLock::new(|| STYLE.path());
pub(super) static SCRIPT_PATH: LazyLock<String> = LazyLock::new(|| SCRIPT.path());
pub(super) static ICON_PATH: LazyLock<String> = LazyLock::new(|| ICON.path());

const STYLE: Asset = Asset {
    name: "console.css",
    kind: "text/css; charset=utf-8",
    bytes: include_bytes!("assets/console.css"),
};
const SCRIPT: Asset = Asset {
    name: "console.js",
    kind: "text/javascript; charset=utf-8",
    bytes: include_bytes!("assets/console.js"),
};
const ICON: Asset = Asset {
    name: "icon.svg",
    kind: "image/svg+xml",
    bytes: include_bytes!("assets/icon.svg"),
};
