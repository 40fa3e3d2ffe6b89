//! Every URL of an app, whatever loads it (rule T11).

mod script;
mod settings;
mod style;
mod template;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use minigate_js::{Project, on_deep_stack};
use minigate_policy::{Interface, Scheme, Target};

use crate::evaluate::{Evaluator, STACK};
use crate::judge::{to_judge, told};
use crate::model::Span;
use crate::network::{NetworkCall, network_calls, option_place};
use crate::place::Place;
use crate::report::Terms;
use crate::tree::{Kind, Tree};
use crate::world::World;

/// A URL in an app's source, of which at least the origin is known.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FoundUrl {
    /// The URL, or its beginning where the rest can't be told; its scheme is http, https, ws or wss.
    pub url: String,
    /// The interface that is called with it. None where no call is known: an image, a medium, a font, a page of a
    /// `web-view`, or a call that can't be followed. A socket's URL can be for `connectSocket` only.
    pub interface: Option<Interface>,
    /// Where it is written.
    pub place: Place,
}

/// Finds the URLs in an app's source: those of its calls first, then all others, by file.
///
/// Looked through are texts of modules and WXS, put together as far as they are known, attributes and expressions of
/// WXML, `url()` and `@import` of style sheets, and JSON files. Of packages only the calls count of which nothing is in
/// doubt. Comments, names of XML namespaces and of schemas, and URLs in the midst of prose are none that an app loads.
///
/// # Errors
///
/// Where the project's files can't be listed. A file that can't be read is passed over; [`lint`](crate::lint) tells of it.
pub fn urls(project: &Project, terms: &Terms) -> io::Result<Vec<FoundUrl>> {
    on_deep_stack("", STACK, || urls_here(project, terms)).map_err(io::Error::other)?
}

fn urls_here(project: &Project, terms: &Terms) -> io::Result<Vec<FoundUrl>> {
    let mut tree = Tree::find(project, terms.left_out())?;
    let world = World::read(project, &mut tree);
    let mut found = Found::default();
    let mut evaluator = Evaluator::new(&world);
    for call in &network_calls(&mut evaluator) {
        of_call(call, &mut evaluator, &mut found);
    }
    script::of_modules(&mut evaluator, &mut found);
    for (kind, read) in READERS {
        for path in tree.of(*kind) {
            if let Some(text) = tree.text(project, &path) {
                read(&path, &text, &mut found);
            }
        }
    }
    Ok(found.urls)
}

fn of_call(call: &NetworkCall, evaluator: &mut Evaluator<'_>, found: &mut Found) {
    let Some(module) = evaluator.world().module(call.module) else {
        return;
    };
    let Some(written) = module.call(call.call) else {
        return;
    };
    let values = evaluator.members(&call.options, "url");
    for text in to_judge(told(&values), module) {
        let (module, at) = match text.from.and_then(|from| evaluator.world().written(from)) {
            Some(written) => written,
            None => (module, option_place(module, written, "url")),
        };
        let place = (module.path.as_str(), module.source.as_str(), &at);
        found.add(&text.known, Some(call.interface), place);
    }
}

/// URLs on their way out, each origin once a file.
#[derive(Default)]
struct Found {
    urls: Vec<FoundUrl>,
    files: BTreeMap<String, BTreeSet<(String, Option<Interface>)>>,
}

impl Found {
    /// A URL that no known call uses, unless one of its file has been seen to use its origin.
    fn loose(&mut self, file: &str, source: &str, at: &Span, url: &str) {
        self.add(url, None, (file, source, at));
    }

    fn add(&mut self, url: &str, interface: Option<Interface>, (file, source, at): (&str, &str, &Span)) {
        let Ok(target) = Target::parse(url) else {
            return;
        };
        let is_socket = matches!(target.scheme(), Scheme::Ws | Scheme::Wss);
        let interface = interface.or(is_socket.then_some(Interface::ConnectSocket));
        let known = self.files.entry(file.to_owned()).or_default();
        let mut called = Interface::ALL
            .map(|called| (target.origin(), Some(called)))
            .into_iter();
        let is_known = interface.is_none() && called.any(|called| known.contains(&called));
        // Where something stands takes a walk through its file to find out.
        if known.len() < MOST_OF_FILE && !is_known && known.insert((target.origin(), interface)) {
            self.urls.push(FoundUrl {
                url: url.trim().to_owned(),
                interface,
                place: Place::of(file, source, at),
            });
        }
    }
}

type Reader = fn(&str, &str, &mut Found);

const READERS: &[(Kind, Reader)] = &[
    (Kind::Wxs, script::of_text),
    (Kind::Template, template::of_text),
    (Kind::Style, style::of_text),
    (Kind::Json, settings::of_text),
];
/// How many are told of one file.
const MOST_OF_FILE: usize = 200;
