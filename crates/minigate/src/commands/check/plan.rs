//! What is to be checked, and on which terms.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use minigate_inspect::check::{Subject, Terms};
use minigate_js::Project;
use minigate_lint::{FoundUrl, urls};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{Call, Filings, Interface, Needed, Policy, Target, TargetError};

use crate::args::CheckArgs;
use crate::settings::{Checking, Linting};
use crate::{given, words};

/// Everything to check, each thing once.
pub(super) struct Plan {
    pub(super) items: Vec<Item>,
}

#[derive(Clone)]
/// One server, and the terms on which it is judged.
pub(super) struct Item {
    pub(super) subject: Subject,
    pub(super) terms: Arc<Terms>,
}

/// What all targets have in common.
struct Common<'a> {
    args: &'a CheckArgs,
    terms: Arc<Terms>,
    lang: Lang,
}

impl Plan {
    /// Reads the targets: hosts and URLs, files of them, and folders of apps.
    pub(super) fn load(args: &CheckArgs, lang: Lang) -> anyhow::Result<Self> {
        let filings = args
            .filings
            .as_deref()
            .map(|path| filings(path, lang))
            .transpose()?;
        let common = Common {
            terms: Arc::new(Checking::load(args, lang)?.terms(filings)),
            args,
            lang,
        };
        let mut plan = Self { items: Vec::new() };
        for target in &args.targets {
            common.add(target, &mut plan)?;
        }
        if plan.items.is_empty() {
            return Err(anyhow!(words::check::nothing_to_check(lang)));
        }
        Ok(plan)
    }

    fn add(&mut self, subject: Subject, terms: &Arc<Terms>) {
        let is_known = |item: &Item| {
            item.subject.url() == subject.url()
                && item.subject.interfaces() == subject.interfaces()
                && item.subject.purpose() == subject.purpose()
                && Arc::ptr_eq(&item.terms, terms)
        };
        if !self.items.iter().any(is_known) {
            self.items.push(Item {
                subject,
                terms: Arc::clone(terms),
            });
        }
    }
}

impl Common<'_> {
    /// A path that exists is a folder or a file; everything else is a host or a URL.
    fn add(&self, target: &str, plan: &mut Plan) -> anyhow::Result<()> {
        let path = Path::new(target);
        if path.is_dir() {
            return self.add_app(path, plan);
        }
        if target == "-" || path.is_file() {
            return self.add_file(path, plan);
        }
        if looks_like_a_path(target) {
            return Err(anyhow!(words::no_such_file(path, self.lang)));
        }
        let subject = Subject::parse(target).map_err(|error| self.no_target(target, &error))?;
        plan.add(subject, &self.terms);
        Ok(())
    }

    fn add_file(&self, path: &Path, plan: &mut Plan) -> anyhow::Result<()> {
        let text = if path == Path::new("-") {
            standard_input(self.lang)?
        } else {
            given::text(path, self.lang)?
        };
        // Editors of Windows begin files with a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        for (at, line) in text.lines().enumerate() {
            let target = line.split(" #").next().unwrap_or_default().trim();
            if target.is_empty() || target.starts_with('#') {
                continue;
            }
            let subject = Subject::parse(target).map_err(|error| self.no_target(target, &error));
            let subject = subject.with_context(|| format!("{}:{}", path.display(), at + 1))?;
            plan.add(subject, &self.terms);
        }
        Ok(())
    }

    /// What an app calls and loads, as far as its source tells, each server once (rule T11).
    fn add_app(&self, dir: &Path, plan: &mut Plan) -> anyhow::Result<()> {
        let lang = self.lang;
        let cant_look = || words::cant_read(dir, lang);
        let project = Project::open(dir).map_err(|error| anyhow!("{}: {}", cant_look(), error.tell(lang)))?;
        let args = self.args;
        let linting = Linting::load(dir, args.profile, args.domains.as_deref(), &project, lang)?;
        let found = urls(&project, &linting.terms).with_context(cant_look)?;
        let terms = Arc::new(Terms {
            has_lists: has_lists(&linting.policy),
            needed_too_many: needed_too_many(&found, &linting.policy),
            policy: linting.policy,
            filings: self.terms.filings.clone(),
        });
        for (url, interfaces) in by_origin(&found) {
            let subject = Subject::parse(&url).map_err(|error| self.no_target(&url, &error))?;
            let subject = match interfaces.as_slice() {
                [] => subject.as_resource(),
                called => subject.called_by(called),
            };
            plan.add(subject, &terms);
        }
        Ok(())
    }

    fn no_target(&self, target: &str, error: &TargetError) -> anyhow::Error {
        anyhow!(words::check::no_target(target, error, self.lang))
    }
}

/// Whether a target that doesn't exist was meant as a path.
fn looks_like_a_path(target: &str) -> bool {
    ['/', '.', '~'].iter().any(|first| target.starts_with(*first))
}

fn standard_input(lang: Lang) -> anyhow::Result<String> {
    let mut text = String::new();
    let most = std::io::stdin().lock().take(MOST_INPUT).read_to_string(&mut text);
    most.with_context(|| words::cant_read(Path::new("-"), lang))?;
    Ok(text)
}

fn filings(path: &Path, lang: Lang) -> anyhow::Result<Arc<Filings>> {
    let text = given::text(path, lang)?;
    let filings = Filings::parse(&text).with_context(|| words::cant_use(path.display(), lang))?;
    Ok(Arc::new(filings))
}

fn has_lists(policy: &Policy) -> bool {
    let lists = policy.lists();
    Interface::ALL
        .into_iter()
        .any(|interface| !lists.of(interface).entries().is_empty())
}

fn needed_too_many(found: &[FoundUrl], policy: &Policy) -> Vec<(Interface, usize)> {
    let mut needed = Needed::default();
    for called in found {
        if let Some(interface) = called.interface {
            needed.note(&policy.explain(&Call::new(interface, called.url.as_str())));
        }
    }
    let counts = Interface::ALL.map(|interface| (interface, needed.of(interface).count()));
    let limit = policy.profile().domains_per_interface;
    counts.into_iter().filter(|(_, count)| *count > limit).collect()
}

/// The first URL of each server, with the interfaces that call it; calls come first.
fn by_origin(found: &[FoundUrl]) -> Vec<(String, Vec<Interface>)> {
    let mut origins = BTreeMap::<String, (String, Vec<Interface>)>::new();
    for url in found {
        let Ok(target) = Target::parse(&url.url) else {
            continue;
        };
        let (_, interfaces) = origins
            .entry(target.origin())
            .or_insert_with(|| (target.written(), Vec::new()));
        if let Some(interface) = url.interface.filter(|interface| !interfaces.contains(interface)) {
            interfaces.push(interface);
        }
    }
    origins.into_values().collect()
}

const MOST_INPUT: u64 = 16 << 20;
