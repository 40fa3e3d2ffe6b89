//! What is in a file: read, written, copied.

use std::{
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use cap_std::fs::OpenOptions;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::{FileFault, Opened, Sandbox, disk::open_plain, path::Spot};

/// The part of a file that is to be read; all of it where nothing is said.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Range {
    pub(crate) position: Option<u64>,
    pub(crate) length: Option<u64>,
}

impl Sandbox {
    /// Replaces a user file as a whole, or makes it.
    pub(super) fn write(&self, path: &str, bytes: &[u8]) -> Result<(), FileFault> {
        let mut receiver = self.receive(Some(path))?;
        receiver.write(bytes)?;
        receiver.commit(None).map(drop)
    }

    /// Appends to a user file that is there.
    pub(super) fn append(&self, path: &str, bytes: &[u8]) -> Result<(), FileFault> {
        let inner = self.writable(path)?;
        let disk = self.disk()?;
        let mut account = disk.account();
        let mut file = open_plain(&disk.user, &inner, OpenOptions::new().append(true))?;
        let added = bytes.len() as u64;
        account.kept.require(0, added)?;
        let old = file.metadata()?.len();
        if let Err(error) = file.write_all(bytes) {
            file.set_len(old)?;
            return Err(error.into());
        }
        account.kept.book(0, added);
        Ok(())
    }

    /// Cuts a user file off, or makes it longer with zeros.
    pub(super) fn truncate(&self, path: &str, length: u64) -> Result<(), FileFault> {
        let inner = self.writable(path)?;
        let disk = self.disk()?;
        let mut account = disk.account();
        let file = open_plain(&disk.user, &inner, OpenOptions::new().write(true))?;
        let old = file.metadata()?.len();
        account.kept.require(old, length)?;
        file.set_len(length)?;
        account.kept.book(old, length);
        Ok(())
    }

    /// Copies a file over a user file, or makes that.
    pub(super) fn copy(&self, mut from: Opened, path: &str) -> Result<(), FileFault> {
        let mut receiver = self.receive(Some(path))?;
        from.each_chunk(|bytes| receiver.write(bytes))?;
        receiver.commit(None).map(drop)
    }

    /// The place of a file that the app may write.
    pub(super) fn writable(&self, path: &str) -> Result<PathBuf, FileFault> {
        match self.spot(path)? {
            Spot::User(inner) if inner == Path::new("") => Err(FileFault::IsDirectory),
            Spot::User(inner) => Ok(inner),
            Spot::Saved(_) | Spot::Temporary(_) | Spot::Package(_) => Err(FileFault::Denied),
        }
    }
}

impl Opened {
    /// Reads a part of the file, but no more than `most` bytes.
    pub(super) fn read(mut self, range: Range, most: u64) -> Result<Vec<u8>, FileFault> {
        let position = range.position.unwrap_or(0);
        if position > 0 && position >= self.len {
            return Err(FileFault::Position);
        }
        if range
            .length
            .is_some_and(|length| length == 0 || length > self.len)
        {
            return Err(FileFault::Length);
        }
        let length = range.length.unwrap_or(u64::MAX).min(self.len - position);
        if length > LARGEST_READ {
            return Err(FileFault::Full);
        }
        if length > most {
            return Err(FileFault::TooLarge);
        }
        self.file.seek(SeekFrom::Start(position))?;
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(usize::try_from(length).map_err(|_| FileFault::TooLarge)?)
            .map_err(|_| FileFault::TooLarge)?;
        self.file.take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The digest of all of it, in hexadecimal digits.
    pub(super) fn digest(self, algorithm: Algorithm) -> Result<String, FileFault> {
        match algorithm {
            Algorithm::Md5 => self.digest_by::<Md5>(),
            Algorithm::Sha1 => self.digest_by::<Sha1>(),
            Algorithm::Sha256 => self.digest_by::<Sha256>(),
        }
    }

    fn digest_by<D: Digest>(mut self) -> Result<String, FileFault> {
        let mut hasher = D::new();
        self.each_chunk(|bytes| {
            hasher.update(bytes);
            Ok(())
        })?;
        Ok(data_encoding::HEXLOWER.encode(&hasher.finalize()))
    }

    fn each_chunk(&mut self, mut take: impl FnMut(&[u8]) -> Result<(), FileFault>) -> Result<(), FileFault> {
        let mut buffer = vec![0; CHUNK];
        loop {
            let count = self.file.read(&mut buffer)?;
            match buffer.get(..count) {
                None | Some([]) => return Ok(()),
                Some(bytes) => take(bytes)?,
            }
        }
    }
}

/// How a file's digest is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Algorithm {
    Md5,
    Sha1,
    Sha256,
}

const CHUNK: usize = 64 * 1024;

/// What the platform lets an app read at once, in bytes.
const LARGEST_READ: u64 = 100 * 1024 * 1024;
