//! Files that an app holds open by number.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    path::Path,
    str::FromStr,
};

use cap_std::fs::{Metadata, OpenOptions};

use super::{
    FileFault, Sandbox,
    disk::{open_plain, plain_len, require_plain},
    stat::Stat,
};

/// All open files of an app.
#[derive(Debug, Default)]
pub(super) struct Descriptors {
    last: u64,
    open: BTreeMap<u64, Descriptor>,
}

#[derive(Debug)]
struct Descriptor {
    file: File,
    flag: Flag,
}

/// How a file is opened, `r+` for instance.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Flag {
    kind: Kind,
    both: bool,
    exclusive: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Read,
    Write,
    Append,
}

impl FromStr for Flag {
    type Err = FileFault;

    fn from_str(text: &str) -> Result<Self, FileFault> {
        let (rest, both) = match text.strip_suffix('+') {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let (kind, exclusive) = match rest {
            "r" => (Kind::Read, false),
            "w" => (Kind::Write, false),
            "wx" => (Kind::Write, true),
            "a" | "as" => (Kind::Append, false),
            "ax" => (Kind::Append, true),
            _ => return Err(FileFault::Flag),
        };
        Ok(Self {
            kind,
            both,
            exclusive,
        })
    }
}

impl Flag {
    fn reads(self) -> bool {
        self.kind == Kind::Read || self.both
    }

    pub(super) fn writes(self) -> bool {
        self.kind != Kind::Read || self.both
    }

    fn options(self, is_new: bool) -> OpenOptions {
        let mut options = OpenOptions::new();
        options.read(self.reads()).create_new(is_new);
        match self.kind {
            Kind::Append => options.append(true),
            Kind::Read | Kind::Write => options.write(self.writes()),
        };
        options
    }
}

impl Descriptors {
    fn require_room(&self) -> Result<(), FileFault> {
        if self.open.len() < MOST {
            Ok(())
        } else {
            Err(FileFault::Descriptors)
        }
    }

    fn add(&mut self, file: File, flag: Flag) -> u64 {
        self.last += 1;
        self.open.insert(self.last, Descriptor { file, flag });
        self.last
    }

    fn find(&mut self, id: u64) -> Result<&mut Descriptor, FileFault> {
        self.open.get_mut(&id).ok_or(FileFault::Descriptor)
    }

    fn find_writable(&mut self, id: u64) -> Result<&mut Descriptor, FileFault> {
        let descriptor = self.find(id)?;
        if !descriptor.flag.writes() {
            return Err(FileFault::Mode);
        }
        // A file that was removed or replaced meanwhile is in nobody's books, and one with a second name isn't the
        // app's alone.
        require_plain(&Metadata::from_file(&descriptor.file)?).map_err(|_| FileFault::Descriptor)?;
        Ok(descriptor)
    }
}

impl Sandbox {
    /// Opens a file to read it.
    pub(super) fn open_to_read(&self, file: File) -> Result<u64, FileFault> {
        let flag = Flag {
            kind: Kind::Read,
            both: false,
            exclusive: false,
        };
        let disk = self.disk()?;
        let mut descriptors = disk.descriptors();
        descriptors.require_room()?;
        Ok(descriptors.add(file, flag))
    }

    /// Opens a user file, which is made or emptied first where the flag says so.
    pub(super) fn open_to_write(&self, path: &str, flag: Flag) -> Result<u64, FileFault> {
        let inner = self.writable(path)?;
        let disk = self.disk()?;
        let mut account = disk.account();
        let mut descriptors = disk.descriptors();
        descriptors.require_room()?;
        let old = plain_len(&disk.user, &inner)?;
        if old.is_some() && flag.exclusive {
            return Err(FileFault::Exists);
        }
        if old.is_none() && flag.kind == Kind::Read {
            return Err(FileFault::Missing);
        }
        let is_new = old.is_none();
        account.require_entries(usize::from(is_new))?;
        let file = if is_new {
            disk.user.open_with(&inner, &flag.options(true))?
        } else {
            open_plain(&disk.user, Path::new(&inner), &mut flag.options(false))?
        };
        account.add_entries(usize::from(is_new));
        if flag.kind == Kind::Write {
            file.set_len(0)?;
            account.kept.book(old.unwrap_or(0), 0);
        }
        Ok(descriptors.add(file.into_std(), flag))
    }

    pub(super) fn close(&self, id: u64) -> Result<(), FileFault> {
        let closed = self.disk()?.descriptors().open.remove(&id);
        closed.map(drop).ok_or(FileFault::Descriptor)
    }

    pub(super) fn stat_open(&self, id: u64) -> Result<Stat, FileFault> {
        Stat::of_file(&self.disk()?.descriptors().find(id)?.file)
    }

    /// Reads up to `length` bytes; at a position of its own, or else where the last read ended.
    pub(super) fn read_open(
        &self,
        id: u64,
        position: Option<u64>,
        length: u64,
    ) -> Result<Vec<u8>, FileFault> {
        let disk = self.disk()?;
        let mut descriptors = disk.descriptors();
        let descriptor = descriptors.find(id)?;
        if !descriptor.flag.reads() {
            return Err(FileFault::Mode);
        }
        let file = &mut descriptor.file;
        let before = file.stream_position()?;
        if let Some(position) = position {
            file.seek(SeekFrom::Start(position))?;
        }
        let mut bytes = Vec::new();
        let read = file.take(length).read_to_end(&mut bytes);
        if position.is_some() {
            file.seek(SeekFrom::Start(before))?;
        }
        read?;
        Ok(bytes)
    }

    /// Writes bytes; at a position of its own, or else where the last write ended.
    pub(super) fn write_open(&self, id: u64, position: Option<u64>, bytes: &[u8]) -> Result<(), FileFault> {
        let disk = self.disk()?;
        let mut account = disk.account();
        let mut descriptors = disk.descriptors();
        let Descriptor { file, flag } = descriptors.find_writable(id)?;
        let old = file.metadata()?.len();
        let before = file.stream_position()?;
        let start = match flag.kind {
            Kind::Append => old,
            Kind::Read | Kind::Write => position.unwrap_or(before),
        };
        let end = start.checked_add(bytes.len() as u64).ok_or(FileFault::Full)?;
        account.kept.require(old, end.max(old))?;
        file.seek(SeekFrom::Start(start))?;
        let written = file.write_all(bytes);
        let now = file.metadata()?.len();
        account.kept.book(old, now);
        if position.is_some() {
            file.seek(SeekFrom::Start(before))?;
        }
        Ok(written?)
    }

    pub(super) fn truncate_open(&self, id: u64, length: u64) -> Result<(), FileFault> {
        let disk = self.disk()?;
        let mut account = disk.account();
        let mut descriptors = disk.descriptors();
        let file = &descriptors.find_writable(id)?.file;
        let old = file.metadata()?.len();
        account.kept.require(old, length)?;
        file.set_len(length)?;
        account.kept.book(old, length);
        Ok(())
    }
}

/// More than an app needs, and too few to use up what the process may have.
const MOST: usize = 64;
