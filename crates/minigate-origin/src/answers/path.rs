//! Paths with one-segment wildcards.

use percent_encoding::percent_decode_str;

/// A path in which `*` stands for one segment that isn't empty.
///
/// Segments are compared decoded, so `/天气` and `/%E5%A4%A9%E6%B0%94` are the same, while an encoded slash doesn't
/// separate.
#[derive(Clone, Debug)]
pub(super) struct PathPattern {
    segments: Vec<Segment>,
}

impl PathPattern {
    /// `None` for what isn't a path.
    pub(super) fn parse(pattern: &str) -> Option<Self> {
        if !pattern.starts_with('/') || pattern.contains(['?', '#']) {
            return None;
        }
        Some(Self {
            segments: pattern.split('/').map(Segment::parse).collect(),
        })
    }

    pub(super) fn fits(&self, path: &str) -> bool {
        let asked: Vec<&str> = path.split('/').collect();
        asked.len() == self.segments.len()
            && self
                .segments
                .iter()
                .zip(asked)
                .all(|(segment, asked)| segment.fits(asked))
    }
}

#[derive(Clone, Debug)]
enum Segment {
    Any,
    Exactly(Vec<u8>),
}

impl Segment {
    fn parse(segment: &str) -> Self {
        match segment {
            "*" => Self::Any,
            _ => Self::Exactly(percent_decode_str(segment).collect()),
        }
    }

    fn fits(&self, asked: &str) -> bool {
        match self {
            Self::Any => !asked.is_empty(),
            Self::Exactly(bytes) => percent_decode_str(asked).eq(bytes.iter().copied()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_exactly_or_one_segment_for_a_star() {
        let cases = [
            ("/", "/", true),
            ("/v1/items", "/v1/items", true),
            ("/v1/items", "/v1/items/", false),
            ("/v1/items", "/V1/items", false),
            ("/v1/items/*", "/v1/items/7", true),
            ("/v1/items/*", "/v1/items/", false),
            ("/v1/items/*", "/v1/items/7/8", false),
            ("/*/items", "/v2/items", true),
            ("/天气", "/%E5%A4%A9%E6%B0%94", true),
            ("/a/b", "/a%2Fb", false),
            ("/a*", "/ab", false),
        ];
        for (pattern, path, expected) in cases {
            let fits = PathPattern::parse(pattern).unwrap().fits(path);

            assert_eq!(fits, expected, "{pattern} {path}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_path() {
        for pattern in ["", "items", "https://a.example/", "/items?page=1", "/items#top"] {
            assert!(PathPattern::parse(pattern).is_none(), "{pattern}");
        }
    }
}
