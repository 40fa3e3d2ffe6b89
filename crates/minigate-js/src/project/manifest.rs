//! The facts of `app.json` that a running app depends on.

use std::collections::BTreeSet;
use std::time::Duration;

use minigate_policy::Interface;
use serde::Deserialize;

/// What `app.json` says about pages and tabs. A route is a page's path without its ending: `pages/index/index`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Manifest {
    pages: Vec<String>,
    entry: Option<String>,
    tabs: BTreeSet<String>,
    window: serde_json::Value,
    timeouts: serde_json::Value,
}

impl Manifest {
    /// Reads the text of an `app.json`.
    ///
    /// # Errors
    ///
    /// Where it isn't JSON, or a member has another type than the platform's.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map(|file: File| file.into_manifest())
    }

    /// The routes of all pages, those of sub-packages after the others.
    #[must_use]
    pub fn pages(&self) -> &[String] {
        &self.pages
    }

    /// The page to open first: `entryPagePath`, else the first page. None where no page is declared, as in a game.
    #[must_use]
    pub fn entry(&self) -> Option<&str> {
        self.entry
            .as_deref()
            .or_else(|| self.pages.first().map(String::as_str))
    }

    /// Whether a route is one of the tab bar's.
    #[must_use]
    pub fn is_tab(&self, route: &str) -> bool {
        self.tabs.contains(route)
    }

    /// The routes of the tab bar.
    pub fn tabs(&self) -> impl Iterator<Item = &str> {
        self.tabs.iter().map(String::as_str)
    }

    /// The interface's member of `networkTimeout` (rule N2); none where it isn't a positive number of milliseconds.
    #[must_use]
    pub fn timeout(&self, interface: Interface) -> Option<Duration> {
        let millis = self
            .timeouts
            .get(interface.name())?
            .as_f64()
            .filter(|millis| *millis > 0.0)?;
        Duration::try_from_secs_f64(millis / 1000.0).ok()
    }

    /// `window.navigationBarTitleText`, or nothing.
    #[must_use]
    pub fn title(&self) -> &str {
        self.window
            .get("navigationBarTitleText")
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(default)]
    pages: Vec<String>,
    entry_page_path: Option<String>,
    #[serde(default, alias = "subpackages")]
    sub_packages: Vec<Package>,
    tab_bar: Option<TabBar>,
    #[serde(default)]
    window: serde_json::Value,
    #[serde(default)]
    network_timeout: serde_json::Value,
}

impl File {
    fn into_manifest(self) -> Manifest {
        let packaged = self.sub_packages.iter().flat_map(Package::routes);
        let pages = self
            .pages
            .iter()
            .map(|page| route(page))
            .chain(packaged)
            .collect();
        let tabs = self.tab_bar.map(|bar| bar.list).unwrap_or_default();
        Manifest {
            pages,
            entry: self.entry_page_path.as_deref().map(route),
            tabs: tabs.iter().map(|tab| route(&tab.page_path)).collect(),
            window: self.window,
            timeouts: self.network_timeout,
        }
    }
}

#[derive(Deserialize)]
struct Package {
    root: String,
    #[serde(default)]
    pages: Vec<String>,
}

impl Package {
    fn routes(&self) -> impl Iterator<Item = String> {
        self.pages
            .iter()
            .map(|page| route(&format!("{}/{page}", self.root.trim_end_matches('/'))))
    }
}

#[derive(Deserialize)]
struct TabBar {
    #[serde(default)]
    list: Vec<Tab>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tab {
    page_path: String,
}

/// Real projects write `/pages/a`, `pages/a.html` and `pages/a`, and mean the same page.
fn route(written: &str) -> String {
    let written = written.trim_start_matches('/');
    let written = written
        .strip_suffix(".html")
        .or_else(|| written.strip_suffix(".js"))
        .unwrap_or(written);
    written.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_sub_packages_follow_the_others() {
        let text = r#"{"pages":["pages/a"],"subpackages":[{"root":"shop/","pages":["list/list"]}]}"#;

        let manifest = Manifest::parse(text).unwrap();

        assert_eq!(manifest.pages(), ["pages/a", "shop/list/list"]);
        assert_eq!(manifest.entry(), Some("pages/a"));
    }

    #[test]
    fn the_entry_page_and_the_tabs_are_routes_however_they_are_written() {
        let text = r#"{"pages":["a","b"],"entryPagePath":"/b.html","tabBar":{"list":[{"pagePath":"/a","text":"A"}]}}"#;

        let manifest = Manifest::parse(text).unwrap();

        assert_eq!(manifest.entry(), Some("b"));
        assert!(manifest.is_tab("a") && !manifest.is_tab("b"));
    }
}
