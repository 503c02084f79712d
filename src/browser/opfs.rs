//! Files of this origin alone (the origin private file system), as a worker may open them: synchronous, and flushed to
//! the disk when it says so.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomException, FileSystemDirectoryHandle, FileSystemGetFileOptions, FileSystemReadWriteOptions,
    FileSystemSyncAccessHandle,
};

/// Longer than any file here will ever be.
const MOST_BYTES: f64 = (1_u64 << 40) as f64;

/// Why a file could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoFile {
    /// This browser has no such files, or not here.
    Unsupported,
    /// Another tab has it open.
    Busy,
    /// Something else, as the browser calls it.
    Failed(String),
}

/// An open file. Nobody else can open it until it is dropped.
#[derive(Debug)]
pub struct File {
    handle: FileSystemSyncAccessHandle,
}

impl File {
    /// Opens the file of that name, which is made if it is not there.
    ///
    /// # Errors
    /// As [`NoFile`] says.
    pub async fn open(name: &str) -> Result<Self, NoFile> {
        let folder = folder().ok_or(NoFile::Unsupported)?;
        let folder: FileSystemDirectoryHandle = JsFuture::from(folder).await.map_err(named)?.unchecked_into();
        let options = FileSystemGetFileOptions::new();
        options.set_create(true);
        let file = JsFuture::from(folder.get_file_handle_with_options(name, &options)).await.map_err(named)?;
        let opening = promised(&file, "createSyncAccessHandle").ok_or(NoFile::Unsupported)?;
        let handle = JsFuture::from(opening).await.map_err(named)?;
        Ok(Self { handle: handle.unchecked_into() })
    }

    /// Whether there is a file of that name. Where the browser cannot say, there is.
    pub async fn is_there(name: &str) -> bool {
        let Some(folder) = folder() else { return true };
        let Ok(folder) = JsFuture::from(folder).await else { return true };
        let folder: FileSystemDirectoryHandle = folder.unchecked_into();
        let found = JsFuture::from(folder.get_file_handle(name)).await;
        found.map_err(name_of).err().is_none_or(|why| why != "NotFoundError")
    }

    /// Its length in bytes.
    pub fn size(&self) -> f64 {
        // Of one that the browser has dropped, Chromium gives a length that no file can have.
        self.handle.get_size().ok().filter(|size| (0.0..=MOST_BYTES).contains(size)).unwrap_or_default()
    }

    /// Reads from a place on; gives how many bytes there were.
    pub fn read(&self, at: f64, into: &mut [u8]) -> usize {
        let options = FileSystemReadWriteOptions::new();
        options.set_at_f64(at);
        self.handle.read_with_u8_array_and_options(into, &options).unwrap_or_default() as usize
    }

    /// Writes all of it at a place and has it flushed to the disk. What a full disk has cut short is taken back.
    ///
    /// # Errors
    /// As the browser calls it.
    pub fn write(&self, at: f64, bytes: &[u8]) -> Result<(), String> {
        let options = FileSystemReadWriteOptions::new();
        options.set_at_f64(at);
        let size = self.size();
        let written = self.handle.write_with_u8_array_and_options(bytes, &options);
        let outcome = match written {
            Ok(count) if count as usize == bytes.len() => self.handle.flush().map_err(name_of),
            Ok(_) => Err("QuotaExceededError".to_owned()),
            Err(error) => Err(name_of(error)),
        };
        if outcome.is_err() && size < self.size() {
            let _ = self.handle.truncate_with_f64(size);
        }
        outcome
    }

    /// Cuts the file to a length and has that flushed to the disk.
    ///
    /// # Errors
    /// As the browser calls it.
    pub fn truncate(&self, size: f64) -> Result<(), String> {
        self.handle.truncate_with_f64(size).and_then(|()| self.handle.flush()).map_err(name_of)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        self.handle.close();
    }
}

/// The folder of this origin, where the browser has one.
fn folder() -> Option<Promise> {
    promised(&member(&navigator()?, "storage")?, "getDirectory")
}

fn navigator() -> Option<JsValue> {
    member(&js_sys::global(), "navigator")
}

fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().filter(JsValue::is_object)
}

/// Calls a method that a browser may not have.
fn promised(of: &JsValue, method: &str) -> Option<Promise> {
    let method = Reflect::get(of, &method.into()).ok()?.dyn_into::<Function>().ok()?;
    method.call0(of).ok()?.dyn_into().ok()
}

fn named(error: JsValue) -> NoFile {
    match name_of(error).as_str() {
        "NoModificationAllowedError" | "InvalidStateError" => NoFile::Busy,
        "SecurityError" | "NotSupportedError" => NoFile::Unsupported,
        name => NoFile::Failed(name.to_owned()),
    }
}

fn name_of(error: JsValue) -> String {
    error.dyn_ref::<DomException>().map_or_else(|| "unknown".to_owned(), DomException::name)
}
