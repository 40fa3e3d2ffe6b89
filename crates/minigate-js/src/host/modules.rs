//! A module's file as something that JavaScript can run.

use rquickjs::{Ctx, Error, Exception, Function, Object, Result, context::EvalOptions};

use super::Host;
use crate::{
    loader::{
        SyntaxError, Untyped, Wrapped, may_be_module, may_import_later, resolve, settle, untype, wrap_module,
        wrap_script,
    },
    realm::fault,
};

/// The path of the file that a specifier names; an empty one for a module that is to be empty.
///
/// Sub-packages see themselves and the main package; what lies in another one can only be asked for later.
pub(super) fn locate(
    host: &Host,
    ctx: &Ctx<'_>,
    (from, specifier): (&str, &str),
    is_later: bool,
) -> Result<String> {
    let found = resolve(&host.project, from, specifier).map_err(|error| throw(ctx, &error.to_string()))?;
    match host.border_between(from, &found) {
        Some(text) if !is_later => Err(throw(ctx, &text)),
        _ => Ok(found),
    }
}

impl Host {
    /// Why one file's code can't ask for another's at once; nothing where it can.
    fn border_between(&self, from: &str, to: &str) -> Option<String> {
        let (manifest, root) = (self.project.manifest(), self.project.root());
        let package = |path: &str| manifest.package_of(path.strip_prefix(root)?);
        let (home, target) = (package(from), package(to));
        if home == target {
            return None;
        }
        let told =
            |whose: &str| format!("{to} lies in {whose}, so {from} can ask for it only with require.async");
        match (home, target) {
            (_, Some(target)) => Some(told(&format!("sub-package `{}`", target.root))),
            (Some(home), None) if home.is_independent => Some(told(
                "the main package, without which an independent sub-package runs",
            )),
            _ => None,
        }
    }
}

/// A module's unit: `{json}`, or `{make, isModule}` where `make(helpers)` gives the module's function.
pub(super) fn compile<'js>(host: &Host, ctx: &Ctx<'js>, path: &str) -> Result<Object<'js>> {
    if path.is_empty() {
        let unit = Object::new_proto(ctx.clone(), None)?;
        unit.set("json", Object::new(ctx.clone())?)?;
        return Ok(unit);
    }
    let bytes = host.project.files().read(path, host.limits.module);
    let bytes = bytes.map_err(|error| throw(ctx, &format!("can't read {path}: {error}")))?;
    let text = simdutf8::basic::from_utf8(&bytes).map_err(|_| throw(ctx, &format!("{path} is not UTF-8")))?;
    let text = text.trim_start_matches('\u{feff}');
    if path.ends_with(".json") {
        let unit = Object::new_proto(ctx.clone(), None)?;
        unit.set("json", parse_json(ctx, path, text)?)?;
        return Ok(unit);
    }
    if let Some(error) = SyntaxError::of_nul(text, path) {
        return Err(throw_syntax(ctx, &error));
    }
    let untyped = if path.ends_with(".ts") {
        Some(untype(text, path).map_err(|error| throw_syntax(ctx, &error))?)
    } else {
        None
    };
    let text = untyped.as_ref().map_or(text, |untyped| untyped.text.as_str());
    Source {
        host,
        ctx,
        path,
        text: &settle(path, text),
        untyped: untyped.as_ref(),
    }
    .compile()
}

fn parse_json<'js>(ctx: &Ctx<'js>, path: &str, text: &str) -> Result<rquickjs::Value<'js>> {
    // The engine's own message doesn't say where; serde's does.
    let place = |error: serde_json::Error| {
        SyntaxError::on(text, (error.line(), error.column()), path, error.to_string())
    };
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| throw_syntax(ctx, &place(error)))?;
    ctx.json_parse(text)
}

/// A file of JavaScript on its way to a function.
struct Source<'a, 'js> {
    host: &'a Host,
    ctx: &'a Ctx<'js>,
    path: &'a str,
    text: &'a str,
    /// Where the text comes from, if it isn't the developer's own.
    untyped: Option<&'a Untyped>,
}

impl<'js> Source<'_, 'js> {
    /// What the engine takes for a script is one, however much it speaks of `import` and `export`. The parser is only
    /// worth its time for the others.
    fn compile(&self) -> Result<Object<'js>> {
        let script = wrap_script(self.text, self.path);
        match self.evaluate(&script)? {
            Ok(make) if !may_import_later(self.text) => self.unit(make, &script),
            Ok(make) => match wrap_module(self.text, self.path) {
                Ok(Some(module)) => self.compile_wrapped(&module),
                // Without the parser's help only its `import()` doesn't work.
                Ok(None) | Err(_) => self.unit(make, &script),
            },
            Err(error) if !may_be_module(self.text) => Err(self.quote(&script, error)),
            Err(error) => match wrap_module(self.text, self.path) {
                Ok(Some(module)) => self.compile_wrapped(&module),
                Ok(None) => Err(self.quote(&script, error)),
                Err(error) => Err(throw_syntax(self.ctx, &error)),
            },
        }
    }

    fn compile_wrapped(&self, wrapped: &Wrapped) -> Result<Object<'js>> {
        match self.evaluate(wrapped)? {
            Ok(make) => self.unit(make, wrapped),
            Err(error) => Err(self.quote(wrapped, error)),
        }
    }

    fn unit(&self, make: Function<'js>, wrapped: &Wrapped) -> Result<Object<'js>> {
        let untyped = self.untyped.map(|untyped| untyped.columns.clone());
        let columns = vec![wrapped.columns.clone(), untyped.unwrap_or_default()];
        self.host
            .columns
            .borrow_mut()
            .insert(self.path.to_owned(), columns);
        let unit = Object::new_proto(self.ctx.clone(), None)?;
        unit.set("isModule", wrapped.is_module)?;
        unit.set("make", make)?;
        Ok(unit)
    }

    /// The function that a wrapped text makes, or the engine's syntax error.
    fn evaluate(&self, wrapped: &Wrapped) -> Result<std::result::Result<Function<'js>, Exception<'js>>> {
        let failure = match run(self.ctx, &wrapped.usual, self.path) {
            Ok(make) => return Ok(Ok(make)),
            Err(error) => pending(self.ctx, error)?,
        };
        // `let exports` clashes with a parameter; in the roomy form it doesn't.
        if failure.message().as_deref() != Some(PARAMETER_CLASH) {
            return Ok(Err(failure));
        }
        match run(self.ctx, &wrapped.roomy, self.path) {
            Ok(make) => Ok(Ok(make)),
            Err(error) => pending(self.ctx, error).map(Err),
        }
    }

    /// Adds place and line to the message of the engine's own syntax error.
    fn quote(&self, wrapped: &Wrapped, error: Exception<'js>) -> Error {
        let message = error.message().unwrap_or_default();
        let place = fault(&message, &error.stack().unwrap_or_default()).place;
        let Some(place) = place.filter(|place| place.file == self.path) else {
            return self.ctx.throw(error.into_object().into_value());
        };
        let (line, column) = wrapped.columns.original(place.line, place.column);
        let told = if line as usize > self.text.split('\n').count() {
            // What stands behind the last line is the wrapper's; the text lacks a bracket or has one too many.
            wrap_module(self.text, self.path)
                .err()
                .unwrap_or_else(|| SyntaxError::at_end(self.text, self.path))
        } else {
            SyntaxError::on(self.text, (line as usize, column as usize), self.path, message)
        };
        throw_syntax(self.ctx, &told)
    }
}

fn run<'js>(ctx: &Ctx<'js>, script: &str, path: &str) -> Result<Function<'js>> {
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(path.to_owned());
    ctx.eval_with_options(script, options)
}

/// Takes the exception behind an error; one that can't be looked at stays the error that it is.
fn pending<'js>(ctx: &Ctx<'js>, error: Error) -> Result<Exception<'js>> {
    if !error.is_exception() {
        return Err(error);
    }
    let value = ctx.catch();
    match value.clone().into_object().and_then(Exception::from_object) {
        Some(exception) => Ok(exception),
        None => Err(ctx.throw(value)),
    }
}

/// Throws a syntax error whose stack begins at its place.
fn throw_syntax(ctx: &Ctx<'_>, error: &SyntaxError) -> Error {
    // Only the engine's parser can give an error a place, so it is shown a mistake at that very place.
    let mistake =
        "\n".repeat(error.line.saturating_sub(1)) + &" ".repeat(error.column.saturating_sub(1)) + "@";
    let Err(failed) = run(ctx, &mistake, &error.file) else {
        return throw(ctx, &error.to_string());
    };
    match pending(ctx, failed) {
        Ok(exception) => {
            let _ = exception.as_object().set("message", error.to_string());
            ctx.throw(exception.into_object().into_value())
        }
        Err(error) => error,
    }
}

pub(super) fn throw(ctx: &Ctx<'_>, message: &str) -> Error {
    Exception::throw_message(ctx, message)
}

/// The engine's message for a lexical declaration of a parameter's name.
const PARAMETER_CLASH: &str = "invalid redefinition of parameter name";
