//! Word from one part of the app to the others: kiosk, keeper and manager, in this tab and in others.

use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

/// What can be announced. Whoever hears of the journal or the settings reads the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// The journal, its outbox or its quarantine changed.
    Journal,
    /// Settings or token changed.
    Settings,
    /// A person, or the network that came back, asks for an upload now.
    SyncNow,
    /// A keeper wants to know whether one leads, and a page how things stand.
    Hello,
    /// How the upload stands: the state, and why.
    Sync(String, String),
}

impl News {
    fn to_words(&self) -> String {
        match self {
            Self::Journal => "journal".to_owned(),
            Self::Settings => "settings".to_owned(),
            Self::SyncNow => "sync-now".to_owned(),
            Self::Hello => "hello".to_owned(),
            Self::Sync(state, why) => ["sync ", state, " ", why].concat(),
        }
    }

    fn from_words(words: &str) -> Option<Self> {
        Some(match words {
            "journal" => Self::Journal,
            "settings" => Self::Settings,
            "sync-now" => Self::SyncNow,
            "hello" => Self::Hello,
            words => {
                let (state, why) = words.strip_prefix("sync ")?.split_once(' ')?;
                Self::Sync(state.to_owned(), why.to_owned())
            }
        })
    }
}

/// Between a door that finds no PIN and the keeper that leads. A channel of their own: what customers load need not
/// know its words.
pub const DOOR_CHANNEL: &str = "candor-door";
/// What a door asks there, until a keeper answers.
pub const IS_THERE_A_PIN: &str = "is-there-a-pin";

/// What the keeper answers: whether the second place has a PIN for a database that has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptPin {
    /// It has one, and has been put back if the database takes it.
    Kept,
    /// It was read and has none.
    None,
    /// It cannot be read, or not whole.
    Unread,
}

impl KeptPin {
    /// As it is told.
    pub fn words(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::None => "none",
            Self::Unread => "unread",
        }
    }

    /// As it was told.
    pub fn from_words(words: &str) -> Option<Self> {
        [Self::Kept, Self::None, Self::Unread].into_iter().find(|kept| kept.words() == words)
    }
}

/// A speaker and listener for [`News`]; closed on drop. A speaker never hears itself.
#[derive(Debug)]
pub struct Announcer {
    channel: Channel,
}

impl Announcer {
    /// Opens the channel; `None` in a browser without one.
    pub fn open(mut hear: impl FnMut(News) + 'static) -> Option<Self> {
        let channel = Channel::open("candor", move |words| {
            if let Some(news) = News::from_words(words) {
                hear(news);
            }
        })?;
        Some(Self { channel })
    }

    /// Tells everybody else.
    pub fn tell(&self, news: &News) {
        self.channel.tell(&news.to_words());
    }
}

/// A speaker and listener in one; closed on drop. A speaker never hears itself.
#[derive(Debug)]
pub struct Channel {
    channel: BroadcastChannel,
    _listener: Closure<dyn FnMut(MessageEvent)>,
}

impl Channel {
    /// Opens the channel of that name; `None` in a browser without one.
    pub fn open(name: &str, mut hear: impl FnMut(&str) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(name).ok()?;
        let listener = Closure::new(move |message: MessageEvent| hear(&message.data().as_string().unwrap_or_default()));
        channel.set_onmessage(Some(AsRef::<JsValue>::as_ref(&listener).unchecked_ref()));
        Some(Self { channel, _listener: listener })
    }

    /// Tells everybody else.
    pub fn tell(&self, words: &str) {
        let _ = self.channel.post_message(&words.into());
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.close();
    }
}
