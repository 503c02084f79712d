//! Word from one part of the app to the others: the kiosk and the manager of this page, and the same in other tabs.

use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

/// What can be announced. Nothing travels with it: whoever hears it reads the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// The journal, its outbox or the state of the upload changed.
    Journal,
    /// Settings or token changed.
    Settings,
    /// A person asks for an upload now.
    SyncNow,
}

impl News {
    const ALL: [Self; 3] = [Self::Journal, Self::Settings, Self::SyncNow];

    fn name(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Settings => "settings",
            Self::SyncNow => "sync-now",
        }
    }
}

/// A speaker and listener in one; closed on drop. A speaker never hears itself.
#[derive(Debug)]
pub struct Announcer {
    channel: BroadcastChannel,
    _listener: Closure<dyn FnMut(MessageEvent)>,
}

impl Announcer {
    /// Opens the channel; `None` in a browser without one.
    pub fn open(mut hear: impl FnMut(News) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new("candor").ok()?;
        let listener = Closure::new(move |message: MessageEvent| {
            let name = message.data().as_string().unwrap_or_default();
            if let Some(news) = News::ALL.into_iter().find(|news| news.name() == name) {
                hear(news);
            }
        });
        channel.set_onmessage(Some(AsRef::<JsValue>::as_ref(&listener).unchecked_ref()));
        Some(Self { channel, _listener: listener })
    }

    /// Tells everybody else.
    pub fn tell(&self, news: News) {
        let _ = self.channel.post_message(&news.name().into());
    }
}

impl Drop for Announcer {
    fn drop(&mut self) {
        self.channel.close();
    }
}
