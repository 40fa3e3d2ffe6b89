//! The facts of `app.json` that a running app depends on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use minigate_policy::Interface;
use serde_json::Value;

use super::shape::{Mistake, Shape};

/// What `app.json` says about pages and tabs. A route is a page's path without its ending: `pages/index/index`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Manifest {
    pages: Vec<String>,
    entry: Option<String>,
    tabs: BTreeSet<String>,
    title: String,
    timeouts: Value,
    packages: Vec<Package>,
    plugins: BTreeMap<String, Plugin>,
    components: BTreeMap<String, String>,
    has_custom_tab_bar: bool,
}

/// A sub-package.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Package {
    /// Its folder in the app's code, with a slash at its end.
    pub root: String,
    /// `name`, by which a game loads it.
    pub name: Option<String>,
    /// Whether it does without the main package.
    pub is_independent: bool,
}

/// A plugin that the app declares.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plugin {
    /// Who makes it: an app ID.
    pub provider: String,
    /// Which of its versions.
    pub version: String,
}

/// A value of `app.json` that has no effect.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ineffective {
    /// The member: `networkTimeout.request`.
    pub member: String,
    /// Its value, as JSON.
    pub written: String,
    /// What would have an effect.
    pub wanted: &'static str,
}

impl fmt::Display for Ineffective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            member,
            written,
            wanted,
        } = self;
        write!(
            f,
            "`{member}` is {written}, but must be {wanted}; it has no effect"
        )
    }
}

impl Manifest {
    /// Reads what an `app.json` holds.
    pub(super) fn read(value: &Value) -> Result<Self, Mistake> {
        let file = Shape::root(value);
        file.object()?;
        let mut pages = routes(&file, "")?;
        let (mut packages, mut plugins) = (Vec::new(), plugins(value));
        for name in ["subPackages", "subpackages"] {
            for package in file.member(name).items()? {
                let root = package.member("root").required_text()?;
                pages.extend(routes(&package, root)?);
                plugins.extend(package.value().map(self::plugins).unwrap_or_default());
                packages.push(Package {
                    root: format!("{}/", root.trim_matches('/')),
                    name: package.member("name").text()?.map(str::to_owned),
                    is_independent: package.member("independent").truth()?.unwrap_or(false),
                });
            }
        }
        Ok(Self {
            pages,
            entry: file.member("entryPagePath").text()?.map(route),
            tabs: tabs(&file.member("tabBar"))?,
            title: title(value),
            timeouts: value.get(TIMEOUTS).cloned().unwrap_or_default(),
            packages,
            plugins,
            components: components(value),
            has_custom_tab_bar: value
                .pointer("/tabBar/custom")
                .and_then(Value::as_bool)
                .unwrap_or(false),
        })
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

    /// Whether the app draws its tab bar itself, as `custom-tab-bar/index`.
    #[must_use]
    pub fn has_custom_tab_bar(&self) -> bool {
        self.has_custom_tab_bar
    }

    /// The sub-packages.
    #[must_use]
    pub fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// The sub-package that a file of the app's code belongs to; none for the main one.
    #[must_use]
    pub fn package_of(&self, path: &str) -> Option<&Package> {
        self.packages
            .iter()
            .find(|package| path.starts_with(&package.root))
    }

    /// The plugins that the app and its sub-packages declare, by the name that they have in it.
    #[must_use]
    pub fn plugins(&self) -> &BTreeMap<String, Plugin> {
        &self.plugins
    }

    /// `usingComponents`, which holds for all pages.
    #[must_use]
    pub fn components(&self) -> &BTreeMap<String, String> {
        &self.components
    }

    /// The interface's member of `networkTimeout` (rule N2); none where it isn't a positive number of milliseconds.
    #[must_use]
    pub fn timeout(&self, interface: Interface) -> Option<Duration> {
        self.timeouts.get(interface.name()).and_then(span)
    }

    /// The values that have no effect: members of `networkTimeout` that are no positive number of milliseconds.
    #[must_use]
    pub fn ineffective(&self) -> Vec<Ineffective> {
        let fault = |member: String, value: &Value, wanted| Ineffective {
            member,
            written: value.to_string(),
            wanted,
        };
        let Some(members) = self.timeouts.as_object() else {
            let written = Some(&self.timeouts).filter(|value| !value.is_null());
            let whole = written.map(|value| fault(TIMEOUTS.to_owned(), value, "an object"));
            return whole.into_iter().collect();
        };
        let faulty = members.iter().filter(|(_, value)| span(value).is_none());
        faulty
            .map(|(name, value)| {
                fault(
                    format!("{TIMEOUTS}.{name}"),
                    value,
                    "a positive number of milliseconds",
                )
            })
            .collect()
    }

    /// `window.navigationBarTitleText`, or nothing.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }
}

fn routes(place: &Shape<'_>, root: &str) -> Result<Vec<String>, Mistake> {
    let root = root.trim_end_matches('/');
    let pages = place.member("pages").items()?;
    let path = |page: Shape<'_>| {
        let page = page.required_text()?;
        Ok(if root.is_empty() {
            route(page)
        } else {
            route(&format!("{root}/{}", page.trim_start_matches('/')))
        })
    };
    pages.into_iter().map(path).collect()
}

fn tabs(bar: &Shape<'_>) -> Result<BTreeSet<String>, Mistake> {
    bar.object()?;
    let tabs = bar.member("list").items()?;
    let path = |tab: Shape<'_>| tab.member("pagePath").required_text().map(route);
    tabs.into_iter().map(path).collect()
}

fn plugins(place: &Value) -> BTreeMap<String, Plugin> {
    let declared = place.get("plugins").and_then(Value::as_object);
    let text = |value: &Value, name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let plugin = |value: &Value| Plugin {
        provider: text(value, "provider"),
        version: text(value, "version"),
    };
    let declared = declared.into_iter().flatten();
    declared
        .map(|(name, value)| (name.clone(), plugin(value)))
        .collect()
}

fn components(value: &Value) -> BTreeMap<String, String> {
    let named = value.get("usingComponents").and_then(Value::as_object);
    let named = named.into_iter().flatten();
    named
        .filter_map(|(tag, path)| Some((tag.clone(), path.as_str()?.to_owned())))
        .collect()
}

fn title(value: &Value) -> String {
    let title = value.pointer("/window/navigationBarTitleText");
    title.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn span(value: &Value) -> Option<Duration> {
    let millis = value.as_f64().filter(|millis| *millis > 0.0)?;
    Duration::try_from_secs_f64(millis / 1000.0).ok()
}

const TIMEOUTS: &str = "networkTimeout";

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

        let manifest = read(text).unwrap();

        assert_eq!(manifest.pages(), ["pages/a", "shop/list/list"]);
        assert_eq!(manifest.entry(), Some("pages/a"));
    }

    #[test]
    fn the_entry_page_and_the_tabs_are_routes_however_they_are_written() {
        let text = r#"{"pages":["a","b"],"entryPagePath":"/b.html","tabBar":{"list":[{"pagePath":"/a","text":"A"}]}}"#;

        let manifest = read(text).unwrap();

        assert_eq!(manifest.entry(), Some("b"));
        assert!(manifest.is_tab("a") && !manifest.is_tab("b"));
    }

    #[test]
    fn a_mistake_is_told_in_the_words_of_the_format() {
        for (text, told) in [
            ("[]", "the file must hold an object, but it is a list"),
            (r#"{"pages":"a"}"#, "`pages` must be a list, but it is a text"),
            (
                r#"{"pages":["a",7]}"#,
                "`pages[1]` must be a text, but it is a number",
            ),
            (
                r#"{"subPackages":[{"pages":[]}]}"#,
                "`subPackages[0].root` is missing",
            ),
            (
                r#"{"tabBar":{"list":[{"pagePath":null}]}}"#,
                "`tabBar.list[0].pagePath` is missing",
            ),
            (
                r#"{"entryPagePath":{}}"#,
                "`entryPagePath` must be a text, but it is an object",
            ),
        ] {
            assert_eq!(read(text).unwrap_err().to_string(), told);
        }
    }

    #[test]
    fn n2_says_which_network_timeouts_have_no_effect() {
        let text = r#"{"networkTimeout":{"request":"3000","uploadFile":0,"downloadFile":500}}"#;

        let told: Vec<_> = read(text)
            .unwrap()
            .ineffective()
            .iter()
            .map(ToString::to_string)
            .collect();

        assert_eq!(
            told,
            [
                "`networkTimeout.request` is \"3000\", but must be a positive number of milliseconds; it has no effect",
                "`networkTimeout.uploadFile` is 0, but must be a positive number of milliseconds; it has no effect",
            ]
        );
    }

    fn read(text: &str) -> Result<Manifest, Mistake> {
        Manifest::read(&serde_json::from_str(text).unwrap())
    }
}
