//! `--call METHOD [--event JSON] …`: each event belongs to the call before it.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

/// The methods to call, in order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Calls(pub(crate) Vec<PageCall>);

/// A method of the page, and the event that it gets as it was written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct PageCall {
    pub(crate) method: String,
    pub(crate) event: Option<String>,
}

impl Args for Calls {
    fn augment_args(command: Command) -> Command {
        command
            .arg(
                Arg::new(CALL)
                    .long(CALL)
                    .value_name("METHOD")
                    .action(ArgAction::Append)
                    .help("Call this method of the page once it has loaded; again for more, one after the other"),
            )
            .arg(
                Arg::new(EVENT)
                    .long(EVENT)
                    .value_name("JSON")
                    .action(ArgAction::Append)
                    .requires(CALL)
                    .help("Members of the event that the call before this gets, a plain tap otherwise; such as {\"detail\": {\"value\": 1}}"),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Calls {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut calls: Vec<(usize, PageCall)> = places(matches, CALL)
            .map(|(place, method)| (place, PageCall { method, event: None }))
            .collect();
        for (place, event) in places(matches, EVENT) {
            let call = calls.iter_mut().rev().find(|(own, _)| *own < place);
            match call {
                Some((_, call)) if call.event.is_none() => call.event = Some(event),
                _ => return Err(stray(&event)),
            }
        }
        Ok(Self(calls.into_iter().map(|(_, call)| call).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The values of an argument with their places on the command line.
fn places(matches: &ArgMatches, name: &str) -> impl Iterator<Item = (usize, String)> {
    let places = matches.indices_of(name).into_iter().flatten();
    let values = matches.get_many::<String>(name).into_iter().flatten().cloned();
    places.zip(values)
}

fn stray(event: &str) -> Error {
    let mut error = Error::new(ErrorKind::ArgumentConflict);
    error.insert(
        ContextKind::InvalidArg,
        ContextValue::String(format!("--event {event}")),
    );
    error.insert(
        ContextKind::PriorArg,
        ContextValue::String("--call without an event of its own before it".to_owned()),
    );
    error
}

const CALL: &str = "call";
const EVENT: &str = "event";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Calls, Error> {
        let command = Calls::augment_args(Command::new("test").no_binary_name(true));
        Calls::from_arg_matches(&command.try_get_matches_from(args)?)
    }

    #[test]
    fn each_event_belongs_to_the_call_before_it() {
        let calls = parse(&["--call", "a", "--call", "b", "--event", "{\"x\":1}", "--call=c"]).unwrap();

        let found: Vec<_> = calls
            .0
            .iter()
            .map(|call| (call.method.as_str(), call.event.as_deref()))
            .collect();
        assert_eq!(found, [("a", None), ("b", Some("{\"x\":1}")), ("c", None)]);
    }

    #[test]
    fn an_event_without_its_call_is_refused() {
        for args in [
            &["--event", "{}"][..],
            &["--event", "{}", "--call", "a"],
            &["--call", "a", "--event", "{}", "--event", "{}"],
        ] {
            assert!(parse(args).is_err(), "{args:?}");
        }
    }
}
