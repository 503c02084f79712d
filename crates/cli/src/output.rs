//! What the person at the terminal reads, and what a program does. Everything that is printed goes through here, since
//! what is in a file is of others' making: [`printable`] keeps it from writing to the terminal anything but itself.

use std::collections::BTreeSet;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use candor_core::printable::printable;
use candor_core::verify::{ChainSummary, Finding, Language, Report, Signature, describe, describe_report};
use candor_core::witness::SignedHead;
use serde_json::json;

use crate::source::Unit;

/// What came of one file.
pub struct Checked<'a> {
    /// As it is shown.
    pub name: String,
    /// What was found.
    pub report: Report,
    /// What a place counts.
    pub unit: Unit,
    /// Whether keys were compared with trusted ones.
    pub is_key_trusted: bool,
    /// The heads that were handed in to compare with.
    pub given: &'a [SignedHead],
}

/// Tells the person at the terminal one thing.
pub fn tell(words: &str) {
    eprintln!("{}", printable(words));
}

/// Lines of data on standard output: to a file or a program as they are, to a terminal such as it can be shown.
pub struct Data<W: Write> {
    output: W,
    is_terminal: bool,
}

impl Data<BufWriter<StdoutLock<'static>>> {
    /// Standard output.
    pub fn to_stdout() -> Self {
        let output = io::stdout().lock();
        Self { is_terminal: output.is_terminal(), output: BufWriter::new(output) }
    }
}

impl<W: Write> Data<W> {
    /// Writes a line.
    pub fn line(&mut self, line: &str) -> io::Result<()> {
        let shown = if self.is_terminal { printable(line) } else { line.into() };
        self.output.write_all(shown.as_bytes())?;
        self.output.write_all(b"\n")
    }

    /// Hands over what was written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// So many of something, in English.
pub fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Whether there is a chain of which no good signature names anything.
pub fn is_unsigned(report: &Report) -> bool {
    report.chains.iter().any(|chain| chain.signed_to == 0)
}

/// One line of JSON.
pub fn json(checked: &Checked<'_>) -> String {
    let Checked { name, report, is_key_trusted, .. } = checked;
    let end_told = report.is_end_told();
    let line = json!({ "file": name, "whole": report.is_whole(), "end_told": end_told, "key_trusted": is_key_trusted, "report": report });
    // JSON itself escapes only the oldest of the controls.
    format!("{}\n", printable(&line.to_string()))
}

/// The verdict, the findings, and what stands behind it.
pub fn text(checked: &Checked<'_>, language: Language) -> String {
    let Checked { name, report, unit, is_key_trusted, given } = checked;
    let say = |english: String, chinese: String| match language {
        Language::English => english,
        Language::Chinese => chinese,
    };
    let mut lines = vec![format!("{name}: {}", describe_report(report, language))];
    let named =
        report.chains.iter().map(|chain| &chain.device).chain(report.findings.iter().map(|finding| &finding.device));
    let has_several = named.filter(|device| !device.is_empty()).collect::<BTreeSet<_>>().len() > 1;
    for finding in &report.findings {
        lines.push(format!("  ! {}", placed(finding, *unit, has_several, language)));
    }
    if report.unlisted > 0 {
        let n = report.unlisted;
        lines.push(say(
            format!("  ! and {}", counted(n, "more finding", "more findings")),
            format!("  ! 另有 {n} 处问题未列出"),
        ));
    }
    for pause in &report.pauses {
        lines.push(format!("  ~ {}", placed(pause, *unit, has_several, language)));
    }
    lines.extend(report.chains.iter().map(|chain| format!("  {}", chained(chain, language))));
    for head in given.iter().filter(|head| head.seq > 0) {
        lines.extend(compared(head, report, language).map(|said| format!("  {said}")));
    }
    if *is_key_trusted && is_unsigned(report) {
        lines.push(say(
            "  ! not all of it is signed by the trusted key: whoever had the file may have written that part anew"
                .into(),
            "  ! 并非每条链都有可信密钥的签名：经手文件的人可以把没有签名的部分整个重写".into(),
        ));
    }
    let Report { pruned, copies, with_words, without_words, uncompared, .. } = report;
    if *pruned > 0 {
        lines.push(say(
            format!("  {pruned} pruned down to their hashes: that they stood here is checked, what they said is not"),
            format!("  {pruned} 条已精简为哈希：位置已核对，内容无法核对"),
        ));
    }
    if *copies > 0 {
        let numbers = counted(*copies, "number belongs", "numbers belong");
        lines.push(say(
            format!(
                "  {numbers} to an event that stands under another number as well: it was linked twice and is one event"
            ),
            format!("  {copies} 个号码所属的记录另有号码：该记录曾被链接两次，仍算一条"),
        ));
    }
    if with_words + without_words > 0 {
        lines.push(say(
            format!("  customers' words: {with_words} here and checked, {without_words} erased or left out"),
            format!("  顾客文字：{with_words} 条在此并已核对，{without_words} 条已抹去或未导出"),
        ));
    }
    if *uncompared > 0 {
        lines.push(say(
            format!(
                "  {} too late to be compared: to be given with --heads",
                counted(*uncompared, "signed head came", "signed heads came")
            ),
            format!("  {uncompared} 个签名凭据来得太晚，未能比对：请用 --heads 提供"),
        ));
    }
    let mut keys: Vec<_> =
        report.heads.iter().filter(|(_, s)| *s == Signature::Good).map(|(head, _)| &head.key).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        lines.push(match is_key_trusted {
            true => say(format!("  signed by the trusted key {key}"), format!("  由受信任的密钥签名：{key}")),
            false => say(
                format!("  signed by the key {key}, taken on first sight: compare it with candor-collector key, and give it with --key"),
                format!("  签名密钥 {key}，首次见到，未经核对：请与 candor-collector key 的输出比对，再用 --key 指定"),
            ),
        });
    }
    lines.extend(unseen(checked, language));
    let shown: Vec<_> = lines.iter().map(|line| printable(line)).collect();
    shown.join("\n") + "\n"
}

/// What the check could not see, and what to give for that.
fn unseen(checked: &Checked<'_>, language: Language) -> Vec<String> {
    let Checked { report, unit, given, .. } = checked;
    let say = |english: &str, chinese: &str| match language {
        Language::English => format!("  {english}"),
        Language::Chinese => format!("  {chinese}"),
    };
    let mut lines = Vec::new();
    if !report.silent.is_empty() {
        let names = report.silent.join(", ");
        lines.push(say(
            &format!(
                "enrolled, and nothing of them is here: {names}; they have sent nothing yet, or all of it was removed"
            ),
            &format!("已登记但没有任何记录：{names}；可能从未发送，也可能全部被删除"),
        ));
    }
    if !report.is_end_told() {
        lines.push(say(
            "! to see whether the end was cut, give signed heads from elsewhere with --heads FILE (a tablet's export, a receipt, a kept answer of GET /v1/devices), and the receiver's key with --key HEX",
            "! 要查末尾是否被截去，请用 --heads FILE 提供别处留存的签名凭据（平板的导出文件、回执，或留存的 GET /v1/devices 应答），并用 --key HEX 指定接收端公钥",
        ));
    }
    if *unit == Unit::Row && given.is_empty() {
        lines.push(say(
            "a store speaks for itself alone: a device that was taken out of all its tables, or a store that was put back to an older state, shows only beside heads from elsewhere (--heads with each tablet's export, or with a kept answer of GET /v1/devices)",
            "仅凭存储自身，看不出某台设备被从所有表中整个删去，也看不出存储被退回到旧的状态：请用 --heads 提供各平板的导出文件，或留存的 GET /v1/devices 应答",
        ));
    }
    lines
}

fn placed(finding: &Finding, unit: Unit, with_device: bool, language: Language) -> String {
    let said = describe(finding, language);
    let place = finding.line.map(|line| match (language, unit) {
        (Language::English, Unit::Line) => format!("line {line}: "),
        (Language::English, Unit::Row) => format!("row {line}: "),
        (Language::Chinese, _) => format!("第 {line} 行："),
    });
    let device = match with_device && !finding.device.is_empty() {
        true => format!("{}: ", finding.device),
        false => String::new(),
    };
    format!("{}{device}{said}", place.unwrap_or_default())
}

/// What became of a head that was handed in. One that is contradicted is among the findings.
fn compared(head: &SignedHead, report: &Report, language: Language) -> Option<String> {
    let SignedHead { device, epoch, seq, hash, .. } = head;
    let shown = hash.in_groups();
    if report.agreed.contains(head) {
        return Some(match language {
            Language::English => {
                format!("agrees with the head given for {device}, epoch {epoch}: number {seq}, hash {shown}")
            }
            Language::Chinese => format!("与所给的 {device} 第 {epoch} 世代凭据一致：第 {seq} 号，哈希 {shown}"),
        });
    }
    let is_here = report.chains.iter().any(|chain| chain.device == *device && chain.epoch == *epoch);
    (!is_here).then(|| match language {
        Language::English => {
            format!("not compared: a head was given for {device}, epoch {epoch}, of which nothing is here")
        }
        Language::Chinese => format!("未比对：所给凭据属于 {device} 第 {epoch} 世代，此处没有它的记录"),
    })
}

fn chained(chain: &ChainSummary, language: Language) -> String {
    let ChainSummary { device, epoch, first, last, first_time, last_time, signed_to, hash, is_end_told, .. } = chain;
    // As the tablet's own screen shows it, for a person to compare.
    let newest = hash.in_groups();
    let said = match (language, signed_to, is_end_told) {
        (Language::English, 0, true) => "no receiver's signature vouches for its end".to_owned(),
        (Language::English, 0, false) => {
            "nothing vouches for its end: events behind it may have been cut off".to_owned()
        }
        (Language::English, _, true) => format!("a receiver's signature vouches for it up to {signed_to}"),
        (Language::English, _, false) => {
            format!("a receiver's signature vouches for it up to {signed_to}, and nothing for what is behind")
        }
        (Language::Chinese, 0, true) => "末尾没有接收端签名为证".to_owned(),
        (Language::Chinese, 0, false) => "末尾无从证明：其后的记录可能被截去".to_owned(),
        (Language::Chinese, _, true) => format!("到第 {signed_to} 号有接收端签名为证"),
        (Language::Chinese, _, false) => format!("到第 {signed_to} 号有接收端签名为证，其后无从证明"),
    };
    match language {
        Language::English => format!(
            "{device}, epoch {epoch}: numbers {first} to {last}, {first_time} to {last_time}, newest hash {newest}; {said}"
        ),
        Language::Chinese => format!(
            "{device} 第 {epoch} 世代：第 {first} 至 {last} 号，{first_time} 至 {last_time}，最新哈希 {newest}；{said}"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(is_terminal: bool, line: &str) -> String {
        let mut data = Data { output: Vec::new(), is_terminal };
        data.line(line).unwrap();
        data.flush().unwrap();
        String::from_utf8(data.output).unwrap()
    }

    #[test]
    fn data_is_made_fit_for_a_terminal_and_left_alone_for_a_file() {
        let line = "{\"comment\":\"\u{202e}好\u{9b}2J\"}";
        assert_eq!(written(false, line), format!("{line}\n"));
        assert_eq!(written(true, line), "{\"comment\":\"\\u202e好\\u009b2J\"}\n");
    }
}
