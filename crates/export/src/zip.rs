//! A ZIP archive written as a stream (PKWARE APPNOTE 6.3): entries one after the other, each deflated by whoever calls, its
//! lengths behind it. Below 4 GB, as every part of a workbook is.

/// Bit 3: lengths and sum stand behind the data. Bit 11: names are UTF-8.
const FLAGS: u16 = 1 << 3 | 1 << 11;
const DEFLATED: u16 = 8;
/// What is needed to read it: deflate.
const VERSION: u16 = 20;
/// 1 January 1980, midnight: the same file every time.
const DATE: u16 = 1 << 5 | 1;

/// An archive under way.
#[derive(Debug, Default)]
pub struct Archive {
    entries: Vec<Entry>,
    /// How far it is written.
    at: u32,
    sum: crc32fast::Hasher,
    length: u32,
}

#[derive(Debug)]
struct Entry {
    name: String,
    at: u32,
    sum: u32,
    packed: u32,
    length: u32,
}

impl Archive {
    /// Begins an entry; gives what stands in front of its data.
    pub fn begin(&mut self, name: &str) -> Vec<u8> {
        let mut header = Vec::from(*b"PK\x03\x04");
        push(&mut header, &[VERSION, FLAGS, DEFLATED, 0, DATE]);
        header.extend([0; 12]);
        push(&mut header, &[name.len() as u16, 0]);
        header.extend(name.as_bytes());
        self.entries.push(Entry { name: name.to_owned(), at: self.at, sum: 0, packed: 0, length: 0 });
        self.at += header.len() as u32;
        (self.sum, self.length) = (crc32fast::Hasher::new(), 0);
        header
    }

    /// Takes note of content, before it is deflated.
    pub fn take(&mut self, content: &[u8]) {
        self.sum.update(content);
        self.length += content.len() as u32;
    }

    /// Ends the entry, whose data took so many bytes; gives what stands behind them.
    pub fn end(&mut self, packed: u32) -> Vec<u8> {
        let (sum, length) = (std::mem::take(&mut self.sum).finalize(), self.length);
        if let Some(entry) = self.entries.last_mut() {
            (entry.sum, entry.packed, entry.length) = (sum, packed, length);
        }
        let mut footer = Vec::from(*b"PK\x07\x08");
        for number in [sum, packed, length] {
            footer.extend(number.to_le_bytes());
        }
        self.at += packed + footer.len() as u32;
        footer
    }

    /// The list of the entries, which ends the file.
    pub fn finish(self) -> Vec<u8> {
        let mut list = Vec::new();
        for Entry { name, at, sum, packed, length } in &self.entries {
            list.extend(*b"PK\x01\x02");
            push(&mut list, &[VERSION, VERSION, FLAGS, DEFLATED, 0, DATE]);
            for number in [sum, packed, length] {
                list.extend(number.to_le_bytes());
            }
            push(&mut list, &[name.len() as u16, 0, 0, 0, 0, 0, 0]);
            list.extend(at.to_le_bytes());
            list.extend(name.as_bytes());
        }
        let (count, length) = (self.entries.len() as u16, list.len() as u32);
        list.extend(*b"PK\x05\x06");
        push(&mut list, &[0, 0, count, count]);
        list.extend(length.to_le_bytes());
        list.extend(self.at.to_le_bytes());
        push(&mut list, &[0]);
        list
    }
}

fn push(bytes: &mut Vec<u8>, numbers: &[u16]) {
    numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{Cursor, Read, Write};

    use flate2::write::DeflateEncoder;

    use super::*;

    /// Writes whole entries, as a worker does it piece by piece.
    pub fn archive<'a>(entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
        let (mut archive, mut file) = (Archive::default(), Vec::new());
        for (name, content) in entries {
            file.extend(archive.begin(name));
            archive.take(content.as_bytes());
            let mut encoder = DeflateEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(content.as_bytes()).unwrap();
            let packed = encoder.finish().unwrap();
            file.extend(&packed);
            file.extend(archive.end(packed.len() as u32));
        }
        file.extend(archive.finish());
        file
    }

    #[test]
    fn another_reader_finds_every_entry() {
        let long = "很好".repeat(10_000);
        let entries = [("a.xml", "<a/>"), ("资料/b.xml", long.as_str()), ("empty", "")];
        let mut read = ::zip::ZipArchive::new(Cursor::new(archive(entries))).unwrap();
        assert_eq!(read.len(), 3);
        for (name, content) in entries {
            let mut found = String::new();
            read.by_name(name).unwrap().read_to_string(&mut found).unwrap();
            assert_eq!(found, content);
        }
    }
}
