//! Text for people: lines, aligned tables, lists of names and values.

use std::fmt::Display;

use zeroize::Zeroizing;

const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[1;31m";
const PLAIN: &str = "\x1b[0m";
/// Between columns.
const GAP: usize = 2;

/// Text in the making. It may hold secrets, so it is wiped.
pub struct Page {
    text: Zeroizing<String>,
    colour: bool,
}

impl Page {
    pub(crate) fn new(colour: bool) -> Self {
        Self {
            text: Zeroizing::default(),
            colour,
        }
    }

    pub(crate) fn into_text(self) -> Zeroizing<String> {
        self.text
    }

    /// A line.
    pub fn line(&mut self, text: impl Display) {
        self.push(&text.to_string());
        self.text.push('\n');
    }

    /// A line that begins something.
    pub fn title(&mut self, text: &str) {
        self.styled(BOLD, text);
        self.text.push('\n');
    }

    /// A line that stands out.
    pub fn alarm(&mut self, text: &str) {
        self.styled(RED, text);
        self.text.push('\n');
    }

    /// Names and what they stand for, one a line, the values below each other.
    pub fn fields<const N: usize>(&mut self, fields: [(&str, &str); N]) {
        let width = fields.iter().map(|(name, _)| width(name)).max().unwrap_or_default();
        for (name, value) in fields {
            self.styled(BOLD, name);
            self.pad(width - self::width(name) + GAP);
            self.push(value);
            self.text.push('\n');
        }
    }

    /// A table, its columns as wide as what is in them.
    pub fn table<const N: usize>(&mut self, table: &Table<N>) {
        let mut widths = table.heads.map(width);
        for row in &table.rows {
            for (most, cell) in widths.iter_mut().zip(row) {
                *most = (*most).max(width(cell));
            }
        }
        self.row(&table.heads, &widths, Some(BOLD));
        for row in &table.rows {
            self.row(row, &widths, None);
        }
    }

    fn row<const N: usize>(&mut self, cells: &[impl AsRef<str>; N], widths: &[usize; N], style: Option<&str>) {
        for (number, (cell, most)) in cells.iter().zip(widths).enumerate() {
            let cell = cell.as_ref();
            self.styled(style.unwrap_or_default(), cell);
            // Nothing stands behind the last one.
            if number + 1 < N {
                self.pad(most - width(cell) + GAP);
            }
        }
        self.text.push('\n');
    }

    fn styled(&mut self, style: &str, text: &str) {
        if self.colour && !style.is_empty() {
            self.text.push_str(style);
            self.push(text);
            self.text.push_str(PLAIN);
        } else {
            self.push(text);
        }
    }

    fn push(&mut self, text: &str) {
        self.text.extend(harmless(text));
    }

    fn pad(&mut self, blanks: usize) {
        self.text.extend(std::iter::repeat_n(' ', blanks));
    }
}

/// Names come from files that others may have made: what steers a terminal does not pass, nor what
/// would end the line and begin another one, which kmd seems to say.
pub(crate) fn harmless(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .map(|character| if character.is_control() { '\u{fffd}' } else { character })
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// Rows of cells below heads.
pub struct Table<const N: usize> {
    heads: [&'static str; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// A table without rows.
    pub fn new(heads: [&'static str; N]) -> Self {
        Self {
            heads,
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let mut page = Page::new(false);
        let mut table = Table::new(["NAME", "ID"]);
        table.row(["äöü".to_owned(), "1".to_owned()]);
        table.row(["savings".to_owned(), "22".to_owned()]);
        page.table(&table);
        assert_eq!(*page.into_text(), "NAME     ID\näöü      1\nsavings  22\n");
    }

    #[test]
    fn names_do_not_steer_the_terminal() {
        let mut page = Page::new(false);
        page.line("a\x1b[2Jb");
        assert_eq!(*page.into_text(), "a\u{fffd}[2Jb\n");
    }

    #[test]
    fn names_do_not_begin_lines() {
        let forged = "a\nsavings  1";
        let mut page = Page::new(false);
        let mut table = Table::new(["NAME", "ID"]);
        table.row([forged.to_owned(), "22".to_owned()]);
        page.table(&table);
        page.line(forged);
        page.title(forged);
        page.alarm(forged);
        page.fields([(forged, forged)]);
        assert_eq!(page.into_text().lines().count(), 6);
    }

    #[test]
    fn colour_is_only_there_when_wanted() {
        let mut page = Page::new(true);
        page.fields([("Name", "savings")]);
        assert_eq!(*page.into_text(), "\x1b[1mName\x1b[0m  savings\n");
    }
}
