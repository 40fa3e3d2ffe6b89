//! The modules that a module asks for, in order.

use std::collections::BTreeSet;

use oxc_ast::ast::StringLiteral;

use super::{is_name_char, quoted};

/// Each module once, in the order in which it is first asked for, with the shapes that are needed of it.
pub(super) struct Requests {
    prefix: String,
    /// Each with where it is first asked for, in bytes of the source.
    specifiers: Vec<(String, u32)>,
    defaults: BTreeSet<usize>,
    namespaces: BTreeSet<usize>,
    reexports: BTreeSet<usize>,
}

impl Requests {
    pub(super) fn new(prefix: &str) -> Self {
        Self {
            prefix: prefix.to_owned(),
            specifiers: Vec::new(),
            defaults: BTreeSet::new(),
            namespaces: BTreeSet::new(),
            reexports: BTreeSet::new(),
        }
    }

    /// Notes that a module is asked for, and be it only for its effects.
    pub(super) fn add(&mut self, specifier: &StringLiteral<'_>) -> usize {
        let mut known = self.specifiers.iter();
        known
            .position(|(known, _)| specifier.value == *known)
            .unwrap_or_else(|| {
                let asked = (specifier.value.to_string(), specifier.span.start);
                self.specifiers.push(asked);
                self.specifiers.len() - 1
            })
    }

    /// The expression for what a module exports under a name.
    pub(super) fn member(&mut self, specifier: &StringLiteral<'_>, name: &str) -> String {
        let index = self.add(specifier);
        let variable = self.variable(index);
        if name == "default" {
            self.defaults.insert(index);
            format!("{variable}d.default")
        } else if name.chars().all(is_name_char) {
            format!("{variable}.{name}")
        } else {
            format!("{variable}[{}]", quoted(name))
        }
    }

    /// The expression for all that a module exports, as one object.
    pub(super) fn namespace(&mut self, specifier: &StringLiteral<'_>) -> String {
        let index = self.add(specifier);
        self.namespaces.insert(index);
        format!("{}n", self.variable(index))
    }

    /// Notes `export * from`.
    pub(super) fn reexport(&mut self, specifier: &StringLiteral<'_>) {
        let index = self.add(specifier);
        self.reexports.insert(index);
    }

    /// The statements that ask for each module, with the byte of the source where it does so first.
    pub(super) fn statements(&self) -> impl Iterator<Item = (usize, String)> {
        let specifiers = self.specifiers.iter().enumerate();
        specifiers.map(|(index, (specifier, at))| (*at as usize, self.statement(index, specifier)))
    }

    fn statement(&self, index: usize, specifier: &str) -> String {
        let (prefix, variable) = (&self.prefix, self.variable(index));
        let mut text = format!("var {variable}={prefix}.require({});", quoted(specifier));
        if self.defaults.contains(&index) {
            text += &format!("var {variable}d={prefix}.standard({variable});");
        }
        if self.namespaces.contains(&index) {
            text += &format!("var {variable}n={prefix}.namespace({variable});");
        }
        if self.reexports.contains(&index) {
            text += &format!("{prefix}.reexport({variable});");
        }
        text
    }

    fn variable(&self, index: usize) -> String {
        format!("{}{}", self.prefix, index + 1)
    }
}
