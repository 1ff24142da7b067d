//! As a PDF: A4, in the typeface that every reader has, so that none has to be carried along.

use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};

use crate::Block;

/// A4 and its margins, in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 56.0;
const REGULAR: Name<'_> = Name(b"R");
const BOLD: Name<'_> = Name(b"B");

/// Widths of Helvetica from the space to the tilde, in thousandths of its size (Adobe's own metrics).
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

/// Widest letter outside of that range, and the bold face's surplus.
const WIDTH_OTHER: u16 = 1000;
const BOLD_SURPLUS: f32 = 1.1;

/// Sizes of text, in points, and the gap between columns.
const BODY: f32 = 9.5;
const SMALL: f32 = 8.0;
const GAP: f32 = 8.0;
const LINE: f32 = 1.35;
/// No column is narrower, whatever else is wide.
const COLUMN_MIN: f32 = 36.0;
/// Longer words are broken where room is short.
const WORD_MAX: f32 = 62.0;

/// Text of one face and size, broken into lines.
struct Cell {
    lines: Vec<Vec<u8>>,
    font: Name<'static>,
    size: f32,
    /// From the left margin, in points.
    indent: f32,
}

/// What stays together on a page: cells side by side.
struct Strip {
    cells: Vec<Cell>,
    /// Space above, in points.
    above: f32,
    /// Whether a rule is drawn below.
    ruled: bool,
    /// Heads that are repeated where a page begins with this.
    under: Option<usize>,
    /// Whether it stays on the page of what follows: a heading under which nothing stands says nothing.
    leads: bool,
}

/// Lines and rules of one page, with their places.
#[derive(Default)]
struct Page<'a> {
    texts: Vec<(&'a [u8], Name<'static>, f32, f32, f32)>,
    rules: Vec<f32>,
}

/// A PDF that shows what the page shows.
#[must_use]
pub fn pdf(title: &str, blocks: &[Block]) -> Vec<u8> {
    let mut strips = Vec::new();
    blocks.iter().for_each(|block| set(block, &mut strips));
    let pages = paginate(&strips);
    let mut next = 1;
    let mut fresh = || {
        let id = Ref::new(next);
        next += 1;
        id
    };
    let (catalog, tree, info, regular, bold) = (fresh(), fresh(), fresh(), fresh(), fresh());
    let ids: Vec<(Ref, Ref)> = pages.iter().map(|_| (fresh(), fresh())).collect();
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    pdf.document_info(info).title(TextStr(title)).producer(TextStr("Countersign"));
    let count = i32::try_from(ids.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(ids.iter().map(|(page, _)| *page)).count(count);
    for (id, face) in [(regular, b"Helvetica".as_slice()), (bold, b"Helvetica-Bold".as_slice())] {
        pdf.type1_font(id).base_font(Name(face)).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    let total = ids.len();
    for (number, ((page_id, content_id), content)) in ids.into_iter().zip(&pages).enumerate() {
        let mut page = pdf.page(page_id);
        page.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(tree).contents(content_id);
        page.resources().fonts().pair(REGULAR, regular).pair(BOLD, bold);
        page.finish();
        pdf.stream(content_id, &draw(content, &format!("{} of {total}", number + 1)));
    }
    pdf.finish()
}

fn set(block: &Block, strips: &mut Vec<Strip>) {
    match block {
        Block::Title(text) => flow(text, BOLD, 20.0, 0.0, 0.0, strips),
        Block::Heading(text) => {
            flow(text, BOLD, 12.0, 0.0, 14.0, strips);
            if let Some(last) = strips.last_mut() {
                last.leads = true;
            }
        }
        Block::Paragraph(text) => flow(text, REGULAR, BODY, 0.0, 4.0, strips),
        Block::Item(text) => flow(&format!("\u{2022} {text}"), REGULAR, BODY, 8.0, 2.0, strips),
        Block::Field(name, value) => flow(&format!("{name}: {value}"), REGULAR, BODY, 0.0, 2.0, strips),
        Block::Table(heads, rows) => table(heads, rows, strips),
    }
}

/// A text that may be broken between any two of its lines.
fn flow(text: &str, font: Name<'static>, size: f32, indent: f32, above: f32, strips: &mut Vec<Strip>) {
    let mut space = above;
    for line in broken(text, font, size, PAGE.0 - 2.0 * MARGIN - indent) {
        let cells = vec![Cell { lines: vec![line], font, size, indent }];
        strips.push(Strip { cells, above: space, ruled: false, under: None, leads: false });
        space = 0.0;
    }
}

fn table(heads: &[&'static str], rows: &[Vec<String>], strips: &mut Vec<Strip>) {
    let widths = column_widths(heads, rows);
    let strip = |cells: &mut dyn Iterator<Item = &str>, font, under| {
        let mut indent = 0.0;
        let mut set = Vec::with_capacity(widths.len());
        for (text, width) in cells.zip(&widths) {
            set.push(Cell { lines: broken(text, font, SMALL, *width), font, size: SMALL, indent });
            indent += width + GAP;
        }
        Strip { cells: set, above: 3.0, ruled: true, under, leads: under.is_none() }
    };
    let head = strips.len();
    strips.push(strip(&mut heads.iter().copied(), BOLD, None));
    for row in rows {
        let set = strip(&mut row.iter().map(String::as_str), REGULAR, Some(head));
        strips.extend(split(set));
    }
}

/// A row that is higher than half a page goes on in further rows.
fn split(row: Strip) -> Vec<Strip> {
    const LINES_MAX: usize = 30;
    let highest = row.cells.iter().map(|cell| cell.lines.len()).max().unwrap_or(0);
    if highest <= LINES_MAX {
        return vec![row];
    }
    let parts = highest.div_ceil(LINES_MAX);
    let part = |number: usize| Strip {
        cells: row
            .cells
            .iter()
            .map(|cell| Cell {
                lines: cell.lines.iter().skip(number * LINES_MAX).take(LINES_MAX).cloned().collect(),
                font: cell.font,
                size: cell.size,
                indent: cell.indent,
            })
            .collect(),
        above: if number == 0 { row.above } else { 0.0 },
        ruled: number + 1 == parts,
        under: row.under,
        leads: false,
    };
    (0..parts).map(part).collect()
}

/// Columns as wide as they need to be; where that is too much, each has room for its longest word, and the rest is divided among those that
/// want more.
fn column_widths(heads: &[&str], rows: &[Vec<String>]) -> Vec<f32> {
    let widest = |column: usize, head: &str, of: &dyn Fn(&str, Name<'static>) -> f32| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| of(cell, REGULAR));
        cells.fold(of(head, BOLD), f32::max).max(COLUMN_MIN) + 1.0
    };
    let whole = |text: &str, font| width(&win_ansi(text), font, SMALL);
    let word = |text: &str, font| text.split([' ', '\n']).map(|word| whole(word, font)).fold(0.0, f32::max);
    let columns = |of: &dyn Fn(&str, Name<'static>) -> f32| -> Vec<f32> {
        heads.iter().enumerate().map(|(column, head)| widest(column, head, of)).collect()
    };
    let wanted = columns(&whole);
    let gaps: f32 = wanted.iter().skip(1).map(|_| GAP).sum();
    let room = PAGE.0 - 2.0 * MARGIN - gaps;
    if wanted.iter().sum::<f32>() <= room {
        return wanted;
    }
    // Ids and digests may be broken; a date or a name is not.
    let floors: Vec<f32> = columns(&word).into_iter().map(|floor| floor.min(WORD_MAX)).collect();
    let spare = (room - floors.iter().sum::<f32>()).max(0.0);
    let more = |(wanted, floor): (&f32, &f32)| (wanted - floor).max(0.0).sqrt();
    let all: f32 = wanted.iter().zip(&floors).map(more).sum();
    wanted.iter().zip(&floors).map(|pair| pair.1 + spare * more(pair) / all.max(1.0)).collect()
}

/// Breaks text at spaces, and words at the margin.
fn broken(text: &str, font: Name<'static>, size: f32, room: f32) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line: Vec<u8> = Vec::new();
        for word in win_ansi(paragraph).split(|byte| *byte == b' ') {
            let gap: &[u8] = if line.is_empty() { b"" } else { b" " };
            let longer = [line.as_slice(), gap, word].concat();
            if width(&longer, font, size) <= room {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for byte in word {
                line.push(*byte);
                if width(&line, font, size) > room && line.len() > 1 {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, vec![*byte]));
                }
            }
        }
        lines.push(line);
    }
    lines
}

/// Strips by pages; where a table goes on, its heads are repeated.
fn paginate(strips: &[Strip]) -> Vec<Page<'_>> {
    let mut pages = vec![Page::default()];
    let mut y = PAGE.1 - MARGIN;
    for (at, strip) in strips.iter().enumerate() {
        if y - together(strips, at) < MARGIN {
            pages.push(Page::default());
            y = PAGE.1 - MARGIN;
            if let Some((page, heads)) = pages.last_mut().zip(strip.under.and_then(|heads| strips.get(heads))) {
                y = place(page, heads, y);
            }
        } else {
            y -= strip.above;
        }
        if let Some(page) = pages.last_mut() {
            y = place(page, strip, y);
        }
    }
    pages
}

/// Height of a strip with everything that it leads to.
fn together(strips: &[Strip], from: usize) -> f32 {
    let leading = strips.iter().skip(from).take_while(|strip| strip.leads).count();
    strips.iter().skip(from).take(leading.saturating_add(1)).map(|strip| strip.above + height(strip)).sum()
}

fn height(strip: &Strip) -> f32 {
    let of = |cell: &Cell| cell.lines.iter().map(|_| cell.size * LINE).sum::<f32>();
    strip.cells.iter().map(of).fold(0.0, f32::max) + if strip.ruled { 3.0 } else { 0.0 }
}

/// Puts a strip below `y` and says where the next one goes.
fn place<'a>(page: &mut Page<'a>, strip: &'a Strip, y: f32) -> f32 {
    for cell in &strip.cells {
        let mut line_at = y;
        for line in &cell.lines {
            line_at -= cell.size * LINE;
            page.texts.push((line, cell.font, cell.size, MARGIN + cell.indent, line_at));
        }
    }
    let below = y - height(strip);
    if strip.ruled {
        page.rules.push(below);
    }
    below
}

fn draw(page: &Page<'_>, number: &str) -> Vec<u8> {
    let mut content = Content::new();
    content.set_line_width(0.4);
    content.set_stroke_gray(0.7);
    for rule in &page.rules {
        content.move_to(MARGIN, *rule);
        content.line_to(PAGE.0 - MARGIN, *rule);
        content.stroke();
    }
    let mut put = |text: &[u8], font, size, x, y| {
        content.begin_text();
        content.set_font(font, size);
        content.next_line(x, y);
        content.show(Str(text));
        content.end_text();
    };
    for (text, font, size, x, y) in &page.texts {
        put(text, *font, *size, *x, *y);
    }
    put(number.as_bytes(), REGULAR, SMALL, PAGE.0 / 2.0 - 10.0, MARGIN / 2.0);
    content.finish().to_vec()
}

fn width(text: &[u8], font: Name<'_>, size: f32) -> f32 {
    let of = |byte: &u8| {
        let place = usize::from(byte.wrapping_sub(b' '));
        f32::from(WIDTHS.get(place).copied().unwrap_or(WIDTH_OTHER))
    };
    let surplus = if font == BOLD { BOLD_SURPLUS } else { 1.0 };
    text.iter().map(of).sum::<f32>() * size * surplus / 1000.0
}

/// Text in the encoding of the typeface. What it lacks is written as its code point: nothing disappears.
fn win_ansi(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        match u8::try_from(u32::from(character)) {
            Ok(byte @ (b' '..=b'~' | 0xa1..=0xff)) => bytes.push(byte),
            _ => match character {
                '\u{2022}' => bytes.push(0x95),
                '\u{2013}' => bytes.push(0x96),
                '\u{2014}' => bytes.push(0x97),
                '\u{2018}' => bytes.push(0x91),
                '\u{2019}' => bytes.push(0x92),
                '\u{201c}' => bytes.push(0x93),
                '\u{201d}' => bytes.push(0x94),
                '\u{20ac}' => bytes.push(0x80),
                '\u{27e8}' => bytes.push(b'<'),
                '\u{27e9}' => bytes.push(b'>'),
                '\t' | '\u{a0}' => bytes.push(b' '),
                other => bytes.extend(format!("<U+{:04X}>", u32::from(other)).bytes()),
            },
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// wherever a page ends, a heading and the heads of its table are on the page of the first row; dates are not broken.
    #[test]
    fn a_heading_is_never_the_last_of_a_page() {
        let row = vec!["1".to_owned(), "2026-11-23 01:12:54 UTC".to_owned(), "Ines Duarte ".repeat(9), "ab".repeat(90)];
        for before in 30..60 {
            let mut blocks = vec![Block::Paragraph("One line of a report".to_owned()); before];
            blocks.push(Block::Heading("Acts".to_owned()));
            blocks.push(Block::Table(vec!["Entry", "When", "Who", "Detail"], vec![row.clone()]));
            let mut strips = Vec::new();
            blocks.iter().for_each(|block| set(block, &mut strips));
            let mut shown = Vec::new();
            for page in paginate(&strips) {
                let texts: Vec<&[u8]> = page.texts.iter().map(|text| text.0).collect();
                assert_ne!(texts.last().copied(), Some(b"Acts".as_slice()), "{before}");
                assert_ne!(texts.last().copied(), Some(b"Detail".as_slice()), "{before}");
                shown.extend(texts);
            }
            assert!(shown.iter().any(|line| line.starts_with(b"2026-11-23")), "the date is whole: {before}");
        }
    }
}
