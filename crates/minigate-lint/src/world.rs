//! The modules of a project, and which of them a module gets for what it asks for.

use std::collections::BTreeMap;

use minigate_js::Project;

use crate::model::{Expr, ExprId, Module, ModuleId, Span};
use crate::read::read;
use crate::tree::{Kind, Tree};
use crate::value::Site;

/// The modules of a project.
#[derive(Debug, Default)]
pub(crate) struct World {
    modules: Vec<Module>,
    links: BTreeMap<(ModuleId, String), ModuleId>,
    /// Every `object.name = value`, by name.
    writes: BTreeMap<String, Vec<(ModuleId, ExprId, ExprId)>>,
}

impl World {
    /// Reads the app's own modules, and those of packages that they ask for.
    pub(crate) fn read(project: &Project, tree: &mut Tree) -> Self {
        let mut known = BTreeMap::new();
        let mut world = Self::default();
        for path in tree.of(Kind::Script) {
            world.load(&path, false, tree, project, &mut known);
        }
        let mut next = 0;
        while next < world.modules.len() {
            world.link(ModuleId(next), project, tree, &mut known);
            next += 1;
        }
        for (id, module) in world.modules.iter().enumerate() {
            for write in &module.writes {
                let writes = world.writes.entry(write.name.clone()).or_default();
                writes.push((ModuleId(id), write.object, write.value));
            }
        }
        world
    }

    pub(crate) fn modules(&self) -> impl Iterator<Item = (ModuleId, &Module)> {
        self.modules
            .iter()
            .enumerate()
            .map(|(id, module)| (ModuleId(id), module))
    }

    pub(crate) fn module(&self, id: ModuleId) -> Option<&Module> {
        self.modules.get(id.0)
    }

    /// Where an expression is written.
    pub(crate) fn written(&self, site: Site) -> Option<(&Module, Span)> {
        let module = self.module(site.module)?;
        Some((module, module.at(site.expr)))
    }

    /// The module that another one gets for a specifier.
    pub(crate) fn linked(&self, from: ModuleId, specifier: &str) -> Option<ModuleId> {
        self.links.get(&(from, specifier.to_owned())).copied()
    }

    /// Where members of that name are written: module, object and value.
    pub(crate) fn writes(&self, name: &str) -> &[(ModuleId, ExprId, ExprId)] {
        self.writes
            .get(name)
            .filter(|writes| writes.len() <= MAX_WRITES)
            .map_or(&[], Vec::as_slice)
    }

    fn load(
        &mut self,
        path: &str,
        is_library: bool,
        tree: &mut Tree,
        project: &Project,
        known: &mut BTreeMap<String, Option<ModuleId>>,
    ) -> Option<ModuleId> {
        if let Some(id) = known.get(path) {
            return *id;
        }
        let id = tree.text(project, path).map(|source| {
            self.modules.push(read(path, source, is_library));
            ModuleId(self.modules.len() - 1)
        });
        known.insert(path.to_owned(), id);
        id
    }

    fn link(
        &mut self,
        from: ModuleId,
        project: &Project,
        tree: &mut Tree,
        known: &mut BTreeMap<String, Option<ModuleId>>,
    ) {
        let Some(module) = self.modules.get(from.0) else {
            return;
        };
        let path = module.path.clone();
        let asked = module.expressions.iter().filter_map(|(expr, _)| match expr {
            Expr::Module(specifier) | Expr::Import(specifier, _) => Some(specifier),
            _ => None,
        });
        let mut asked: Vec<_> = asked.chain(&module.passed_on).cloned().collect();
        asked.sort();
        asked.dedup();
        for specifier in asked {
            let found = project.resolve(&path, &specifier).filter(|path| is_script(path));
            let Some(found) = found else { continue };
            let is_library = module_is_library(&found);
            if let Some(to) = self.load(&found, is_library, tree, project, known) {
                self.links.insert((from, specifier), to);
            }
        }
    }
}

fn is_script(path: &str) -> bool {
    path.ends_with(".js") || path.ends_with(".ts")
}

/// Whether a file belongs to a package.
pub(crate) fn module_is_library(path: &str) -> bool {
    path.split('/')
        .any(|part| matches!(part, "node_modules" | "miniprogram_npm"))
}

/// A name that is written more often says nothing about any one object.
const MAX_WRITES: usize = 64;
