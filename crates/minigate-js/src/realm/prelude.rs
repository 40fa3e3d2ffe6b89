//! The JavaScript that gives an app its surface, and the door that closes behind it.

use std::{cell::Cell, rc::Rc};

use rquickjs::{
    Ctx, Error, Function, Module, Object, Result,
    loader::{ImportAttributes, Loader, Resolver},
    module::Declared,
};

/// The name of the module whose `boot` starts all others.
const MAIN: &str = "minigate:main";

/// All modules of the prelude, by name.
const MODULES: &[(&str, &str)] = &[
    (MAIN, include_str!("../../prelude/main.js")),
    ("minigate:app", include_str!("../../prelude/app.js")),
    ("minigate:binary", include_str!("../../prelude/binary.js")),
    ("minigate:callbacks", include_str!("../../prelude/callbacks.js")),
    ("minigate:calls", include_str!("../../prelude/calls.js")),
    ("minigate:component", include_str!("../../prelude/component.js")),
    ("minigate:console", include_str!("../../prelude/console.js")),
    ("minigate:copy", include_str!("../../prelude/copy.js")),
    ("minigate:device", include_str!("../../prelude/device.js")),
    ("minigate:errors", include_str!("../../prelude/errors.js")),
    ("minigate:header", include_str!("../../prelude/header.js")),
    ("minigate:inspect", include_str!("../../prelude/inspect.js")),
    ("minigate:interface", include_str!("../../prelude/interface.js")),
    ("minigate:lifecycle", include_str!("../../prelude/lifecycle.js")),
    ("minigate:modules", include_str!("../../prelude/modules.js")),
    ("minigate:native", include_str!("../../prelude/native.js")),
    ("minigate:navigation", include_str!("../../prelude/navigation.js")),
    ("minigate:options", include_str!("../../prelude/options.js")),
    ("minigate:page", include_str!("../../prelude/page.js")),
    ("minigate:path", include_str!("../../prelude/path.js")),
    (
        "minigate:primordials",
        include_str!("../../prelude/primordials.js"),
    ),
    ("minigate:query", include_str!("../../prelude/query.js")),
    ("minigate:request", include_str!("../../prelude/request.js")),
    ("minigate:seal", include_str!("../../prelude/seal.js")),
    ("minigate:stack", include_str!("../../prelude/stack.js")),
    ("minigate:storage", include_str!("../../prelude/storage.js")),
    ("minigate:timers", include_str!("../../prelude/timers.js")),
];

/// Loads the prelude over the native functions; gives the one function that takes all events.
///
/// Afterwards the door is shut: no `import` of any kind finds a module any more.
pub(super) fn boot<'js>(ctx: &Ctx<'js>, door: &Door, natives: Object<'js>) -> Result<Function<'js>> {
    let source = MODULES
        .iter()
        .find(|(name, _)| *name == MAIN)
        .map_or("", |(_, source)| source);
    let (module, evaluated) = Module::declare(ctx.clone(), MAIN, source)?.eval()?;
    evaluated.finish::<()>()?;
    let boot: Function<'js> = module.get("boot")?;
    door.0.set(false);
    boot.call((natives,))
}

/// Lets modules of the prelude in while it is open, and nothing ever else.
#[derive(Clone, Debug)]
pub(super) struct Door(Rc<Cell<bool>>);

impl Door {
    pub(super) fn open() -> Self {
        Self(Rc::new(Cell::new(true)))
    }

    fn source(&self, name: &str) -> Option<&'static str> {
        let found = MODULES.iter().find(|(module, _)| *module == name);
        found.filter(|_| self.0.get()).map(|(_, source)| *source)
    }
}

impl Resolver for Door {
    fn resolve<'js>(
        &mut self,
        _ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        let known = self.source(name).is_some();
        known
            .then(|| name.to_owned())
            .ok_or_else(|| Error::new_resolving(base, name))
    }
}

impl Loader for Door {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        let source = self.source(name).ok_or_else(|| Error::new_loading(name))?;
        Module::declare(ctx.clone(), name, source)
    }
}
