//! Checks of servers, in each of their forms.

mod answer;
mod application;
mod change;
mod cure;
mod found;
mod html;
mod human;
mod json;
mod junit;
mod matrix;
mod server;

pub(super) use change::change;
pub(crate) use change::change_json;
pub(crate) use found::sarif;
pub(crate) use html::html;
pub(super) use human::human;
pub(super) use json::json;
pub(crate) use junit::junit;

#[cfg(test)]
mod tests;
