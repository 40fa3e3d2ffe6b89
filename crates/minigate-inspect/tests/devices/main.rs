//! The rows of the matrix: what is publicly known of devices, roots and authorities must come out of the data.
#![expect(clippy::print_stderr, reason = "a test that is left out says so")]
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a helper of a test fails as the test does"
)]

mod distrust;
mod offers;
mod oracles;
mod support;
mod trust;
