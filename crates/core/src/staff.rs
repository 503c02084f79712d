//! Who serves: the list that a manager keeps, from which customers and clerks choose by face and name.
//!
//! Only the number goes into events. Names and photos stay on the tablet and in the settings file; the codes by which
//! clerks sign in are in a record of their own, as verifiers, and in no file but the encrypted back-up.

mod csv;
mod tries;

use serde_json::{Map, Value, json};

pub use self::csv::{CsvFault, Merged, Row, read_csv};
pub use self::tries::{SIGN_IN_RECORD, SignIn, TRIES_RECORD, Tries};
use crate::pin::has_equal_steps;
use crate::reader::{self, Reader, is_text};

/// The named record of the journal that holds the list as JSON.
pub const STAFF_RECORD: &str = "staff-list";
/// The named record that holds the codes' verifiers, as an object by number.
pub const CODES_RECORD: &str = "staff-codes";
/// More people than ever serve at the points of one tablet.
pub const MAX_MEMBERS: usize = 200;
/// Of a number, as the settings allow it.
pub const MAX_NUMBER_CHARS: usize = 60;
/// Of a name: two lines under a photo.
pub const MAX_NAME_CHARS: usize = 40;
/// Points of one person.
pub const MAX_POINTS: usize = 12;
/// Characters of a photo's `data:` address: 200 pixels a side need a third of that.
pub const MAX_PHOTO_CHARS: usize = 24_000;
const FIELDS: [&str; 5] = ["number", "name", "photo", "points", "active"];
/// Digits of a code, the fewest and the most.
pub const CODE_DIGITS: (usize, usize) = (4, 6);

/// Somebody who serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// What goes into events: `0417`. No two have the same.
    pub number: String,
    /// What customers read.
    pub name: String,
    /// A small picture as a `data:` address; empty where there is none.
    pub photo: String,
    /// The service points where this person is offered; none means all of them.
    pub points: Vec<String>,
    /// Whether customers and clerks can choose this person. Whoever has left stays in the list, for the sake of results.
    pub is_active: bool,
}

/// The list, in the order in which it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Team {
    /// Everybody.
    pub members: Vec<Member>,
}

/// One thing that is wrong with a list, and where: `[3].name`.
pub type Fault = reader::Fault<Wrong>;

/// What can be wrong with a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A list belongs here.
    NotAList,
    /// An object belongs here.
    NotAnObject,
    /// Nothing of this name belongs here.
    UnknownField,
    /// Yes or no belongs here.
    NotABool,
    /// No text, nothing in it, longer than [`MAX_NUMBER_CHARS`], or with white space or what nobody sees.
    Number,
    /// Somebody before has the same number.
    NumberTwice,
    /// No text, nothing in it, longer than [`MAX_NAME_CHARS`], or with what nobody sees.
    Name,
    /// No picture that a browser shows, or larger than [`MAX_PHOTO_CHARS`].
    Photo,
    /// No list of at most [`MAX_POINTS`] texts of at most 60 characters.
    Points,
    /// More than [`MAX_MEMBERS`].
    TooMany,
}

/// Why a code is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeFault {
    /// Something in it is no digit, or there are fewer or more than [`CODE_DIGITS`].
    Digits,
    /// It runs in equal steps: 0000, 1234, 9876.
    Guessable,
}

/// Checks a code that is being chosen for somebody.
///
/// # Errors
/// The first [`CodeFault`].
pub fn check_code(code: &str) -> Result<(), CodeFault> {
    let digits = code.as_bytes();
    if !(CODE_DIGITS.0..=CODE_DIGITS.1).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return Err(CodeFault::Digits);
    }
    if has_equal_steps(digits) { Err(CodeFault::Guessable) } else { Ok(()) }
}

impl Member {
    /// What is wrong with it by itself, each with the field.
    pub fn faults(&self) -> Vec<(&'static str, Wrong)> {
        let points_fit = self.points.len() <= MAX_POINTS && self.points.iter().all(|point| is_visible(point, 60));
        let photo_fits = self.photo.is_empty() || is_photo(&self.photo);
        let checks = [
            ("number", is_number(&self.number), Wrong::Number),
            ("name", is_visible(&self.name, MAX_NAME_CHARS), Wrong::Name),
            ("photo", photo_fits, Wrong::Photo),
            ("points", points_fit, Wrong::Points),
        ];
        checks.into_iter().filter(|(_, fits, _)| !fits).map(|(field, _, wrong)| (field, wrong)).collect()
    }

    fn to_value(&self) -> Value {
        let mut value = Map::new();
        value.insert("number".to_owned(), json!(self.number));
        value.insert("name".to_owned(), json!(self.name));
        if !self.photo.is_empty() {
            value.insert("photo".to_owned(), json!(self.photo));
        }
        if !self.points.is_empty() {
            value.insert("points".to_owned(), json!(self.points));
        }
        if !self.is_active {
            value.insert("active".to_owned(), json!(false));
        }
        Value::Object(value)
    }
}

impl Team {
    /// Reads and checks a list.
    ///
    /// # Errors
    /// Every fault found, each with its path.
    pub fn read(value: &Value) -> Result<Self, Vec<Fault>> {
        Reader::read(|reader| {
            let mut team = Self::default();
            let list = reader.list(value, MAX_MEMBERS, Wrong::NotAList, Wrong::TooMany);
            reader.items(list, |reader, value| {
                let member = reader.member(value);
                if team.member(&member.number).is_some() {
                    reader.fault_at("number", Wrong::NumberTwice);
                }
                team.members.push(member);
            });
            team
        })
    }

    /// Reads the record; nobody where it cannot be read.
    pub fn from_json(json: &str) -> Self {
        reader::from_record(json, Self::read)
    }

    /// The list as a file has it.
    pub fn to_value(&self) -> Value {
        self.members.iter().map(Member::to_value).collect()
    }

    /// The record; empty where there is nobody.
    pub fn to_json(&self) -> String {
        if self.members.is_empty() { String::new() } else { self.to_value().to_string() }
    }

    /// Somebody, by number.
    pub fn member(&self, number: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.number == number)
    }
}

impl Reader<Wrong> {
    /// Reads what is there; what does not fit is told of, field by field.
    fn member(&mut self, value: &Value) -> Member {
        let Some(fields) = self.fields(value, &FIELDS, Wrong::NotAnObject, Wrong::UnknownField) else {
            return Member::default();
        };
        // What is no text is no name either.
        let text = |name: &str, missing: &str| match fields.get(name) {
            None => missing.to_owned(),
            Some(value) => value.as_str().unwrap_or("\u{0}").to_owned(),
        };
        let points = fields.get("points").map(|points| {
            let list =
                points.as_array().map(|list| list.iter().map(|point| point.as_str().unwrap_or("\u{0}").to_owned()));
            list.map_or_else(|| vec!["\u{0}".to_owned()], Iterator::collect)
        });
        let is_active = fields.get("active").map_or(Some(true), Value::as_bool);
        if is_active.is_none() {
            self.fault_at("active", Wrong::NotABool);
        }
        let member = Member {
            number: text("number", ""),
            name: text("name", ""),
            photo: text("photo", ""),
            points: points.unwrap_or_default(),
            is_active: is_active.unwrap_or(true),
        };
        member.faults().into_iter().for_each(|(field, wrong)| self.fault_at(field, wrong));
        member
    }
}

fn is_visible(text: &str, most: usize) -> bool {
    is_text(text, 1..=most) && text.trim() == text
}

fn is_number(text: &str) -> bool {
    is_visible(text, MAX_NUMBER_CHARS) && !text.contains(char::is_whitespace)
}

/// A picture that a browser shows and that carries no script: no SVG.
fn is_photo(data: &str) -> bool {
    let body = ["jpeg", "png", "webp"].iter().find_map(|kind| {
        data.strip_prefix("data:image/")?.strip_prefix(kind)?.strip_prefix(";base64,").filter(|body| !body.is_empty())
    });
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    data.len() <= MAX_PHOTO_CHARS && body.is_some_and(|body| body.bytes().all(is_base64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody(number: &str) -> Member {
        let (number, name) = (number.to_owned(), "李娜".to_owned());
        Member { number, name, is_active: true, ..Member::default() }
    }

    #[test]
    fn a_list_is_read_back_as_it_was_written() {
        let photo = "data:image/jpeg;base64,AAAA".to_owned();
        let left = Member { is_active: false, photo, points: vec!["3 号窗口".into()], ..somebody("0418") };
        let team = Team { members: vec![somebody("0417"), left] };
        assert_eq!(Team::from_json(&team.to_json()), team);
        assert_eq!(Team::read(&team.to_value()).as_ref(), Ok(&team));
        assert_eq!((Team::default().to_json(), Team::from_json("")), (String::new(), Team::default()));
        assert_eq!(team.member("0418").map(|member| member.is_active), Some(false));
    }

    #[test]
    fn every_fault_has_its_path() {
        let long = "长".repeat(MAX_NAME_CHARS + 1);
        let list = json!([
            { "number": "1", "name": "A" },
            { "number": "1", "name": long, "photo": "data:image/svg+xml;base64,AA==" },
            { "number": "a b", "points": "3", "active": "yes", "salary": 1 },
            "Li",
        ]);
        let faults = Team::read(&list).unwrap_err();
        let found: Vec<(&str, Wrong)> = faults.iter().map(|fault| (fault.path.as_str(), fault.wrong)).collect();
        use Wrong::{Name, NotABool, NotAnObject, Number, NumberTwice, Photo, Points, UnknownField};
        let expected = [
            ("[1].name", Name),
            ("[1].photo", Photo),
            ("[1].number", NumberTwice),
            ("[2].salary", UnknownField),
            ("[2].active", NotABool),
            ("[2].number", Number),
            ("[2].name", Name),
            ("[2].points", Points),
            ("[3]", NotAnObject),
        ];
        assert_eq!(found, expected);
        assert_eq!(Team::read(&json!({})).unwrap_err()[0].wrong, Wrong::NotAList);
        let many: Value = (0..=MAX_MEMBERS).map(|n| json!({ "number": n.to_string(), "name": "A" })).collect();
        assert_eq!(Team::read(&many).unwrap_err()[0].wrong, Wrong::TooMany);
    }

    #[test]
    fn takes_photos_and_nothing_that_could_carry_a_script() {
        let with = |photo: &str| Member { photo: photo.to_owned(), ..somebody("1") }.faults();
        for usable in ["data:image/jpeg;base64,AA==", "data:image/webp;base64,AA=="] {
            assert_eq!(with(usable), [], "{usable}");
        }
        let large = ["data:image/png;base64,", &"A".repeat(MAX_PHOTO_CHARS)].concat();
        for refused in
            ["data:image/svg+xml;base64,AA==", "https://a.example/a.png", "data:image/png;base64,\"><b>", &large]
        {
            assert_eq!(with(refused), [("photo", Wrong::Photo)], "{}", refused.get(..24).unwrap());
        }
    }

    #[test]
    fn codes_are_four_to_six_digits_that_do_not_run_in_steps() {
        for taken in ["4719", "47190", "112358"] {
            assert_eq!(check_code(taken), Ok(()), "{taken}");
        }
        for digits in ["471", "4719023", "47a9", "４７１９"] {
            assert_eq!(check_code(digits), Err(CodeFault::Digits), "{digits}");
        }
        for guessable in ["0000", "1234", "9876", "2468", "987654"] {
            assert_eq!(check_code(guessable), Err(CodeFault::Guessable), "{guessable}");
        }
    }
}
