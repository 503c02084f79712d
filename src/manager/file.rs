//! Files on their way out and in, piece by piece: neither ever lies whole in the module's memory. Beside `browser.rs`
//! the only place behind the door that knows `JsValue`.

use js_sys::{Array, Uint8Array};
use leptos::prelude::event_target;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, Event, File, HtmlInputElement, TextDecoder, TextDecoderOptions};

use crate::manager::browser::offer_blob;

/// A file that is being written. Each piece is handed to the browser, which may keep it on disk.
#[derive(Debug, Default)]
pub struct Parts {
    blobs: Array,
}

/// The browser did not take a piece or the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotTaken;

impl Parts {
    /// Appends bytes.
    ///
    /// # Errors
    /// [`NotTaken`], for want of room.
    pub fn push(&self, bytes: &[u8]) -> Result<(), NotTaken> {
        if bytes.is_empty() {
            return Ok(());
        }
        let piece = Array::of1(&Uint8Array::from(bytes));
        let blob = Blob::new_with_u8_array_sequence(&piece).map_err(|_| NotTaken)?;
        self.blobs.push(&blob);
        Ok(())
    }

    /// Hands the whole to the browser to store.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn offer(self, name: &str, media_type: &str) -> Result<(), NotTaken> {
        let bag = BlobPropertyBag::new();
        bag.set_type(media_type);
        let whole = Blob::new_with_blob_sequence_and_options(&self.blobs, &bag).map_err(|_| NotTaken)?;
        offer_blob(name, &whole).map_err(|_| NotTaken)
    }
}

/// A file that a person has chosen.
#[derive(Clone, Debug)]
pub struct ChosenFile(File);

impl ChosenFile {
    /// What a file field holds now.
    pub fn of(event: &Event) -> Option<Self> {
        event_target::<HtmlInputElement>(event).files()?.get(0).map(Self)
    }

    /// Its name.
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        self.0.size() as u64
    }

    /// All of it as text: UTF-8, else GB 18030, as spreadsheets in China write it, else, where it says so itself, UTF-16.
    /// `None` where it is longer than `most` bytes, gone, or in none of these.
    pub async fn text(&self, most: u64) -> Option<String> {
        let bytes = self.slice(0, self.size().min(most + 1)).await.filter(|bytes| bytes.len() as u64 <= most)?;
        let marked = match bytes.as_slice() {
            [0xFF, 0xFE, ..] => Some("utf-16le"),
            [0xFE, 0xFF, ..] => Some("utf-16be"),
            _ => None,
        };
        let encodings = marked.map_or(vec!["utf-8", "gb18030"], |encoding| vec![encoding]);
        encodings.into_iter().find_map(|encoding| {
            let options = TextDecoderOptions::new();
            options.set_fatal(true);
            let decoder = TextDecoder::new_with_label_and_options(encoding, &options).ok()?;
            decoder.decode_with_u8_array(&bytes).ok()
        })
    }

    /// The bytes from one place up to another; `None` when the file is gone or was changed.
    pub async fn slice(&self, from: u64, to: u64) -> Option<Vec<u8>> {
        let slice = self.0.slice_with_f64_and_f64(from as f64, to as f64).ok()?;
        let buffer = JsFuture::from(slice.array_buffer()).await.ok()?;
        Some(Uint8Array::new(&buffer).to_vec())
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    impl ChosenFile {
        /// A file of these bytes.
        pub fn made_of(bytes: &[u8]) -> Self {
            let pieces = Array::of1(&Uint8Array::from(bytes));
            Self(File::new_with_u8_array_sequence(&pieces, "tablet.candor").unwrap())
        }
    }

    #[wasm_bindgen_test]
    async fn gives_the_bytes_that_were_asked_for() {
        let file = ChosenFile::made_of(b"0123456789");
        assert_eq!((file.name(), file.size()), ("tablet.candor".to_owned(), 10));
        assert_eq!(file.slice(2, 5).await.unwrap(), b"234");
        assert_eq!(file.slice(8, 20).await.unwrap(), b"89", "and no more than there are");
    }

    #[wasm_bindgen_test]
    async fn reads_text_as_spreadsheets_write_it() {
        let text = async |bytes: &[u8]| ChosenFile::made_of(bytes).text(9).await;
        let good = Some("好,1".to_owned());
        assert_eq!(text("好,1".as_bytes()).await, good);
        assert_eq!(text("\u{FEFF}好,1".as_bytes()).await, good);
        assert_eq!(text(b"\xBA\xC3,1").await, good, "GB 18030");
        assert_eq!(text(b"\xFF\xFE\x7D\x59\x2C\x00\x31\x00").await, good, "UTF-16");
        assert_eq!(text(b"0123456789").await, None, "too long");
        assert_eq!(text(b"\xFF\x00").await, None, "in no encoding");
    }

    #[wasm_bindgen_test]
    fn writes_no_empty_pieces() {
        let parts = Parts::default();
        for piece in [&b"abc"[..], b"", b"de"] {
            parts.push(piece).unwrap();
        }
        assert_eq!(parts.blobs.length(), 2);
    }
}
