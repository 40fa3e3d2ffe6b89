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

    /// Whether something is at a path, but a link on the way leads out of the project's folder.
    fn leads_outside(&self, path: &str) -> bool {
        let _ = path;
        false
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
