//! When a run hides and shows its app: `2s hide, 9s show`.

use std::str::FromStr;
use std::time::Duration;

use minigate_js::{App, HideReason, Limit};

/// What becomes of an app, step by step.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Schedule(Vec<Step>);

/// One step of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Step {
    /// How long after the launch.
    pub(crate) after: Duration,
    fate: Fate,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fate {
    Hide,
    Show,
    Pin,
    Destroy,
}

impl Schedule {
    pub(crate) fn steps(&self) -> &[Step] {
        &self.0
    }
}

impl Step {
    pub(crate) fn carry_out(self, app: &mut App) -> Result<(), Limit> {
        match self.fate {
            Fate::Hide => app.hide(HideReason::Left),
            Fate::Show => app.show(None),
            Fate::Pin => app.pin(),
            Fate::Destroy => {
                app.destroy();
                Ok(())
            }
        }
    }
}

impl FromStr for Schedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let steps = text.split(',').map(step).collect::<Result<Vec<_>, _>>()?;
        if steps.is_sorted_by_key(|step| step.after) {
            Ok(Self(steps))
        } else {
            Err("all moments count from the launch, so a later step can't have an earlier one".to_owned())
        }
    }
}

fn step(text: &str) -> Result<Step, String> {
    let (span, fate) = text
        .trim()
        .rsplit_once(char::is_whitespace)
        .ok_or_else(|| format!("`{}` isn't a moment and a word: {EXAMPLE}", text.trim()))?;
    let after = humantime::parse_duration(span.trim()).map_err(|error| format!("{error}: {EXAMPLE}"))?;
    let fate = match fate {
        "hide" => Fate::Hide,
        "show" => Fate::Show,
        "pin" => Fate::Pin,
        "destroy" => Fate::Destroy,
        _ => return Err(format!("`{fate}` isn't hide, show, pin or destroy: {EXAMPLE}")),
    };
    Ok(Step { after, fate })
}

const EXAMPLE: &str = "write \"2s hide, 9s show\"";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_moments_and_words() {
        let schedule: Schedule = "2s hide, 1m 500ms show".parse().unwrap();

        let step = |ms, fate| Step {
            after: Duration::from_millis(ms),
            fate,
        };
        assert_eq!(
            schedule.steps(),
            [step(2000, Fate::Hide), step(60_500, Fate::Show)]
        );
    }

    #[test]
    fn a_schedule_that_cant_be_is_refused() {
        for wrong in ["", "hide", "2s", "2s sleep", "x hide", "2s hide, 1s show"] {
            assert!(wrong.parse::<Schedule>().is_err(), "{wrong}");
        }
    }
}
