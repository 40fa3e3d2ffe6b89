//! JSON that can be read in one way only.

use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A value in which no object has two members of one name: readers don't agree on which of them holds (RFC 8259 §4).
#[derive(Debug)]
pub(crate) struct Unambiguous(pub(crate) Value);

struct Reader;

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Unambiguous(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(all.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if all.contains_key(&name) {
                let name: String = name.chars().take(LONGEST_SHOWN).collect();
                return Err(A::Error::custom(format!("{BEFORE}{name}{AFTER}")));
            }
            let Unambiguous(value) = members.next_value()?;
            all.insert(name, value);
        }
        Ok(all.into())
    }
}

/// The member that stands there twice, where that is what an error of reading says: it has no other way to tell.
pub(crate) fn doubled(reason: &str) -> Option<&str> {
    let (_, rest) = reason.split_once(BEFORE)?;
    let (name, _) = rest.rsplit_once(AFTER)?;
    Some(name)
}

const BEFORE: &str = "the member `";
const AFTER: &str = "` stands there twice";
const LONGEST_SHOWN: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_read_in_one_way_is_read_as_it_stands() {
        for text in [
            r#"{"a":[1,-2,0.5,"x\n",true,null],"b":{"a":{}}}"#,
            "[]",
            "null",
            "18446744073709551615",
        ] {
            let Unambiguous(read) = serde_json::from_str(text).unwrap();

            assert_eq!(read, serde_json::from_str::<Value>(text).unwrap());
        }
    }

    #[test]
    fn a_member_that_stands_there_twice_is_refused_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":2,"\u0061":3}"#,
            r#"[{"b":{"a":1,"a":null}}]"#,
        ] {
            let told = serde_json::from_str::<Unambiguous>(text).unwrap_err().to_string();

            assert!(told.starts_with("the member `a` stands there twice"), "{told}");
            assert_eq!(doubled(&told), Some("a"));
        }
    }

    #[test]
    fn json_has_a_greatest_depth() {
        let deep = "[".repeat(100_000);

        assert!(serde_json::from_str::<Unambiguous>(&deep).is_err());
    }
}
