//! From what a module asks for to the file that it gets.

use super::package::{Instead, Package, home, split};
use crate::project::Project;

/// No file answers to a specifier.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Unresolved {
    /// Nothing at any of the places.
    #[error("module `{specifier}`, required by {from}, is not found\n    {}", .hints.join("\n    "))]
    Missing {
        /// As it was written.
        specifier: String,
        /// The file that asks.
        from: String,
        /// Where it was looked for, and what may help, a line each.
        hints: Vec<String>,
    },
    /// It points out of the project.
    #[error("module `{specifier}`, required by {from}, lies outside the project")]
    Outside {
        /// As it was written.
        specifier: String,
        /// The file that asks.
        from: String,
    },
    /// A link points out of the project.
    #[error("module `{specifier}`, required by {from}, lies outside the project: {path} is behind a link")]
    Linked {
        /// As it was written.
        specifier: String,
        /// The file that asks.
        from: String,
        /// The path inside the project.
        path: String,
    },
}

/// Finds the file for a specifier in the file `from`; both paths are relative to the project's folder. An empty path
/// stands for a module that is empty by its package's wish.
///
/// `./`, `../` and `/` (the app's root) name files. Anything else is a package in `miniprogram_npm`, then in
/// `node_modules`, of the folders from the asking file upwards; then, as the platform has always allowed, a file
/// beside the asking one.
pub(crate) fn resolve(project: &Project, from: &str, specifier: &str) -> Result<String, Unresolved> {
    let mut search = Search {
        project,
        linked: None,
    };
    let wanted = search.wanted(from, specifier);
    let (specifier, from) = (specifier.to_owned(), from.to_owned());
    let found = match &wanted {
        None => return Err(Unresolved::Outside { specifier, from }),
        Some(Wanted::Nothing) => return Ok(String::new()),
        Some(Wanted::Path(base)) => search.file(base),
        Some(Wanted::Package {
            folders,
            beside,
            name,
        }) => search
            .package(folders, name)
            .or_else(|| beside.as_ref().and_then(|base| search.file(base))),
    };
    match (found, search.linked.take()) {
        (Some(found), _) => Ok(search.for_browsers(found)),
        (None, Some(path)) => Err(Unresolved::Linked {
            specifier,
            from,
            path,
        }),
        (None, None) => Err(Unresolved::Missing {
            hints: wanted.map(|wanted| search.hints(&wanted)).unwrap_or_default(),
            specifier,
            from,
        }),
    }
}

/// A module's path without its ending.
pub(crate) fn without_ending(path: &str) -> &str {
    path.strip_suffix(".js")
        .or_else(|| path.strip_suffix(".ts"))
        .unwrap_or(path)
}

/// What to look for.
enum Wanted {
    Nothing,
    Path(String),
    Package {
        folders: Vec<String>,
        beside: Option<String>,
        name: String,
    },
}

impl Wanted {
    /// None where it lies outside the project.
    fn new(project: &Project, folder: &str, specifier: &str) -> Option<Self> {
        if let Some(absolute) = specifier.strip_prefix('/') {
            join(project.root(), absolute).map(Self::Path)
        } else if specifier.starts_with('.') {
            join(folder, specifier).map(Self::Path)
        } else {
            Some(Self::Package {
                folders: upwards(folder),
                beside: join(folder, specifier),
                name: specifier.to_owned(),
            })
        }
    }
}

struct Search<'p> {
    project: &'p Project,
    /// The first path that is missing only because of where a link leads.
    linked: Option<String>,
}

impl Search<'_> {
    /// What a file asks for, after its package has had its say.
    fn wanted(&self, from: &str, specifier: &str) -> Option<Wanted> {
        let folder = parent(from);
        let Some((home, _)) = home(from).filter(|_| !specifier.starts_with(['.', '/'])) else {
            return Wanted::new(self.project, folder, specifier);
        };
        let package = Package::read(self.project, home).unwrap_or_default();
        match package.instead(specifier) {
            Some(Instead::Nothing) => Some(Wanted::Nothing),
            Some(Instead::This(other)) if other.starts_with('.') => join(home, other).map(Wanted::Path),
            Some(Instead::This(other)) => Wanted::new(self.project, folder, other),
            None => Wanted::new(self.project, folder, specifier),
        }
    }

    /// The file at a path, with an ending that was left out, or the main file of the folder there.
    fn file(&mut self, base: &str) -> Option<String> {
        self.bare_file(base).or_else(|| {
            let package = Package::read(self.project, base)?;
            self.bare_file(&join(base, package.main())?)
        })
    }

    fn bare_file(&mut self, base: &str) -> Option<String> {
        let index = join(base, "index.js")?;
        let candidates = [
            base.to_owned(),
            format!("{base}.js"),
            format!("{base}.ts"),
            format!("{base}.json"),
            index,
            join(base, "index.ts")?,
        ];
        let typed = self.project.has_typescript();
        candidates
            .into_iter()
            .filter(|path| typed || !path.ends_with(".ts"))
            .find(|path| self.is_file(path))
    }

    fn is_file(&mut self, path: &str) -> bool {
        if self.project.files().is_file(path) {
            return true;
        }
        if self.linked.is_none() && self.project.files().leads_outside(path) {
            self.linked = Some(path.to_owned());
        }
        false
    }

    fn package(&mut self, folders: &[String], name: &str) -> Option<String> {
        let built = folders.iter().find_map(|folder| {
            join(&format!("{folder}miniprogram_npm"), name).and_then(|base| self.file(&base))
        });
        built.or_else(|| folders.iter().find_map(|folder| self.installed(folder, name)))
    }

    /// A package as npm installs it, which the platform's tool would first have copied to `miniprogram_npm`.
    fn installed(&mut self, folder: &str, specifier: &str) -> Option<String> {
        let (name, inner) = split(specifier);
        let home = join(&format!("{folder}node_modules"), name)?;
        let package = Package::read(self.project, &home);
        if inner.is_empty() {
            let main = package.as_ref().map_or("index.js", Package::main);
            return self.bare_file(&join(&home, main)?);
        }
        let built = package.as_ref().and_then(|package| {
            let folder = join(&home, package.built()?)?;
            join(&folder, inner)
        });
        let built = built.and_then(|base| self.file(&base));
        built.or_else(|| self.file(&join(&home, inner)?)).or_else(|| {
            let exported = package.as_ref()?.exported(inner)?;
            self.bare_file(&join(&home, exported)?)
        })
    }

    /// The file that stands for a package's file in a browser; mostly itself.
    fn for_browsers(&mut self, found: String) -> String {
        let instead = home(&found).and_then(|(home, inner)| {
            let package = Package::read(self.project, home)?;
            match package.instead(inner)? {
                Instead::Nothing => Some(String::new()),
                Instead::This(other) => self.bare_file(&join(home, other)?),
            }
        });
        instead.unwrap_or(found)
    }

    fn hints(&self, wanted: &Wanted) -> Vec<String> {
        match wanted {
            Wanted::Nothing => Vec::new(),
            Wanted::Path(base) => {
                let name = base.rsplit('/').next().unwrap_or_default();
                let folder = shown(parent(base));
                vec![format!(
                    "searched in {folder} for {name}, {name}.js, {name}.json and {name}/index.js"
                )]
            }
            Wanted::Package { folders, name, .. } => {
                let shown: Vec<_> = folders.iter().map(|folder| shown(folder)).collect();
                vec![
                    format!(
                        "searched in miniprogram_npm and node_modules of {}",
                        shown.join(", ")
                    ),
                    self.remedy(folders, name),
                ]
            }
        }
    }

    fn remedy(&self, folders: &[String], specifier: &str) -> String {
        let (name, _) = split(specifier);
        let homes = folders
            .iter()
            .map(|folder| format!("{folder}node_modules/{name}"));
        let installed = homes
            .into_iter()
            .find(|home| Package::read(self.project, home).is_some());
        if let Some(home) = installed {
            format!("the package is in {home}, but has no such file")
        } else if NODE.contains(&name.trim_start_matches("node:")) {
            format!("`{name}` is a part of Node.js, which no mini-program has")
        } else {
            format!(
                "`npm install {name}` in the project's folder brings a package; a file's path begins with ./ or /"
            )
        }
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn shown(folder: &str) -> String {
    match folder.trim_end_matches('/') {
        "" => "the project's folder".to_owned(),
        folder => format!("{folder}/"),
    }
}

/// Puts a path onto a folder and takes `.` and `..` out; none where it would leave the project.
pub(crate) fn join(folder: &str, path: &str) -> Option<String> {
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

/// What Node.js brings along, as far as packages ask for it.
const NODE: &[&str] = &[
    "assert",
    "buffer",
    "child_process",
    "crypto",
    "dns",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "net",
    "os",
    "path",
    "process",
    "querystring",
    "stream",
    "string_decoder",
    "timers",
    "tls",
    "tty",
    "url",
    "util",
    "vm",
    "worker_threads",
    "zlib",
];

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
        let project = project(&["node_modules/there/package.json={}"]);
        let told = |specifier: &str| {
            resolve(&project, "pages/p.js", specifier)
                .unwrap_err()
                .to_string()
        };

        assert_eq!(
            told("./x"),
            "module `./x`, required by pages/p.js, is not found\n    searched in pages/ for x, x.js, x.json and x/index.js"
        );
        assert_eq!(
            told("dayjs/esm"),
            "module `dayjs/esm`, required by pages/p.js, is not found\n    \
             searched in miniprogram_npm and node_modules of pages/, the project's folder\n    \
             `npm install dayjs` in the project's folder brings a package; a file's path begins with ./ or /"
        );
        assert!(told("there/lib").ends_with("the package is in node_modules/there, but has no such file"));
        assert!(told("fs").ends_with("`fs` is a part of Node.js, which no mini-program has"));
    }

    #[test]
    fn the_exact_file_comes_before_endings() {
        let project = project(&[
            "node_modules/big.js/package.json={\"main\":\"dist/big.cjs\"}",
            "node_modules/big.js/dist/big.cjs",
            "node_modules/big.js/dist/big.cjs.js",
            "lib.min",
            "lib.min.js",
        ]);

        assert_eq!(
            found(&project, "app.js", "big.js"),
            "node_modules/big.js/dist/big.cjs"
        );
        assert_eq!(found(&project, "app.js", "./lib.min"), "lib.min");
    }

    #[test]
    fn a_folder_in_a_package_may_say_itself_where_its_file_is() {
        let project = project(&[
            "node_modules/rxjs/package.json={}",
            "node_modules/rxjs/operators/package.json={\"main\":\"../dist/operators/index.js\"}",
            "node_modules/rxjs/dist/operators/index.js",
        ]);

        assert_eq!(
            found(&project, "app.js", "rxjs/operators"),
            "node_modules/rxjs/dist/operators/index.js"
        );
    }

    #[test]
    fn what_a_package_has_for_browsers_stands_for_its_files() {
        let project = project(&[
            "node_modules/axios/package.json={\"main\":\"./node.cjs\",\"browser\":{\"./node.cjs\":\"./browser.cjs\",\"./lib/http.js\":\"./lib/null.js\",\"./lib/form.js\":false,\"fs\":false,\"url\":\"./lib/null.js\"}}",
            "node_modules/axios/node.cjs",
            "node_modules/axios/browser.cjs",
            "node_modules/axios/lib/http.js",
            "node_modules/axios/lib/form.js",
            "node_modules/axios/lib/null.js",
        ]);

        assert_eq!(
            found(&project, "app.js", "axios"),
            "node_modules/axios/browser.cjs"
        );
        let inside = "node_modules/axios/lib/a.js";
        assert_eq!(
            found(&project, inside, "./http"),
            "node_modules/axios/lib/null.js"
        );
        assert_eq!(found(&project, inside, "./form"), "");
        assert_eq!(found(&project, inside, "fs"), "");
        assert_eq!(found(&project, inside, "url"), "node_modules/axios/lib/null.js");
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
        files.insert("app.json".to_owned(), br#"{"pages":["p"]}"#.to_vec());
        Project::from_files(files).unwrap()
    }
}
