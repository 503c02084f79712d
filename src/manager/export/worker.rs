//! The worker that writes, as the page knows it, and the browser's question where to. `JsValue` stops here.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, MessageEvent, WorkerOptions, WorkerType};

use crate::manager::browser::offer_blob;

/// In the folder of this release: the build puts its name in place of the zeros (`scripts/release.mjs`).
const SCRIPT: &str = "./release-0000000000000000/exporter-worker.js";

/// What the worker tells.
pub enum News {
    /// How far it has come.
    Progress {
        /// Rows written.
        done: u64,
        /// Rows to be written.
        total: u64,
    },
    /// There is a file.
    Done {
        /// Rows in it.
        rows: u64,
        /// Responses that could not be read.
        lost: u64,
        /// The file, where nobody has chosen a place for it.
        file: Option<Blob>,
    },
    /// There is none.
    Fault(String),
}

/// A worker at its work. Dropped before its end, it is told to stop: it leaves nothing behind, and ends by itself.
#[derive(Debug)]
pub struct Worker {
    worker: web_sys::Worker,
    /// What hears it; nobody does any more once it is dropped.
    _ears: [Closure<dyn FnMut(MessageEvent)>; 2],
}

impl Worker {
    /// Starts it upon a task; `None` where the browser has no such workers. `hear` is told of everything.
    pub fn start(job: &str, plan: &[u8], picked: &Picked, hear: impl Fn(News) + Clone + 'static) -> Option<Self> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = web_sys::Worker::new_with_options(SCRIPT, &options).ok()?;
        let told = hear.clone();
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| told(news(&event.data())));
        // A script that did not come, or wasm that traps, says nothing more.
        let error = Closure::<dyn FnMut(MessageEvent)>::new(move |_| hear(News::Fault("died".to_owned())));
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        let (task, plan) = (Object::new(), Uint8Array::from(plan));
        let members = [("job", job.into()), ("plan", plan.clone().into()), ("handle", picked.handle())];
        for (name, value) in &members {
            Reflect::set(&task, &(*name).into(), value).ok()?;
        }
        worker.post_message_with_transfer(&task, &Array::of1(&plan.buffer())).ok()?;
        Some(Self { worker, _ears: [message, error] })
    }

    /// Tells it to stop.
    pub fn cancel(&self) {
        let _ = self.worker.post_message(&"cancel".into());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.cancel();
    }
}

fn news(data: &JsValue) -> News {
    let member = |name: &str| Reflect::get(data, &name.into()).unwrap_or_default();
    let number = |name: &str| member(name).as_f64().map(|number| number as u64);
    match (member("fault").as_string(), number("rows"), number("done")) {
        (Some(why), ..) => News::Fault(why),
        (None, Some(rows), _) => {
            News::Done { rows, lost: number("lost").unwrap_or_default(), file: member("file").dyn_into().ok() }
        }
        (None, None, Some(done)) => News::Progress { done, total: number("total").unwrap_or_default() },
        _ => News::Fault("died".to_owned()),
    }
}

/// Hands the browser a file to store; `false` when it does not take it.
pub fn offer(name: &str, file: &Blob) -> bool {
    offer_blob(name, file).is_ok()
}

/// Where a file is to go.
#[derive(Debug)]
pub enum Picked {
    /// To a file that somebody has chosen.
    Here(JsValue),
    /// Nobody can choose: it becomes a download.
    Nowhere,
    /// Somebody was asked and wants none.
    Refused,
}

impl Picked {
    /// Whether somebody wants none.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Refused)
    }

    /// Whether it becomes a download.
    pub fn is_nowhere(&self) -> bool {
        matches!(self, Self::Nowhere)
    }

    fn handle(&self) -> JsValue {
        if let Self::Here(handle) = self { handle.clone() } else { JsValue::UNDEFINED }
    }
}

/// Asks where to, by the File System Access API; `None` where the browser has none. It is asked at once: later it would
/// not be by the press.
pub fn pick(name: &str, media_type: &str, ending: &str) -> Option<impl Future<Output = Picked> + use<>> {
    let window = web_sys::window()?;
    let ask: Function = Reflect::get(&window, &"showSaveFilePicker".into()).ok()?.dyn_into().ok()?;
    let object = |members: &[(&str, &JsValue)]| {
        let object = Object::new();
        for (name, value) in members {
            let _ = Reflect::set(&object, &(*name).into(), value);
        }
        object
    };
    // Parameters of a media type are no part of what it takes.
    let media_type = media_type.split(';').next().unwrap_or_default();
    let endings = Array::of1(&[".", ending].concat().into());
    let kind = object(&[("accept", &object(&[(media_type, &endings)]))]);
    let options = object(&[("suggestedName", &name.into()), ("types", &Array::of1(&kind))]);
    let asked = ask.call1(&window, &options).ok()?.dyn_into::<Promise>().ok()?;
    Some(async move {
        match JsFuture::from(asked).await {
            Ok(handle) => Picked::Here(handle),
            // Whoever closes the question wants no file; any other fault is the question's own.
            Err(fault) => {
                let name = Reflect::get(&fault, &"name".into()).ok().and_then(|name| name.as_string());
                if name.as_deref() == Some("AbortError") { Picked::Refused } else { Picked::Nowhere }
            }
        }
    })
}
