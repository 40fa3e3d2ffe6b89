//! What a call is given, and what is done with its answer (rules N1, N2, N3 and N8).

use std::time::Duration;

use minigate_policy::Interface;

use crate::collector::Collector;
use crate::evaluate::Evaluator;
use crate::fault::{Fault, TimeoutFault};
use crate::model::{Call, Module};
use crate::network::{NetworkCall, option_place};
use crate::value::Value;

pub(crate) fn check(
    call: &NetworkCall,
    evaluator: &mut Evaluator<'_>,
    longest: Option<Duration>,
    found: &mut Collector,
) {
    let world = evaluator.world();
    let Some(module) = world.module(call.module).filter(|module| !module.is_library) else {
        return;
    };
    let Some(written) = module.call(call.call) else {
        return;
    };
    check_headers(call, evaluator, found);
    check_timeout(call, evaluator, (module, written), longest, found);
    check_answer(call.interface, module, written, found);
}

fn check_headers(call: &NetworkCall, evaluator: &mut Evaluator<'_>, found: &mut Collector) {
    for header in evaluator.members(&call.options, "header") {
        for (id, property) in evaluator.properties(&header) {
            let name = property.name.filter(|name| name.eq_ignore_ascii_case("referer"));
            if let Some((module, name)) = evaluator.world().module(id).zip(name) {
                found.in_module(module, &property.at, Fault::Referer { name });
            }
        }
    }
}

fn check_timeout(
    call: &NetworkCall,
    evaluator: &mut Evaluator<'_>,
    (module, written): (&Module, &Call),
    longest: Option<Duration>,
    found: &mut Collector,
) {
    for value in evaluator.members(&call.options, "timeout") {
        let fault = match &value {
            Value::Number(ms) => wrong_timeout("timeout".to_owned(), *ms, longest),
            Value::Text(text) if !text.is_open => Some(TimeoutFault::Ineffective {
                member: "timeout".to_owned(),
                written: format!("'{}'", text.known),
            }),
            _ => None,
        };
        if let Some(fault) = fault {
            let place = option_place(module, written, "timeout");
            found.in_module(module, &place, Fault::Timeout(fault));
        }
    }
}

/// What is wrong with a time-out of so many milliseconds.
pub(crate) fn wrong_timeout(member: String, ms: f64, longest: Option<Duration>) -> Option<TimeoutFault> {
    if ms.is_nan() || ms <= 0.0 {
        let written = ms.to_string();
        return Some(TimeoutFault::Ineffective { member, written });
    }
    let longest_ms = u64::try_from(longest?.as_millis()).ok()?;
    (ms > longest_ms as f64).then_some(TimeoutFault::TooLong {
        member,
        found_ms: ms,
        longest_ms,
    })
}

fn check_answer(interface: Interface, module: &Module, call: &Call, found: &mut Collector) {
    if interface == Interface::ConnectSocket {
        return;
    }
    if let Some(at) = &call.answer.unchecked {
        found.in_module(module, at, Fault::StatusUnread { interface });
    }
    if let Some((at, member)) = call
        .answer
        .unparsed
        .as_ref()
        .filter(|_| interface == Interface::UploadFile)
    {
        found.in_module(
            module,
            at,
            Fault::UploadDataUnparsed {
                member: member.clone(),
            },
        );
    }
}
