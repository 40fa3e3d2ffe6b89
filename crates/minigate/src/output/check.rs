//! What a check of servers came to, in each of its forms.

mod html;

pub(crate) use html::html;

#[cfg(test)]
mod tests;
