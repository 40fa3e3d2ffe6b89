//! What can go wrong with a file, in the platform's words and numbers.

use std::io;

/// Why something can't be done with a file. Its text is the platform's without the path; [`FileFault::errno`] gives
/// the platform's number.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FileFault {
    /// There is no such file, or no such folder above it.
    #[error("no such file or directory")]
    Missing,
    /// The place is read-only, or the file is none of the app's own: a link, a device.
    #[error("permission denied")]
    Denied,
    /// The path names no place that an app has.
    #[error("permission denied")]
    Outside,
    /// Something on the way is a file.
    #[error("not a directory")]
    NotADirectory,
    /// A file was meant, and it is a folder.
    #[error("illegal operation on a directory")]
    IsDirectory,
    /// A folder can't be removed like a file.
    #[error("operation not permitted")]
    NotPermitted,
    /// Something has that name already.
    #[error("file already exists")]
    Exists,
    /// A folder that isn't empty goes only with all that is in it.
    #[error("directory not empty")]
    NotEmpty,
    /// A name or a path is longer than any system takes.
    #[error("File name too long")]
    TooLong,
    /// The app's files would exceed their limit (or the disk is full). Nothing was changed.
    #[error("the maximum size of the file storage limit is exceeded")]
    Full,
    /// The system's own fault.
    #[error("Input/output error")]
    Io,
    /// More waits to be done than an app may ask for.
    #[error("system error")]
    Busy,
    /// What is to be read doesn't fit into the app's memory.
    #[error("oom occurs")]
    TooLarge,
    /// A value makes no sense here.
    #[error("Invalid argument")]
    Invalid,
    /// The text isn't what its encoding says.
    #[error("base64 encode error")]
    Encoding,
    /// A length outside the file.
    #[error("value of length is out of range")]
    Length,
    /// A position outside the file.
    #[error("value of position is out of range")]
    Position,
    /// The file to save isn't there.
    #[error("tempFilePath file not exist")]
    NoTemporary,
    /// The number isn't that of an open file.
    #[error("bad file descriptor")]
    Descriptor,
    /// The file wasn't opened for that.
    #[error("permission denied")]
    Mode,
    /// Too many files are open.
    #[error("excced max concurrent fd limit")]
    Descriptors,
    /// The file is no picture.
    #[error("unable to open as image")]
    NoPicture,
    /// There is no such way to open a file.
    #[error("invalid flag")]
    Flag,
}

impl FileFault {
    /// The platform's number for it.
    #[must_use]
    pub const fn errno(self) -> u32 {
        match self {
            Self::TooLarge => 111,
            Self::NotPermitted => 1_300_001,
            Self::Missing => 1_300_002,
            Self::Io => 1_300_005,
            Self::Descriptor => 1_300_009,
            Self::Denied => 1_300_013,
            Self::Outside => 1_300_014,
            Self::NotADirectory => 1_300_020,
            Self::Invalid => 1_300_022,
            Self::TooLong => 1_300_036,
            Self::NotEmpty => 1_300_066,
            Self::Busy => 1_300_201,
            Self::Full => 1_300_202,
            Self::Encoding => 1_300_203,
            Self::IsDirectory => 1_301_003,
            Self::NoPicture => 1_300_301,
            Self::Exists => 1_301_005,
            Self::Length => 1_301_006,
            Self::Position => 1_301_009,
            Self::NoTemporary => 1_301_112,
            Self::Mode => 1_302_001,
            Self::Descriptors => 1_302_002,
            Self::Flag => 1_302_003,
        }
    }
}

impl From<io::Error> for FileFault {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind;
        match error.kind() {
            ErrorKind::NotFound => Self::Missing,
            ErrorKind::PermissionDenied | ErrorKind::CrossesDevices => Self::Denied,
            ErrorKind::NotADirectory => Self::NotADirectory,
            ErrorKind::IsADirectory => Self::IsDirectory,
            ErrorKind::AlreadyExists => Self::Exists,
            ErrorKind::DirectoryNotEmpty => Self::NotEmpty,
            ErrorKind::InvalidInput => Self::Invalid,
            ErrorKind::InvalidFilename => Self::TooLong,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Self::Full,
            _ => Self::Io,
        }
    }
}
