//! Places in a survey's file, written as a fault writes them: `pages[1].fields[0].options[2].text`.

use serde_json::{Map, Value};

/// One step into a value.
enum Step<'a> {
    Member(&'a str),
    Place(usize),
}

fn steps(path: &str) -> impl Iterator<Item = Step<'_>> {
    path.split(['.', '[']).filter(|step| !step.is_empty()).map(|step| {
        let place = step.strip_suffix(']').and_then(|place| place.parse().ok());
        place.map_or(Step::Member(step), Step::Place)
    })
}

/// What stands at a path; null where nothing does.
pub fn get<'a>(value: &'a Value, path: &str) -> &'a Value {
    static NOTHING: Value = Value::Null;
    let step = |value: &'a Value, step: Step<'_>| match step {
        Step::Member(name) => value.get(name),
        Step::Place(place) => value.get(place),
    };
    steps(path).try_fold(value, step).unwrap_or(&NOTHING)
}

/// The place to write to, with the objects on the way there. `None` where a list on the way is too short, or something
/// else stands in its stead.
pub fn get_mut<'a>(value: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    steps(path).try_fold(value, |value, step| match step {
        Step::Member(name) => {
            if value.is_null() {
                *value = Value::Object(Map::new());
            }
            Some(value.as_object_mut()?.entry(name).or_insert(Value::Null))
        }
        Step::Place(place) => value.get_mut(place),
    })
}

/// The list at a path; empty where there is none.
pub fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    get(value, path).as_array().map_or(&[], Vec::as_slice)
}

/// The list at a path, made where nothing stands.
pub fn list_mut<'a>(value: &'a mut Value, path: &str) -> Option<&'a mut Vec<Value>> {
    let place = get_mut(value, path)?;
    if place.is_null() {
        *place = Value::Array(Vec::new());
    }
    place.as_array_mut()
}

/// Takes the member of this name from the object at a path.
pub fn remove(value: &mut Value, path: &str, name: &str) {
    if let Some(members) = get_mut(value, path).and_then(Value::as_object_mut) {
        members.remove(name);
    }
}

/// Whole numbers of a list, those that are some.
pub fn numbers(value: &Value) -> Vec<u8> {
    let numbers = value.as_array().map_or(&[][..], Vec::as_slice).iter();
    numbers.filter_map(|number| u8::try_from(number.as_u64()?).ok()).collect()
}

/// The text at a path; empty where there is none.
pub fn word<'a>(value: &'a Value, path: &str) -> &'a str {
    get(value, path).as_str().unwrap_or_default()
}
