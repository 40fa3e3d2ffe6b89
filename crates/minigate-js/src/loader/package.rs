//! A package as npm installs it, by what its `package.json` says.
//!
//! The platform's own tool builds packages before they run. Where that wasn't done, a mini-program is taken for a kind
//! of browser: what a package has for those needs no Node.js.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::project::Project;

/// What a package says about its files; all paths are relative to its folder.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Package {
    main: Option<String>,
    /// The folder of `miniprogram`, whose files the platform's tool takes for the package's own.
    built: Option<String>,
    exports: BTreeMap<String, String>,
    browser: BTreeMap<String, Instead>,
}

/// What stands for a file or another package in a browser.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Instead {
    /// An empty module.
    Nothing,
    /// Another file or package.
    This(String),
}

impl Package {
    /// Reads a folder's `package.json`, if it has one that can be read.
    pub(super) fn read(project: &Project, folder: &str) -> Option<Self> {
        let text = project
            .files()
            .read(&format!("{folder}/package.json"), MAX_PACKAGE)
            .ok()?;
        serde_json::from_slice(&text).ok().map(|value| Self::of(&value))
    }

    fn of(value: &Value) -> Self {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let exports = exports(value.get("exports"));
        if let Some(built) = text("miniprogram") {
            return Self {
                main: Some(built.clone()),
                built: Some(built),
                exports,
                browser: BTreeMap::new(),
            };
        }
        Self {
            built: None,
            main: exports
                .get(".")
                .cloned()
                .or_else(|| text("browser"))
                .or_else(|| text("main")),
            exports,
            browser: browser(value.get("browser")),
        }
    }

    /// The folder whose files the platform's tool takes for the package's own, if it names one.
    pub(super) fn built(&self) -> Option<&str> {
        self.built.as_deref()
    }

    /// The file or folder that is the package itself.
    pub(super) fn main(&self) -> &str {
        self.main.as_deref().unwrap_or("index.js")
    }

    /// The file under a name that the package gives away: `lib/a`.
    pub(super) fn exported(&self, inner: &str) -> Option<&str> {
        self.exports.get(&format!("./{inner}")).map(String::as_str)
    }

    /// What stands for another package, or for a file of this one.
    pub(super) fn instead(&self, name: &str) -> Option<&Instead> {
        let shorter = name.strip_suffix(".js").unwrap_or(name);
        self.browser.get(name).or_else(|| self.browser.get(shorter))
    }
}

/// The folder of the package that a file belongs to, and the file's path in it.
pub(super) fn home(path: &str) -> Option<(&str, &str)> {
    let starts = path.rmatch_indices(FOLDER).map(|(at, _)| at);
    let start = starts
        .into_iter()
        .find(|at| *at == 0 || path.get(..*at).is_some_and(|before| before.ends_with('/')))?;
    let (name, inner) = split(path.get(start + FOLDER.len()..)?);
    let end = start + FOLDER.len() + name.len();
    path.get(..end).map(|home| (home, inner))
}

/// `@scope/name/lib/a` is the package `@scope/name` and the file `lib/a` in it.
pub(super) fn split(specifier: &str) -> (&str, &str) {
    let slashes = if specifier.starts_with('@') { 1 } else { 0 };
    match specifier.match_indices('/').nth(slashes) {
        Some((at, _)) => (specifier.split_at(at).0, specifier.split_at(at + 1).1),
        None => (specifier, ""),
    }
}

fn browser(written: Option<&Value>) -> BTreeMap<String, Instead> {
    let entries = written.and_then(Value::as_object).into_iter().flatten();
    let read = entries.filter_map(|(name, value)| {
        let instead = match value {
            Value::Bool(false) => Instead::Nothing,
            value => Instead::This(value.as_str()?.to_owned()),
        };
        Some((name.trim_start_matches("./").to_owned(), instead))
    });
    read.collect()
}

fn exports(written: Option<&Value>) -> BTreeMap<String, String> {
    let paths = written
        .and_then(Value::as_object)
        .filter(|members| members.keys().all(|name| name.starts_with('.')));
    match paths {
        Some(paths) => paths
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), condition(value)?)))
            .collect(),
        None => written
            .and_then(condition)
            .map(|main| (".".to_owned(), main))
            .into_iter()
            .collect(),
    }
}

/// The path under the first condition that a mini-program meets. What is there for browsers alone may be a script
/// without any exports, so what can be required comes before it.
fn condition(value: &Value) -> Option<String> {
    if let Some(path) = value.as_str() {
        return Some(path.to_owned());
    }
    let conditions = ["require", "browser", "default", "import"];
    conditions
        .iter()
        .find_map(|name| value.get(name).and_then(condition))
}

const FOLDER: &str = "node_modules/";
const MAX_PACKAGE: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_browser_is_nearer_than_node() {
        for (package, main) in [
            (json!({}), "index.js"),
            (json!({ "main": "m.js" }), "m.js"),
            (json!({ "main": "m.js", "browser": "b.js" }), "b.js"),
            (
                json!({ "main": "m.js", "browser": "b.js", "miniprogram": "dist" }),
                "dist",
            ),
            (
                json!({ "exports": { ".": { "node": "./n.js", "default": "./d.js" } } }),
                "./d.js",
            ),
            (json!({ "exports": "./e.js", "browser": "b.js" }), "./e.js"),
            (
                json!({ "exports": { "require": { "default": "./r.cjs" }, "browser": "./script.js" } }),
                "./r.cjs",
            ),
            (
                json!({ "exports": { "browser": { "require": "./b.cjs" }, "default": { "require": "./n.cjs" } } }),
                "./b.cjs",
            ),
        ] {
            assert_eq!(Package::of(&package).main(), main, "{package}");
        }
    }

    #[test]
    fn a_file_belongs_to_the_innermost_package() {
        assert_eq!(
            home("node_modules/a/node_modules/@b/c/lib/d.js"),
            Some(("node_modules/a/node_modules/@b/c", "lib/d.js"))
        );
        assert_eq!(home("pages/my_node_modules/a.js"), None);
    }
}
