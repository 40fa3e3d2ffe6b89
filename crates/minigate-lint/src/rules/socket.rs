//! Sockets that nothing ever closes.

use std::collections::BTreeSet;

use minigate_policy::Interface;

use crate::collector::Collector;
use crate::evaluate::Evaluator;
use crate::fault::Fault;
use crate::model::{Expr, Kept, ModuleId, NameId};
use crate::network::{NetworkCall, option_place};
use crate::value::{Site, Value};

/// What is closed anywhere in the app.
#[derive(Default)]
struct Closed {
    /// `wx.closeSocket()` closes whatever there is.
    everything: bool,
    names: BTreeSet<(ModuleId, NameId)>,
    members: BTreeSet<String>,
}

pub(crate) fn check(
    calls: &[NetworkCall],
    evaluator: &mut Evaluator<'_>,
    limit: usize,
    found: &mut Collector,
) {
    let mut sockets = calls
        .iter()
        .filter(|call| call.interface == Interface::ConnectSocket)
        .peekable();
    if sockets.peek().is_none() {
        return;
    }
    let closed = closed(evaluator);
    for socket in sockets.filter(|_| !closed.everything) {
        let module = evaluator
            .world()
            .module(socket.module)
            .filter(|module| !module.is_library);
        let Some(module) = module else { continue };
        let Some(call) = module.call(socket.call) else {
            continue;
        };
        let is_closed = match &call.result {
            Kept::PassedOn => true,
            Kept::Dropped => false,
            Kept::Named(name) => closed.names.contains(&(socket.module, *name)),
            Kept::Member(name) => closed.members.contains(name),
        };
        if !is_closed {
            let place = option_place(module, call, "\0");
            found.in_module(module, &place, Fault::SocketUnclosed { limit });
        }
    }
}

fn closed(evaluator: &mut Evaluator<'_>) -> Closed {
    let mut closed = Closed::default();
    for (id, module) in evaluator.world().modules() {
        for call in &module.calls {
            match module.expr(call.callee) {
                Expr::Member(object, name) if name == "close" => match module.expr(*object) {
                    Expr::Name(name) => drop(closed.names.insert((id, *name))),
                    Expr::Member(_, name) => drop(closed.members.insert(name.clone())),
                    _ => {}
                },
                _ => {}
            }
            let callee = evaluator.values(Site {
                module: id,
                expr: call.callee,
            });
            closed.everything |= callee.contains(&Value::Api("closeSocket".to_owned()));
        }
    }
    closed
}
