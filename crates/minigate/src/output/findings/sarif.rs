//! Findings as SARIF 2.1.0 (OASIS), as code hosts read it.

use anyhow::Context;
use minigate_policy::Rule;
use minigate_policy::diagnosis::{Diagnosis, Severity};
use serde_sarif::sarif::{
    Invocation, Message, MultiformatMessageString, Notification, PropertyBag, ReportingDescriptor,
    Result as SarifResult, ResultLevel, Run, Sarif, Tool, ToolComponent,
};

use super::super::escape::line;
use super::{Found, Sited, name};

/// Something that is looked for.
#[derive(Clone, Debug)]
pub(crate) struct Descriptor {
    pub(crate) id: &'static str,
    /// The platform's rules that it is about.
    pub(crate) rules: Vec<Rule>,
    pub(crate) summary: Option<&'static str>,
}

/// What couldn't be looked at, and why.
#[derive(Debug)]
pub(crate) struct Mishap<P> {
    pub(crate) place: P,
    pub(crate) told: Diagnosis,
}

/// One run with all findings.
pub(crate) fn sarif<P: Sited>(
    found: &[Found<P>],
    looked_for: &[Descriptor],
    mishaps: &[Mishap<P>],
) -> anyhow::Result<String> {
    let driver = ToolComponent::builder()
        .name("minigate")
        .version(env!("CARGO_PKG_VERSION"))
        .rules(looked_for.iter().map(descriptor).collect::<Vec<_>>())
        .build();
    let results = found.iter().map(|found| result(found, looked_for));
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .column_kind("unicodeCodePoints")
        .invocations(vec![invocation(mishaps)])
        .results(results.collect::<Vec<_>>())
        .build();
    let sarif = Sarif::builder()
        .schema(SCHEMA.to_owned())
        .version("2.1.0")
        .runs(vec![run])
        .build();
    serde_json::to_string_pretty(&sarif).context("SARIF")
}

fn descriptor(looked_for: &Descriptor) -> ReportingDescriptor {
    let tags: Vec<_> = looked_for.rules.iter().map(|rule| rule.id().to_owned()).collect();
    let mut descriptor = ReportingDescriptor::builder()
        .id(looked_for.id.to_owned())
        .name(name(looked_for.rules.first().copied(), looked_for.id))
        .properties(PropertyBag::builder().tags(tags).build())
        .build();
    descriptor.short_description = looked_for.summary.map(|summary| {
        MultiformatMessageString::builder()
            .text(summary.to_owned())
            .build()
    });
    descriptor
}

fn result<P: Sited>(found: &Found<P>, looked_for: &[Descriptor]) -> SarifResult {
    let index = looked_for
        .iter()
        .position(|descriptor| descriptor.id == found.check);
    SarifResult::builder()
        .rule_id(found.check.to_owned())
        .rule_index(index.and_then(|index| i64::try_from(index).ok()).unwrap_or(-1))
        .level(level(found.severity))
        .message(message(&found.told))
        .locations(vec![found.place.location()])
        .build()
}

fn message(told: &Diagnosis) -> Message {
    let rule = told.rule.map_or_else(String::new, |rule| format!("{rule}: "));
    let first = format!("{rule}{}", told.headline);
    let text = std::iter::once(&first).chain(&told.seen).chain(&told.remedies);
    let text: Vec<_> = text.map(|text| line(text)).collect();
    Message::builder().text(text.join("\n")).build()
}

fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Fail => ResultLevel::Error,
        Severity::Warn => ResultLevel::Warning,
        Severity::Note => ResultLevel::Note,
    }
}

/// Whether all could be looked at; where nothing is found, that is what tells it from a server that is well.
fn invocation<P: Sited>(mishaps: &[Mishap<P>]) -> Invocation {
    let notifications = mishaps.iter().map(|mishap| {
        Notification::builder()
            .level("error")
            .message(message(&mishap.told))
            .locations(vec![mishap.place.location()])
            .build()
    });
    Invocation::builder()
        .execution_successful(mishaps.is_empty())
        .tool_execution_notifications(notifications.collect::<Vec<_>>())
        .build()
}

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
