//! Carries out permitted calls.
