//! The modules that a module asks for, in order.

use std::collections::BTreeSet;

use super::{is_name_char, quoted};

/// Each module once, in the order in which it is first asked for, with the shapes that are needed of it.
pub(super) struct Requests {
    prefix: String,
    specifiers: Vec<String>,
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
    pub(super) fn add(&mut self, specifier: &str) -> usize {
        let known = self.specifiers.iter().position(|known| known == specifier);
        known.unwrap_or_else(|| {
            self.specifiers.push(specifier.to_owned());
            self.specifiers.len() - 1
        })
    }

    /// The expression for what a module exports under a name.
    pub(super) fn member(&mut self, specifier: &str, name: &str) -> String {
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
    pub(super) fn namespace(&mut self, specifier: &str) -> String {
        let index = self.add(specifier);
        self.namespaces.insert(index);
        format!("{}n", self.variable(index))
    }

    /// Notes `export * from`.
    pub(super) fn reexport(&mut self, specifier: &str) {
        let index = self.add(specifier);
        self.reexports.insert(index);
    }

    /// The statements that ask for the modules.
    pub(super) fn head(&self) -> String {
        self.specifiers
            .iter()
            .enumerate()
            .map(|(index, specifier)| self.statements(index, specifier))
            .collect()
    }

    fn statements(&self, index: usize, specifier: &str) -> String {
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
