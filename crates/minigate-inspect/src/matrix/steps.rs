//! What to do about a server, in order.

use std::cmp::Reverse;

use minigate_policy::diagnosis::Lang;
use serde::{Deserialize, Serialize};

use super::{Cause, Outcome, RowVerdict};

/// One thing to do, and the devices that it is for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The worst that it mends.
    pub outcome: Outcome,
    /// The cause on the first of the devices; those on the others have the same remedies.
    pub cause: Cause,
    /// The devices, by their IDs.
    pub devices: Vec<String>,
}

/// What to do, the worst first, and what helps most devices before the rest; nothing where all is well.
///
/// ```
/// use minigate_inspect::matrix::{Cause, Outcome, RowVerdict, steps};
///
/// let row = |device: &str, outcome, cause| RowVerdict { device: device.to_owned(), outcome, version: None, cause };
/// let rows = [
///     row("ios", Outcome::Warning, Some(Cause::WrongOrder)),
///     row("windows", Outcome::Works, None),
///     row("macos", Outcome::Fails, Some(Cause::ClientCertificateDemanded)),
/// ];
///
/// let order: Vec<_> = steps(&rows).into_iter().map(|step| step.cause).collect();
/// assert_eq!(order, [Cause::ClientCertificateDemanded, Cause::WrongOrder]);
/// ```
#[must_use]
pub fn steps(rows: &[RowVerdict]) -> Vec<Step> {
    let mut steps = Vec::<Step>::new();
    for row in rows {
        let Some(cause) = &row.cause else { continue };
        let same = steps
            .iter_mut()
            .find(|step| remedies(&step.cause) == remedies(cause));
        if let Some(step) = same {
            step.outcome = step.outcome.max(row.outcome);
            step.devices.push(row.device.clone());
        } else {
            steps.push(Step {
                outcome: row.outcome,
                cause: cause.clone(),
                devices: vec![row.device.clone()],
            });
        }
    }
    // Stable, so that equals stay in the order of the devices.
    steps.sort_by_key(|step| Reverse((step.outcome, step.devices.len())));
    steps
}

fn remedies(cause: &Cause) -> Vec<String> {
    cause.tell(Lang::En).remedies
}
