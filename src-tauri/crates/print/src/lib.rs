//! What is printed: blocks of text and tables, as a page that needs nothing else and as a PDF.
//!
//! Whoever makes the blocks has made every text visible; here it is escaped for the form it is printed in. Pure: no clock, no file.

mod page;
mod pdf;

pub use page::page;
pub use pdf::pdf;

/// A piece of what is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// What it is called.
    Title(String),
    /// What a part is called.
    Heading(String),
    /// A text.
    Paragraph(String),
    /// A name and its value.
    Field(String, String),
    /// A point of a list.
    Item(String),
    /// Column heads and rows.
    Table(Vec<&'static str>, Vec<Vec<String>>),
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    use super::*;

    fn blocks() -> Vec<Block> {
        let row = |number: usize| {
            vec![number.to_string(), "a <script>alert(1)</script> & \"b\" (c) \\".to_owned(), "x".repeat(400)]
        };
        vec![
            Block::Title("What <b>happened</b>".to_owned()),
            Block::Field("Custody".to_owned(), "'Payments'".to_owned()),
            Block::Item("one".to_owned()),
            Block::Heading("Acts".to_owned()),
            Block::Table(vec!["Entry", "What", "Detail"], (1..=80).map(row).collect()),
        ]
    }

    /// whatever people wrote stays text, in a page that asks for nothing from elsewhere.
    #[test]
    fn a_page_escapes_everything_and_loads_nothing() {
        let html = page("What <b>happened</b>", &blocks());
        assert!(html.contains("<title>What &lt;b&gt;happened&lt;/b&gt;</title>"));
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;b&quot;"));
        assert!(
            !html.contains("<script") && !html.contains("<b>") && !html.contains("src=") && !html.contains("href=")
        );
        assert!(html.contains("default-src 'none'") && html.contains("@media print"));
        assert_eq!(html.matches("<dl>").count(), html.matches("</dl>").count());
    }

    /// a table goes on over pages, under its heads on each of them; brackets of a PDF's strings are escaped.
    #[test]
    fn a_table_goes_on_over_the_pages_of_a_pdf() {
        let bytes = pdf("What happened", &blocks());
        let text = String::from_utf8_lossy(&bytes);
        let pages = text.matches("/Type /Page\n").count();
        assert!(bytes.starts_with(b"%PDF-") && pages > 2, "{pages}");
        assert!(text.matches("(Detail)").count() >= pages - 1, "heads on each page");
        let strings = text.lines().filter_map(|line| line.strip_suffix(" Tj"));
        let (mut any, mut whole) = (false, true);
        for string in strings.filter(|string| string.starts_with('(')) {
            any = true;
            let inner = string.strip_prefix('(').unwrap().strip_suffix(')').unwrap();
            let unescaped = inner.replace("\\\\", "").replace("\\(", "").replace("\\)", "");
            let depth = unescaped.chars().try_fold(0_i32, |depth, it| match it {
                '(' => Some(depth + 1),
                ')' => (depth > 0).then_some(depth - 1),
                _ => Some(depth),
            });
            whole &= depth == Some(0);
        }
        assert!(any && whole);
    }
}
