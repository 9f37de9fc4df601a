//! A figure as a part of the page, so that it is sharp at any size and its marks say their values.

use crate::report::figures::{escaped, font_face};
use resvg::usvg::roxmltree::{Document, Node};
use std::fmt::Write;

/// What a figure of this program consists of, and the attributes that each kind of element has. All else,
/// such as a script that somebody else put into a folder, keeps a figure out of the page.
const ELEMENTS: [(&str, &[&str]); 9] = [
    ("svg", &["width", "height", "viewBox", "role"]),
    ("title", &[]),
    ("g", &["id", "transform"]),
    ("rect", &["x", "y", "width", "height", "fill"]),
    (
        "polyline",
        &[
            "stroke-linejoin",
            "fill",
            "stroke",
            "stroke-opacity",
            "stroke-width",
            "stroke-dasharray",
            "points",
        ],
    ),
    ("polygon", &["fill", "fill-opacity", "points"]),
    ("circle", &["fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "cx", "cy", "r"]),
    ("path", &["fill", "fill-opacity", "d"]),
    ("text", &["x", "y", "font-family", "font-size", "text-anchor", "fill", "transform"]),
];

/// The figure as an element of an HTML page that has the font in its style sheet; none if it holds anything
/// that no figure of this program has.
pub fn inlined(svg: &str, name: &str, description: &str) -> Option<String> {
    let document = Document::parse(svg).ok()?;
    let root = document.root_element();
    let mut page = String::with_capacity(svg.len());
    let view =
        root.attribute("viewBox").filter(|_| root.has_tag_name(("http://www.w3.org/2000/svg", "svg")))?;
    let _ = write!(
        page,
        "<svg class=\"figure\" role=\"img\" viewBox=\"{}\" aria-label=\"{}\">",
        quoted(view),
        quoted(description)
    );
    for child in root.children() {
        let style = child.has_tag_name("style") && child.text() == Some(font_face());
        // The title of the whole would be shown wherever a pointer rests.
        if !style && !child.has_tag_name("title") {
            element(child, name, &mut page)?;
        }
    }
    page.push_str("</svg>");
    Some(page)
}

fn element(node: Node, name: &str, page: &mut String) -> Option<()> {
    if node.is_text() {
        page.push_str(&escaped(node.text()?));
        return Some(());
    }
    let tag = node.tag_name().name();
    let (_, known) =
        ELEMENTS.iter().find(|(element, _)| node.is_element() && *element == tag && tag != "svg")?;
    let _ = write!(page, "<{tag}");
    for attribute in node.attributes() {
        let key = attribute.name();
        if !known.contains(&key) || attribute.namespace().is_some() {
            return None;
        }
        // Names of elements are those of one page, which has several figures.
        let prefix = if key == "id" { format!("{name}-") } else { String::new() };
        let _ = write!(page, " {key}=\"{}{}\"", quoted(&prefix), quoted(attribute.value()));
    }
    page.push('>');
    for child in node.children() {
        element(child, name, page)?;
    }
    let _ = write!(page, "</{tag}>");
    Some(())
}

/// The text as the value of an attribute.
fn quoted(text: &str) -> String {
    escaped(text).replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(inside: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9mm\" viewBox=\"0 0 9 9\"><title>t</title><style>{}</style>{inside}</svg>",
            font_face()
        )
    }

    #[test]
    fn what_a_figure_has_is_taken_over() {
        let inside = "<circle fill=\"#0072B2\" cx=\"1\" cy=\"2\" r=\"3\"><title>a &lt;b&gt; \"c\"</title></circle>\
                      <g id=\"words-1\" transform=\"translate(1 2)\"><path d=\"M0 0\"/></g>";
        let page = inlined(&svg(inside), "lorenz", "what \"it\" shows").unwrap();
        assert!(page.starts_with(
            "<svg class=\"figure\" role=\"img\" viewBox=\"0 0 9 9\" aria-label=\"what &quot;it&quot; shows\">"
        ));
        assert!(page.contains("<title>a &lt;b&gt; \"c\"</title>") && page.contains("id=\"lorenz-words-1\""));
        assert!(!page.contains("http") && !page.contains("font-face") && !page.contains("<title>t<"));
    }

    /// The folder may be somebody else's.
    #[test]
    fn what_no_figure_has_stays_out() {
        for inside in [
            "<script>alert(1)</script>",
            "<circle r=\"1\" onload=\"alert(1)\"/>",
            "<a href=\"https://example.org\"><circle r=\"1\"/></a>",
            "<g><foreignObject/></g>",
            "<image href=\"https://example.org/a.png\"/>",
            "<style>@import url(https://example.org)</style>",
            "<g xmlns:x=\"http://www.w3.org/1999/xlink\" x:id=\"a\"/>",
            "<svg/>",
            "<g",
        ] {
            assert_eq!(inlined(&svg(inside), "lorenz", "d"), None, "{inside}");
        }
        assert_eq!(inlined("<html/>", "lorenz", "d"), None);
    }
}
