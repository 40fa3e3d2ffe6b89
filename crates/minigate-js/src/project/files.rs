//! Where an app's files come from.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Seek, Write},
    path::{Path, PathBuf},
};

/// The files of a project. A path is relative to the project's folder, with `/`, without `.` and `..`.
pub trait Files: Send + Sync {
    /// Whether there is a file (not a folder) at a path.
    fn is_file(&self, path: &str) -> bool;

    /// The bytes of a file, but no more than `limit` of them.
    ///
    /// # Errors
    ///
    /// Where the file is missing, too large or unreadable.
    fn read(&self, path: &str, limit: usize) -> io::Result<Vec<u8>>;

    /// A file, opened at its start for reading.
    ///
    /// # Errors
    ///
    /// Where the file is missing or unreadable.
    fn open(&self, path: &str) -> io::Result<fs::File> {
        let mut file = tempfile::tempfile()?;
        file.write_all(&self.read(path, usize::MAX)?)?;
        file.rewind()?;
        Ok(file)
    }

    /// All files, in order; hidden ones and those behind links are left out, and `most` is how many are listed at most.
    ///
    /// # Errors
    ///
    /// Where a folder can't be read.
    fn list(&self, most: usize) -> io::Result<Listing>;

    /// Whether something is at a path, but a link on the way leads out of the project's folder.
    fn leads_outside(&self, path: &str) -> bool {
        let _ = path;
        false
    }
}

/// What files a project has.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Listing {
    /// Their paths, sorted.
    pub files: Vec<String>,
    /// Links, which could lead anywhere and round in circles; they aren't followed.
    pub links: Vec<String>,
    /// Whether there are more files than were wanted.
    pub is_cut: bool,
}

impl Listing {
    fn add(&mut self, path: String, most: usize) {
        if self.files.len() < most {
            self.files.push(path);
        } else {
            self.is_cut = true;
        }
    }
}

/// A folder on disk. A link inside that leads out of the folder is as good as missing.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Takes a folder.
    ///
    /// # Errors
    ///
    /// Where it doesn't exist.
    pub fn open(root: &Path) -> io::Result<Self> {
        root.canonicalize().map(|root| Self { root })
    }

    fn inside(&self, path: &str) -> Option<PathBuf> {
        let real = self.root.join(path).canonicalize().ok()?;
        real.starts_with(&self.root).then_some(real)
    }
}

impl Files for Folder {
    fn is_file(&self, path: &str) -> bool {
        self.inside(path).is_some_and(|real| real.is_file())
    }

    fn read(&self, path: &str, limit: usize) -> io::Result<Vec<u8>> {
        let real = self.inside(path).ok_or(io::ErrorKind::NotFound)?;
        if fs::metadata(&real)?.len() > limit as u64 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        fs::read(real)
    }

    fn open(&self, path: &str) -> io::Result<fs::File> {
        let real = self.inside(path).filter(|real| real.is_file());
        fs::File::open(real.ok_or(io::ErrorKind::NotFound)?)
    }

    fn list(&self, most: usize) -> io::Result<Listing> {
        let mut listing = Listing::default();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop().filter(|_| !listing.is_cut) {
            for entry in fs::read_dir(self.root.join(&folder))? {
                let entry = entry?;
                // A name that isn't Unicode can't stand in any file of the project either.
                let name = entry.file_name().into_string().ok();
                let Some(name) = name.filter(|name| !name.starts_with('.')) else {
                    continue;
                };
                let (path, kind) = (format!("{folder}{name}"), entry.file_type()?);
                if kind.is_symlink() {
                    listing.links.push(path);
                } else if kind.is_dir() {
                    folders.push(format!("{path}/"));
                } else {
                    listing.add(path, most);
                }
            }
        }
        listing.files.sort();
        listing.links.sort();
        Ok(listing)
    }

    fn leads_outside(&self, path: &str) -> bool {
        let real = self.root.join(path).canonicalize();
        real.is_ok_and(|real| !real.starts_with(&self.root))
    }
}

/// Files in memory, for tests and for embedders that unpack an app themselves.
impl Files for BTreeMap<String, Vec<u8>> {
    fn is_file(&self, path: &str) -> bool {
        self.contains_key(path)
    }

    fn read(&self, path: &str, limit: usize) -> io::Result<Vec<u8>> {
        let bytes = self.get(path).ok_or(io::ErrorKind::NotFound)?;
        if bytes.len() > limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes.clone())
    }

    fn list(&self, most: usize) -> io::Result<Listing> {
        let mut listing = Listing::default();
        for path in self.keys() {
            listing.add(path.clone(), most);
        }
        Ok(listing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_out_of_the_folder_is_missing() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.js"), "secret").unwrap();
        let inside = tempfile::tempdir().unwrap();
        fs::write(inside.path().join("real.js"), "real").unwrap();
        std::os::unix::fs::symlink(outside.path(), inside.path().join("out")).unwrap();
        std::os::unix::fs::symlink("real.js", inside.path().join("link.js")).unwrap();

        let folder = Folder::open(inside.path()).unwrap();

        assert!(folder.is_file("link.js") && !folder.is_file("out/secret.js"));
        assert!(folder.leads_outside("out/secret.js") && !folder.leads_outside("link.js"));
        let listing = folder.list(100).unwrap();
        assert_eq!(
            (listing.files, listing.links),
            (vec!["real.js".into()], vec!["link.js".into(), "out".into()])
        );
        assert_eq!(
            folder.read("out/secret.js", 100).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
        assert_eq!(
            folder.read("real.js", 3).unwrap_err().kind(),
            io::ErrorKind::FileTooLarge
        );
    }
}
