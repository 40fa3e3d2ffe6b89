//! Gives an app wx inside QuickJS.
