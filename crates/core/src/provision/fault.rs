//! What can be wrong with a settings file, and how a person is told.

use super::{MAX_FILE_BYTES, MAX_SURVEYS};
use crate::hours::Wrong;
use crate::survey;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where: `settings.programs[1]`; empty for the file as a whole.
    pub path: String,
    /// What.
    pub kind: FaultKind,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// What can be wrong with any file: its form, a name, a number, something in a survey.
    Form(survey::FaultKind),
    /// Something in the opening hours.
    Hours(Wrong),
    /// More than [`MAX_FILE_BYTES`].
    TooLarge,
    /// A code that was cut or mistyped.
    Garbled,
    /// JSON, but no settings of Candor's.
    NotSettings,
    /// From a later version.
    Newer,
    /// A token, a PIN or a key: a file carries none.
    Secret,
    /// A text is needed.
    NotAText,
    /// No address that answers may go to.
    Endpoint,
    /// Not the origin of a page.
    Origin,
    /// Longer than 60 characters, or with characters that nobody sees.
    Place,
    /// Not a number of days that may be set.
    Days,
    /// More than [`MAX_SURVEYS`].
    TooManySurveys,
    /// No survey of this name is here.
    NotHere,
    /// The survey does not speak this language.
    NotSpoken,
    /// The name of a survey that comes with the app.
    Template,
    /// No figure that a survey could aim at.
    Target,
}

impl FaultKind {
    /// What is wrong and what is needed, in the manager's language: Chinese, or else English.
    pub fn say(&self, locale: &str) -> String {
        let is_chinese = locale.starts_with("zh");
        let [chinese, english] = match self {
            Self::Form(fault) => return fault.say(locale),
            Self::Hours(wrong) => hours(*wrong),
            Self::TooLarge => {
                let kilobytes = MAX_FILE_BYTES / 1024;
                let [chinese, english] = ["文件超过", "the file is larger than"];
                let text = if is_chinese { [chinese, " ", " KB"] } else { [english, " ", " KB"] };
                return [text[0], text[1], &kilobytes.to_string(), text[2]].concat();
            }
            Self::TooManySurveys => {
                let most = MAX_SURVEYS.to_string();
                return if is_chinese { ["问卷最多 ", &most, " 份"] } else { ["at most ", &most, " surveys"] }.concat();
            }
            Self::Garbled => ["设置码不完整，或者有字符错误", "the code is cut short, or a character in it is wrong"],
            Self::NotSettings => ["这不是坦言的设置文件", "this is not a settings file of Candor’s"],
            Self::Newer => {
                ["由更新的版本写成，请先升级本机", "it was written by a later version: update this tablet first"]
            }
            Self::Secret => [
                "设置文件不携带令牌、密码和密钥，请直接在平板上填写",
                "a settings file carries no token, PIN or key: type it on the tablet",
            ],
            Self::NotAText => ["这里需要文本", "a text is needed here"],
            Self::Endpoint => [
                "这里需要以 https:// 开头的地址，或以 / 开头的路径",
                "an address with https:// or a path from / is needed here",
            ],
            Self::Origin => [
                "这里需要网页的来源地址，例如 https://counter.example.com",
                "the origin of a page is needed here, such as https://counter.example.com",
            ],
            Self::Place => [
                "这里需要最多 60 个字的文本，不含不可见字符",
                "a text of at most 60 characters is needed here, all of them visible",
            ],
            Self::Days => ["这个天数不能使用", "this number of days cannot be used"],
            Self::NotHere => {
                ["本机没有这份问卷，文件里也没有", "no survey of this name is on this tablet or in the file"]
            }
            Self::NotSpoken => ["问卷没有这种语言", "the survey does not speak this language"],
            Self::Target => [
                "这里需要一个数字，而且是这份问卷的得分能达到的",
                "a number is needed here that the survey’s figure can reach",
            ],
            Self::Template => {
                ["这是自带问卷的名称，请换一个", "a survey that comes with the app has this name: use another"]
            }
        };
        if is_chinese { chinese } else { english }.to_owned()
    }
}

fn hours(wrong: Wrong) -> [&'static str; 2] {
    match wrong {
        Wrong::NotAnObject => ["这里需要一个对象", "an object is needed here"],
        Wrong::NotAList => ["这里需要一个列表", "a list is needed here"],
        Wrong::UnknownField => ["没有这个字段", "this field is unknown"],
        Wrong::UnknownWeekday => ["这里需要 mon 到 sun 之一", "one of mon to sun is needed here"],
        Wrong::NotASpan => ["时间段应写成 09:00-12:00", "times are written as 09:00-12:00"],
        Wrong::EndBeforeBegin => ["结束不晚于开始", "the end is not after the beginning"],
        Wrong::Overlap => ["与前面的时间段重叠", "it overlaps with times before it"],
        Wrong::NotADate => {
            ["日期应写成 2026-10-01，而且确有这一天", "a date is written as 2026-10-01, and has to exist"]
        }
        Wrong::ToBeforeFrom => ["末日早于首日", "the last day is before the first"],
        Wrong::SameDay => ["与前面某项有同一天", "an entry before it has one of these days"],
        Wrong::HoursAndAs | Wrong::NeitherHoursNorAs => {
            ["hours 和 as 须有一项，且只有一项", "one of hours and as is needed here"]
        }
        Wrong::NotAName => ["这里需要名称", "a name is needed here"],
        Wrong::NameTooLong => ["名称最多 40 字", "a name has at most 40 characters"],
        Wrong::TooMany => ["项数太多", "these are too many"],
        Wrong::NeverOpen => ["这样就永远不营业了", "the place would never be open"],
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.kind.say("en"))
    }
}
