//! Sees each error before the app can catch it.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use rquickjs::{
    Array, ArrayBuffer, Ctx, Exception, FromJs, Function, IntoJs, Object, Persistent, Result, Type, Value,
    function::This,
};

use super::{Watch, is_exhaustion};
use crate::{limits::Limit, observer::Place};

/// Ends the app at the first allocation that fails, whatever the app does about it, and notes where a limit ended it.
///
/// The engine calls it with each error and its frames, as the hook for their text that V8 has under the name
/// `Error.prepareStackTrace`.
pub(super) struct Witness {
    watch: Rc<Watch>,
    memory: usize,
    /// The prototype of the engine's own errors.
    mark: RefCell<Option<Persistent<Object<'static>>>>,
    has_seen: Cell<bool>,
}

impl Witness {
    /// Makes a witness in a world that no app has touched yet.
    pub(super) fn new(ctx: &Ctx<'_>, watch: &Rc<Watch>, memory: usize) -> Result<Rc<Self>> {
        let internal: Object<'_> = ctx.globals().get("InternalError")?;
        let mark: Object<'_> = internal.get("prototype")?;
        Ok(Rc::new(Self {
            watch: Rc::clone(watch),
            memory,
            mark: RefCell::new(Some(Persistent::save(ctx, mark))),
            has_seen: Cell::new(false),
        }))
    }

    /// The hook itself. A native function has room to run where the stack is full.
    pub(super) fn hook<'js>(self: &Rc<Self>, ctx: &Ctx<'js>) -> Result<Function<'js>> {
        let witness = Rc::clone(self);
        Function::new(
            ctx.clone(),
            move |ctx: Ctx<'js>, error: Value<'js>, frames: Value<'js>| {
                witness.see(&ctx, &error, &frames);
                keepsake(&ctx, &error, frames)
            },
        )
    }

    /// Makes the engine forget an error that only itself has caught, a Promise's for instance: while it remembers one, it
    /// calls the hook for nothing that isn't an error, and a `null` for want of memory is such. Outside of all code only.
    pub(super) fn freshen(&self, ctx: &Ctx<'_>) {
        if self.has_seen.take() && ctx.eval::<(), _>("").is_err() {
            ctx.catch();
        }
    }

    /// Lets go of what belongs to the runtime.
    pub(super) fn retire(&self) {
        self.mark.take();
    }

    fn see<'js>(&self, ctx: &Ctx<'js>, error: &Value<'js>, frames: &Value<'js>) {
        self.has_seen.set(true);
        if !self.watch.is_sparing() && self.is_exhaustion(ctx, error) {
            self.watch.end(Limit::Memory { bytes: self.memory });
        }
        if self.watch.broken().is_some() {
            self.watch.mark_place(|| innermost(ctx, frames));
        }
    }

    fn is_exhaustion<'js>(&self, ctx: &Ctx<'js>, error: &Value<'js>) -> bool {
        match error.type_of() {
            Type::Uninitialized => true,
            // The engine throws it where there is no room for an error; an app may throw it, too.
            Type::Null => !self.has_room(ctx),
            _ => self.engine_error(ctx, error).is_some_and(|error| {
                // There may be room for the error and none for its message.
                is_exhaustion(&error) || (is_silent(&error) && !self.has_room(ctx))
            }),
        }
    }

    /// An error of the engine's own class. Others aren't asked for anything, since an app's getter might answer.
    fn engine_error<'js>(&self, ctx: &Ctx<'js>, error: &Value<'js>) -> Option<Exception<'js>> {
        let exception = Exception::from_object(error.as_object()?.clone())?;
        let prototype = Persistent::save(ctx, exception.get_prototype()?);
        (self.mark.borrow().as_ref() == Some(&prototype)).then_some(exception)
    }

    fn has_room(&self, ctx: &Ctx<'_>) -> bool {
        let spare = vec![0_u8; ROOM.min(self.memory / 64)];
        let found = ArrayBuffer::new_copy(ctx.clone(), spare).is_ok();
        if !found {
            ctx.catch();
        }
        found
    }
}

fn is_silent(error: &Exception<'_>) -> bool {
    error.message().is_none_or(|message| message.is_empty())
}

/// What the engine keeps as an error's stack: the frames, out of which the prelude makes text. A `DOMException` would
/// show them to the app.
fn keepsake<'js>(ctx: &Ctx<'js>, error: &Value<'js>, frames: Value<'js>) -> Result<Value<'js>> {
    if error.is_error() {
        return Ok(frames);
    }
    "".into_js(ctx)
}

/// The innermost frame in the app's own source.
fn innermost<'js>(ctx: &Ctx<'js>, frames: &Value<'js>) -> Option<Place> {
    let frames = frames.as_array()?;
    let place = (0..frames.len()).find_map(|index| place(frames, index).ok().flatten());
    if place.is_none() {
        // There may be no room for a file's name.
        ctx.catch();
    }
    place
}

fn place(frames: &Array<'_>, index: usize) -> Result<Option<Place>> {
    let frame: Object<'_> = frames.get(index)?;
    let file: Option<String> = ask(&frame, "getFileName")?;
    let Some(file) = file.filter(|file| !file.starts_with("minigate:")) else {
        return Ok(None);
    };
    Ok(Some(Place {
        file,
        line: ask(&frame, "getLineNumber")?,
        column: ask(&frame, "getColumnNumber")?,
    }))
}

fn ask<'js, T: FromJs<'js>>(frame: &Object<'js>, name: &str) -> Result<T> {
    frame.get::<_, Function<'js>>(name)?.call((This(frame.clone()),))
}

/// Bytes that are free in a heap which isn't full.
const ROOM: usize = 256 * 1024;
