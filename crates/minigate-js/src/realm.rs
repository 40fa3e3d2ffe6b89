//! One QuickJS runtime with one app in it, and the rules under which it is entered.

mod fault;
mod prelude;
mod watch;
mod witness;

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use rquickjs::{
    CaughtError, Context, Ctx, Exception, Function, Object, Persistent, Result, Runtime, Type, Value,
    function::IntoArgs,
};

use crate::{
    limits::{Limit, Limits},
    observer::Fault,
};
pub(crate) use fault::fault;
use prelude::Door;
pub(crate) use watch::Watch;
pub use watch::Watchdog;
use witness::Witness;

/// The app's JavaScript world. Whatever enters does so through [`Realm::turn`].
pub(crate) struct Realm {
    // Values go before the context, and the context before the runtime that owns their memory.
    receive: Persistent<Function<'static>>,
    rejections: Rejections,
    context: Context,
    runtime: Runtime,
    watch: Rc<Watch>,
    witness: Rc<Witness>,
    memory: usize,
    escaped: RefCell<Vec<Fault>>,
}

/// Promises that were rejected while nobody listened, with their reasons, oldest first.
type Rejections = Rc<RefCell<VecDeque<Rejection>>>;
type Rejection = (Persistent<Value<'static>>, Persistent<Value<'static>>);

impl Realm {
    /// Makes a world with the given native functions under its prelude.
    ///
    /// # Errors
    ///
    /// Where the memory limit doesn't leave room for the prelude.
    pub(crate) fn new(
        limits: &Limits,
        watch: Rc<Watch>,
        natives: impl for<'js> FnOnce(&Ctx<'js>) -> Result<Object<'js>>,
    ) -> std::result::Result<Self, String> {
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        runtime.set_memory_limit(limits.memory);
        runtime.set_gc_threshold(limits.memory / FIRST_COLLECTION);
        runtime.set_max_stack_size(limits.stack);
        let door = Door::open();
        runtime.set_loader(door.clone(), door.clone());
        let context = Context::full(&runtime).map_err(|error| error.to_string())?;
        let (receive, witness) = context.with(|ctx| {
            let booted = Witness::new(&ctx, &watch, limits.memory).and_then(|witness| {
                let natives = natives(&ctx)?;
                natives.set("witness", witness.hook(&ctx)?)?;
                let receive = prelude::boot(&ctx, &door, natives)?;
                Ok((Persistent::save(&ctx, receive), witness))
            });
            booted.map_err(|error| CaughtError::from_error(&ctx, error).to_string())
        })?;
        let rejections = track_rejections(&runtime);
        let clock = Rc::clone(&watch);
        runtime.set_interrupt_handler(Some(Box::new(move || clock.is_over())));
        Ok(Self {
            receive,
            rejections,
            context,
            runtime,
            watch,
            witness,
            memory: limits.memory,
            escaped: RefCell::default(),
        })
    }

    /// Gives the prelude an event, then runs all Promise jobs that it leads to, then reports the rejections that are
    /// left. All of it has one turn's time.
    ///
    /// # Errors
    ///
    /// The limit that ended the app, in this turn or before.
    pub(crate) fn turn<A>(&self, arguments: A) -> std::result::Result<(), Limit>
    where
        A: for<'js> FnOnce(&Ctx<'js>) -> Result<Arguments<'js>>,
    {
        self.watch.broken().map_or(Ok(()), Err)?;
        self.watch.wind();
        self.enter(|ctx, receive| receive.call_arg(arguments(ctx)?.into_args(ctx)?));
        self.drain();
        while let Some((promise, reason)) = self.next_rejection() {
            self.enter(|ctx, receive| {
                receive.call(("rejection", promise.restore(ctx)?, reason.restore(ctx)?))
            });
            self.drain();
        }
        self.watch.rest();
        self.watch.broken().map_or(Ok(()), Err)
    }

    /// Takes the errors that came out of the prelude itself: a stack that was too deep for it, for instance.
    pub(crate) fn take_escaped(&self) -> Vec<Fault> {
        self.escaped.take()
    }

    fn enter(&self, entry: impl for<'js> FnOnce(&Ctx<'js>, Function<'js>) -> Result<()>) {
        self.context.with(|ctx| {
            let result = self
                .receive
                .clone()
                .restore(&ctx)
                .and_then(|receive| entry(&ctx, receive));
            if let Err(error) = result {
                self.judge(&CaughtError::from_error(&ctx, error));
            }
        });
    }

    fn drain(&self) {
        while !self.watch.is_over() {
            self.context.with(|ctx| self.witness.freshen(&ctx));
            match self.runtime.execute_pending_job() {
                Ok(true) => {}
                Ok(false) => break,
                Err(failed) => failed.0.with(|ctx| {
                    let error = CaughtError::from_error(&ctx, rquickjs::Error::Exception);
                    self.judge(&error);
                }),
            }
        }
    }

    /// The prelude lets no error of the app through, so one that arrives here means that a limit was reached.
    fn judge(&self, error: &CaughtError<'_>) {
        if self.watch.is_over() {
            return;
        }
        let exhausted = match error {
            CaughtError::Exception(exception) => is_exhaustion(exception),
            CaughtError::Error(error) => matches!(error, rquickjs::Error::Allocation),
            // Where there is no room even for the error there is none.
            CaughtError::Value(value) => matches!(value.type_of(), Type::Null | Type::Uninitialized),
        };
        if exhausted {
            self.watch.end(Limit::Memory { bytes: self.memory });
        } else {
            self.escaped.borrow_mut().push(escape(error));
        }
    }

    fn next_rejection(&self) -> Option<Rejection> {
        let goes_on = self.watch.broken().is_none();
        self.rejections.borrow_mut().pop_front().filter(|_| goes_on)
    }
}

impl Drop for Realm {
    fn drop(&mut self) {
        self.rejections.borrow_mut().clear();
        self.witness.retire();
    }
}

/// What an event hands to the prelude.
pub(crate) struct Arguments<'js> {
    /// Which event.
    pub(crate) event: &'static str,
    /// Which call, timer or page.
    pub(crate) id: f64,
    /// What came.
    pub(crate) payload: Value<'js>,
    /// What came with it.
    pub(crate) extra: Value<'js>,
}

impl<'js> Arguments<'js> {
    fn into_args(self, ctx: &Ctx<'js>) -> Result<rquickjs::function::Args<'js>> {
        let mut args = rquickjs::function::Args::new(ctx.clone(), 4);
        (self.event, self.id, self.payload, self.extra).into_args(&mut args)?;
        Ok(args)
    }
}

fn track_rejections(runtime: &Runtime) -> Rejections {
    let rejections = Rejections::default();
    let tracked = Rc::clone(&rejections);
    runtime.set_host_promise_rejection_tracker(Some(Box::new(move |ctx, promise, reason, is_handled| {
        let promise = Persistent::save(&ctx, promise);
        if is_handled {
            tracked.borrow_mut().retain(|(known, _)| *known != promise);
        } else {
            tracked
                .borrow_mut()
                .push_back((promise, Persistent::save(&ctx, reason)));
        }
    })));
    rejections
}

fn escape(error: &CaughtError<'_>) -> Fault {
    let stack = match error {
        CaughtError::Exception(exception) => exception.stack().unwrap_or_default(),
        CaughtError::Error(_) | CaughtError::Value(_) => String::new(),
    };
    fault(&error.to_string(), &stack)
}

/// Whether an error is the engine's own for a full heap.
fn is_exhaustion(exception: &Exception<'_>) -> bool {
    exception.message().as_deref() == Some(OUT_OF_MEMORY)
}

/// The part of the heap that is used before garbage is first collected. The engine's own choice, 256 KiB, is less than
/// the prelude, which would then be searched for garbage several times while it loads.
const FIRST_COLLECTION: usize = 64;

/// The engine's message for a full heap.
pub(crate) const OUT_OF_MEMORY: &str = "out of memory";
