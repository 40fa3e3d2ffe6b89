//! Scripted servers, a throw-away authority and a fake resolver, for tests only.
