//! The app's source: which file a module is, and how its text becomes a function.

mod columns;
mod edits;
mod environment;
mod esm;
mod expression;
mod package;
mod resolve;
mod script;
mod syntax;
mod typescript;
mod wrap;

pub(crate) use columns::Columns;
pub(crate) use environment::settle;
pub use esm::{NoStack, on_deep_stack};
pub(crate) use esm::{may_be_module, may_import_later};
pub(crate) use expression::{Formula, Opaque, functions};
pub(crate) use resolve::{join, resolve, without_ending};
pub(crate) use script::{Script, script};
pub(crate) use syntax::SyntaxError;
pub(crate) use typescript::{Untyped, untype};
pub(crate) use wrap::{Wrapped, wrap_module, wrap_script};
