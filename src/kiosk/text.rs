//! The kiosk's own words. A text that is missing in a language does not compile.

/// Everything that the kiosk says by itself; what a survey says is in the survey.
#[derive(Debug)]
pub struct Text {
    pub change: &'static str,
    pub reasons: &'static str,
    pub comment: &'static str,
    pub privacy: &'static str,
    pub skip: &'static str,
    pub submit: &'static str,
    pub saving: &'static str,
    /// What stands before and after the number.
    pub saved: [&'static str; 2],
    pub done: &'static str,
    pub not_saved: &'static str,
    pub not_saved_hint: &'static str,
    pub still_there: &'static str,
    pub still_there_hint: &'static str,
    pub stay: &'static str,
    pub start: &'static str,
    pub no_pin: &'static str,
    pub no_storage: &'static str,
    pub outdated: &'static str,
    pub door_stuck: &'static str,
}

const ZH: Text = Text {
    change: "改一下",
    reasons: "原因，可多选",
    comment: "补充说明，可以不写",
    privacy: "请不要写身份证号、电话等个人信息",
    skip: "跳过",
    submit: "提交",
    saving: "正在保存……",
    saved: ["已安全保存 · 本机第 ", " 条"],
    done: "完成",
    not_saved: "很抱歉，暂时没能存下来",
    not_saved_hint: "您的评价还在，本机会继续尝试保存。请告诉工作人员一声。",
    still_there: "您还在吗？",
    still_there_hint: "点任意处继续。不继续的话，已点选的内容会保留，没提交的文字不会保留。",
    stay: "继续",
    start: "点这里评价",
    no_storage: "本机存储不可用，评价暂存内存，请尽快联系管理员",
    outdated: "本机数据来自较新版本的应用，完好未动。请连上网络，重新打开本页以更新",
    no_pin: "尚未设置管理密码，点此设置",
    door_stuck: "管理界面没能打开，请连上网络再试",
};

const EN: Text = Text {
    change: "Change",
    reasons: "Reasons, choose any",
    comment: "Your words, optional",
    privacy: "Please leave out ID numbers, phone numbers and other personal details",
    skip: "Skip",
    submit: "Send",
    saving: "Saving…",
    saved: ["Safely stored · no. ", " on this tablet"],
    done: "Done",
    not_saved: "Sorry, we could not store it yet",
    not_saved_hint: "Your answer is not lost: this tablet keeps trying to store it. Please tell a member of staff.",
    still_there: "Are you still there?",
    still_there_hint: "Tap anywhere to go on. Otherwise what you tapped is kept, and words you have not sent are not.",
    stay: "Go on",
    start: "Tap to rate",
    no_storage: "Storage on this tablet does not work: answers are kept in memory. Please call a manager soon",
    outdated: "This tablet’s data is of a newer version and untouched. To update, connect to the network and open this page again",
    no_pin: "No manager PIN yet: set one here",
    door_stuck: "The manager's part did not open. Connect to the network and try again",
};

/// The words of a language; English where there are none.
pub fn text(locale: &str) -> &'static Text {
    if locale.starts_with("zh") { &ZH } else { &EN }
}
