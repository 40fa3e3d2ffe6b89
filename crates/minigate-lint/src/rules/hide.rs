//! Calls that are made when the app is hidden (rule N5).

use std::collections::BTreeSet;
use std::time::Duration;

use crate::collector::Collector;
use crate::evaluate::Evaluator;
use crate::fault::Fault;
use crate::model::{CallId, Expr, FunctionId, ModuleId};
use crate::network::{NetworkCall, option_place};
use crate::place::Place;
use crate::value::{Site, Value};

/// A function that runs when the app is hidden, and what it is called there.
struct Handler {
    name: String,
    module: ModuleId,
    function: FunctionId,
}

pub(crate) fn check(
    calls: &[NetworkCall],
    evaluator: &mut Evaluator<'_>,
    grace: Duration,
    found: &mut Collector,
) {
    for handler in handlers(evaluator) {
        let mut search = Search {
            evaluator,
            calls,
            seen: BTreeSet::new(),
        };
        let Some(module) = search.evaluator.world().module(handler.module) else {
            continue;
        };
        for (step, call) in search.reached(handler.module, handler.function, 0) {
            let Some(first) = module.call(step) else { continue };
            let fault = fault(&handler, step, call, search.evaluator, grace);
            found.in_module(module, &option_place(module, first, "\0"), fault);
        }
    }
}

fn fault(
    handler: &Handler,
    step: CallId,
    call: &NetworkCall,
    evaluator: &Evaluator<'_>,
    grace: Duration,
) -> Fault {
    let is_here = call.module == handler.module && call.call == step;
    let place = evaluator.world().module(call.module).and_then(|module| {
        let at = module.call(call.call)?.at.clone();
        Some(Place::of(&module.path, &module.source, &(at.start..at.start)))
    });
    Fault::CallWhileHiding {
        handler: handler.name.clone(),
        interface: call.interface,
        called_at: place.filter(|_| !is_here),
        grace_ms: u64::try_from(grace.as_millis()).unwrap_or(u64::MAX),
    }
}

/// Looks for network calls in a function and in those that it calls.
struct Search<'e, 'w, 'c> {
    evaluator: &'e mut Evaluator<'w>,
    calls: &'c [NetworkCall],
    seen: BTreeSet<(ModuleId, FunctionId)>,
}

impl<'c> Search<'_, '_, 'c> {
    /// Each network call that is reached, with the call in the function itself that leads there.
    fn reached(
        &mut self,
        id: ModuleId,
        function: FunctionId,
        depth: usize,
    ) -> Vec<(CallId, &'c NetworkCall)> {
        let mut reached = Vec::new();
        if depth > MAX_DEPTH || !self.seen.insert((id, function)) {
            return reached;
        }
        let Some(module) = self.evaluator.world().module(id) else {
            return reached;
        };
        for (index, call) in module.calls.iter().enumerate() {
            if !module.is_within(call.within, function) {
                continue;
            }
            let step = CallId(index);
            let direct = self
                .calls
                .iter()
                .find(|network| network.module == id && network.call == step);
            reached.extend(direct.map(|network| (step, network)));
            for callee in self
                .evaluator
                .values(Site {
                    module: id,
                    expr: call.callee,
                })
                .iter()
            {
                if let Value::Function(of, called) = callee {
                    let further = self.reached(*of, *called, depth + 1);
                    reached.extend(further.into_iter().map(|(_, network)| (step, network)));
                }
            }
        }
        reached
    }
}

fn handlers(evaluator: &mut Evaluator<'_>) -> Vec<Handler> {
    let mut handlers = Vec::new();
    for (id, module) in evaluator
        .world()
        .modules()
        .filter(|(_, module)| !module.is_library)
    {
        for call in &module.calls {
            let Some(first) = call.arguments.first() else {
                continue;
            };
            let given = Site {
                module: id,
                expr: *first,
            };
            let found = match module.expr(call.callee) {
                Expr::Global(name) => lifetimes(name, given, evaluator),
                _ => listeners(
                    Site {
                        module: id,
                        expr: call.callee,
                    },
                    given,
                    evaluator,
                ),
            };
            handlers.extend(found);
        }
    }
    handlers
}

/// `onHide` of what `App()`, `Page()` and `Component()` are given.
fn lifetimes(global: &str, given: Site, evaluator: &mut Evaluator<'_>) -> Vec<Handler> {
    let paths: &[&[&str]] = match global {
        "App" | "Page" => &[&["onHide"]],
        "Component" => &[&["pageLifetimes", "hide"], &["methods", "onHide"]],
        _ => return Vec::new(),
    };
    let mut handlers = Vec::new();
    for path in paths {
        let mut values = evaluator.values(given).to_vec();
        for name in *path {
            values = evaluator.members(&values, name);
        }
        handlers.extend(functions(&path.join("."), &values));
    }
    handlers
}

/// What `wx.onAppHide` and, in games, `wx.onHide` are given.
fn listeners(callee: Site, given: Site, evaluator: &mut Evaluator<'_>) -> Vec<Handler> {
    let values = evaluator.values(callee);
    let name = values.iter().find_map(|value| match value {
        Value::Api(name) if matches!(name.as_str(), "onAppHide" | "onHide") => Some(format!("wx.{name}")),
        _ => None,
    });
    match name {
        Some(name) => functions(&name, &evaluator.values(given)),
        None => Vec::new(),
    }
}

fn functions(name: &str, values: &[Value]) -> Vec<Handler> {
    let functions = values.iter().filter_map(|value| match value {
        Value::Function(module, function) => Some(Handler {
            name: name.to_owned(),
            module: *module,
            function: *function,
        }),
        _ => None,
    });
    functions.collect()
}

const MAX_DEPTH: usize = 6;
