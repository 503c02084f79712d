//! What can be wrong with a settings file, and how a person is told.

use super::{MAX_FILE_BYTES, MAX_SURVEYS};
use crate::cases;
use crate::hours::Wrong;
use crate::{hours::roster, reader, staff, survey, themes};

/// One thing that is wrong, and where: `settings.programs[1]`.
pub type Fault = reader::Fault<FaultKind>;

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// What can be wrong with any file: its form, a name, a number, something in a survey.
    Form(survey::FaultKind),
    /// Something in the opening hours.
    Hours(Wrong),
    /// Something in the rules of cases.
    Cases(cases::Wrong),
    /// Something in the list of staff.
    Staff(staff::Wrong),
    /// Something in the shifts.
    Roster(roster::Wrong),
    /// Something in the names, merges and pins of themes.
    Themes(themes::Wrong),
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

impl From<survey::FaultKind> for FaultKind {
    fn from(form: survey::FaultKind) -> Self {
        Self::Form(form)
    }
}

impl FaultKind {
    /// What is wrong and what is needed, in the manager's language: Chinese, or else English.
    pub fn say(&self, locale: &str) -> String {
        let is_chinese = locale.starts_with("zh");
        let [chinese, english] = match self {
            Self::Form(fault) => return fault.say(locale),
            Self::Hours(wrong) | Self::Roster(roster::Wrong::Hours(wrong)) => hours(*wrong),
            Self::Cases(wrong) => cases_fault(*wrong),
            Self::Staff(wrong) => staff(*wrong),
            Self::Roster(wrong) => roster(*wrong),
            Self::Themes(wrong) => of_themes(*wrong),
            Self::TooLarge => {
                let megabytes = (MAX_FILE_BYTES / 1024 / 1024).to_string();
                let before = if is_chinese { "文件超过" } else { "the file is larger than" };
                return [before, " ", &megabytes, " MB"].concat();
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

fn staff(wrong: staff::Wrong) -> [&'static str; 2] {
    match wrong {
        staff::Wrong::NotAList => ["这里需要一个列表", "a list is needed here"],
        staff::Wrong::NotAnObject => ["这里需要一个对象", "an object is needed here"],
        staff::Wrong::UnknownField => ["没有这个字段", "this field is unknown"],
        staff::Wrong::NotABool => ["这里需要 true 或 false", "true or false is needed here"],
        staff::Wrong::Number => {
            ["工号须有 1 到 60 个字符，中间没有空格", "a number of 1 to 60 characters without spaces is needed here"]
        }
        staff::Wrong::NumberTwice => ["前面已有这个工号", "somebody before has this number"],
        staff::Wrong::Name => ["姓名须有 1 到 40 个字", "a name of 1 to 40 characters is needed here"],
        staff::Wrong::Photo => [
            "照片须是不超过 24,000 个字符的 data:image 地址（JPEG、PNG 或 WebP）",
            "a photo is a data:image address (JPEG, PNG or WebP) of at most 24,000 characters",
        ],
        staff::Wrong::Points => [
            "服务点须是最多 12 项的列表，每项最多 60 个字",
            "points are a list of at most 12, each of at most 60 characters",
        ],
        staff::Wrong::TooMany => ["最多 200 人", "at most 200 people"],
    }
}

fn roster(wrong: roster::Wrong) -> [&'static str; 2] {
    match wrong {
        roster::Wrong::NotAList => ["这里需要一个列表", "a list is needed here"],
        roster::Wrong::NotAnObject => ["这里需要一个对象", "an object is needed here"],
        roster::Wrong::UnknownField => ["没有这个字段", "this field is unknown"],
        roster::Wrong::Name => ["班次名称须有 1 到 40 个字", "a name of 1 to 40 characters is needed here"],
        roster::Wrong::Days => {
            ["这里需要由 mon 到 sun 组成的列表，每天一次", "a list of mon to sun is needed here, each of them once"]
        }
        roster::Wrong::Hours(wrong) => hours(wrong),
        roster::Wrong::Overlap => ["与前面的班次重叠", "it overlaps with a shift before it"],
        roster::Wrong::Text => [
            "这里需要最多 60 个字的文本，不含不可见字符",
            "a text of at most 60 characters is needed here, all of them visible",
        ],
        roster::Wrong::TooMany => ["最多 30 个班次", "at most 30 shifts"],
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

fn cases_fault(wrong: cases::Wrong) -> [&'static str; 2] {
    use cases::Wrong;
    match wrong {
        Wrong::NotAnObject => ["这里需要一个对象", "an object is needed here"],
        Wrong::NotAList => ["这里需要一个列表，最多 100 项", "a list of at most 100 entries is needed here"],
        Wrong::Unknown => ["没有这个字段", "this field is unknown"],
        Wrong::NotALevel => [
            "这里需要该量表中不算好评的一个等级，或 null",
            "a level of this scale that is not a good one is needed here, or null",
        ],
        Wrong::NotALimit => [
            "时限应写成 {\"days\": 1} 到 250，或 {\"hours\": 1} 到 2000，不设时限写 null",
            "a limit is written as {\"days\": 1} to 250, as {\"hours\": 1} to 2000, or null for none",
        ],
        Wrong::NotWorking => ["这里需要 office 或 open", "office or open is needed here"],
        Wrong::NotAName => ["这里需要 1 到 40 字的名称", "a name of 1 to 40 characters is needed here"],
        Wrong::SameReason => ["前面已有这条理由", "an entry before it is about this reason"],
    }
}

fn of_themes(wrong: themes::Wrong) -> [&'static str; 2] {
    match wrong {
        themes::Wrong::NotAnObject => ["这里需要一个对象", "an object is needed here"],
        themes::Wrong::NotAList => ["这里需要一个列表", "a list is needed here"],
        themes::Wrong::UnknownField => ["没有这个字段", "this field is unknown"],
        themes::Wrong::NotAKey => {
            ["这里需要主题的标识，最多 80 字", "the key of a theme is needed here, of at most 80 characters"]
        }
        themes::Wrong::NotAName => {
            ["名称须为 1 至 30 字，不含不可见字符", "a name has 1 to 30 characters, all of them visible"]
        }
        themes::Wrong::Circle => ["合并绕成了一圈", "these merges lead in a circle"],
        themes::Wrong::TooMany => ["最多 200 项", "there are more than 200"],
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.wrong.say("en"))
    }
}
