//! Pictures and clips that a manager has chosen, as the attract screen shows them. Beside `browser.rs` and `file.rs` the
//! only place behind the door that knows `JsValue`.

use candor_core::attract::{MAX_CLIP_BYTES, Picture};
use candor_core::staff::MAX_PHOTO_CHARS;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, File, HtmlCanvasElement, HtmlInputElement, ImageBitmap};

/// The longer side in pixels: as many as most tablets have.
const LONGER_SIDE: f64 = 1_600.0;
/// Of a face: twice the size at which customers see it.
const PORTRAIT_SIDE: f64 = 192.0;
/// Of JPEG: nobody sees more from where a passer-by stands.
const QUALITY: f64 = 0.82;

/// Why a file cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// The browser can make nothing of it.
    Unusable,
    /// A clip above [`MAX_CLIP_BYTES`], a face above [`MAX_PHOTO_CHARS`].
    TooLarge,
}

/// The files that a field holds now; the field is empty afterwards, so that the same file can be chosen again.
pub fn chosen(event: &leptos::ev::Event) -> Vec<File> {
    let field = leptos::prelude::event_target::<HtmlInputElement>(event);
    let files = field.files().map(|list| (0..list.length()).filter_map(|index| list.get(index)).collect());
    field.set_value("");
    files.unwrap_or_default()
}

/// A file as it is kept: a picture no larger than a screen, a clip as it is.
///
/// # Errors
/// [`Unfit`].
pub async fn read(file: &File) -> Result<Picture, Unfit> {
    let data = if file.type_().starts_with("video/") {
        if file.size() > MAX_CLIP_BYTES as f64 {
            return Err(Unfit::TooLarge);
        }
        as_address(file).await
    } else {
        shrunk(file).await
    };
    let picture = Picture { set: String::new(), name: file.name(), data: data.ok_or(Unfit::Unusable)? };
    if picture.is_usable() { Ok(picture) } else { Err(Unfit::Unusable) }
}

async fn as_address(file: &File) -> Option<String> {
    let reader = web_sys::FileReader::new().ok()?;
    reader.read_as_data_url(file).ok()?;
    let ended = js_sys::Promise::new(&mut |resolve, _| reader.set_onloadend(Some(&resolve)));
    JsFuture::from(ended).await.ok()?;
    reader.result().ok()?.as_string()
}

async fn shrunk(file: &File) -> Option<String> {
    let bitmap = bitmap_of(file).await?;
    let (width, height) = (f64::from(bitmap.width()), f64::from(bitmap.height()));
    let scale = (LONGER_SIDE / width.max(height)).min(1.0);
    drawn(&bitmap, (0.0, 0.0, width, height), ((width * scale).round(), (height * scale).round()))
}

/// A face: the middle of a picture as a small square, a little above the middle where the picture is tall.
///
/// # Errors
/// [`Unfit`].
pub async fn portrait(file: &File) -> Result<String, Unfit> {
    let bitmap = bitmap_of(file).await.ok_or(Unfit::Unusable)?;
    let (width, height) = (f64::from(bitmap.width()), f64::from(bitmap.height()));
    let side = width.min(height);
    let cut = ((width - side) / 2.0, (height - side) / 3.0, side, side);
    let data = drawn(&bitmap, cut, (PORTRAIT_SIDE, PORTRAIT_SIDE)).ok_or(Unfit::Unusable)?;
    if data.len() <= MAX_PHOTO_CHARS { Ok(data) } else { Err(Unfit::TooLarge) }
}

async fn bitmap_of(file: &File) -> Option<ImageBitmap> {
    let made = web_sys::window()?.create_image_bitmap_with_blob(file).ok()?;
    JsFuture::from(made).await.ok()?.dyn_into().ok()
}

/// A part of a picture (left, top, width, height) as a JPEG of another size.
fn drawn(bitmap: &ImageBitmap, part: (f64, f64, f64, f64), (width, height): (f64, f64)) -> Option<String> {
    let canvas = web_sys::window()?.document()?.create_element("canvas").ok()?;
    let canvas: HtmlCanvasElement = canvas.dyn_into().ok()?;
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    // JPEG has no transparency: it would turn black.
    context.set_fill_style_str("#fff");
    context.fill_rect(0.0, 0.0, width, height);
    let (left, top, of_width, of_height) = part;
    context
        .draw_image_with_image_bitmap_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            bitmap, left, top, of_width, of_height, 0.0, 0.0, width, height,
        )
        .ok()?;
    bitmap.close();
    canvas.to_data_url_with_type_and_encoder_options("image/jpeg", &QUALITY.into()).ok()
}
