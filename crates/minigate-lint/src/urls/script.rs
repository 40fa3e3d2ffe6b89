//! URLs in the texts of modules.

use super::Found;
use super::text::{Tail, urls_in};
use crate::evaluate::Evaluator;
use crate::model::{Expr, Link, Module, Span};
use crate::read::read;
use crate::value::{Site, Value};

/// Of the app's own modules, with what is known of the parts of which texts are put together.
pub(super) fn of_modules(evaluator: &mut Evaluator<'_>, found: &mut Found) {
    let world = evaluator.world();
    for (id, module) in world.modules().filter(|(_, module)| !module.is_library) {
        for link in &module.links {
            if let Expr::Text(_) = module.expr(link.expr) {
                of_literal(module, link, &mut |url, at| {
                    found.loose(&module.path, &module.source, at, url);
                });
                continue;
            }
            let site = Site {
                module: id,
                expr: link.expr,
            };
            for value in evaluator.values(site).iter() {
                let Value::Text(text) = value else { continue };
                let tail = if text.is_open { Tail::Open } else { Tail::Closed };
                for (_, url) in urls_in(&text.known, tail) {
                    found.loose(&module.path, &module.source, &module.at(link.expr), url);
                }
            }
        }
    }
}

/// Of a module that nothing else is known of: WXS.
pub(super) fn of_text(path: &str, text: &str, found: &mut Found) {
    of_script(text, &mut |url, at| found.loose(path, text, at, url));
}

/// Of a script, with their places in it.
pub(super) fn of_script(script: &str, note: Note<'_>) {
    of_read(&read("script.wxs", script.to_owned(), false), note);
}

/// Of an expression, in which places don't matter.
pub(super) fn of_expression(expression: &str, note: Note<'_>) {
    // What a template is handed is an object without its brackets.
    let forms = [format!("({expression})"), format!("({{{expression}}})")];
    let mut modules = forms.into_iter().map(|form| read("expression.js", form, false));
    if let Some(module) = modules.find(|module| module.complaint.is_none()) {
        of_read(&module, note);
    }
}

/// Takes a URL, and where the text stands that it is in.
type Note<'n> = &'n mut dyn FnMut(&str, &Span);

fn of_read(module: &Module, note: Note<'_>) {
    for link in &module.links {
        of_literal(module, link, note);
    }
}

fn of_literal(module: &Module, link: &Link, note: Note<'_>) {
    let Expr::Text(text) = module.expr(link.expr) else {
        return;
    };
    let tail = if link.is_part { Tail::Open } else { Tail::Closed };
    for (_, url) in urls_in(text, tail) {
        note(url, &module.at(link.expr));
    }
}
