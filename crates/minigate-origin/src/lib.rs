//! Serves canned answers over real TLS from a throw-away authority.
