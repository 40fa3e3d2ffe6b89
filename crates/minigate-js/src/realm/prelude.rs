//! The JavaScript that gives an app its surface, and the door that closes behind it.

use std::{cell::Cell, rc::Rc};

use rquickjs::{
    Ctx, Error, Function, Module, Object, Result,
    loader::{ImportAttributes, Loader, Resolver, bundle::Bundle},
    module::Declared,
};

/// The name of the module whose `boot` starts all others.
const MAIN: &str = "minigate:main";

/// All modules of the prelude by name, as bytecode that the build made of them with this very engine.
const MODULES: Modules = include!(concat!(env!("OUT_DIR"), "/prelude.rs"));

type Modules = &'static [(&'static str, &'static [u8])];

/// Loads the prelude over the native functions; gives the one function that takes all events.
///
/// Afterwards the door is shut: no `import` of any kind finds a module any more.
pub(super) fn boot<'js>(ctx: &Ctx<'js>, door: &Door, natives: Object<'js>) -> Result<Function<'js>> {
    let (module, evaluated) = door.clone().load(ctx, MAIN, None)?.eval()?;
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

    fn knows(&self, name: &str) -> bool {
        self.0.get() && MODULES.iter().any(|(module, _)| *module == name)
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
        self.knows(name)
            .then(|| name.to_owned())
            .ok_or_else(|| Error::new_resolving(base, name))
    }
}

impl Loader for Door {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        attributes: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        if !self.knows(name) {
            return Err(Error::new_loading(name));
        }
        Bundle(MODULES).load(ctx, name, attributes)
    }
}
