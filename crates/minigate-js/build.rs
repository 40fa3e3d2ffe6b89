//! Compiles the prelude to the engine's bytecode, so that no app waits for its text to be parsed.
//!
//! Every file under `prelude` is a module: `prelude/path.js` is `minigate:path`.

#![expect(
    clippy::disallowed_methods,
    reason = "a build script speaks with cargo through the environment"
)]

use std::{
    env,
    error::Error,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use rquickjs::{
    Context, Module, Runtime, WriteOptions, WriteOptionsEndianness,
    loader::{BuiltinLoader, BuiltinResolver},
};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let modules = modules(Path::new(FOLDER))?;
    let mut table = String::from("&[\n");
    for (index, (name, code)) in compile(&modules)?.into_iter().enumerate() {
        let file = out.join(format!("{index}.bytecode"));
        fs::write(&file, code)?;
        writeln!(table, "    ({name:?}, include_bytes!({file:?})),")?;
    }
    table.push_str("]\n");
    fs::write(out.join("prelude.rs"), table)?;
    Ok(())
}

/// The modules' names and texts, in the order of their names.
fn modules(folder: &Path) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut modules = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .ok_or("a file without a name")?;
        modules.push((format!("minigate:{stem}"), fs::read_to_string(&path)?));
    }
    modules.sort();
    Ok(modules)
}

fn compile(modules: &[(String, String)]) -> Result<Compiled, Box<dyn Error>> {
    let runtime = Runtime::new()?;
    let mut resolver = BuiltinResolver::default();
    let mut loader = BuiltinLoader::default();
    for (name, text) in modules {
        resolver.add_module(name);
        loader.add_module(name, text.as_str());
    }
    runtime.set_loader(resolver, loader);
    let context = Context::full(&runtime)?;
    context.with(|ctx| {
        let compiled = modules.iter().map(|(name, text)| {
            let module = Module::declare(ctx.clone(), name.as_str(), text.as_str());
            let module = module
                .map_err(|error| format!("{name}: {}", rquickjs::CaughtError::from_error(&ctx, error)))?;
            Ok((name.clone(), module.write(options()?)?))
        });
        compiled.collect()
    })
}

/// The modules' names and bytecode.
type Compiled = Vec<(String, Vec<u8>)>;

/// Lines and names stay: the app's errors leave out the prelude's frames by them.
fn options() -> Result<WriteOptions, env::VarError> {
    let endianness = match env::var("CARGO_CFG_TARGET_ENDIAN")?.as_str() {
        "big" => WriteOptionsEndianness::Big,
        _ => WriteOptionsEndianness::Little,
    };
    Ok(WriteOptions {
        endianness,
        strip_source: true,
        ..WriteOptions::default()
    })
}

const FOLDER: &str = "prelude";
