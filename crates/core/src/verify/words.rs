//! What was found, in words for people.

use super::{Fault, Finding, Report, Witness};

/// A language that findings are told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Simplified Chinese.
    Chinese,
}

/// One finding as a sentence without its full stop. Device and line are for the caller to put in front.
pub fn describe(finding: &Finding, language: Language) -> String {
    match language {
        Language::English => english(finding),
        Language::Chinese => chinese(finding),
    }
}

/// The verdict of a report as one sentence.
pub fn describe_report(report: &Report, language: Language) -> String {
    let found = report.findings.len() as u64 + report.unlisted;
    match (language, found) {
        (Language::English, 0) if !report.is_end_told() => {
            let events = count(report.events, "event", "events");
            format!("Whole as far as it goes: {events}, nothing was changed; nothing vouches for the end")
        }
        (Language::English, 0) => {
            format!("Whole: {}, nothing was changed", count(report.events, "event", "events"))
        }
        (Language::English, _) => {
            format!("Not whole: {} in {}", count(found, "finding", "findings"), count(report.events, "event", "events"))
        }
        (Language::Chinese, 0) if !report.is_end_told() => {
            format!("现有部分完整：共 {} 条记录，未发现改动；但末尾是否齐全，无从证明", report.events)
        }
        (Language::Chinese, 0) => format!("完整：共 {} 条记录，未发现改动", report.events),
        (Language::Chinese, _) => format!("不完整：在 {} 条记录中发现 {found} 处问题", report.events),
    }
}

fn count(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn english(finding: &Finding) -> String {
    let Finding { fault, epoch, seq, time, .. } = finding;
    let at = if time.is_empty() { String::new() } else { format!(" ({time})") };
    let number = format!("number {seq} of epoch {epoch}{at}");
    match fault {
        Fault::Removed { to } if to == seq => {
            format!("number {seq} of epoch {epoch} is missing: it was removed, or never came")
        }
        Fault::Removed { to } => {
            format!("numbers {seq} to {to} of epoch {epoch} are missing: they were removed, or never came")
        }
        Fault::CutAtStart => format!("epoch {epoch} was cut at the start: it begins with number {seq}{at}"),
        Fault::CutAtEnd { said, by } if *seq == 0 => {
            format!(
                "epoch {epoch} was removed: nothing of it is here, and {} says that it goes up to number {said}",
                witness(*by)
            )
        }
        Fault::CutAtEnd { said, by } => {
            format!(
                "epoch {epoch} was cut at the end: it ends with number {seq}{at}, and {} says that it goes up to {said}",
                witness(*by)
            )
        }
        Fault::Edited => format!("{number} was edited: its hash does not fit its content"),
        Fault::Ambiguous { member } => {
            format!(
                "{number} was edited: it has the member “{member}” twice, and says one thing to one reader and another to the next"
            )
        }
        Fault::SameId => {
            format!("{number} has the id of an event that is here already: one of the two was inserted or edited")
        }
        Fault::CopyAlone => {
            format!("{number} is a further place of an event that is not here: the event itself was removed")
        }
        Fault::CutDown => {
            format!("{number} was cut down to its hashes: a collector never does that, so what it said was removed")
        }
        Fault::Doubled => format!("{number} is there twice: one of the two was inserted"),
        Fault::Unlinked => {
            format!(
                "{number} does not continue the one before it: an event was inserted, or put in the place of another"
            )
        }
        Fault::Reordered { after } => format!("{number} stands after {after}: the lines were reordered"),
        Fault::TextAltered => format!("the words of {number} were altered: they do not fit their digest"),
        Fault::ClockBack { ms } => {
            format!("{number} was recorded under a moved clock: it was turned back by {}", span(*ms))
        }
        Fault::ClockAhead { ms } => {
            format!(
                "{number} was recorded under a moved clock: it was set forward by {}, or the tablet slept",
                span(*ms)
            )
        }
        Fault::Contradicted { by } => {
            format!("{number} is not the event that {} names: it or events before it were replaced", witness(*by))
        }
        Fault::AddedAtEnd { said, by } => format!(
            "events were inserted at the end of epoch {epoch}: it goes up to number {seq}{at}, and {} says {said}",
            witness(*by)
        ),
        Fault::CountDiffers { have, said, by } => {
            let have = count(*have, "event is", "events are");
            format!("{have} here, and {} says {said}: events were removed or inserted", witness(*by))
        }
        Fault::BadSignature => {
            format!(
                "the signature for epoch {epoch} up to number {seq} is not good: the signed head was altered or forged"
            )
        }
        Fault::HeadExchanged => format!(
            "the signed head of epoch {epoch} up to number {seq}{at} is older than what the store has written of it since: a newer head was exchanged for it, and events may have been removed with it"
        ),
        Fault::DeviceRemoved => {
            "the store knows this device, and nothing of it is here: all that it had sent was removed".to_owned()
        }
        Fault::UntrustedKey { key } => format!(
            "the signature for epoch {epoch} up to number {seq} was made with a key that is not the trusted one: {key}"
        ),
        Fault::RowAltered => {
            format!("the row of {number} was edited or exchanged: its columns do not say what the event says")
        }
        Fault::Unreadable { reason } => format!("this is no event, it was edited or damaged: {reason}"),
        Fault::NoManifest => "the export was cut at the end: its last line, the manifest, is missing".to_owned(),
        Fault::AfterManifest => "this line was inserted: the manifest before it is an export's last line".to_owned(),
    }
}

fn chinese(finding: &Finding) -> String {
    let Finding { fault, epoch, seq, time, .. } = finding;
    let at = if time.is_empty() { String::new() } else { format!("（{time}）") };
    let number = format!("第 {epoch} 世代第 {seq} 号{at}");
    match fault {
        Fault::Removed { to } if to == seq => format!("第 {epoch} 世代第 {seq} 号缺失：被删除，或从未送达"),
        Fault::Removed { to } => format!("第 {epoch} 世代第 {seq} 至 {to} 号缺失：被删除，或从未送达"),
        Fault::CutAtStart => format!("第 {epoch} 世代的开头被截去：从第 {seq} 号{at}开始"),
        Fault::CutAtEnd { said, by } if *seq == 0 => {
            format!("第 {epoch} 世代被整段删除：{}表明它应到第 {said} 号", zh_witness(*by))
        }
        Fault::CutAtEnd { said, by } => {
            format!("第 {epoch} 世代的末尾被截去：止于第 {seq} 号{at}，而{}表明应到第 {said} 号", zh_witness(*by))
        }
        Fault::Edited => format!("{number}被修改：哈希与内容不符"),
        Fault::Ambiguous { member } => {
            format!("{number}被修改：成员“{member}”出现两次，不同的程序会读出不同的内容")
        }
        Fault::SameId => format!("{number}的标识（id）已属于另一条记录：其中一条是插入或修改的"),
        Fault::CopyAlone => format!("{number}只是某条记录的重复位置，而那条记录本身不在：已被删除"),
        Fault::CutDown => format!("{number}只剩哈希：接收端从不精简记录，其内容是被删除的"),
        Fault::Doubled => format!("{number}出现两次：其中一条是插入的"),
        Fault::Unlinked => format!("{number}与前一条不相接：有记录被插入或替换"),
        Fault::Reordered { after } => format!("{number}排在 {after} 之后：顺序被调换"),
        Fault::TextAltered => format!("{number}的文字被改动：与其摘要不符"),
        Fault::ClockBack { ms } => format!("{number}记录时时钟被拨动：向后拨了 {}", zh_span(*ms)),
        Fault::ClockAhead { ms } => format!("{number}记录时时钟被拨动：向前拨了 {}，或平板曾休眠", zh_span(*ms)),
        Fault::Contradicted { by } => format!("{number}不是{}所指的那条：它或它之前的记录被替换", zh_witness(*by)),
        Fault::AddedAtEnd { said, by } => {
            format!("第 {epoch} 世代的末尾被插入记录：现到第 {seq} 号{at}，而{}表明只到第 {said} 号", zh_witness(*by))
        }
        Fault::CountDiffers { have, said, by } => {
            format!("现有 {have} 条记录，而{}表明有 {said} 条：有记录被删除或插入", zh_witness(*by))
        }
        Fault::BadSignature => format!("第 {epoch} 世代到第 {seq} 号的签名无效：签名凭据被改动或伪造"),
        Fault::HeadExchanged => format!(
            "第 {epoch} 世代到第 {seq} 号的签名凭据{at}早于存储最近一次写入：较新的凭据被换成了旧的，可能有记录随之被删除"
        ),
        Fault::DeviceRemoved => "存储中登记了这台设备，却没有它的任何记录：其全部记录已被删除".to_owned(),
        Fault::UntrustedKey { key } => format!("第 {epoch} 世代到第 {seq} 号的签名所用密钥不是受信任的密钥：{key}"),
        Fault::RowAltered => format!("{number}所在的行被修改或调换：各列与记录内容不符"),
        Fault::Unreadable { reason } => format!("这不是一条记录，已被修改或损坏：{reason}"),
        Fault::NoManifest => "导出文件的末尾被截去：缺少最后一行清单".to_owned(),
        Fault::AfterManifest => "这一行是插入的：它前面的清单才是导出文件的最后一行".to_owned(),
    }
}

fn witness(by: Witness) -> &'static str {
    match by {
        Witness::Counter => "the store's own count of all that it has ever written, further places included,",
        Witness::Store => "the collector's own table",
        Witness::Tablet => "the tablet's own record",
        Witness::Backup => "the back-up's first line",
        Witness::Manifest => "the manifest",
        Witness::Receiver => "the receiver's signature",
    }
}

fn zh_witness(by: Witness) -> &'static str {
    match by {
        Witness::Counter => "存储对历次写入（含重复位置）的累计",
        Witness::Store => "接收端自己的登记",
        Witness::Tablet => "平板自己的登记",
        Witness::Backup => "备份的首行",
        Witness::Manifest => "清单",
        Witness::Receiver => "接收端的签名",
    }
}

/// The two largest units of a span: enough to see what it was.
fn span(ms: u64) -> String {
    let [days, hours, minutes, seconds] = units(ms);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {seconds} s"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        _ => format!("{} {hours} h", count(days, "day", "days")),
    }
}

fn zh_span(ms: u64) -> String {
    let [days, hours, minutes, seconds] = units(ms);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} 秒"),
        (0, 0, _) => format!("{minutes} 分 {seconds} 秒"),
        (0, _, _) => format!("{hours} 小时 {minutes} 分"),
        _ => format!("{days} 天 {hours} 小时"),
    }
}

fn units(ms: u64) -> [u64; 4] {
    let seconds = ms / 1_000;
    [seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60]
}
