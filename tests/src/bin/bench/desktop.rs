//! Figures of the window: how soon it can be used, what it holds, how large it is to install.

use crate::figure::{Figure, Goal};
use crate::sizes::Sizes;

/// Measures what can be measured here.
pub async fn measure(_sizes: &Sizes) {
    let why = "the window's own tests take it over";
    Figure::unmeasured("first usable paint", "s", Goal::AtMost(1.0), why).print();
    Figure::unmeasured("memory with the web processes", "MiB", Goal::AtMost(350.0), why).print();
    Figure::unmeasured("Debian package", "MiB", Goal::AtMost(20.0), why).print();
}
