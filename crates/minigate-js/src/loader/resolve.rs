//! From what a module asks for to the file that it gets.

use serde::Deserialize;

use crate::project::Project;

/// No file answers to a specifier.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Unresolved {
    /// Nothing at any of the places.
    #[error("module `{specifier}`, required by {from}, is not found; looked for {}", .tried.join(", "))]
    Missing {
        /// As it was written.
        specifier: String,
        /// The file that asks.
        from: String,
        /// All files that would have answered, in order.
        tried: Vec<String>,
    },
    /// It points out of the project.
    #[error("module `{specifier}`, required by {from}, lies outside the project")]
    Outside {
        /// As it was written.
        specifier: String,
        /// The file that asks.
        from: String,
    },
}

/// Finds the file for a specifier in the file `from`; both paths are relative to the project's folder.
///
/// `./`, `../` and `/` (the app's root) name files. Anything else is a package in `miniprogram_npm`, then in
/// `node_modules`, of the folders from the asking file upwards; then, as the platform has always allowed, a file
/// beside the asking one.
pub(crate) fn resolve(project: &Project, from: &str, specifier: &str) -> Result<String, Unresolved> {
    let mut search = Search {
        project,
        tried: Vec::new(),
    };
    let found = match bases(project, from, specifier) {
        Some(Bases::Path(base)) => search.file(&base),
        Some(Bases::Package { folders, beside }) => search
            .package(&folders, specifier)
            .or_else(|| beside.and_then(|base| search.file(&base))),
        None => {
            return Err(Unresolved::Outside {
                specifier: specifier.to_owned(),
                from: from.to_owned(),
            });
        }
    };
    found.ok_or_else(|| Unresolved::Missing {
        specifier: specifier.to_owned(),
        from: from.to_owned(),
        tried: search.tried,
    })
}

enum Bases {
    Path(String),
    Package {
        folders: Vec<String>,
        beside: Option<String>,
    },
}

fn bases(project: &Project, from: &str, specifier: &str) -> Option<Bases> {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    if let Some(absolute) = specifier.strip_prefix('/') {
        join(project.root(), absolute).map(Bases::Path)
    } else if specifier.starts_with('.') {
        join(folder, specifier).map(Bases::Path)
    } else {
        Some(Bases::Package {
            folders: upwards(folder),
            beside: join(folder, specifier),
        })
    }
}

/// Puts a path onto a folder and takes `.` and `..` out; none where it would leave the project.
fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            _ if part.contains(['\\', '\0']) => return None,
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A folder and all above it, each with a slash at its end, the project's own (empty) last.
fn upwards(folder: &str) -> Vec<String> {
    let mut folders = Vec::new();
    let mut rest = folder;
    while !rest.is_empty() {
        folders.push(format!("{rest}/"));
        rest = rest.rsplit_once('/').map_or("", |(above, _)| above);
    }
    folders.push(String::new());
    folders
}

struct Search<'p> {
    project: &'p Project,
    tried: Vec<String>,
}

impl Search<'_> {
    fn file(&mut self, base: &str) -> Option<String> {
        let named = [".js", ".json", ".cjs", ".mjs"]
            .iter()
            .any(|ending| base.ends_with(ending));
        let exact = named.then(|| base.to_owned());
        let folder = if base.is_empty() {
            String::new()
        } else {
            format!("{base}/")
        };
        let derived = [
            format!("{base}.js"),
            format!("{base}.json"),
            format!("{folder}index.js"),
        ];
        exact.into_iter().chain(derived).find_map(|path| self.hit(path))
    }

    fn hit(&mut self, path: String) -> Option<String> {
        if self.project.files().is_file(&path) {
            return Some(path);
        }
        self.tried.push(path);
        None
    }

    fn package(&mut self, folders: &[String], specifier: &str) -> Option<String> {
        let built = folders.iter().find_map(|folder| {
            join(&format!("{folder}miniprogram_npm"), specifier).and_then(|base| self.file(&base))
        });
        built.or_else(|| {
            folders
                .iter()
                .find_map(|folder| self.installed(folder, specifier))
        })
    }

    /// A package as npm installs it, which the platform's tool would first have copied to `miniprogram_npm`.
    fn installed(&mut self, folder: &str, specifier: &str) -> Option<String> {
        let (name, inner) = split_package(specifier);
        let home = join(&format!("{folder}node_modules"), name)?;
        let main = self.main(&home);
        if inner.is_empty() {
            self.file(&join(&home, &main)?)
        } else {
            self.file(&join(&home, inner)?)
        }
    }

    fn main(&self, home: &str) -> String {
        let text = self
            .project
            .files()
            .read(&format!("{home}/package.json"), MAX_PACKAGE)
            .unwrap_or_default();
        let package: Package = serde_json::from_slice(&text).unwrap_or_default();
        package
            .miniprogram
            .or(package.main)
            .unwrap_or_else(|| "index.js".to_owned())
    }
}

#[derive(Default, Deserialize)]
struct Package {
    miniprogram: Option<String>,
    main: Option<String>,
}

/// `@scope/name/lib/a` is the package `@scope/name` and the file `lib/a` in it.
fn split_package(specifier: &str) -> (&str, &str) {
    let slashes = if specifier.starts_with('@') { 1 } else { 0 };
    match specifier.match_indices('/').nth(slashes) {
        Some((at, _)) => (specifier.split_at(at).0, specifier.split_at(at + 1).1),
        None => (specifier, ""),
    }
}

const MAX_PACKAGE: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn finds_files_by_path() {
        let project = project(&["utils/a.js", "data.json", "lib/index.js"]);

        assert_eq!(found(&project, "pages/p.js", "../utils/a"), "utils/a.js");
        assert_eq!(found(&project, "pages/p.js", "/utils/a.js"), "utils/a.js");
        assert_eq!(found(&project, "app.js", "./data.json"), "data.json");
        assert_eq!(found(&project, "app.js", "./data"), "data.json");
        assert_eq!(found(&project, "app.js", "./lib"), "lib/index.js");
        assert_eq!(found(&project, "lib/index.js", "."), "lib/index.js");
    }

    #[test]
    fn finds_built_packages_nearest_first() {
        let project = project(&[
            "miniprogram_npm/dayjs/index.js",
            "sub/miniprogram_npm/dayjs/index.js",
        ]);

        assert_eq!(
            found(&project, "sub/p/p.js", "dayjs"),
            "sub/miniprogram_npm/dayjs/index.js"
        );
        assert_eq!(
            found(&project, "app.js", "dayjs"),
            "miniprogram_npm/dayjs/index.js"
        );
    }

    #[test]
    fn finds_installed_packages_by_their_description() {
        let project = project(&[
            "node_modules/@x/ui/package.json={\"miniprogram\":\"dist\",\"main\":\"m.js\"}",
            "node_modules/@x/ui/dist/index.js",
            "node_modules/@x/ui/lib/deep.js",
            "node_modules/old/package.json={\"main\":\"./lib/old\"}",
            "node_modules/old/lib/old.js",
        ]);

        assert_eq!(
            found(&project, "app.js", "@x/ui"),
            "node_modules/@x/ui/dist/index.js"
        );
        assert_eq!(
            found(&project, "app.js", "@x/ui/lib/deep"),
            "node_modules/@x/ui/lib/deep.js"
        );
        assert_eq!(found(&project, "app.js", "old"), "node_modules/old/lib/old.js");
    }

    #[test]
    fn a_bare_name_falls_back_to_a_file_beside() {
        let project = project(&["pages/utils/md5.js"]);

        assert_eq!(
            found(&project, "pages/p.js", "utils/md5.js"),
            "pages/utils/md5.js"
        );
    }

    #[test]
    fn there_is_no_way_out_of_the_project() {
        let project = project(&["app.js"]);

        let error = resolve(&project, "pages/p.js", "../../etc/passwd").unwrap_err();

        assert_eq!(
            error.to_string(),
            "module `../../etc/passwd`, required by pages/p.js, lies outside the project"
        );
    }

    #[test]
    fn a_missing_module_says_who_asked_and_where_was_looked() {
        let project = project(&["app.js"]);

        let error = resolve(&project, "pages/p.js", "./x").unwrap_err();

        assert_eq!(
            error.to_string(),
            "module `./x`, required by pages/p.js, is not found; looked for pages/x.js, pages/x.json, pages/x/index.js"
        );
    }

    fn found(project: &Project, from: &str, specifier: &str) -> String {
        resolve(project, from, specifier).unwrap()
    }

    fn project(entries: &[&str]) -> Project {
        let entries = entries
            .iter()
            .map(|entry| entry.split_once('=').unwrap_or((entry, "")));
        let mut files: BTreeMap<String, Vec<u8>> = entries
            .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
            .collect();
        files.insert("app.json".to_owned(), b"{}".to_vec());
        Project::from_files(files).unwrap()
    }
}
