//! A file of lines that outlives the run.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    path::Path,
    sync::Arc,
};

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt};
use cap_std::fs::{Dir, OpenOptions};

use super::{
    FileFault, Sandbox,
    disk::{Disk, open_plain, plain_len},
    part::Part,
};

/// Lines that are only ever appended, or replaced as a whole. What was appended is there after a crash of the process;
/// a line that was torn by a crash of the machine goes, and so does what stands after it.
#[derive(Debug)]
pub(crate) struct Log {
    disk: Arc<Disk>,
    file: File,
    len: u64,
}

impl Sandbox {
    /// The app's log, and what stands in it; nothing where the app's files go with the run.
    ///
    /// # Errors
    ///
    /// [`FileFault::Full`] where it is larger than any app's could be; where it can't be read.
    pub(crate) fn log(&self) -> Result<Option<(Log, Vec<u8>)>, FileFault> {
        match self.kept_disk() {
            Some(disk) => Log::open(disk).map(Some),
            None => Ok(None),
        }
    }
}

impl Log {
    fn open(disk: Arc<Disk>) -> Result<(Self, Vec<u8>), FileFault> {
        let mut file = open_or_make(&disk.root)?;
        let len = file.metadata()?.len();
        if len > LARGEST {
            return Err(FileFault::Full);
        }
        let mut content = Vec::new();
        file.read_to_end(&mut content)?;
        Ok((Self { disk, file, len }, content))
    }

    /// How many bytes it has.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Appends a line, which has no line break in it.
    pub(crate) fn append(&mut self, line: &str) -> Result<(), FileFault> {
        let line = format!("{line}\n");
        self.file.seek(SeekFrom::Start(self.len))?;
        if let Err(error) = self.file.write_all(line.as_bytes()) {
            self.file.set_len(self.len)?;
            return Err(error.into());
        }
        self.len += line.len() as u64;
        Ok(())
    }

    /// Takes away what stands after so many bytes.
    pub(crate) fn cut(&mut self, len: u64) -> Result<(), FileFault> {
        self.file.set_len(len)?;
        self.len = len;
        Ok(())
    }

    /// Replaces everything at once.
    pub(crate) fn replace(&mut self, content: &str) -> Result<(), FileFault> {
        let mut part = Part::new(&self.disk)?;
        part.write(content.as_bytes())?;
        part.place_log(Path::new(NAME))?;
        self.file = open_or_make(&self.disk.root)?;
        self.len = content.len() as u64;
        Ok(())
    }
}

fn open_or_make(root: &Dir) -> Result<File, FileFault> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    let path = Path::new(NAME);
    let file = match plain_len(root, path)? {
        Some(_) => open_plain(root, path, &mut options)?,
        None => root.open_with(path, options.create_new(true).follow(FollowSymlinks::No))?,
    };
    Ok(file.into_std())
}

const NAME: &str = "storage.jsonl";

/// Several times what an app can have written.
const LARGEST: u64 = 256 * 1024 * 1024;
