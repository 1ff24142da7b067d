//! Text in columns. Whatever comes from outside goes through [`safe`] before it is shown.

use domain::escape_visibly;

/// Text as it may be shown on one line: every deceptive character as its code point, line breaks visible.
pub fn safe(text: &str) -> String {
    let shown = escape_visibly(text);
    if shown.contains(['\n', '\t']) { shown.replace('\n', " ⏎ ").replace('\t', " ") } else { shown }
}

/// Rows under a header.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these column names.
    pub fn new(columns: &[&str]) -> Self {
        Self { rows: vec![columns.iter().map(|name| name.to_uppercase()).collect()] }
    }

    /// Pairs without a header.
    pub fn pairs() -> Self {
        Self::default()
    }

    /// Adds a row; its cells are made safe here.
    pub fn row<'c>(&mut self, cells: impl IntoIterator<Item = &'c str>) {
        self.rows.push(cells.into_iter().map(safe).collect());
    }

    /// Adds a name and what it has.
    pub fn pair(&mut self, name: &str, value: impl AsRef<str>) {
        self.row([name, value.as_ref()]);
    }

    /// The text: columns as wide as their widest cell.
    pub fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        self.rows.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// text from the register can neither move the cursor nor turn around what stands beside it.
    #[test]
    fn hostile_cells_stay_in_their_place() {
        let mut table = Table::new(&["name", "owner"]);
        table.row(["a\u{1b}[31m\u{202e}b", "two\nlines"]);
        assert_eq!(table.text().lines().count(), 2);
        assert!(!table.text().contains(['\u{1b}', '\u{202e}']), "{}", table.text());
    }
}
