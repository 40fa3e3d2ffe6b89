//! Knows certificates: roots, verification, platform profiles.
