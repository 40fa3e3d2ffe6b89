//! A module's file as something that JavaScript can run.

use rquickjs::{Ctx, Error, Exception, Function, Object, Result, context::EvalOptions};

use super::Host;
use crate::{
    loader::{Columns, SyntaxError, Wrapped, resolve, wrap},
    observer::Place,
    realm::fault,
};

/// The path of the file that a specifier names.
pub(super) fn locate(host: &Host, ctx: &Ctx<'_>, from: &str, specifier: &str) -> Result<String> {
    resolve(&host.project, from, specifier).map_err(|error| throw(ctx, &error.to_string()))
}

/// A module's unit: `{json}`, or `{make, isModule}` where `make(helpers)` gives the module's function.
pub(super) fn compile<'js>(host: &Host, ctx: &Ctx<'js>, path: &str) -> Result<Object<'js>> {
    let bytes = host.project.files().read(path, host.limits.module);
    let bytes = bytes.map_err(|error| throw(ctx, &format!("can't read {path}: {error}")))?;
    let text = simdutf8::basic::from_utf8(&bytes).map_err(|_| throw(ctx, &format!("{path} is not UTF-8")))?;
    let text = text.trim_start_matches('\u{feff}');
    let unit = Object::new_proto(ctx.clone(), None)?;
    if path.ends_with(".json") {
        unit.set("json", parse_json(ctx, path, text)?)?;
    } else {
        let wrapped = wrap(text, path).map_err(|error| throw_syntax(ctx, &error))?;
        // Before it is compiled, since an error in that has a place too.
        host.columns
            .borrow_mut()
            .insert(path.to_owned(), wrapped.columns.clone());
        unit.set("isModule", wrapped.is_module)?;
        unit.set("make", evaluate(ctx, (path, text), &wrapped)?)?;
    }
    Ok(unit)
}

fn parse_json<'js>(ctx: &Ctx<'js>, path: &str, text: &str) -> Result<rquickjs::Value<'js>> {
    // The engine's own message doesn't say where; serde's does.
    let place = |error: serde_json::Error| {
        SyntaxError::on(text, (error.line(), error.column()), path, error.to_string())
    };
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| throw_syntax(ctx, &place(error)))?;
    ctx.json_parse(text)
}

fn evaluate<'js>(ctx: &Ctx<'js>, (path, text): (&str, &str), wrapped: &Wrapped) -> Result<Function<'js>> {
    let failure = match run(ctx, &wrapped.usual, path) {
        Ok(make) => return Ok(make),
        Err(error) => pending(ctx, error)?,
    };
    // `let exports` clashes with a parameter; in the roomy form it doesn't.
    let failure = if failure.message().as_deref() == Some(PARAMETER_CLASH) {
        match run(ctx, &wrapped.roomy, path) {
            Ok(make) => return Ok(make),
            Err(error) => pending(ctx, error)?,
        }
    } else {
        failure
    };
    Err(quote(ctx, (path, text), &wrapped.columns, failure))
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

/// Adds place and line to the message of the engine's own syntax error.
fn quote<'js>(ctx: &Ctx<'js>, (path, text): (&str, &str), columns: &Columns, error: Exception<'js>) -> Error {
    let message = error.message().unwrap_or_default();
    let place = fault(&message, &error.stack().unwrap_or_default(), |place| {
        columns.original(place.line, place.column)
    })
    .place;
    let place = place.filter(|place| place.file == path);
    if let Some(Place { line, column, .. }) = place {
        let told = SyntaxError::on(text, (line as usize, column as usize), path, message).to_string();
        // Where even that fails, the error stays as it is.
        let _ = error.as_object().set("message", told);
    }
    ctx.throw(error.into_object().into_value())
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
