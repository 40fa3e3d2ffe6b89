//! What a check of servers came to, in each of its forms.

mod found;
mod html;
mod junit;

pub(crate) use found::sarif;
pub(crate) use html::html;
pub(crate) use junit::junit;

#[cfg(test)]
mod tests;
