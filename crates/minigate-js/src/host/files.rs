//! The app's side of the file system: from the prelude's payload to an operation, and from its answer to a value.

use rquickjs::{Ctx, Error, FromJs, IntoJs, Object, Result, Value};

use super::{Host, answer};
use crate::{
    files::{Algorithm, Answer, Complaint, Data, Encoding, FileFault, Operation, Range},
    realm::Watch,
};

impl Host {
    /// Carries an operation out at once: an object with its `value`, or else with `text` and `errno`.
    pub(super) fn use_file<'js>(
        &self,
        ctx: &Ctx<'js>,
        name: &str,
        object: Object<'js>,
    ) -> Result<Value<'js>> {
        let outcome = match self.operation(name, object) {
            Ok(operation) => operation.perform(&self.library()),
            Err(unread) => Err(unread.complaint()?),
        };
        let given = match outcome {
            Ok(answer) => value(ctx, &self.watch, answer)?,
            Err(complaint) => Err(complaint),
        };
        match given {
            Ok(value) => {
                let object = Object::new_proto(ctx.clone(), None)?;
                object.set("value", value)?;
                Ok(object.into_value())
            }
            Err(complaint) => refusal(ctx, &complaint),
        }
    }

    /// Puts an operation behind those that wait: its number, or else an object with `text` and `errno`.
    pub(super) fn use_file_later<'js>(
        &self,
        ctx: &Ctx<'js>,
        name: &str,
        object: Object<'js>,
    ) -> Result<Value<'js>> {
        let added = match self.operation(name, object) {
            Ok(operation) => self.jobs.borrow_mut().add(operation, &self.limits),
            Err(unread) => Err(unread.complaint()?),
        };
        match added {
            Ok(id) => id.into_js(ctx),
            Err(complaint) => refusal(ctx, &complaint),
        }
    }

    fn operation(&self, name: &str, object: Object<'_>) -> Read<Operation> {
        Payload { object, host: self }.operation(name)
    }
}

/// An answer as the prelude takes it, or a complaint where the heap has no room for it: the app may go on with less.
pub(crate) fn value<'js>(
    ctx: &Ctx<'js>,
    watch: &Watch,
    answer: Answer,
) -> Result<std::result::Result<Value<'js>, Complaint>> {
    let made = watch.spare(|| match answer {
        Answer::Bytes(bytes) => answer::buffer(ctx, &bytes),
        Answer::Text(text) => text.into_js(ctx),
        Answer::Value(value) => ctx.json_parse(value.to_string()),
    });
    match made {
        Ok(value) => Ok(Ok(value)),
        Err(Error::Exception | Error::Allocation) => {
            ctx.catch();
            Ok(Err(FileFault::TooLarge.into()))
        }
        Err(error) => Err(error),
    }
}

/// A complaint as the prelude takes it.
pub(crate) fn refusal<'js>(ctx: &Ctx<'js>, complaint: &Complaint) -> Result<Value<'js>> {
    let object = Object::new_proto(ctx.clone(), None)?;
    object.set("text", complaint.text.as_str())?;
    object.set("errno", complaint.errno)?;
    Ok(object.into_value())
}

/// What the prelude hands over: an object without prototype and getters.
struct Payload<'h, 'js> {
    object: Object<'js>,
    host: &'h Host,
}

impl<'js> Payload<'_, 'js> {
    fn operation(&self, name: &str) -> Read<Operation> {
        Ok(match name {
            "access" => Operation::Access(self.path()?),
            "appendFile" => Operation::Append(self.path()?, self.data()?),
            "close" => Operation::Close(self.descriptor()?),
            "copyFile" => Operation::Copy(self.path()?, self.get("target")?),
            "fstat" => Operation::StatOpen(self.descriptor()?),
            "ftruncate" => Operation::TruncateOpen(self.descriptor()?, self.length()?.unwrap_or(0)),
            "getFileInfo" => Operation::Info(self.path()?, self.algorithm()?),
            "getImageInfo" => Operation::Picture(self.path()?),
            "getSavedFileInfo" => Operation::SavedFile(self.path()?),
            "getSavedFileList" => Operation::SavedFiles,
            "mkdir" => Operation::MakeFolder {
                path: self.path()?,
                recursive: self.get("recursive")?,
            },
            "open" => Operation::Open(self.path()?, self.get::<String>("flag")?.parse()?),
            "read" => Operation::ReadOpen {
                id: self.descriptor()?,
                position: self.position()?,
                length: self.length()?.unwrap_or(0).min(self.most()),
            },
            "readFile" => Operation::Read {
                path: self.path()?,
                encoding: self.encoding()?,
                range: Range {
                    position: self.position()?,
                    length: self.length()?,
                },
                most: self.most(),
            },
            "readdir" => Operation::Names(self.path()?),
            "removeSavedFile" => Operation::RemoveSaved(self.path()?),
            "rename" => Operation::Rename(self.path()?, self.get("target")?),
            "rmdir" => Operation::RemoveFolder {
                path: self.path()?,
                recursive: self.get("recursive")?,
            },
            "saveFile" => Operation::Save(self.path()?, self.get("target")?),
            "stat" => Operation::Stat {
                path: self.path()?,
                recursive: self.get("recursive")?,
            },
            "truncate" => Operation::Truncate(self.path()?, self.length()?.unwrap_or(0)),
            "unlink" => Operation::Remove(self.path()?),
            "write" => Operation::WriteOpen {
                id: self.descriptor()?,
                position: self.position()?,
                data: self.data()?,
            },
            "writeFile" => Operation::Write(self.path()?, self.data()?),
            _ => return Err(FileFault::Invalid.into()),
        })
    }

    fn path(&self) -> Read<String> {
        self.get("path")
    }

    fn data(&self) -> Read<Data> {
        Ok(Data {
            encoding: self.encoding()?.unwrap_or(Encoding::Utf8),
            text: self.get("data")?,
        })
    }

    fn encoding(&self) -> Read<Option<Encoding>> {
        let Some(name) = self.get::<Option<String>>("encoding")? else {
            return Ok(None);
        };
        match name.parse() {
            Ok(encoding) => Ok(Some(encoding)),
            Err(fault) => Err(Unread::Refused(Complaint {
                text: format!("invalid encoding \"{name}\""),
                errno: FileFault::errno(fault),
            })),
        }
    }

    fn algorithm(&self) -> Read<Option<Algorithm>> {
        match self.get::<String>("digest")?.as_str() {
            "md5" => Ok(Some(Algorithm::Md5)),
            "sha1" => Ok(Some(Algorithm::Sha1)),
            "sha256" => Ok(Some(Algorithm::Sha256)),
            _ => Err(FileFault::Invalid.into()),
        }
    }

    /// Apps know an open file by a text.
    fn descriptor(&self) -> Read<u64> {
        let text: String = self.get("fd")?;
        text.parse().map_err(|_| FileFault::Descriptor.into())
    }

    fn position(&self) -> Read<Option<u64>> {
        self.amount("position", FileFault::Position)
    }

    fn length(&self) -> Read<Option<u64>> {
        self.amount("length", FileFault::Length)
    }

    fn amount(&self, name: &str, fault: FileFault) -> Read<Option<u64>> {
        let Some(number) = self.get::<Option<f64>>(name)? else {
            return Ok(None);
        };
        if (0.0..=LARGEST_INTEGER).contains(&number) && number.fract() == 0.0 {
            Ok(Some(number as u64))
        } else {
            Err(fault.into())
        }
    }

    /// How many bytes an app may read at once: half of its memory, so that an error is all that happens.
    fn most(&self) -> u64 {
        self.host.limits.memory as u64 / 2
    }

    fn get<T: FromJs<'js>>(&self, name: &str) -> Read<T> {
        Ok(self.object.get(name)?)
    }
}

type Read<T> = std::result::Result<T, Unread>;

/// Why a payload is no operation.
enum Unread {
    Refused(Complaint),
    Engine(Error),
}

impl Unread {
    fn complaint(self) -> Result<Complaint> {
        match self {
            Self::Refused(complaint) => Ok(complaint),
            Self::Engine(error) => Err(error),
        }
    }
}

impl From<FileFault> for Unread {
    fn from(fault: FileFault) -> Self {
        Self::Refused(fault.into())
    }
}

impl From<Error> for Unread {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

/// Beyond it JavaScript's numbers leave integers out.
const LARGEST_INTEGER: f64 = 9_007_199_254_740_991.0;
