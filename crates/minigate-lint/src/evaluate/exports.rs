//! What modules export.

use super::Evaluator;
use crate::model::{Expr, ExprId, Module, ModuleId};
use crate::value::{Site, Value};

impl Evaluator<'_> {
    /// What `require` gives.
    pub(super) fn whole(&mut self, module: ModuleId) -> Vec<Value> {
        let replaced = self.replacement(module);
        if replaced.is_empty() {
            return vec![Value::Exports(module)];
        }
        replaced
    }

    /// The value of `module.exports = …`.
    fn replacement(&mut self, module: ModuleId) -> Vec<Value> {
        let Some(read) = self.module(module) else {
            return vec![Value::Unknown];
        };
        let mut values = Vec::new();
        for write in &read.writes {
            if write.name == "exports" && self.is_global(module, write.object, "module") {
                values.extend(
                    self.evaluate(Site {
                        module,
                        expr: write.value,
                    })
                    .iter()
                    .cloned(),
                );
            }
        }
        // `module.exports = exports` says nothing new.
        values.retain(|value| *value != Value::Exports(module));
        values
    }

    pub(super) fn export(&mut self, module: ModuleId, name: &str) -> Vec<Value> {
        if self.is_exhausted() {
            return vec![Value::Unknown];
        }
        self.deeper(|evaluator| evaluator.export_here(module, name))
    }

    fn export_here(&mut self, module: ModuleId, name: &str) -> Vec<Value> {
        let Some(read) = self.module(module) else {
            return vec![Value::Unknown];
        };
        let named: Vec<_> = read
            .exports
            .iter()
            .filter(|(own, _)| own == name)
            .map(|(_, value)| *value)
            .collect();
        if !named.is_empty() {
            return self.choose(module, &named);
        }
        let mut values = self.exported_by_write(module, read, name);
        let replaced = self.replacement(module);
        values.extend(self.all_members(&replaced, name));
        for specifier in &read.passed_on {
            if let Some(further) = self.world.linked(module, specifier) {
                values.extend(self.export_further(module, further, name));
            }
        }
        if values.is_empty() && name == "default" && read.exports.is_empty() {
            return self.whole(module);
        }
        values
    }

    /// `export *`, which can lead round in a circle.
    fn export_further(&mut self, from: ModuleId, to: ModuleId, name: &str) -> Vec<Value> {
        // No expression has that number: the place stands for the module as a whole.
        let place = Site {
            module: from,
            expr: ExprId(usize::MAX - to.0),
        };
        if name == "default" || !self.active.insert(place) {
            return Vec::new();
        }
        let values = self.export(to, name);
        self.active.remove(&place);
        values
    }

    /// `exports.name = …`.
    fn exported_by_write(&mut self, module: ModuleId, read: &Module, name: &str) -> Vec<Value> {
        let mut values = Vec::new();
        for write in read.writes.iter().filter(|write| write.name == name) {
            let is_exports = match read.expr(write.object) {
                Expr::Global(global) => global == "exports",
                Expr::Member(object, member) => {
                    member == "exports" && self.is_global(module, *object, "module")
                }
                _ => false,
            };
            if is_exports {
                values.extend(
                    self.evaluate(Site {
                        module,
                        expr: write.value,
                    })
                    .iter()
                    .cloned(),
                );
            }
        }
        // Compilers write `exports.a = exports.b = void 0` first.
        if values.len() > 1 {
            values.retain(|value| *value != Value::Unknown);
        }
        values
    }
}
