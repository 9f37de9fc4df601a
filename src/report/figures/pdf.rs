//! A figure as a PDF file: the paths of its SVG file, text as outlines.

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{LineCapStyle, LineJoinStyle};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, TextStr};
use resvg::tiny_skia::{PathSegment, Transform};
use resvg::usvg::{Group, LineCap, LineJoin, Node, Paint, Path, Tree};
use std::io::{self, Write};

/// The picture as a PDF file of one page of this size in points.
///
/// # Errors
/// If there is no memory to compress the page.
pub(super) fn pdf(tree: &Tree, title: &str, (width, height): (f32, f32)) -> io::Result<Vec<u8>> {
    let mut page = Page { content: Content::new(), opacities: Vec::new() };
    let (across, down) = (width / tree.size().width(), height / tree.size().height());
    // PDF counts from the lower edge up.
    page.content.transform([across, 0.0, 0.0, -down, 0.0, height]);
    page.group(tree.root());
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&page.content.finish())?;
    let packed = packed.finish()?;

    let [catalog, pages, sheet, content, information] = [1, 2, 3, 4, 5].map(Ref::new);
    let mut file = Pdf::new();
    file.catalog(catalog).pages(pages);
    file.pages(pages).kids([sheet]).count(1);
    file.document_info(information).title(TextStr(title)).producer(TextStr("tombola"));
    let mut leaf = file.page(sheet);
    leaf.parent(pages).media_box(Rect::new(0.0, 0.0, width, height)).contents(content);
    let mut resources = leaf.resources();
    let mut states = resources.ext_g_states();
    for (index, &opacity) in page.opacities.iter().enumerate() {
        let opacity = f32::from(opacity) / 1000.0;
        states
            .insert(Name(format!("o{index}").as_bytes()))
            .start::<pdf_writer::writers::ExtGraphicsState>()
            .non_stroking_alpha(opacity)
            .stroking_alpha(opacity);
    }
    states.finish();
    resources.finish();
    leaf.finish();
    file.stream(content, &packed).filter(Filter::FlateDecode);
    Ok(file.finish())
}

struct Page {
    content: Content,
    /// The opacities met so far, in thousandths.
    opacities: Vec<u16>,
}

impl Page {
    fn group(&mut self, group: &Group) {
        for node in group.children() {
            match node {
                Node::Group(group) => self.group(group),
                Node::Text(text) => self.group(text.flattened()),
                Node::Path(path) => self.path(path, group.opacity().get()),
                Node::Image(_) => {}
            }
        }
    }

    fn path(&mut self, path: &Path, within: f32) {
        let parts = |paint: &Paint| match paint {
            Paint::Color(color) => {
                Some([color.red, color.green, color.blue].map(|part| f32::from(part) / 255.0))
            }
            _ => None,
        };
        let Transform { sx, ky, kx, sy, tx, ty } = path.abs_transform();
        let fill = path.fill().and_then(|fill| Some((parts(fill.paint())?, fill.opacity().get())));
        let stroke = path.stroke().and_then(|stroke| Some((stroke, parts(stroke.paint())?)));
        if let Some(([red, green, blue], opacity)) = fill {
            self.content.save_state().transform([sx, ky, kx, sy, tx, ty]);
            self.opacity(within * opacity);
            self.content.set_fill_rgb(red, green, blue);
            self.outline(path);
            self.content.fill_nonzero().restore_state();
        }
        if let Some((stroke, [red, green, blue])) = stroke {
            self.content.save_state().transform([sx, ky, kx, sy, tx, ty]);
            self.opacity(within * stroke.opacity().get());
            self.content.set_stroke_rgb(red, green, blue).set_line_width(stroke.width().get());
            self.content.set_line_join(match stroke.linejoin() {
                LineJoin::Round => LineJoinStyle::RoundJoin,
                LineJoin::Bevel => LineJoinStyle::BevelJoin,
                _ => LineJoinStyle::MiterJoin,
            });
            self.content.set_line_cap(match stroke.linecap() {
                LineCap::Butt => LineCapStyle::ButtCap,
                LineCap::Round => LineCapStyle::RoundCap,
                LineCap::Square => LineCapStyle::ProjectingSquareCap,
            });
            if let Some(dashes) = stroke.dasharray() {
                self.content.set_dash_pattern(dashes.iter().copied(), stroke.dashoffset());
            }
            self.outline(path);
            self.content.stroke().restore_state();
        }
    }

    fn opacity(&mut self, opacity: f32) {
        let opacity = (1000.0 * opacity).round() as u16;
        if opacity == 1000 {
            return;
        }
        let known = self.opacities.iter().position(|&known| known == opacity);
        let index = known.unwrap_or_else(|| {
            self.opacities.push(opacity);
            self.opacities.len() - 1
        });
        self.content.set_parameters(Name(format!("o{index}").as_bytes()));
    }

    fn outline(&mut self, path: &Path) {
        let content = &mut self.content;
        let mut at = (0.0, 0.0);
        for segment in path.data().segments() {
            match segment {
                PathSegment::MoveTo(a) => {
                    content.move_to(a.x, a.y);
                    at = (a.x, a.y);
                }
                PathSegment::LineTo(a) => {
                    content.line_to(a.x, a.y);
                    at = (a.x, a.y);
                }
                PathSegment::QuadTo(a, b) => {
                    // The same curve of the third degree.
                    let third = |end: f32, middle: f32| end + 2.0 / 3.0 * (middle - end);
                    content.cubic_to(
                        third(at.0, a.x),
                        third(at.1, a.y),
                        third(b.x, a.x),
                        third(b.y, a.y),
                        b.x,
                        b.y,
                    );
                    at = (b.x, b.y);
                }
                PathSegment::CubicTo(a, b, c) => {
                    content.cubic_to(a.x, a.y, b.x, b.y, c.x, c.y);
                    at = (c.x, c.y);
                }
                PathSegment::Close => {
                    content.close_path();
                }
            }
        }
    }
}
