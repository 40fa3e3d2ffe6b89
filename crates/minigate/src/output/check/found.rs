//! What checks found, as SARIF.

use minigate_inspect::check::{Finding, Matter, Report};
use minigate_policy::diagnosis::Lang;

use super::super::findings::{self, Descriptor, Found, Mishap, TargetPlace};

/// One run with the findings of all servers; those that couldn't be looked at are its mishaps.
pub(crate) fn sarif(reports: &[Report], lang: Lang) -> anyhow::Result<String> {
    let found = reports.iter().flat_map(|report| {
        let told = report
            .findings
            .iter()
            .filter(|finding| !is_mishap(finding, report));
        told.map(|finding| of(finding, report, lang)).collect::<Vec<_>>()
    });
    let found: Vec<_> = found.collect();
    let mishaps = reports.iter().filter_map(|report| mishap(report, lang));
    findings::sarif(&found, &descriptors(&found), &mishaps.collect::<Vec<_>>())
}

/// Whether it says of each device that nobody could look.
const fn is_mishap(finding: &Finding, report: &Report) -> bool {
    report.unseen.is_some() && matches!(finding.matter, Matter::Device(_))
}

/// A finding, with the addresses that it was seen at where others haven't got it.
fn of(finding: &Finding, report: &Report, lang: Lang) -> Found<TargetPlace> {
    let is_everywhere = finding.addresses.len() == report.addresses.len();
    let addresses = if is_everywhere {
        &[][..]
    } else {
        &finding.addresses
    };
    Found {
        check: finding.name(),
        severity: finding.severity,
        place: TargetPlace {
            addresses: addresses.to_vec(),
            ..place(report)
        },
        told: finding.tell(lang),
    }
}

fn mishap(report: &Report, lang: Lang) -> Option<Mishap<TargetPlace>> {
    let unseen = report.unseen.as_ref()?;
    Some(Mishap {
        place: place(report),
        told: unseen.tell(lang),
    })
}

fn place(report: &Report) -> TargetPlace {
    TargetPlace {
        url: report.url.clone(),
        host: report.host.clone(),
        port: report.port,
        addresses: Vec::new(),
    }
}

/// What was found, each thing once, with every rule that it was found to break.
fn descriptors(found: &[Found<TargetPlace>]) -> Vec<Descriptor> {
    let mut descriptors = Vec::<Descriptor>::new();
    for found in found {
        let known = descriptors.iter_mut().find(|known| known.id == found.check);
        let rule = found.told.rule;
        match known {
            Some(known) if rule.is_none_or(|rule| known.rules.contains(&rule)) => {}
            Some(known) => known.rules.extend(rule),
            None => descriptors.push(Descriptor {
                id: found.check,
                rules: rule.into_iter().collect(),
                summary: rule.map(minigate_policy::Rule::summary),
            }),
        }
    }
    descriptors
}

#[cfg(test)]
mod tests {
    use serde_sarif::sarif::{ResultLevel, Sarif};

    use super::*;
    use crate::output::check::tests::{report, unseen};

    #[tokio::test(flavor = "multi_thread")]
    async fn t10_a_finding_of_one_address_names_it() {
        let report = report("two_addresses").await;
        let second = report.addresses[1].facts.address.to_string();

        let written: Sarif =
            serde_json::from_str(&sarif(&[report], Lang::En).unwrap()).expect("it fits the schema's types");

        let run = &written.runs[0];
        let results = run.results.as_ref().unwrap();
        let first = &results[0];
        assert_eq!(first.rule_id.as_deref(), Some("missing-intermediate"));
        assert!(matches!(first.level, Some(ResultLevel::Error)));
        let place = &first.locations.as_ref().unwrap()[0];
        let uri = place
            .physical_location
            .as_ref()
            .unwrap()
            .artifact_location
            .as_ref()
            .unwrap();
        assert_eq!(uri.uri.as_deref(), Some("https://api.example.com/"));
        let names = place.logical_locations.as_ref().unwrap().iter();
        let names: Vec<_> = names.filter_map(|place| place.name.as_deref()).collect();
        assert_eq!(names, ["api.example.com", second.as_str()]);
        let rules = run.tool.driver.rules.as_ref().unwrap();
        for result in results {
            let index = usize::try_from(result.rule_index.unwrap()).unwrap();
            assert_eq!(result.rule_id.as_ref(), Some(&rules[index].id));
        }
    }

    #[tokio::test]
    async fn t10_a_run_that_couldnt_look_says_so() {
        let written: Sarif = serde_json::from_str(&sarif(&[unseen().await], Lang::En).unwrap()).unwrap();

        let run = &written.runs[0];
        let invocation = &run.invocations.as_ref().unwrap()[0];
        assert!(!invocation.execution_successful);
        assert_eq!(
            invocation.tool_execution_notifications.as_ref().map(Vec::len),
            Some(1)
        );
        assert_eq!(run.results.as_ref().map(Vec::len), Some(0));
    }
}
