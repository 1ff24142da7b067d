//! The certificate as a PDF: A4, in the typeface that every reader has, so that none has to be carried along.

use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};

use crate::layout::{Block, blocks};
use crate::verdict::Verdict;

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

/// A line of text, ready to be set.
struct Line {
    text: Vec<u8>,
    font: Name<'static>,
    size: f32,
    indent: f32,
    /// Space above, in points.
    above: f32,
}

/// A PDF that shows what the page shows.
#[must_use]
pub fn pdf(verdict: &Verdict) -> Vec<u8> {
    let mut lines = Vec::new();
    blocks(verdict).iter().for_each(|block| set(block, &mut lines));
    let pages = paginate(&lines);
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
    pdf.document_info(info).title(TextStr("Certificate of destruction")).producer(TextStr("Countersign"));
    let count = i32::try_from(ids.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(ids.iter().map(|(page, _)| *page)).count(count);
    for (id, face) in [(regular, b"Helvetica".as_slice()), (bold, b"Helvetica-Bold".as_slice())] {
        pdf.type1_font(id).base_font(Name(face)).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    for (number, ((page_id, content_id), content)) in ids.into_iter().zip(pages).enumerate() {
        let mut page = pdf.page(page_id);
        page.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(tree).contents(content_id);
        page.resources().fonts().pair(REGULAR, regular).pair(BOLD, bold);
        page.finish();
        pdf.stream(content_id, &draw(content, number + 1));
    }
    pdf.finish()
}

fn set(block: &Block, lines: &mut Vec<Line>) {
    match block {
        Block::Title(text) => wrap(text, BOLD, 20.0, 0.0, 0.0, lines),
        Block::Heading(text) => wrap(text, BOLD, 12.0, 0.0, 14.0, lines),
        Block::Paragraph(text) => wrap(text, REGULAR, 9.5, 0.0, 4.0, lines),
        Block::Item(text) => wrap(&format!("\u{2022} {text}"), REGULAR, 9.5, 8.0, 2.0, lines),
        Block::Field(name, value) => wrap(&format!("{name}: {value}"), REGULAR, 9.5, 0.0, 2.0, lines),
        Block::Table(heads, rows) => {
            for row in rows {
                let cells = heads.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
                let text: Vec<String> = cells.map(|(head, cell)| format!("{head}: {cell}")).collect();
                wrap(&format!("\u{2022} {}", text.join("   ")), REGULAR, 8.5, 8.0, 3.0, lines);
            }
        }
    }
}

/// Breaks text at spaces, and words at the margin.
fn wrap(text: &str, font: Name<'static>, size: f32, indent: f32, above: f32, lines: &mut Vec<Line>) {
    let room = PAGE.0 - 2.0 * MARGIN - indent;
    let mut space = above;
    let mut push = |text: Vec<u8>| {
        lines.push(Line { text, font, size, indent, above: space });
        space = 0.0;
    };
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
                push(std::mem::take(&mut line));
            }
            for byte in word {
                line.push(*byte);
                if width(&line, font, size) > room {
                    line.pop();
                    push(std::mem::replace(&mut line, vec![*byte]));
                }
            }
        }
        push(line);
    }
}

/// Lines by pages.
fn paginate(lines: &[Line]) -> Vec<Vec<(&Line, f32)>> {
    let mut pages: Vec<Vec<(&Line, f32)>> = vec![Vec::new()];
    let mut y = PAGE.1 - MARGIN;
    for line in lines {
        y -= line.above + line.size * 1.35;
        if y < MARGIN {
            pages.push(Vec::new());
            y = PAGE.1 - MARGIN - line.size * 1.35;
        }
        if let Some(page) = pages.last_mut() {
            page.push((line, y));
        }
    }
    pages
}

fn draw(lines: Vec<(&Line, f32)>, number: usize) -> Vec<u8> {
    let mut content = Content::new();
    let mut put = |text: &[u8], font, size, x, y| {
        content.begin_text();
        content.set_font(font, size);
        content.next_line(x, y);
        content.show(Str(text));
        content.end_text();
    };
    for (line, y) in lines {
        put(&line.text, line.font, line.size, MARGIN + line.indent, y);
    }
    put(number.to_string().as_bytes(), REGULAR, 8.0, PAGE.0 / 2.0, MARGIN / 2.0);
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
