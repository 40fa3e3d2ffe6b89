//! Findings as SARIF 2.1.0 (OASIS), as code hosts read it.

use anyhow::Context;
use minigate_lint::Check;
use minigate_policy::diagnosis::Severity;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_sarif::sarif::{
    ArtifactContent, ArtifactLocation, Location, Message, MultiformatMessageString, PhysicalLocation,
    PropertyBag, Region, ReportingDescriptor, Result as SarifResult, ResultLevel, Run, Sarif, Tool,
    ToolComponent,
};

use super::{Found, name};

/// One run with all findings.
pub(crate) fn sarif(found: &[Found]) -> anyhow::Result<String> {
    let driver = ToolComponent::builder()
        .name("minigate")
        .version(env!("CARGO_PKG_VERSION"))
        .rules(
            Check::ALL
                .iter()
                .map(|check| descriptor(*check))
                .collect::<Vec<_>>(),
        )
        .build();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .column_kind("unicodeCodePoints")
        .results(found.iter().map(result).collect::<Vec<_>>())
        .build();
    let sarif = Sarif::builder()
        .schema(SCHEMA.to_owned())
        .version("2.1.0")
        .runs(vec![run])
        .build();
    serde_json::to_string_pretty(&sarif).context("SARIF")
}

fn descriptor(check: Check) -> ReportingDescriptor {
    let summary = MultiformatMessageString::builder()
        .text(check.summary().to_owned())
        .build();
    let tags = check.rule().map(|rule| rule.id().to_owned());
    let properties = PropertyBag::builder().tags(Vec::from_iter(tags)).build();
    ReportingDescriptor::builder()
        .id(check.name().to_owned())
        .name(name(check.rule(), check))
        .short_description(summary)
        .properties(properties)
        .build()
}

fn result(found: &Found) -> SarifResult {
    let index = Check::ALL.iter().position(|check| *check == found.check);
    let told = &found.told;
    let rule = told.rule.map_or_else(String::new, |rule| format!("{rule}: "));
    let first = format!("{rule}{}", told.headline);
    let text = std::iter::once(&first).chain(&told.seen).chain(&told.remedies);
    let text: Vec<_> = text.map(String::as_str).collect();
    SarifResult::builder()
        .rule_id(found.check.name().to_owned())
        .rule_index(index.and_then(|index| i64::try_from(index).ok()).unwrap_or(-1))
        .level(level(found.severity))
        .message(Message::builder().text(text.join("\n")).build())
        .locations(vec![location(found)])
        .build()
}

fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Fail => ResultLevel::Error,
        Severity::Warn => ResultLevel::Warning,
        Severity::Note => ResultLevel::Note,
    }
}

fn location(found: &Found) -> Location {
    let place = &found.place;
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let mut region = Region::builder()
        .start_line(number(place.line))
        .start_column(number(place.column))
        .build();
    region.end_column = place.end_column.map(number);
    region.snippet = found
        .quote
        .as_ref()
        .map(|quote| ArtifactContent::builder().text(quote.clone()).build());
    let uri = utf8_percent_encode(&place.file, NOT_IN_PATHS).to_string();
    let physical = PhysicalLocation::builder()
        .artifact_location(ArtifactLocation::builder().uri(uri).build())
        .region(region)
        .build();
    Location::builder().physical_location(physical).build()
}

/// What must be escaped in a relative URI (RFC 3986 §3.3), a colon included: `a:b` would have a scheme.
const NOT_IN_PATHS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
