//! From a project to its report.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use minigate_js::{Project, on_deep_stack};
use minigate_policy::diagnosis::Severity;
use minigate_policy::{AppId, Interface, Platform, Policy, Profile, Release};

use crate::allowance::Allowances;
use crate::collector::Collector;
use crate::evaluate::{Evaluator, STACK};
use crate::fault::{Fault, ListFault};
use crate::finding::Finding;
use crate::judge::Judge;
use crate::lists::Configured;
use crate::model::SuspectKind;
use crate::network::{NetworkCall, network_calls};
use crate::rules;
use crate::tree::{Amount, Kind, Tree, Unread};
use crate::world::World;

/// What an app is judged by.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The policy of a release on each platform.
    policies: Vec<Policy>,
    configured: Option<Configured>,
    left_out: Vec<String>,
}

impl Terms {
    /// The terms of an app that has no domain configured.
    #[must_use]
    pub fn new(app: AppId) -> Self {
        Self::of(&Policy::new(app))
    }

    /// The terms of a release of the app that a policy is for, on each platform.
    #[must_use]
    pub fn of(policy: &Policy) -> Self {
        let on = |platform| {
            let era = policy.profile().era;
            let profile = Profile {
                lan_exception: policy.profile().lan_exception,
                reserved_hosts: policy.profile().reserved_hosts.clone(),
                domains_per_interface: policy.profile().domains_per_interface,
                timeout_max: policy.profile().timeout_max,
                background_grace: policy.profile().background_grace,
                sockets_at_once: policy.profile().sockets_at_once,
                ..Profile::new(era, platform)
            };
            policy.clone().with_release(RELEASE).with_profile(profile)
        };
        Self {
            policies: PLATFORMS.map(on).into(),
            configured: None,
            left_out: Vec::new(),
        }
    }

    /// The same with lists, which are judged themselves, too.
    #[must_use]
    pub fn with_lists(self, configured: Configured) -> Self {
        let with = |policy: Policy| {
            let lists = configured.usable(policy.profile());
            policy.with_lists(lists)
        };
        Self {
            policies: self.policies.into_iter().map(with).collect(),
            configured: Some(configured),
            ..self
        }
    }

    fn profiles(&self) -> impl Iterator<Item = &Profile> {
        self.policies.iter().map(Policy::profile)
    }

    /// How long a call may still take when the app is hidden.
    fn grace(&self) -> Duration {
        let graces = self.profiles().map(|profile| profile.background_grace);
        graces.min().unwrap_or_default()
    }

    /// How many sockets an app may have.
    fn sockets(&self) -> usize {
        let limits = self.profiles().map(|profile| profile.sockets_at_once);
        limits.min().unwrap_or_default()
    }

    pub(crate) fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// The same without folders that hold no code of the app, each with a slash at its end.
    #[must_use]
    pub fn without(self, folders: Vec<String>) -> Self {
        Self {
            left_out: folders,
            ..self
        }
    }
}

/// What was found in a project.
#[derive(Clone, Debug)]
pub struct Report {
    /// By file, line and column.
    pub findings: Vec<Finding>,
    /// Every URL that is called and can be told, with the interface; of some only the beginning is known.
    pub called: Vec<(Interface, String)>,
    /// How many network calls there are.
    pub calls: usize,
    /// How many of them have a URL that can't be told, or not in all cases.
    pub unknown: usize,
    /// How many calls of packages are like that.
    pub hidden: usize,
    /// How many findings comments allow.
    pub allowed: usize,
    /// How much was looked at.
    pub read: Amount,
}

impl Report {
    /// The worst that was found.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}

/// Judges a project.
///
/// # Errors
///
/// Where its files can't be listed. A file that can't be read is a finding.
pub fn lint(project: &Project, terms: &Terms) -> io::Result<Report> {
    // Values are followed by recursion, which has a bound of its own; the thread of whoever asks may have little stack.
    on_deep_stack("", STACK, || lint_here(project, terms)).map_err(io::Error::other)?
}

fn lint_here(project: &Project, terms: &Terms) -> io::Result<Report> {
    let mut tree = Tree::find(project, &terms.left_out)?;
    let mut found = Collector::default();
    let longest = terms.profiles().filter_map(|profile| profile.timeout_max).min();
    let world = World::read(project, &mut tree);
    let templates = read_templates(project, &mut tree, &mut found);
    rules::settings::check(project, &mut tree, longest, &mut found);
    if let (Some(configured), Some(policy)) = (&terms.configured, terms.policies.first()) {
        configured.check(policy.profile(), &mut found);
    }
    let mut evaluator = Evaluator::new(&world);
    let calls = network_calls(&mut evaluator);
    let mut judge = Judge::new(&terms.policies);
    for call in &calls {
        judge.judge(call, &mut evaluator, &mut found);
        rules::options::check(call, &mut evaluator, longest, &mut found);
    }
    rules::hide::check(&calls, &mut evaluator, terms.grace(), &mut found);
    rules::socket::check(&calls, &mut evaluator, terms.sockets(), &mut found);
    tell_suspects(&world, &judge, &mut found);
    tell_unread(&world, &tree, &mut found);
    if judge.uncompared > 0 {
        found.of_file(
            &rules::settings::manifest(project),
            Fault::List(ListFault::Missing {
                calls: judge.uncompared,
            }),
        );
    }
    let (findings, allowed) = allow(&world, &templates, found);
    Ok(Report {
        findings,
        called: judge.called,
        calls: own_calls(&world, &calls),
        unknown: judge.unknown,
        hidden: judge.hidden,
        allowed,
        read: tree.read,
    })
}

fn own_calls(world: &World, calls: &[NetworkCall]) -> usize {
    let is_own = |call: &&NetworkCall| world.module(call.module).is_some_and(|module| !module.is_library);
    calls.iter().filter(is_own).count()
}

fn read_templates(project: &Project, tree: &mut Tree, found: &mut Collector) -> BTreeMap<String, String> {
    let mut templates = BTreeMap::new();
    for path in tree.of(Kind::Template) {
        if let Some(text) = tree.text(project, &path) {
            rules::template::check(&path, &text, found);
            templates.insert(path, text);
        }
    }
    templates
}

/// Texts that may not stand in an app, but for those that are told where they are called.
fn tell_suspects(world: &World, judge: &Judge<'_>, found: &mut Collector) {
    let told: Vec<_> = judge
        .reserved
        .iter()
        .filter_map(|site| Some((site.module, world.module(site.module)?.at(site.expr))))
        .collect();
    for (id, module) in world.modules() {
        for suspect in &module.suspects {
            let fault = match &suspect.kind {
                SuspectKind::ReservedHost if told.contains(&(id, suspect.at.clone())) => continue,
                SuspectKind::ReservedHost => Fault::ReservedHost,
                SuspectKind::Secret { name } => Fault::Secret { name: name.clone() },
            };
            found.in_module(module, &suspect.at, fault);
        }
    }
}

fn tell_unread(world: &World, tree: &Tree, found: &mut Collector) {
    for (path, why) in &tree.unread {
        found.of_file(path, Fault::Unread { why: why.clone() });
    }
    for (_, module) in world.modules().filter(|(_, module)| !module.is_library) {
        if let Some((message, offset)) = &module.complaint {
            let why = Unread::Syntax {
                message: message.clone(),
            };
            found.in_module(module, &(*offset..*offset), Fault::Unread { why });
        }
    }
}

/// Takes out what comments allow, and tells of comments that allow nothing.
fn allow(world: &World, templates: &BTreeMap<String, String>, found: Collector) -> (Vec<Finding>, usize) {
    let mut allowances = Allowances::default();
    let mut texts: BTreeMap<&str, &str> = BTreeMap::new();
    for (_, module) in world.modules().filter(|(_, module)| !module.is_library) {
        texts.insert(&module.path, &module.source);
    }
    texts.extend(
        templates
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str())),
    );
    for (path, text) in &texts {
        allowances.read(path, text);
    }
    let mut findings = found.finish();
    let all = findings.len();
    findings.retain(|finding| !allowances.allow(finding));
    let allowed = all - findings.len();
    let mut told = Collector::default();
    allowances.tell(|path| texts.get(path).copied(), &mut told);
    findings.extend(told.finish());
    findings.sort_by(|one, other| one.place.cmp(&other.place));
    (findings, allowed)
}

const PLATFORMS: [Platform; 3] = [Platform::Android, Platform::Ios, Platform::Devtools];
/// Any release: they are all judged alike.
const RELEASE: Release = Release::Release(std::num::NonZeroU32::MIN);
