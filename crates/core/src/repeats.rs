//! Members that a JSON object has twice. A reader that takes the last of them and one that takes the first see two
//! different things, and a hash over what one of them has read says nothing about what the other reads.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// What the error begins with that carries the name out of the reader.
const REPEATED: &str = "repeated member: ";
/// An object of ours has some fifteen members: to look through them is faster than anything that sorts. Through more than
/// this it is not, and somebody may send a hundred thousand.
const FEW: usize = 32;

/// The name of a member that an object in this JSON has more than once, however deep; `None` where there is none, or
/// the text is no JSON.
pub fn repeated_member(json: &str) -> Option<String> {
    let fault = serde_json::from_str::<Unique>(json).err()?.to_string();
    // Behind the name stands where the reader was.
    let (name, _) = fault.strip_prefix(REPEATED)?.rsplit_once(" at line ")?;
    Some(name.to_owned())
}

/// Any value in which no object has a member twice.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk)
    }
}

struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = Unique;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_str<E>(self, _: &str) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_unit<E>(self) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unique, A::Error> {
        while items.next_element::<Unique>()?.is_some() {}
        Ok(Unique)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Unique, A::Error> {
        let (mut names, mut further) = (Vec::<Cow<'de, str>>::new(), BTreeSet::<Cow<'de, str>>::new());
        while let Some(Name(name)) = members.next_key()? {
            if names.contains(&name) || further.contains(&name) {
                return Err(A::Error::custom(format_args!("{REPEATED}{name}")));
            }
            if names.len() < FEW {
                names.push(name);
            } else {
                further.insert(name);
            }
            members.next_value::<Unique>()?;
        }
        Ok(Unique)
    }
}

/// A member's name, as it stands in the text unless something in it is escaped.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: Option<&str>) {
        assert_eq!(repeated_member(json).as_deref(), expected, "{json}");
    }

    #[test]
    fn finds_a_member_that_stands_twice_however_deep() {
        check(r#"{"value":5,"value":1}"#, Some("value"));
        check(r#"{"data":{"reasons":[{"a":1},{"a":1,"b":null,"a":2.5}]}}"#, Some("a"));
        check(r#"{"data":{"value":1,"v\u0061lue":1}}"#, Some("value"));
        check(r#"{"at line 1":1,"at line 1":1}"#, Some("at line 1"));
    }

    #[test]
    fn finds_it_among_many() {
        let members: Vec<String> = (0..FEW + 9).map(|n| format!(r#""m{n}":1"#)).collect();
        check(&format!("{{{}}}", members.join(",")), None);
        for again in [0, FEW - 1, FEW, FEW + 8] {
            check(&format!(r#"{{{},"m{again}":2}}"#, members.join(",")), Some(&format!("m{again}")));
        }
    }

    #[test]
    fn finds_nothing_where_names_stand_once_in_each_object() {
        for json in [r#"{"a":{"a":1},"b":[{"a":-1},{"a":true}],"c":"a"}"#, "7", "[]", "{", r#"{"a":1,"a"#, ""] {
            check(json, None);
        }
    }
}
