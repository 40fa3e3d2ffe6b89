//! The files that belong together: what they import from each other and include, and the scripts that they share.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Node, reader::Reader};
use crate::loader::{Script, join, script};

/// All that is read on the way through a file.
pub(super) struct Library<'s> {
    pub(super) tags: &'s BTreeSet<String>,
    /// Each with the scope of its file.
    pub(super) expressions: Vec<(String, usize)>,
    source: &'s dyn Fn(&str) -> Option<String>,
    shelves: Vec<Shelf>,
    by_path: BTreeMap<String, usize>,
    templates: Vec<Vec<Node>>,
    scripts: Vec<Module>,
    scripts_by_path: BTreeMap<String, usize>,
    /// The files that are included in each other now.
    included: Vec<String>,
    reads: usize,
    nodes: usize,
}

/// What a file has of templates, and of scripts by name.
#[derive(Default)]
struct Shelf {
    own: BTreeMap<String, usize>,
    imported: Vec<usize>,
    modules: BTreeMap<String, usize>,
}

/// A WXS module.
#[derive(Debug, Default, Serialize)]
pub(super) struct Module {
    /// Its function, as text.
    #[serde(skip)]
    pub(super) function: String,
    /// The modules that it asks for, by what it calls them.
    requests: BTreeMap<String, usize>,
}

/// `<wxs>`: a file's script, under a name of the file's own.
pub(super) struct Declared {
    pub(super) name: String,
    pub(super) source: Source,
}

/// Where a script's text is.
pub(super) enum Source {
    Here(String),
    In(String),
}

/// All that was read.
pub(super) struct Content {
    /// For each file: the templates that it knows, by name.
    pub(super) scopes: Vec<BTreeMap<String, usize>>,
    /// For each file: the scripts that it knows, by name.
    pub(super) modules: Vec<BTreeMap<String, usize>>,
    pub(super) templates: Vec<Vec<Node>>,
    pub(super) scripts: Vec<Module>,
    pub(super) expressions: Vec<(String, usize)>,
}

impl<'s> Library<'s> {
    pub(super) fn new(tags: &'s BTreeSet<String>, source: &'s dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            tags,
            source,
            expressions: Vec::new(),
            shelves: Vec::new(),
            by_path: BTreeMap::new(),
            templates: Vec::new(),
            scripts: Vec::new(),
            scripts_by_path: BTreeMap::new(),
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
        let Some(file) = path(from, src, ".wxml") else {
            return;
        };
        let known = self.by_path.get(&file).copied();
        let imported = known.unwrap_or(self.shelves.len());
        if known.is_none() {
            self.open(&file);
        }
        if let Some(shelf) = self.shelves.get_mut(scope) {
            shelf.imported.push(imported);
        }
    }

    /// What another file holds outside of its templates, which knows the templates and scripts of that file.
    pub(super) fn include(&mut self, from: &str, src: &str) -> Vec<Node> {
        let path = path(from, src, ".wxml");
        let Some(file) = path.filter(|file| file != from && !self.included.contains(file)) else {
            return Vec::new();
        };
        self.included.push(file.clone());
        let nodes = self.open(&file);
        self.included.pop();
        nodes
    }

    /// Takes in a script of a file; one that can't be read is none.
    pub(super) fn declare(&mut self, file: &str, scope: usize, declared: Declared) {
        let Declared { name, source } = declared;
        let script = match source {
            Source::Here(text) => self.load(&format!("{file}#{name}"), Some(text)),
            Source::In(src) => path(file, &src, ".wxs").and_then(|path| self.load(&path, None)),
        };
        if let (Some(shelf), Some(script)) = (self.shelves.get_mut(scope), script) {
            shelf.modules.insert(name, script);
        }
    }

    fn load(&mut self, path: &str, text: Option<String>) -> Option<usize> {
        if let Some(known) = self.scripts_by_path.get(path) {
            return Some(*known);
        }
        self.reads += 1;
        if self.reads > MAX_READS {
            return None;
        }
        let text = text.or_else(|| (self.source)(path))?;
        let Script { function, requests } = script(&text)?;
        let index = self.scripts.len();
        self.scripts_by_path.insert(path.to_owned(), index);
        self.scripts.push(Module::default());
        let requests = self.load_all(path, requests);
        if let Some(module) = self.scripts.get_mut(index) {
            *module = Module { function, requests };
        }
        Some(index)
    }

    fn load_all(&mut self, from: &str, requests: Vec<String>) -> BTreeMap<String, usize> {
        let load = |request: String| {
            let path = path(from, &request, ".wxs")?;
            Some((request, self.load(&path, None)?))
        };
        requests.into_iter().filter_map(load).collect()
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
        Content {
            scopes: self.shelves.iter().map(visible).collect(),
            modules: self.shelves.into_iter().map(|shelf| shelf.modules).collect(),
            templates: self.templates,
            scripts: self.scripts,
            expressions: self.expressions,
        }
    }
}

/// The path of a file that another one names.
fn path(from: &str, src: &str, ending: &str) -> Option<String> {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = match src.strip_prefix('/') {
        Some(path) => join("", path),
        None => join(folder, src),
    };
    path.map(|path| {
        if path.ends_with(ending) {
            path
        } else {
            path + ending
        }
    })
}

const MAX_READS: usize = 200;
const MAX_NODES: usize = 5000;
