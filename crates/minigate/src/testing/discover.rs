//! Where test files are.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// All test files below a folder, by path from there, in order; those of packages and hidden folders left out.
pub(crate) fn test_files(folder: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(folder.join(&inner))? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let path = inner.join(&name);
            // A link could lead round in a circle.
            let kind = entry.file_type()?;
            if kind.is_dir() && !is_left_out(&name) {
                folders.push(path);
            } else if kind.is_file() && is_test(&name) {
                found.push(written(&path));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// A path as the project writes it.
pub(crate) fn written(path: &Path) -> String {
    let parts = path.components().map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

fn is_left_out(name: &str) -> bool {
    name.starts_with('.') || name == "node_modules" || name == "miniprogram_npm"
}

fn is_test(name: &str) -> bool {
    name.ends_with(".test.js") || name.ends_with(".test.ts")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_files_of_packages_and_hidden_folders_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            "b.test.js",
            "pages/a/a.test.js",
            "pages/a/a.js",
            "node_modules/x/x.test.js",
            "miniprogram_npm/x.test.js",
            ".git/x.test.js",
            "c.test.ts",
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }

        let found = test_files(folder.path()).unwrap();

        assert_eq!(found, ["b.test.js", "c.test.ts", "pages/a/a.test.js"]);
    }
}
