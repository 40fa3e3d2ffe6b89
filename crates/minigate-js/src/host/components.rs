//! Which components a page or a component uses, and what its WXML says of them.

use std::collections::{BTreeMap, BTreeSet};

use rquickjs::{Ctx, Object, Result, context::EvalOptions};
use serde_json::{Value, json};

use super::Host;
use crate::{
    loader::{resolve, without_ending},
    template,
};

/// The components that the file's `usingComponents` names, and those of `app.json`: `{found: [{tag, file}], missing:
/// [text]}` as JSON.
pub(super) fn components(host: &Host, file: &str) -> String {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for (tag, Used { from, specifier }) in used(host, file) {
        if let Some(plugin) = specifier.strip_prefix("plugin://") {
            let name = plugin.split('/').next().unwrap_or_default();
            host.miss_plugin(name);
            continue;
        }
        match resolve(&host.project, &from, &specifier) {
            Ok(path) => found.push(json!({ "tag": tag, "file": path })),
            Err(error) => missing.push(format!("component <{tag}>: {error}")),
        }
    }
    json!({ "found": found, "missing": missing }).to_string()
}

/// What a file's WXML holds of components: `{plan, functions}`, the plan as JSON; nothing where there is no WXML.
pub(super) fn plan<'js>(host: &Host, ctx: &Ctx<'js>, file: &str) -> Result<Object<'js>> {
    let path = format!("{}.wxml", without_ending(file));
    let root = host.project.root();
    let source = |path: &str| {
        let bytes = host
            .project
            .files()
            .read(&format!("{root}{path}"), host.limits.module);
        Some(String::from_utf8_lossy(&bytes.ok()?).into_owned())
    };
    let tags: BTreeSet<_> = used(host, file).into_keys().collect();
    let plan = template::read(path.strip_prefix(root).unwrap_or(&path), &tags, &source);
    let mut options = EvalOptions::default();
    options.filename = Some(path);
    let made = Object::new_proto(ctx.clone(), None)?;
    made.set("plan", serde_json::to_string(&plan).unwrap_or_default())?;
    made.set(
        "functions",
        ctx.eval_with_options::<Object<'js>, _>(plan.script(), options)?,
    )?;
    Ok(made)
}

/// How a component is named, and in which file.
struct Used {
    from: String,
    specifier: String,
}

/// Components by tag, in small letters as WXML is read; the file's own come before those of `app.json`.
fn used(host: &Host, file: &str) -> BTreeMap<String, Used> {
    let path = format!("{}.json", without_ending(file));
    let text = host
        .project
        .files()
        .read(&path, host.limits.module)
        .unwrap_or_default();
    let own: Value = serde_json::from_slice(&text).unwrap_or_default();
    let own = own.get("usingComponents").and_then(Value::as_object);
    let of = |from: &str, (tag, specifier): (&String, &str)| {
        let (from, specifier) = (from.to_owned(), specifier.to_owned());
        (tag.to_lowercase(), Used { from, specifier })
    };
    let root = format!("{}app.json", host.project.root());
    let shared = host.project.manifest().components().iter();
    let mut used: BTreeMap<_, _> = shared.map(|(tag, name)| of(&root, (tag, name))).collect();
    let own = own.into_iter().flatten();
    used.extend(own.filter_map(|(tag, name)| Some(of(file, (tag, name.as_str()?)))));
    used
}
