//! Responses as a file that a spreadsheet opens: CSV by RFC 4180 in UTF-8.

use crate::event::Outcome;
use crate::results::Response;

/// Makes a spreadsheet on Windows read the file as UTF-8.
const BYTE_ORDER_MARK: &str = "\u{FEFF}";
/// The columns. Names are part of the contract: tools read them.
const COLUMNS: &str =
    "response,time,survey,version,point,staff,ticket,language,rating,outcome,reasons,comment,seconds\r\n";

/// Writes responses as CSV: one row each, the columns named in the first.
///
/// A field that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV Injection"); nothing
/// else about a text is changed.
pub fn csv<'a>(responses: impl IntoIterator<Item = &'a Response>) -> String {
    let mut file = format!("{BYTE_ORDER_MARK}{COLUMNS}");
    for response in responses {
        let context = &response.context;
        let outcome = match response.outcome {
            Some(Outcome::Complete) => "complete",
            Some(Outcome::Skipped) => "skipped",
            Some(Outcome::TimedOut) => "timed_out",
            None => "",
        };
        let fields = [
            response.id.as_str(),
            &response.time,
            &context.survey,
            &context.version.to_string(),
            &context.point,
            context.staff.as_deref().unwrap_or_default(),
            context.ticket.as_deref().unwrap_or_default(),
            &context.locale,
            &response.rating.level().to_string(),
            outcome,
            &response.reasons.join(" "),
            &response.comment,
            &response.seconds.map(|seconds| seconds.to_string()).unwrap_or_default(),
        ];
        for (column, field) in fields.into_iter().enumerate() {
            if column > 0 {
                file.push(',');
            }
            push_field(&mut file, field);
        }
        file.push_str("\r\n");
    }
    file
}

fn push_field(file: &mut String, field: &str) {
    let is_formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_quoted = is_formula || field.contains([',', '"', '\r', '\n']) || field.trim() != field;
    if !is_quoted {
        file.push_str(field);
        return;
    }
    file.push('"');
    if is_formula {
        file.push('\'');
    }
    file.push_str(&field.replace('"', "\"\""));
    file.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::results::tests::journal;

    fn read(file: &str) -> Vec<csv::StringRecord> {
        let mut reader = csv::ReaderBuilder::new().from_reader(file.trim_start_matches(BYTE_ORDER_MARK).as_bytes());
        reader.records().map(|record| record.unwrap()).collect()
    }

    fn check(comment: &str, expected: &str) {
        let file = super::csv(journal(&[(1, 0, comment)]).all());
        assert_eq!(read(&file)[0][11].to_owned(), expected);
    }

    #[test]
    fn a_text_never_becomes_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "=\"a\",\"b\""] {
            check(formula, &format!("'{formula}"));
        }
        check("1=1", "1=1");
        check("5 - 3", "5 - 3");
    }

    #[test]
    fn writes_the_columns_and_one_row_a_response() {
        let file = super::csv(journal(&[(2, 0, "排队,\"很久\"\n两小时"), (5, 1, "")]).all());
        assert!(file.starts_with("\u{FEFF}response,time,"));
        assert!(file.contains(",\"排队,\"\"很久\"\"\n两小时\",8\r\n"));
        assert_eq!(file.matches("\r\n").count(), 3);
        let row = &read(&file)[0];
        assert_eq!(
            (&row[1], &row[2], &row[8], &row[9], &row[10]),
            ("2026-11-23T09:41:07.120+08:00", "bank", "2", "complete", "queue")
        );
    }

    proptest! {
        #[test]
        fn every_text_comes_back_as_it_was_written(comment in "[^=+@\t\r-].{0,40}") {
            let file = super::csv(journal(&[(3, 0, &comment)]).all());
            let kept = if comment.trim().is_empty() { "" } else { comment.as_str() };
            prop_assert_eq!(&read(&file)[0][11], kept);
        }
    }
}
