//! A list of staff as a table that an office program has written: one person a line.
//!
//! | column | is called | what it holds |
//! | --- | --- | --- |
//! | number | `number`, `工号`, `编号` | needed |
//! | name | `name`, `姓名` | needed |
//! | points | `points`, `窗口`, `服务点` | with `;`, `|` or `、` between them; empty means all |
//! | active | `active`, `在岗` | `yes`, `1`, `是`, empty; or `no`, `0`, `否` |
//!
//! Without a line of titles the columns stand in this order. Between them are commas, semicolons or tabs, quoted as RFC
//! 4180 has it.

use super::{MAX_MEMBERS, Member, Team, Wrong};

/// A line of the table; what it has no column for stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The number.
    pub number: String,
    /// The name.
    pub name: String,
    /// Service points.
    pub points: Option<Vec<String>>,
    /// Whether the person can be chosen.
    pub is_active: Option<bool>,
}

/// What can be wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsvFault {
    /// A quote is not closed.
    Quote,
    /// There is no column for number or name.
    Column,
    /// Neither yes nor no.
    Active,
    /// As a list would have it.
    Member(Wrong),
}

/// A list with a table taken into it, and what that does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// The list as it would be.
    pub team: Team,
    /// Numbers that are new.
    pub added: Vec<String>,
    /// Numbers of whom something changes.
    pub changed: Vec<String>,
    /// How many stay as they are, in the table or not in it.
    pub same: usize,
}

const NUMBER: [&str; 3] = ["number", "工号", "编号"];
const NAME: [&str; 2] = ["name", "姓名"];
const POINTS: [&str; 4] = ["points", "point", "窗口", "服务点"];
const ACTIVE: [&str; 2] = ["active", "在岗"];
const YES: [&str; 6] = ["", "yes", "y", "1", "true", "是"];
const NO: [&str; 5] = ["no", "n", "0", "false", "否"];

/// Where each column stands; number and name have to.
#[derive(Clone, Copy)]
struct Columns {
    number: usize,
    name: usize,
    points: Option<usize>,
    active: Option<usize>,
}

/// Reads a table. Empty lines are passed over.
///
/// # Errors
/// Every line that cannot be used, by its number from 1, and what is wrong with it.
pub fn read_csv(text: &str) -> Result<Vec<Row>, Vec<(usize, CsvFault)>> {
    let text = text.trim_start_matches('\u{feff}');
    let records = records(text).map_err(|line| vec![(line, CsvFault::Quote)])?;
    let mut records = records.into_iter().filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty())).peekable();
    let columns = match records.peek().map(|(line, cells)| (*line, titles(cells))) {
        Some((_, Titles::Found(columns))) => {
            records.next();
            columns
        }
        Some((line, Titles::Lacking)) => return Err(vec![(line, CsvFault::Column)]),
        Some((_, Titles::None)) | None => Columns { number: 0, name: 1, points: Some(2), active: Some(3) },
    };
    let (mut rows, mut faults): (Vec<Row>, Vec<(usize, CsvFault)>) = Default::default();
    for (line, cells) in records {
        match row(&cells, columns) {
            Err(wrong) => faults.push((line, wrong)),
            Ok(row) if rows.iter().any(|before| before.number == row.number) => {
                faults.push((line, CsvFault::Member(Wrong::NumberTwice)));
            }
            Ok(_) if rows.len() == MAX_MEMBERS => {
                faults.push((line, CsvFault::Member(Wrong::TooMany)));
                break;
            }
            Ok(row) => rows.push(row),
        }
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

impl Team {
    /// Takes a table in, by the numbers: photos stay, and so do people whom it does not name. `None` where the list would
    /// be longer than [`MAX_MEMBERS`].
    pub fn merged(&self, rows: &[Row]) -> Option<Merged> {
        let mut merged = Merged { team: self.clone(), ..Merged::default() };
        for row in rows {
            let before = self.members.iter().position(|member| member.number == row.number);
            let known = before.and_then(|at| self.members.get(at)).cloned();
            let was = known.clone().unwrap_or(Member { is_active: true, ..Member::default() });
            let member = Member {
                number: row.number.clone(),
                name: row.name.clone(),
                points: row.points.clone().unwrap_or_else(|| was.points.clone()),
                is_active: row.is_active.unwrap_or(was.is_active),
                photo: was.photo.clone(),
            };
            match before.and_then(|at| merged.team.members.get_mut(at)) {
                None => {
                    merged.added.push(row.number.clone());
                    merged.team.members.push(member);
                }
                Some(place) => {
                    if *place != member {
                        merged.changed.push(row.number.clone());
                    }
                    *place = member;
                }
            }
        }
        merged.same = merged.team.members.len() - merged.added.len() - merged.changed.len();
        (merged.team.members.len() <= MAX_MEMBERS).then_some(merged)
    }
}

enum Titles {
    /// It is a line of titles.
    Found(Columns),
    /// It is one, and lacks a column.
    Lacking,
    /// It is somebody.
    None,
}

fn titles(cells: &[String]) -> Titles {
    let at = |known: &[&str]| cells.iter().position(|cell| known.contains(&cell.to_lowercase().as_str()));
    match (at(&NUMBER), at(&NAME)) {
        (Some(number), Some(name)) => Titles::Found(Columns { number, name, points: at(&POINTS), active: at(&ACTIVE) }),
        (None, None) => Titles::None,
        _ => Titles::Lacking,
    }
}

fn row(cells: &[String], columns: Columns) -> Result<Row, CsvFault> {
    let cell = |at: usize| cells.get(at).map(String::as_str).unwrap_or_default();
    let points = columns.points.filter(|at| *at < cells.len()).map(|at| {
        let points = cell(at).split([';', '；', '|', '、']).map(str::trim).filter(|point| !point.is_empty());
        points.map(str::to_owned).collect::<Vec<_>>()
    });
    let active = columns.active.filter(|at| *at < cells.len()).map(|at| cell(at).to_lowercase());
    let is_active = match active.as_deref() {
        None => None,
        Some(word) if YES.contains(&word) => Some(true),
        Some(word) if NO.contains(&word) => Some(false),
        Some(_) => return Err(CsvFault::Active),
    };
    let row = Row { number: cell(columns.number).to_owned(), name: cell(columns.name).to_owned(), points, is_active };
    let points = row.points.clone().unwrap_or_default();
    let member = Member { number: row.number.clone(), name: row.name.clone(), points, ..Member::default() };
    match member.faults().first() {
        Some((_, wrong)) => Err(CsvFault::Member(*wrong)),
        None => Ok(row),
    }
}

/// The table as cells, each record with the line on which it begins.
///
/// # Errors
/// The line of a quote that is not closed.
fn records(text: &str) -> Result<Vec<(usize, Vec<String>)>, usize> {
    let between = separator(text);
    let (mut records, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut begun, mut quoted_at) = (1, 1, None);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        line += usize::from(sign == '\n');
        match sign {
            '"' if quoted_at.is_some() && signs.peek() == Some(&'"') => cell.extend(signs.next()),
            '"' if quoted_at.is_some() => quoted_at = None,
            '"' if cell.trim().is_empty() => (quoted_at, cell) = (Some(line), String::new()),
            sign if quoted_at.is_some() => cell.push(sign),
            sign if sign == between => cells.push(taken(&mut cell)),
            '\n' => {
                cells.push(taken(&mut cell));
                records.push((begun, std::mem::take(&mut cells)));
                begun = line;
            }
            sign => cell.push(sign),
        }
    }
    if let Some(line) = quoted_at {
        return Err(line);
    }
    cells.push(taken(&mut cell));
    records.push((begun, cells));
    Ok(records)
}

fn taken(cell: &mut String) -> String {
    std::mem::take(cell).trim().to_owned()
}

/// What stands between cells: a tab or a semicolon where the first line has more of them than commas.
fn separator(text: &str) -> char {
    let first = text.lines().next().unwrap_or_default();
    let count = |sign: char| first.matches(sign).count();
    let most = ['\t', ';'].into_iter().max_by_key(|sign| count(*sign)).filter(|sign| count(*sign) > count(','));
    most.unwrap_or(',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Row> {
        read_csv(text).unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
    }

    fn row(number: &str, name: &str, points: Option<&[&str]>, is_active: Option<bool>) -> Row {
        let points = points.map(|points| points.iter().map(|point| (*point).to_owned()).collect());
        Row { number: number.to_owned(), name: name.to_owned(), points, is_active }
    }

    fn check(text: &str, expected: &[(usize, CsvFault)]) {
        assert_eq!(read_csv(text).unwrap_err(), expected, "{text}");
    }

    #[test]
    fn reads_what_office_programs_write() {
        let expected =
            [row("0417", "Li, Na", Some(&["3", "4"]), Some(true)), row("0418", "\"Bo\" Wang", Some(&[]), Some(false))];
        let plain = "number,name,points,active\r\n0417,\"Li, Na\",3;4,yes\r\n\r\n0418,\"\"\"Bo\"\" Wang\",,no\r\n";
        assert_eq!(rows(plain), expected);
        let tabs = "\u{feff}工号\t姓名\t窗口\t在岗\n0417\t\"Li, Na\"\t3、4\t是\n0418\t\"\"\"Bo\"\" Wang\"\t\t否";
        assert_eq!(rows(tabs), expected);
        let semicolons = "0417;\"Li, Na\";3|4;1\n0418;\"\"\"Bo\"\" Wang\";;0";
        assert_eq!(rows(semicolons), expected, "without titles");
        let turned = rows("姓名,工号\n李娜,0417");
        assert_eq!(turned, [row("0417", "李娜", None, None)], "no column, no change");
    }

    #[test]
    fn names_every_line_that_cannot_be_used() {
        use CsvFault::{Active, Column, Quote};
        let of = CsvFault::Member;
        check("工号,窗口\n0417,3", &[(1, Column)]);
        check("0417,\"Li\n0418,Wang", &[(1, Quote)]);
        let text = "number,name,active\n,Li,\n0418,,\n0419,Wu,maybe\n0420,\"Bo\nWang\",\n0421,Xu,\n0421,Yu,";
        let (number, name) = (of(Wrong::Number), of(Wrong::Name));
        check(text, &[(2, number), (3, name), (4, Active), (5, name), (8, of(Wrong::NumberTwice))]);
    }

    #[test]
    fn a_table_changes_what_it_says_and_nothing_else() {
        let photo = "data:image/png;base64,AA==".to_owned();
        let known = Member { number: "1".into(), name: "Li".into(), photo, points: vec!["3".into()], is_active: false };
        let other = Member { number: "2".into(), name: "Wu".into(), is_active: true, ..Member::default() };
        let team = Team { members: vec![known.clone(), other.clone()] };
        let merged = team.merged(&read_csv("number,name\n1,Li Na\n3,Bo").unwrap()).unwrap();
        assert_eq!((merged.added, merged.changed, merged.same), (vec!["3".to_owned()], vec!["1".to_owned()], 1));
        let new = Member { number: "3".into(), name: "Bo".into(), is_active: true, ..Member::default() };
        assert_eq!(merged.team.members, [Member { name: "Li Na".into(), ..known }, other, new]);
        let again = merged.team.merged(&read_csv("1,Li Na,3,no").unwrap()).unwrap();
        assert_eq!((again.team, again.changed), (merged.team, vec![]));
    }
}
