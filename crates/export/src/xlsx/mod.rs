//! A workbook (ECMA-376, SpreadsheetML): a sheet of responses that is written row by row, and a sheet that sums them up,
//! with its chart. Of the rows nothing is kept but the words that many of them share.

mod chart;
mod sheet;
mod summary;
mod xml;

pub use self::sheet::Sheet;
use self::xml::escaped;
use crate::job::About;

/// Where the sheet of responses lies in the archive.
pub const RESPONSES: &str = "xl/worksheets/sheet2.xml";

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// Places in [`STYLES`].
const HEADING: u8 = 1;
const TIME: u8 = 2;
const TITLE: u8 = 3;
const DECIMAL: u8 = 4;
const WRAPPED: u8 = 5;
const STRONG: u8 = 6;

/// Bold, a heading's ground, a time, a title, a decimal, words that wrap.
const STYLES: &str = r#"<numFmts count="2"><numFmt numFmtId="165" formatCode="0.0"/><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts><fonts count="3"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="16"/><name val="Calibri"/><family val="2"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE4EFED"/><bgColor indexed="64"/></patternFill></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="7"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="center"/></xf><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1"><alignment vertical="top"/></xf></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>"#;

/// The parts beside the sheet of responses: what they are called, and what stands in them.
pub fn parts(about: &About, sheet: Sheet) -> Vec<(&'static str, String)> {
    let summary = summary::Summary::of(about);
    let mut parts = vec![
        ("[Content_Types].xml", content_types()),
        ("_rels/.rels", relations(&[("officeDocument", "xl/workbook.xml")])),
        ("xl/workbook.xml", workbook(about)),
        (
            "xl/_rels/workbook.xml.rels",
            relations(&[
                ("worksheet", "worksheets/sheet1.xml"),
                ("worksheet", "worksheets/sheet2.xml"),
                ("styles", "styles.xml"),
                ("sharedStrings", "sharedStrings.xml"),
            ]),
        ),
        ("xl/styles.xml", styles()),
        ("xl/sharedStrings.xml", sheet.into_strings()),
        ("xl/worksheets/sheet1.xml", summary.sheet),
    ];
    if let Some(rows) = summary.charted {
        parts.extend([
            ("xl/worksheets/_rels/sheet1.xml.rels", relations(&[("drawing", "../drawings/drawing1.xml")])),
            ("xl/drawings/drawing1.xml", chart::drawing()),
            ("xl/drawings/_rels/drawing1.xml.rels", relations(&[("chart", "../charts/chart1.xml")])),
            ("xl/charts/chart1.xml", chart::chart(about, rows)),
        ]);
    }
    parts
}

fn content_types() -> String {
    let sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let drawing = "application/vnd.openxmlformats-officedocument.drawing";
    let parts = [
        ("/xl/workbook.xml", format!("{sheet}.sheet.main+xml")),
        ("/xl/worksheets/sheet1.xml", format!("{sheet}.worksheet+xml")),
        ("/xl/worksheets/sheet2.xml", format!("{sheet}.worksheet+xml")),
        ("/xl/styles.xml", format!("{sheet}.styles+xml")),
        ("/xl/sharedStrings.xml", format!("{sheet}.sharedStrings+xml")),
        ("/xl/drawings/drawing1.xml", format!("{drawing}+xml")),
        ("/xl/charts/chart1.xml", format!("{drawing}ml.chart+xml")),
    ];
    let parts: Vec<String> =
        parts.iter().map(|(part, kind)| format!("<Override PartName=\"{part}\" ContentType=\"{kind}\"/>")).collect();
    format!(
        "{HEAD}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
         ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" \
         ContentType=\"application/xml\"/>{}</Types>",
        parts.concat()
    )
}

fn relations(to: &[(&str, &str)]) -> String {
    let relation = |(n, (kind, target)): (usize, &(&str, &str))| {
        format!("<Relationship Id=\"rId{}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>", n + 1)
    };
    let relations: Vec<String> = to.iter().enumerate().map(relation).collect();
    format!("{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">{}</Relationships>", relations.concat())
}

fn workbook(about: &About) -> String {
    let (summary, sheet) = (escaped(&about.summary), escaped(&about.sheet));
    format!(
        "{HEAD}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets><sheet name=\"{summary}\" sheetId=\"1\" \
         r:id=\"rId1\"/><sheet name=\"{sheet}\" sheetId=\"2\" r:id=\"rId2\"/></sheets></workbook>"
    )
}

fn styles() -> String {
    format!("{HEAD}<styleSheet xmlns=\"{MAIN}\">{STYLES}</styleSheet>")
}

#[cfg(test)]
pub(crate) mod tests;
