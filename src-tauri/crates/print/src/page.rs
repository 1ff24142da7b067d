//! As a page: self-contained, without scripts, fit for printing.

use crate::Block;

const STYLE: &str = "
:root { color-scheme: light; }
body { font: 14px/1.5 system-ui, sans-serif; color: #111; background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.7rem; border-bottom: 2px solid #111; padding-bottom: .4rem; }
h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
dl { display: grid; grid-template-columns: minmax(10rem, max-content) 1fr; gap: .2rem 1rem; margin: 0; }
dt { color: #444; }
dd { margin: 0; overflow-wrap: anywhere; white-space: pre-line; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid #ccc; white-space: pre-line; }
th { white-space: nowrap; }
td { overflow-wrap: anywhere; min-width: 4.5rem; }
td:first-child { min-width: 0; overflow-wrap: normal; }
@page { size: A4; margin: 18mm; }
thead { display: table-header-group; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 10pt; } tr, dd { break-inside: avoid; } h2 { break-after: avoid; } }
";

/// A page that needs nothing else. Every text is escaped.
#[must_use]
pub fn page(title: &str, blocks: &[Block]) -> String {
    let mut html = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>",
    );
    html.push_str(&escaped(title));
    html.push_str("</title>\n<style>");
    html.push_str(STYLE);
    html.push_str("</style>\n</head>\n<body>\n<main>\n");
    let mut open = "";
    for block in blocks {
        let wanted = match block {
            Block::Field(..) => "dl",
            Block::Item(_) => "ul",
            _ => "",
        };
        if open != wanted {
            close(&mut html, open);
            if !wanted.is_empty() {
                html.push_str(&format!("<{wanted}>\n"));
            }
            open = wanted;
        }
        put(&mut html, block);
    }
    close(&mut html, open);
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

fn close(html: &mut String, open: &str) {
    if !open.is_empty() {
        html.push_str(&format!("</{open}>\n"));
    }
}

fn put(html: &mut String, block: &Block) {
    match block {
        Block::Title(text) => html.push_str(&format!("<h1>{}</h1>\n", escaped(text))),
        Block::Heading(text) => html.push_str(&format!("<h2>{}</h2>\n", escaped(text))),
        Block::Paragraph(text) => html.push_str(&format!("<p>{}</p>\n", escaped(text))),
        Block::Item(text) => html.push_str(&format!("<li>{}</li>\n", escaped(text))),
        Block::Field(name, value) => {
            html.push_str(&format!("<dt>{}</dt><dd>{}</dd>\n", escaped(name), escaped(value)));
        }
        Block::Table(heads, rows) => {
            html.push_str("<table>\n<thead><tr>");
            heads.iter().for_each(|head| html.push_str(&format!("<th scope=\"col\">{}</th>", escaped(head))));
            html.push_str("</tr></thead>\n<tbody>\n");
            for row in rows {
                html.push_str("<tr>");
                row.iter().for_each(|cell| html.push_str(&format!("<td>{}</td>", escaped(cell))));
                html.push_str("</tr>\n");
            }
            html.push_str("</tbody>\n</table>\n");
        }
    }
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(character),
        }
    }
    safe
}
