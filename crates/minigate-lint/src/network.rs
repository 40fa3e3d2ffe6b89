//! The network calls of an app.

use minigate_policy::Interface;

use crate::evaluate::Evaluator;
use crate::model::{Call, CallId, Expr, Module, ModuleId, Span};
use crate::value::{Site, Value};

/// A use of one of the four interfaces.
#[derive(Clone, Debug)]
pub(crate) struct NetworkCall {
    pub(crate) interface: Interface,
    pub(crate) module: ModuleId,
    pub(crate) call: CallId,
    /// What it is given.
    pub(crate) options: Vec<Value>,
}

/// All of them, in the order in which they stand.
pub(crate) fn network_calls(evaluator: &mut Evaluator<'_>) -> Vec<NetworkCall> {
    let mut found = Vec::new();
    for (id, module) in evaluator.world().modules() {
        for (index, call) in module.calls.iter().enumerate() {
            let callee = evaluator.values(Site {
                module: id,
                expr: call.callee,
            });
            let Some(interface) = callee.iter().find_map(interface_of) else {
                continue;
            };
            let options = call.arguments.first().map(|expr| {
                evaluator.values(Site {
                    module: id,
                    expr: *expr,
                })
            });
            found.push(NetworkCall {
                interface,
                module: id,
                call: CallId(index),
                options: options.map(|options| options.to_vec()).unwrap_or_default(),
            });
        }
    }
    found
}

/// The interface that a value is.
pub(crate) fn interface_of(value: &Value) -> Option<Interface> {
    let Value::Api(name) = value else { return None };
    Interface::ALL
        .into_iter()
        .find(|interface| interface.name() == name)
}

/// Where an option of a call stands: the member itself, where it is written in the call, or else the call.
pub(crate) fn option_place(module: &Module, call: &Call, name: &str) -> Span {
    let first = call.arguments.first().map(|expr| module.expr(*expr));
    let member = match first {
        Some(Expr::Object(properties)) => properties
            .iter()
            .find(|property| property.name.as_deref() == Some(name))
            .map(|property| property.at.clone()),
        _ => None,
    };
    member.unwrap_or_else(|| call.at.start..call.at.start + call_name_length(module, call))
}

/// A call can go over many lines: what is called says enough.
fn call_name_length(module: &Module, call: &Call) -> usize {
    let callee = module.at(call.callee);
    callee.end.saturating_sub(call.at.start)
}
