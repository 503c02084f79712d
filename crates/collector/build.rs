//! Puts the built app, `dist/` at the root of the workspace, into the collector: each file with its packed copies.
//!
//! Without `dist/` the collector still builds, and says at `/` how to get the app.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Brotli quality for copies that the app's own build did not bring. 9, since a build script is not optimised.
const BROTLI_QUALITY: u32 = 9;
/// Names of files that are packed already, or that packing does not make smaller.
const INCOMPRESSIBLE: [&str; 9] = ["png", "jpg", "jpeg", "webp", "woff2", "mp3", "ogg", "br", "gz"];

fn main() -> io::Result<()> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../..");
    let out = PathBuf::from(env::var("OUT_DIR").unwrap_or_default());
    let dist = root.join("dist");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", dist.display());

    let mut files = Vec::new();
    if dist.is_dir() {
        list(&dist, &mut files)?;
    }
    files.sort();
    let mut source =
        String::from("/// What `dist/` held when this program was built.\npub static EMBEDDED: &[EmbeddedFile] = &[\n");
    for (index, file) in files.iter().enumerate() {
        let path = file.strip_prefix(&dist).unwrap_or(file).to_string_lossy().replace('\\', "/");
        let brotli = copy(file, "br", &out.join(format!("{index}.br")), brotli)?;
        let gzip = copy(file, "gz", &out.join(format!("{index}.gz")), gzip)?;
        let plain = fs::canonicalize(file)?;
        // Writing to a String cannot fail.
        let _ = writeln!(
            source,
            "    EmbeddedFile {{ path: {path:?}, plain: Cow::Borrowed(include_bytes!({plain:?})), brotli: {}, gzip: {} }},",
            include(brotli),
            include(gzip)
        );
    }
    source.push_str("];\n");
    fs::write(out.join("embedded.rs"), source)
}

/// Every file below a folder but the packed copies.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else if !["br", "gz"].contains(&extension(&path).as_str()) {
            files.push(path);
        }
    }
    Ok(())
}

fn extension(path: &Path) -> String {
    path.extension().map(|extension| extension.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The copy that lies beside a file, or one made here; `None` where packing does not make it smaller.
fn copy(file: &Path, suffix: &str, made: &Path, pack: fn(&[u8]) -> io::Result<Vec<u8>>) -> io::Result<Option<PathBuf>> {
    let plain = fs::read(file)?;
    let beside = PathBuf::from(format!("{}.{suffix}", file.display()));
    if beside.is_file() {
        let smaller = fs::metadata(&beside)?.len() < plain.len() as u64;
        return if smaller { fs::canonicalize(beside).map(Some) } else { Ok(None) };
    }
    if INCOMPRESSIBLE.contains(&extension(file).as_str()) {
        return Ok(None);
    }
    let packed = pack(&plain)?;
    if packed.len() >= plain.len() {
        return Ok(None);
    }
    fs::write(made, packed)?;
    Ok(Some(made.to_owned()))
}

fn brotli(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    brotli::CompressorWriter::new(&mut packed, 4096, BROTLI_QUALITY, 22).write_all(plain)?;
    Ok(packed)
}

fn gzip(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(plain)?;
    packer.finish()
}

fn include(copy: Option<PathBuf>) -> String {
    copy.map_or_else(|| "None".to_owned(), |path| format!("Some(Cow::Borrowed(include_bytes!({path:?})))"))
}
