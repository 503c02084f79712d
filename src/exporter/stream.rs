//! The worker's side of an export: the task that it is given, where the file goes, and what the page hears. Beside
//! `browser/` the only place here that knows `JsValue`.

use candor_export::job::Job;
use candor_export::plan::Plan;
use js_sys::{Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::DedicatedWorkerGlobalScope;

use super::Fault;

#[wasm_bindgen]
extern "C" {
    /// What `exporter-worker.js` writes with.
    type Sink;

    #[wasm_bindgen(method, catch)]
    async fn open(this: &Sink, handle: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn write(this: &Sink, bytes: Uint8Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn pack(this: &Sink, bytes: Uint8Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn packed(this: &Sink) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn close(this: &Sink, media_type: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn abort(this: &Sink) -> Result<JsValue, JsValue>;
}

/// What is to be done.
pub struct Task {
    pub job: Job,
    pub plan: Plan,
    pub stream: Stream,
}

/// A file on its way out.
pub struct Stream {
    sink: Sink,
    handle: JsValue,
}

/// The file or the browser did not take it.
#[derive(Clone, Copy, Debug)]
pub struct NotTaken;

/// The task, once the page has given it; `None` of what is none.
pub async fn task() -> Option<Task> {
    let task = JsFuture::from(member(&scope(), "task").dyn_into::<Promise>().ok()?).await.ok()?;
    let job = serde_json::from_str(&member(&task, "job").as_string()?).ok()?;
    let plan = Plan::from_bytes(Uint8Array::new(&member(&task, "plan")).to_vec());
    let sink = member(&scope(), "sink").unchecked_into();
    Some(Task { job, plan, stream: Stream { sink, handle: member(&task, "handle") } })
}

impl Stream {
    /// Begins the file that somebody has chosen, if somebody has.
    pub async fn open(&self) -> Result<(), NotTaken> {
        self.sink.open(&self.handle).await.map(drop).map_err(|_| NotTaken)
    }

    /// Appends bytes.
    pub async fn write(&self, bytes: &[u8]) -> Result<(), NotTaken> {
        self.sink.write(Uint8Array::from(bytes)).await.map(drop).map_err(|_| NotTaken)
    }

    /// Appends bytes, deflated.
    pub async fn pack(&self, bytes: &[u8]) -> Result<(), NotTaken> {
        self.sink.pack(Uint8Array::from(bytes)).await.map(drop).map_err(|_| NotTaken)
    }

    /// Ends what was deflated; gives its length.
    pub async fn packed(&self) -> Result<u32, NotTaken> {
        let length = self.sink.packed().await.map_err(|_| NotTaken)?;
        length.as_f64().map(|length| length as u32).ok_or(NotTaken)
    }

    /// Tells how far it has come, unless it is to end.
    pub fn go_on(&self, done: u64, total: u64) -> Result<(), Fault> {
        if member(&scope(), "isCancelled").is_truthy() {
            return Err(Fault::Cancelled);
        }
        say(&[("done", (done as f64).into()), ("total", (total as f64).into())]);
        Ok(())
    }

    /// The file is whole: the page hears of it, and has it where nobody has chosen a place.
    pub async fn finish(&self, media_type: &str, rows: u64, lost: u64) {
        match self.sink.close(media_type).await {
            Ok(file) => say(&[("rows", (rows as f64).into()), ("lost", (lost as f64).into()), ("file", file)]),
            Err(_) => self.give_up("not-taken").await,
        }
        scope().close();
    }

    /// There is no file.
    pub async fn give_up(&self, why: &str) {
        let _ = self.sink.abort().await;
        say_fault(why);
        scope().close();
    }
}

/// Tells why there is no file.
pub fn say_fault(why: &str) {
    say(&[("fault", why.into())]);
}

fn say(members: &[(&str, JsValue)]) {
    let message = Object::new();
    for (name, value) in members {
        let _ = Reflect::set(&message, &(*name).into(), value);
    }
    let _ = scope().post_message(&message);
}

fn member(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or_default()
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}
