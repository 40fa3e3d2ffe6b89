//! A colour always means the same.

use anstyle::{AnsiColor, Color, Reset, Style};

pub(super) const GOOD: Style = coloured(AnsiColor::Green);
pub(super) const WARN: Style = coloured(AnsiColor::Yellow);
pub(super) const FAIL: Style = coloured(AnsiColor::Red).bold();
pub(super) const HINT: Style = coloured(AnsiColor::Cyan);
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const RESET: Reset = Reset;

const fn coloured(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(colour)))
}
