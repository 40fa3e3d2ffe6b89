//! From the engine's stack text to a place in the app's source.

use crate::observer::{Fault, Place};

/// Makes a fault of an error's text and stack.
pub(crate) fn fault(message: &str, stack: &str) -> Fault {
    let frames: Vec<_> = stack.lines().filter_map(frame).collect();
    let stack: Vec<_> = frames.iter().map(Frame::to_string).collect();
    let place = frames.into_iter().next().map(|frame| frame.place);
    Fault {
        message: message.to_owned(),
        place,
        stack: stack.join("\n"),
    }
}

struct Frame<'s> {
    function: &'s str,
    place: Place,
}

impl std::fmt::Display for Frame<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.function.is_empty() {
            write!(f, "    at {}", self.place)
        } else {
            write!(f, "    at {} ({})", self.function, self.place)
        }
    }
}

/// Reads `    at name (file:line:column)` or `    at file:line:column`; nothing for native frames and the prelude's.
fn frame(line: &str) -> Option<Frame<'_>> {
    let text = line.trim_start().strip_prefix("at ")?;
    let (function, place) = match text.strip_suffix(')').and_then(|text| text.rsplit_once(" (")) {
        Some((function, place)) => (function, place),
        None => ("", text),
    };
    let place = place_in(place).filter(|place| !place.file.starts_with("minigate:"))?;
    let function = if matches!(function, "<eval>" | "<anonymous>") {
        ""
    } else {
        function
    };
    Some(Frame { function, place })
}

fn place_in(text: &str) -> Option<Place> {
    let (rest, column) = text.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some(Place {
        file: file.to_owned(),
        line: line.parse().ok()?,
        column: column.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_frame_of_the_app_is_the_place() {
        let stack =
            "    at parse (native)\n    at load (pages/a.js:3:9)\n    at invoke (minigate:errors:4:2)\n";

        let fault = fault("Error: x", stack);

        assert_eq!(fault.to_string(), "Error: x (pages/a.js:3:9)");
        assert_eq!(fault.stack, "    at load (pages/a.js:3:9)");
    }

    #[test]
    fn a_stack_that_an_app_made_up_does_no_harm() {
        let fault = fault("x", "at :::\nat (\nat a:b:c)\n\u{0}");

        assert_eq!(fault.place, None);
    }
}
