//! What can be wrong with a survey, and how a person is told.

/// One thing that is wrong with a survey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where: `pages[1].fields[0].options[2].text.en`; empty for the survey as a whole.
    pub path: String,
    /// What.
    pub kind: FaultKind,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// This is not JSON.
    NotJson {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// An object is needed.
    NotAnObject,
    /// Nothing of this name is known.
    Unknown,
    /// A list of so many is needed.
    NotAList {
        /// At least.
        min: usize,
        /// At most.
        max: usize,
    },
    /// A whole number is needed.
    NotANumber {
        /// At least.
        min: u32,
        /// At most.
        max: u32,
    },
    /// Yes or no is needed.
    NotABool,
    /// 1 to 40 of a–z, 0–9 and `-` are needed.
    NotAName,
    /// A language tag is needed.
    NotATag,
    /// A text of 1 to 60 characters is needed.
    NotAText,
    /// One of these is needed.
    NotOneOf(Vec<&'static str>),
    /// The text is missing in this language.
    TextMissing,
    /// This stands here twice.
    Twice,
    /// Nothing of this name stands before.
    Nowhere,
    /// Bad levels are the lowest ones, and not all.
    NotTheLowest,
    /// A first hour has to come before a second.
    HoursBackwards,
    /// Only for a bad rating may a reason be asked for.
    RequiredForGood,
    /// This level asks more, or less, of a customer than the one named.
    UnevenEffort {
        /// The level.
        level: u8,
        /// The one it differs from.
        other: u8,
    },
}

impl FaultKind {
    /// What is wrong and what is needed, in the manager's language: Chinese, or else English.
    pub fn say(&self, locale: &str) -> String {
        if locale.starts_with("zh") { self.in_chinese() } else { self.in_english() }
    }

    fn in_english(&self) -> String {
        match self {
            Self::NotJson { line, column } => format!("this is not JSON: line {line}, column {column}"),
            Self::NotAnObject => "an object is needed here".to_owned(),
            Self::Unknown => "this field is unknown".to_owned(),
            Self::NotAList { min, max } => format!("a list of {min} to {max} is needed here"),
            Self::NotANumber { min, max } => format!("a whole number from {min} to {max} is needed here"),
            Self::NotABool => "true or false is needed here".to_owned(),
            Self::NotAName => "1 to 40 of a–z, 0–9 and - are needed here".to_owned(),
            Self::NotATag => "a language tag such as zh-CN is needed here".to_owned(),
            Self::NotAText => "a text of 1 to 60 characters is needed here".to_owned(),
            Self::NotOneOf(known) => format!("one of {} is needed here", known.join(", ")),
            Self::TextMissing => "the text is missing".to_owned(),
            Self::Twice => "this stands here twice".to_owned(),
            Self::Nowhere => "nothing before this has that name".to_owned(),
            Self::NotTheLowest => "bad levels are the lowest ones without a gap, and not all of them".to_owned(),
            Self::HoursBackwards => "the first hour has to come before the second".to_owned(),
            Self::RequiredForGood => "only a page for bad ratings alone may ask for a reason".to_owned(),
            Self::UnevenEffort { level, other } => format!(
                "level {level} leads to other fields or to another number of reasons than level {other}: every level has to cost the same effort"
            ),
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::NotJson { line, column } => format!("这不是 JSON：第 {line} 行第 {column} 列"),
            Self::NotAnObject => "这里需要一个对象".to_owned(),
            Self::Unknown => "没有这个字段".to_owned(),
            Self::NotAList { min, max } => format!("这里需要 {min} 到 {max} 项的列表"),
            Self::NotANumber { min, max } => format!("这里需要 {min} 到 {max} 的整数"),
            Self::NotABool => "这里需要 true 或 false".to_owned(),
            Self::NotAName => "这里需要 1 到 40 个 a–z、0–9 或 -".to_owned(),
            Self::NotATag => "这里需要语言标签，例如 zh-CN".to_owned(),
            Self::NotAText => "这里需要 1 到 60 个字的文本".to_owned(),
            Self::NotOneOf(known) => format!("这里需要以下之一：{}", known.join("、")),
            Self::TextMissing => "缺少文本".to_owned(),
            Self::Twice => "这里重复了".to_owned(),
            Self::Nowhere => "前面没有这个名称".to_owned(),
            Self::NotTheLowest => "差评等级必须是最低的几级，连续，且不能是全部".to_owned(),
            Self::HoursBackwards => "开始时刻必须早于结束时刻".to_owned(),
            Self::RequiredForGood => "只有专用于差评的页面才可以必选原因".to_owned(),
            Self::UnevenEffort { level, other } => {
                format!("第 {level} 级与第 {other} 级之后的内容或原因数量不同：每一级评价都要同样省事")
            }
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.kind.say("en"))
    }
}
