//! The chart of the summary (ECMA-376, DrawingML): how many responses of each level, as bars.

use std::ops::RangeInclusive;

use super::xml::escaped;
use super::{HEAD, RELATIONS};
use crate::job::About;

const DRAWING: &str = "http://schemas.openxmlformats.org/drawingml/2006";
/// The app's own green.
const COLOUR: &str = "1F6F66";

/// Where it stands: beside the summary's columns.
pub fn drawing() -> String {
    let corner = |name, column, row| {
        format!(
            "<xdr:{name}><xdr:col>{column}</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{row}</xdr:row>\
             <xdr:rowOff>0</xdr:rowOff></xdr:{name}>"
        )
    };
    format!(
        "{HEAD}<xdr:wsDr xmlns:xdr=\"{DRAWING}/spreadsheetDrawing\" xmlns:a=\"{DRAWING}/main\"><xdr:twoCellAnchor>{}{}\
         <xdr:graphicFrame macro=\"\"><xdr:nvGraphicFramePr><xdr:cNvPr id=\"2\" name=\"Chart 1\"/><xdr:cNvGraphicFramePr/>\
         </xdr:nvGraphicFramePr><xdr:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"0\" cy=\"0\"/></xdr:xfrm><a:graphic>\
         <a:graphicData uri=\"{DRAWING}/chart\"><c:chart xmlns:c=\"{DRAWING}/chart\" xmlns:r=\"{RELATIONS}\" \
         r:id=\"rId1\"/></a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>",
        corner("from", 4, 1),
        corner("to", 13, 19),
    )
}

/// The chart of these rows of the summary.
pub fn chart(about: &About, rows: RangeInclusive<usize>) -> String {
    let sheet = escaped(&about.summary.replace('\'', "''"));
    let range = |column| format!("'{sheet}'!${column}${}:${column}${}", rows.start(), rows.end());
    let distribution = &about.distribution;
    let (mut names, mut counts) = (String::new(), String::new());
    for (at, (level, count, _)) in distribution.rows.iter().enumerate() {
        names.push_str(&format!("<c:pt idx=\"{at}\"><c:v>{}</c:v></c:pt>", escaped(level)));
        counts.push_str(&format!("<c:pt idx=\"{at}\"><c:v>{count}</c:v></c:pt>"));
    }
    let n = distribution.rows.len();
    let title = escaped(&distribution.title);
    let axis = |kind: &str, id: u8, across: u8, position: &str, rest: &str| {
        format!(
            "<c:{kind}><c:axId val=\"{id}\"/><c:scaling><c:orientation val=\"{}\"/></c:scaling><c:delete val=\"0\"/>\
             <c:axPos val=\"{position}\"/>{rest}<c:majorTickMark val=\"none\"/><c:minorTickMark val=\"none\"/>\
             <c:tickLblPos val=\"nextTo\"/><c:crossAx val=\"{across}\"/><c:crosses val=\"{}\"/></c:{kind}>",
            // The first row on top, and the numbers below.
            if id == 1 { "maxMin" } else { "minMax" },
            if id == 2 { "max" } else { "autoZero" },
        )
    };
    let numbers = "<c:majorGridlines/><c:numFmt formatCode=\"#,##0\" sourceLinked=\"0\"/>";
    format!(
        "{HEAD}<c:chartSpace xmlns:c=\"{DRAWING}/chart\" xmlns:a=\"{DRAWING}/main\" xmlns:r=\"{RELATIONS}\"><c:chart>\
         <c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr sz=\"1200\" b=\"1\"/></a:pPr><a:r><a:rPr sz=\"1200\" \
         b=\"1\"/><a:t>{title}</a:t></a:r></a:p></c:rich></c:tx><c:overlay val=\"0\"/></c:title><c:autoTitleDeleted \
         val=\"0\"/><c:plotArea><c:layout/><c:barChart><c:barDir val=\"bar\"/><c:grouping val=\"clustered\"/>\
         <c:varyColors val=\"0\"/><c:ser><c:idx val=\"0\"/><c:order val=\"0\"/><c:tx><c:v>{}</c:v></c:tx><c:spPr>\
         <a:solidFill><a:srgbClr val=\"{COLOUR}\"/></a:solidFill></c:spPr><c:invertIfNegative val=\"0\"/><c:dLbls>\
         <c:showLegendKey val=\"0\"/><c:showVal val=\"1\"/><c:showCatName val=\"0\"/><c:showSerName val=\"0\"/>\
         <c:showPercent val=\"0\"/><c:showBubbleSize val=\"0\"/></c:dLbls><c:cat><c:strRef><c:f>{}</c:f><c:strCache>\
         <c:ptCount val=\"{n}\"/>{names}</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:f>{}</c:f><c:numCache>\
         <c:formatCode>General</c:formatCode><c:ptCount val=\"{n}\"/>{counts}</c:numCache></c:numRef></c:val></c:ser>\
         <c:gapWidth val=\"60\"/><c:axId val=\"1\"/><c:axId val=\"2\"/></c:barChart>{}{}</c:plotArea><c:plotVisOnly \
         val=\"1\"/></c:chart></c:chartSpace>",
        escaped(&distribution.heads[1]),
        range('A'),
        range('B'),
        axis("catAx", 1, 2, "l", ""),
        axis("valAx", 2, 1, "b", numbers),
    )
}
