//! What becomes of the URLs of an app's calls on each platform (rules D1, D3, D4 and D6).

use std::collections::BTreeSet;

use minigate_policy::{Call, Interface, Platform, Policy, Reason, Target, Verdict};

use crate::collector::Collector;
use crate::evaluate::Evaluator;
use crate::fault::{Fault, UrlFault};
use crate::model::{Module, Span};
use crate::network::{NetworkCall, option_place};
use crate::place::Place;
use crate::value::{Site, Text, Value, has_scheme};

/// Judges URLs, and remembers what it saw.
#[derive(Debug)]
pub(crate) struct Judge<'p> {
    policies: &'p [Policy],
    has_lists: bool,
    /// Every URL that can be told, as far as it is known.
    pub(crate) called: Vec<(Interface, String)>,
    /// How many calls weren't compared for want of a list.
    pub(crate) uncompared: usize,
    /// How many calls have a URL that can't be told, or not in all cases.
    pub(crate) unknown: usize,
    /// How many calls of packages are like that.
    pub(crate) hidden: usize,
    /// Texts that made a call to a reserved host, which is told there.
    pub(crate) reserved: BTreeSet<Site>,
}

/// What a release would refuse.
struct Refusal {
    verdict: Verdict,
    platforms: Vec<Platform>,
}

impl<'p> Judge<'p> {
    pub(crate) fn new(policies: &'p [Policy]) -> Self {
        let is_configured = |policy: &Policy| {
            Interface::ALL
                .into_iter()
                .any(|interface| !policy.lists().of(interface).entries().is_empty())
        };
        Self {
            policies,
            has_lists: policies.iter().any(is_configured),
            called: Vec::new(),
            uncompared: 0,
            unknown: 0,
            hidden: 0,
            reserved: BTreeSet::new(),
        }
    }

    pub(crate) fn judge(&mut self, call: &NetworkCall, evaluator: &mut Evaluator<'_>, found: &mut Collector) {
        let world = evaluator.world();
        let Some(module) = world.module(call.module) else {
            return;
        };
        let Some(written) = module.call(call.call) else {
            return;
        };
        let at = option_place(module, written, "url");
        let values = evaluator.members(&call.options, "url");
        let texts = told(&values);
        let is_known = |value: &Value| matches!(value, Value::Text(text) if is_told(text));
        if values.is_empty() || !values.iter().all(is_known) {
            self.note_unknown(call, module, &at, !texts.is_empty(), found);
        }
        let mut is_uncompared = false;
        for text in to_judge(texts, module) {
            let place = text.from.filter(|from| !is_at(*from, call, module, &at));
            let place = place.and_then(|from| place_of(from, evaluator));
            is_uncompared |= self.judge_text(call, module, &at, text, place.as_ref(), found);
        }
        self.uncompared += usize::from(is_uncompared);
    }

    /// A package's own calls are nobody's to change, but they count: no list can be known to be enough.
    fn note_unknown(
        &mut self,
        call: &NetworkCall,
        module: &Module,
        at: &Span,
        is_partly_known: bool,
        found: &mut Collector,
    ) {
        if module.is_library {
            self.hidden += 1;
            return;
        }
        self.unknown += 1;
        let fault = Fault::Url(UrlFault::Unknown {
            interface: call.interface,
            is_partly_known,
        });
        found.in_module(module, at, fault);
    }

    /// Judges one of a call's URLs; whether it couldn't be compared for want of a list.
    fn judge_text(
        &mut self,
        call: &NetworkCall,
        module: &Module,
        at: &Span,
        text: &Text,
        written_at: Option<&Place>,
        found: &mut Collector,
    ) -> bool {
        self.called.push((call.interface, text.known.clone()));
        let mut is_uncompared = false;
        for refusal in self.refusals(call.interface, &text.known) {
            let reason = refusal.verdict.reason();
            if !self.has_lists && matches!(reason, Some(Reason::NotListed { .. })) {
                is_uncompared = true;
                continue;
            }
            if matches!(reason, Some(Reason::ReservedHost { .. })) {
                self.reserved.extend(text.from);
            }
            let fault = Fault::Url(UrlFault::Refused {
                is_everywhere: refusal.platforms.len() == self.policies.len(),
                verdict: Box::new(refusal.verdict),
                platforms: refusal.platforms,
                written_at: written_at.cloned(),
                is_one_of_several: text.is_one_of_several,
            });
            found.in_module(module, at, fault);
        }
        is_uncompared
    }

    /// What each platform says, where it refuses; platforms that say the same are told together.
    fn refusals(&self, interface: Interface, url: &str) -> Vec<Refusal> {
        let mut refusals: Vec<Refusal> = Vec::new();
        for policy in self.policies {
            let verdict = policy.explain(&Call::new(interface, url));
            if verdict.is_allowed() {
                continue;
            }
            let platform = verdict.platform;
            match refusals
                .iter_mut()
                .find(|known| known.verdict.reason() == verdict.reason())
            {
                Some(known) => known.platforms.push(platform),
                None => refusals.push(Refusal {
                    verdict,
                    platforms: vec![platform],
                }),
            }
        }
        refusals
    }
}

/// The URLs that can be told. Where a condition picks and some are absolute, the others are paths for the other case.
pub(crate) fn told(values: &[Value]) -> Vec<&Text> {
    let texts = values.iter().filter_map(|value| match value {
        Value::Text(text) if is_told(text) => Some(text),
        _ => None,
    });
    let texts: Vec<_> = texts.collect();
    let has_absolute = texts.iter().any(|text| has_scheme(&text.known));
    let is_meant = |text: &&Text| !has_absolute || has_scheme(&text.known) || !text.is_one_of_several;
    texts.into_iter().filter(is_meant).collect()
}

/// Of a package's calls only those are judged of which nothing is in doubt.
pub(crate) fn to_judge<'t>(texts: Vec<&'t Text>, module: &Module) -> Vec<&'t Text> {
    let is_certain = |text: &&Text| !text.is_one_of_several && has_scheme(&text.known);
    texts
        .into_iter()
        .filter(|text| !module.is_library || is_certain(text))
        .collect()
}

fn is_told(text: &Text) -> bool {
    is_whole(&text.known, text.is_open)
}

/// Whether the origin is known: nothing that may follow could still change it.
pub(crate) fn is_whole(known: &str, is_open: bool) -> bool {
    if !is_open {
        return true;
    }
    match known.split_once("://") {
        Some((_, rest)) if rest.contains(['/', '?', '#']) => true,
        // A text behind a whole origin is taken for its path.
        Some((_, host)) => is_whole_host(host, known),
        None => known.starts_with('/'),
    }
}

/// Whether a host needs nothing more: `api.example.com`, `localhost:3000`, but not `api.` or `192.168.1`.
fn is_whole_host(host: &str, url: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    let is_address =
        name.split('.').count() == 4 && name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let (_, last) = name.rsplit_once('.').unwrap_or(("", ""));
    let is_named = last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_finished = !host.ends_with([':', '.', '-']);
    is_finished && (is_named || is_address || name == "localhost") && Target::parse(url).is_ok()
}

fn is_at(from: Site, call: &NetworkCall, module: &Module, at: &Span) -> bool {
    let written = module.at(from.expr);
    from.module == call.module && at.start <= written.start && written.end <= at.end
}

fn place_of(site: Site, evaluator: &Evaluator<'_>) -> Option<Place> {
    let (module, at) = evaluator.world().written(site)?;
    Some(Place::of(&module.path, &module.source, &at))
}
