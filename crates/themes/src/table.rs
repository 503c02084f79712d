//! Texts with numbers, looked up by the text: the lines of a file in the order of their bytes.

/// Lines `text<TAB>number`, sorted.
#[derive(Clone, Debug, Default)]
pub struct Table<'a> {
    rows: Vec<(&'a str, i32)>,
}

impl<'a> Table<'a> {
    /// Reads lines; what is no line of two is left out.
    pub fn read(lines: &'a str) -> Self {
        let row = |line: &'a str| {
            let (text, number) = line.split_once('\t')?;
            Some((text, number.parse().ok()?))
        };
        let mut rows: Vec<(&str, i32)> = lines.lines().filter_map(row).collect();
        if !rows.is_sorted() {
            rows.sort_unstable();
        }
        Self { rows }
    }

    /// The number of a text.
    pub fn get(&self, text: &str) -> Option<i32> {
        let at = self.rows.binary_search_by(|(known, _)| (*known).cmp(text)).ok()?;
        self.rows.get(at).map(|(_, number)| *number)
    }

    /// How many texts.
    pub fn len(&self) -> usize {
        self.rows.len()
    }
}
