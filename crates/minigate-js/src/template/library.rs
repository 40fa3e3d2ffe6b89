//! The files that belong together: what they import from each other, and what they include.

use std::collections::{BTreeMap, BTreeSet};

use super::{Node, reader::Reader};
use crate::loader::join;

/// All that is read on the way through a file.
pub(super) struct Library<'s> {
    pub(super) tags: &'s BTreeSet<String>,
    pub(super) expressions: Vec<String>,
    source: &'s dyn Fn(&str) -> Option<String>,
    shelves: Vec<Shelf>,
    by_path: BTreeMap<String, usize>,
    templates: Vec<Vec<Node>>,
    /// The files that are included in each other now.
    included: Vec<String>,
    reads: usize,
    nodes: usize,
}

/// What a file has of templates.
#[derive(Default)]
struct Shelf {
    own: BTreeMap<String, usize>,
    imported: Vec<usize>,
}

/// The scopes, the templates and the expressions.
type Content = (Vec<BTreeMap<String, usize>>, Vec<Vec<Node>>, Vec<String>);

impl<'s> Library<'s> {
    pub(super) fn new(tags: &'s BTreeSet<String>, source: &'s dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            tags,
            source,
            expressions: Vec::new(),
            shelves: Vec::new(),
            by_path: BTreeMap::new(),
            templates: Vec::new(),
            included: Vec::new(),
            reads: 0,
            nodes: 0,
        }
    }

    /// Reads a file with a scope of its own; gives what stands in it outside of templates.
    pub(super) fn open(&mut self, file: &str) -> Vec<Node> {
        let scope = self.shelves.len();
        self.shelves.push(Shelf::default());
        self.by_path.insert(file.to_owned(), scope);
        self.read(file, scope)
    }

    fn read(&mut self, file: &str, scope: usize) -> Vec<Node> {
        self.reads += 1;
        let text = if self.reads <= MAX_READS {
            (self.source)(file)
        } else {
            None
        };
        text.map_or_else(Vec::new, |text| Reader::new(self, file, scope).read(&text))
    }

    /// Takes in the templates of another file, but not those that it imports itself.
    pub(super) fn import(&mut self, from: &str, scope: usize, src: &str) {
        let Some(file) = path(from, src) else { return };
        let known = self.by_path.get(&file).copied();
        let imported = known.unwrap_or(self.shelves.len());
        if known.is_none() {
            self.open(&file);
        }
        if let Some(shelf) = self.shelves.get_mut(scope) {
            shelf.imported.push(imported);
        }
    }

    /// What another file holds outside of its templates, as though it stood here.
    pub(super) fn include(&mut self, from: &str, scope: usize, src: &str) -> Vec<Node> {
        let Some(file) = path(from, src).filter(|file| file != from && !self.included.contains(file)) else {
            return Vec::new();
        };
        self.included.push(file.clone());
        let nodes = self.read(&file, scope);
        self.included.pop();
        nodes
    }

    /// Whether a file stands in another one, whose templates alone count.
    pub(super) const fn is_including(&self) -> bool {
        !self.included.is_empty()
    }

    pub(super) fn define(&mut self, scope: usize, name: String, nodes: Vec<Node>) {
        if let Some(shelf) = self.shelves.get_mut(scope) {
            shelf.own.insert(name, self.templates.len());
            self.templates.push(nodes);
        }
    }

    /// Whether there is room for another node; takes it.
    pub(super) const fn has_room(&mut self) -> bool {
        self.nodes += 1;
        self.nodes <= MAX_NODES
    }

    pub(super) fn close(self) -> Content {
        let visible = |shelf: &Shelf| {
            let imported = shelf.imported.iter().filter_map(|file| self.shelves.get(*file));
            let mut names: BTreeMap<_, _> = imported.flat_map(|shelf| shelf.own.clone()).collect();
            names.extend(shelf.own.clone());
            names
        };
        let scopes = self.shelves.iter().map(visible).collect();
        (scopes, self.templates, self.expressions)
    }
}

/// The path of a file that another one names.
fn path(from: &str, src: &str) -> Option<String> {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = match src.strip_prefix('/') {
        Some(path) => join("", path),
        None => join(folder, src),
    };
    path.map(|path| {
        if path.ends_with(".wxml") {
            path
        } else {
            path + ".wxml"
        }
    })
}

const MAX_READS: usize = 200;
const MAX_NODES: usize = 5000;
