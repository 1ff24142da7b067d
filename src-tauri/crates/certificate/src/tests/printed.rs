use super::world::destruction;
use crate::{page, pdf, verify};

/// printable, and hostile names stay text.
#[test]
fn the_page_is_self_contained_and_escapes_what_people_wrote() {
    let html = page(&verify(&destruction().issue().unwrap()).unwrap());
    assert!(html.contains("Tenant &amp; &lt;script&gt;") && html.contains("Tomas &lt;b&gt;"));
    assert!(!html.contains("<script") && !html.contains("src=") && !html.contains("href="));
    for shown in ["Certificate of destruction", "What remains", "Not proven by this certificate", "@media print"] {
        assert!(html.contains(shown), "{shown}");
    }
    assert_eq!(html.matches("<dl>").count(), html.matches("</dl>").count());
    assert_eq!(html.matches("<ul>").count(), html.matches("</ul>").count());
}

/// the print says what the page says; letters that the typeface lacks are not lost.
#[test]
fn the_pdf_has_pages_with_the_same_words() {
    let mut world = destruction();
    world.destroyed[0].tenant = "Łomza".to_owned();
    let bytes = pdf(&verify(&world.issue().unwrap()).unwrap());
    assert!(bytes.starts_with(b"%PDF-"));
    let text = String::from_utf8_lossy(&bytes).into_owned();
    for shown in ["(Certificate of destruction)", "What remains", "Not proven by this certificate", "/Count 2"] {
        assert!(text.contains(shown), "{shown}");
    }
    // A line with letters beyond ASCII in it is written as hex.
    let foreign_letter = hex::encode_upper("<U+0141>omza");
    assert!(text.contains("<U+0141>omza") || text.to_uppercase().contains(&foreign_letter), "{foreign_letter}");
}
