//! Where names can stand without covering each other or what they name.

use super::canvas::{Align, Canvas, Point, Shape, Stroke};
use super::palette::{INK, MUTED, series};
use super::typeface::LABEL_SIZE;

/// A rectangle on the sheet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Its left side.
    pub left: f64,
    /// Its upper side.
    pub top: f64,
    /// Its right side.
    pub right: f64,
    /// Its lower side.
    pub bottom: f64,
}

impl Area {
    /// The square around a point.
    pub fn around(at: Point, radius: f64) -> Self {
        Area { left: at.0 - radius, top: at.1 - radius, right: at.0 + radius, bottom: at.1 + radius }
    }

    fn grown(self, by: f64) -> Self {
        Area { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }

    /// Whether two rectangles share more than a side.
    pub fn overlaps(&self, other: &Area) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// Whether the other rectangle lies in this one.
    pub fn holds(&self, other: &Area) -> bool {
        self.left <= other.left
            && other.right <= self.right
            && self.top <= other.top
            && other.bottom <= self.bottom
    }

    /// The place in the rectangle that is nearest to a point.
    fn nearest(&self, to: Point) -> Point {
        (to.0.clamp(self.left, self.right), to.1.clamp(self.top, self.bottom))
    }

    /// Whether a straight line passes through the rectangle (Liang and Barsky, 1984).
    fn crossed_by(&self, line: &(Point, Point)) -> bool {
        let (from, to) = *line;
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let (mut enter, mut leave) = (0.0f64, 1.0f64);
        for (step, room) in [
            (-dx, from.0 - self.left),
            (dx, self.right - from.0),
            (-dy, from.1 - self.top),
            (dy, self.bottom - from.1),
        ] {
            if step == 0.0 {
                if room < 0.0 {
                    return false;
                }
            } else if step < 0.0 {
                enter = enter.max(room / step);
            } else {
                leave = leave.min(room / step);
            }
        }
        enter <= leave
    }
}

/// What labels must not cover.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Marks.
    pub marks: Vec<Area>,
    /// Lines.
    pub lines: Vec<(Point, Point)>,
}

/// A label that found its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// What it covers.
    pub area: Area,
    /// The line that leads from its point to it, if it is too far away to be understood without.
    pub leader: Option<(Point, Point)>,
}

/// A label that wants to stand near a point.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// The point.
    pub at: Point,
    /// The label's width.
    pub width: f64,
    /// The label's height.
    pub height: f64,
    /// How near to the point the label may come.
    pub distance: f64,
    /// Whether it is what the figure is about, and the last to be left out.
    pub needed: bool,
}

/// Writes the names beside their points, each as [`beside`] places it, with a line to it where it is far.
pub fn write_names(
    canvas: &mut Canvas,
    room: &Area,
    (wishes, names): (&[Wish], &[String]),
    surroundings: &Surroundings,
) {
    for ((placed, name), wish) in beside(wishes, room, surroundings).into_iter().zip(names).zip(wishes) {
        let Some(placed) = placed else { continue };
        if let Some(leader) = placed.leader {
            canvas.line([leader.0, leader.1], Stroke::solid(MUTED, 2));
        }
        // A text that is narrower than it was measured, as in the fonts of a document, stays at its mark.
        let foot = placed.area.bottom - 6.0;
        if placed.area.right <= wish.at.0 {
            canvas.text((placed.area.right, foot), name, LABEL_SIZE, INK, Align::End);
        } else if placed.area.left >= wish.at.0 {
            canvas.text((placed.area.left, foot), name, LABEL_SIZE, INK, Align::Start);
        } else {
            let middle = placed.area.left.midpoint(placed.area.right);
            canvas.text((middle, foot), name, LABEL_SIZE, INK, Align::Middle);
        }
    }
}

/// Between the right edge of a frame and the names of the lines that end there.
pub const LEADER: f64 = 64.0;

/// Writes the name of each series to the right of the frame, with its colour and its shape, in the order of the
/// heights at which their lines end.
///
/// `places` are those of their colours and shapes.
pub fn write_ends(canvas: &mut Canvas, frame: &Area, ends: &[f64], (names, places): (&[String], &[usize])) {
    let Area { top, bottom, right, .. } = *frame;
    let ends: Vec<f64> = ends.iter().map(|end| end.clamp(top, bottom)).collect();
    let centres = stacked(&ends, LABEL_SIZE * 1.2, top, bottom);
    for (((&end, centre), name), &index) in ends.iter().zip(centres).zip(names).zip(places) {
        let (from, to) = ((right + 6.0, end), (right + LEADER - 22.0, centre));
        let leader = Stroke::solid(series(index), 4);
        canvas.line([from, (from.0 + 8.0, from.1), to, (to.0 + 4.0, to.1)], leader);
        canvas.shape(Shape::of(index), (to.0 + 5.0, to.1), 8, series(index), 1.0);
        canvas.text((right + LEADER, centre + 11.0), name, LABEL_SIZE, INK, Align::Start);
    }
}

/// Places a label beside each point, within the room.
///
/// One after the other, each takes the place of the least harm: the nearer the better, and best
/// where neither it nor its leader crosses anything. Who comes first matters, so this is done in
/// several orders, of which the least harmful counts. Labels never overlap each other, a
/// leader or a mark, and leaders never cross, nor run through marks but for a label that is needed; a label for which no such place is left is left out.
pub fn beside(wishes: &[Wish], room: &Area, surroundings: &Surroundings) -> Vec<Option<Placed>> {
    let given: Vec<usize> = (0..wishes.len()).collect();
    let sorted = |by: fn(&Wish) -> f64| {
        let mut order = given.clone();
        order.sort_by(|&a, &b| by(&wishes[a]).total_cmp(&by(&wishes[b])));
        order
    };
    let orders = [
        given.clone(),
        sorted(|wish| wish.at.0),
        sorted(|wish| -wish.at.0),
        sorted(|wish| wish.at.1),
        sorted(|wish| -wish.at.1),
    ];
    // Each from every start: who is in the middle of a crowd may need to come first.
    let turned = orders
        .iter()
        .flat_map(|order| (0..order.len()).map(|start| [&order[start..], &order[..start]].concat()));
    turned
        .map(|order| in_order(&order, wishes, room, surroundings))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, placed)| placed)
        .unwrap_or_default()
}

/// Places the labels one after the other, and says how much harm that does in all.
fn in_order(
    order: &[usize],
    wishes: &[Wish],
    room: &Area,
    surroundings: &Surroundings,
) -> (f64, Vec<Option<Placed>>) {
    /// A label that is left out is worse than any that is placed.
    const LEFT_OUT: f64 = 1e6;
    /// And this is worse than if a hundred others were left out.
    const NEEDED_LEFT_OUT: f64 = 1e8;
    let mut placed: Vec<Option<Placed>> = vec![None; wishes.len()];
    let mut sum = 0.0;
    for &index in order {
        let wish = &wishes[index];
        let allowed = |place: &Placed| {
            room.holds(&place.area)
                && placed.iter().flatten().all(|other| !other.area.overlaps(&place.area.grown(3.0)))
                && surroundings.marks.iter().all(|mark| !mark.overlaps(&place.area))
                && placed.iter().flatten().all(|other| !tangled(place, other))
                && (wish.needed || marks_crossed(place, wish.at, surroundings) == 0)
        };
        let best = places(wish, room)
            .filter(|(_, place)| allowed(place))
            .map(|(further, place)| (further + harm(&place, wish.at, surroundings), place))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        let left_out = if wish.needed { NEEDED_LEFT_OUT } else { LEFT_OUT };
        sum += best.map_or(left_out, |(harm, _)| harm);
        placed[index] = best.map(|(_, place)| place);
    }
    (sum, placed)
}

/// Whether the leader of one label runs through the other label or crosses the other's leader.
fn tangled(one: &Placed, other: &Placed) -> bool {
    let through = |leader: Option<(Point, Point)>, label: &Placed| {
        leader.is_some_and(|leader| label.area.grown(3.0).crossed_by(&leader))
    };
    through(one.leader, other)
        || through(other.leader, one)
        || one.leader.zip(other.leader).is_some_and(|(mine, theirs)| crossing(&mine, &theirs))
}

/// How much a label and its leader disturb what is there already, in units of distance: so much
/// further may another place be and still be the better one.
fn harm(place: &Placed, at: Point, surroundings: &Surroundings) -> f64 {
    let area = place.area.grown(3.0);
    let mut harm = 300.0 * surroundings.lines.iter().filter(|line| area.crossed_by(line)).count() as f64;
    if let Some(leader) = &place.leader {
        // Any place without that is better, however far.
        harm += 5_000.0 * marks_crossed(place, at, surroundings) as f64;
        harm += 200.0 * surroundings.lines.iter().filter(|line| crossing(line, leader)).count() as f64;
    }
    harm
}

/// Through how many marks the leader runs: it would seem to lead from there. It starts at its own mark, and so at
/// every mark that lies upon it.
fn marks_crossed(place: &Placed, at: Point, surroundings: &Surroundings) -> usize {
    let Some(leader) = &place.leader else { return 0 };
    let others = surroundings.marks.iter().filter(|mark| !mark.overlaps(&Area::around(at, 1.0)));
    others.filter(|mark| mark.crossed_by(leader)).count()
}

/// Whether two straight lines cross.
fn crossing(one: &(Point, Point), other: &(Point, Point)) -> bool {
    let side = |line: &(Point, Point), point: Point| {
        (line.1.0 - line.0.0) * (point.1 - line.0.1) - (line.1.1 - line.0.1) * (point.0 - line.0.0)
    };
    side(one, other.0) * side(one, other.1) < 0.0 && side(other, one.0) * side(other, one.1) < 0.0
}

/// The places around a point, from near to far, and how much further off each is than the nearest.
/// Those that would reach beyond an edge of the room stand at that edge.
fn places(wish: &Wish, room: &Area) -> impl Iterator<Item = (f64, Placed)> {
    /// A label this much further off than it need be has a leader.
    const UNDERSTOOD: f64 = 10.0;
    /// How much nearer the edge of a mark is than its label may come.
    const CLEARANCE: f64 = 8.0;
    // To the right first, then below right, left, above left, and so on: where a reader looks.
    const DIRECTIONS: [(f64, f64); 20] = [
        (1.0, 0.0),
        (0.9, 0.45),
        (0.7, 0.7),
        (-1.0, 0.0),
        (-0.9, -0.45),
        (-0.7, -0.7),
        (0.7, -0.7),
        (-0.7, 0.7),
        (0.0, -1.0),
        (0.0, 1.0),
        (0.4, 0.9),
        (-0.4, -0.9),
        (0.4, -0.9),
        (-0.4, 0.9),
        (0.9, -0.45),
        (-0.9, 0.45),
        (0.97, 0.22),
        (-0.97, -0.22),
        (0.97, -0.22),
        (-0.97, 0.22),
    ];
    let Wish { at, width, height, distance: nearest, .. } = *wish;
    let room = *room;
    (0..60).flat_map(move |ring| {
        let further = 10.0 * f64::from(ring);
        DIRECTIONS.into_iter().map(move |(right, down)| {
            let distance = nearest + further;
            let centre = (
                at.0 + right * distance + sign(right) * width / 2.0,
                at.1 + down * distance + sign(down) * height / 2.0,
            );
            let left = (centre.0 - width / 2.0).min(room.right - width).max(room.left);
            let top = (centre.1 - height / 2.0).min(room.bottom - height).max(room.top);
            let area = Area { left, top, right: left + width, bottom: top + height };
            // From the edge of the mark, not from its centre.
            let leader = (further > UNDERSTOOD).then(|| {
                let to = area.grown(4.0).nearest(at);
                let length = (to.0 - at.0).hypot(to.1 - at.1).max(1.0);
                let part = ((nearest - CLEARANCE) / length).clamp(0.0, 1.0);
                ((at.0 + part * (to.0 - at.0), at.1 + part * (to.1 - at.1)), to)
            });
            (further, Placed { area, leader })
        })
    })
}

fn sign(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value.signum() }
}

/// Places labels of one height one above the other, each as near as can be to the place it wants,
/// in the order of these places, between `low` and `high`: their centres, in the order given.
///
/// If there is room for all, neighbours are at least `height` apart; otherwise they share the room
/// evenly. The squared distances from the wanted places are the least possible without the ends
/// (isotonic regression by pooling adjacent violators).
pub fn stacked(wanted: &[f64], height: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    let count = wanted.len() as f64;
    let height = height.min((high - low) / count.max(1.0));
    // Each pool: the sum of the wanted places less what the labels before need, and its size.
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (rank, &index) in order.iter().enumerate() {
        pools.push((wanted[index] - rank as f64 * height, 1));
        while let [.., before, last] = pools[..] {
            if before.0 / before.1 as f64 <= last.0 / last.1 as f64 {
                break;
            }
            pools.truncate(pools.len() - 2);
            pools.push((before.0 + last.0, before.1 + last.1));
        }
    }
    let places = pools.iter().flat_map(|&(sum, size)| std::iter::repeat_n(sum / size as f64, size));
    let (first, last) = (low + height / 2.0, high - height * (count - 0.5));
    let mut centres = vec![0.0; wanted.len()];
    for ((rank, &index), place) in order.iter().enumerate().zip(places) {
        centres[index] = place.max(first).min(last.max(first)) + rank as f64 * height;
    }
    centres
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROOM: Area = Area { left: 0.0, top: 0.0, right: 1500.0, bottom: 700.0 };

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn labels_beside_points_never_overlap_labels_marks_or_the_edge(
            points in prop::collection::vec((0.0f64..1500.0, 0.0f64..700.0, 20.0f64..300.0), 1..13),
            crowded: bool,
        ) {
            // In a crowd, all points are within a centimetre of each other.
            let squeeze = |at: Point| if crowded { (700.0 + at.0 / 15.0, 300.0 + at.1 / 7.0) } else { at };
            let wishes: Vec<Wish> = points
                .iter()
                .map(|&(x, y, width)| Wish { at: squeeze((x, y)), width, height: 32.0, distance: 24.0, needed: false })
                .collect();
            let surroundings = Surroundings {
                marks: wishes.iter().map(|wish| Area::around(wish.at, 12.0)).collect(),
                lines: vec![((0.0, 700.0), (1500.0, 0.0))],
            };
            let placed = beside(&wishes, &ROOM, &surroundings);
            prop_assert_eq!(placed.len(), wishes.len());
            for (index, (label, wish)) in placed.iter().zip(&wishes).enumerate() {
                let Some(label) = label else { continue };
                prop_assert!(ROOM.holds(&label.area));
                prop_assert!((label.area.right - label.area.left - wish.width).abs() < 1e-9);
                prop_assert!(surroundings.marks.iter().all(|mark| !mark.overlaps(&label.area)));
                prop_assert!(placed[..index].iter().flatten().all(|other| !other.area.overlaps(&label.area)));
            }
            let left_out = placed.iter().filter(|label| label.is_none()).count();
            prop_assert!(left_out == 0 || crowded, "{} left out", left_out);
        }

        #[test]
        fn stacked_labels_keep_their_order_and_distance(
            wanted in prop::collection::vec(-100.0f64..900.0, 1..18),
        ) {
            let centres = stacked(&wanted, 40.0, 0.0, 800.0);
            for (index, &centre) in centres.iter().enumerate() {
                prop_assert!((20.0 - 1e-6..=780.0 + 1e-6).contains(&centre));
                for (other, &place) in centres[..index].iter().enumerate() {
                    prop_assert!((centre - place).abs() >= 40.0 - 1e-6);
                    let (upper, lower) = (wanted[other].min(wanted[index]), wanted[other].max(wanted[index]));
                    prop_assert!(upper == lower || (wanted[other] < wanted[index]) == (place < centre));
                }
            }
        }
    }

    #[test]
    fn a_lone_label_stands_to_the_right_and_avoids_what_is_there() {
        let wish = Wish { at: (500.0, 300.0), width: 100.0, height: 30.0, distance: 20.0, needed: false };
        let alone = beside(&[wish], &ROOM, &Surroundings::default())[0].unwrap();
        assert_eq!(alone.area, Area { left: 520.0, top: 285.0, right: 620.0, bottom: 315.0 });
        assert_eq!(alone.leader, None);
        let wall = Surroundings { marks: vec![], lines: vec![((560.0, 0.0), (560.0, 700.0))] };
        let moved = beside(&[wish], &ROOM, &wall)[0].unwrap();
        assert!(moved.area.right < 560.0 && moved.leader.is_none());
        let nowhere = Surroundings { marks: vec![ROOM], lines: vec![] };
        assert_eq!(beside(&[wish], &ROOM, &nowhere), [None]);
    }

    /// Two points near the lower edge, which once left no place for the second label.
    #[test]
    fn labels_near_an_edge_stand_at_the_edge() {
        let wish = |x, y, width| Wish { at: (x, y), width, height: 32.0, distance: 24.0, needed: false };
        let wishes = [wish(330.01, 690.32, 228.0), wish(470.23, 694.47, 243.6)];
        let surroundings = Surroundings {
            marks: wishes.iter().map(|wish| Area::around(wish.at, 12.0)).collect(),
            lines: vec![((0.0, 700.0), (1500.0, 0.0))],
        };
        let placed = beside(&wishes, &ROOM, &surroundings);
        assert!(placed.iter().flatten().count() == 2, "{placed:?}");
        assert!(placed.iter().flatten().all(|label| ROOM.holds(&label.area)));
    }

    /// Marks side by side at the upper edge, whose names are wider than the gaps between them.
    #[test]
    fn leaders_do_not_run_through_other_marks() {
        let places = (0..9).map(|place| (100.0 + 110.0 * f64::from(place), 40.0));
        let wishes: Vec<Wish> =
            places.map(|at| Wish { at, width: 140.0, height: 32.0, distance: 18.0, needed: false }).collect();
        let surroundings = Surroundings {
            marks: wishes.iter().map(|wish| Area::around(wish.at, 12.0)).collect(),
            lines: Vec::new(),
        };
        let placed = beside(&wishes, &ROOM, &surroundings);
        // A name for which there is no such place is left out.
        assert!(placed.iter().flatten().count() >= 7, "{placed:?}");
        let leaders = placed.iter().enumerate().filter_map(|(own, label)| Some((own, (*label)?.leader?)));
        for (own, leader) in leaders {
            let through = surroundings
                .marks
                .iter()
                .enumerate()
                .filter(|&(place, mark)| place != own && mark.crossed_by(&leader));
            assert_eq!(through.count(), 0, "{own}: {leader:?}");
            // It begins outside its own mark.
            assert!((leader.0.0 - wishes[own].at.0).hypot(leader.0.1 - wishes[own].at.1) > 9.0, "{leader:?}");
        }
    }

    #[test]
    fn stacked_labels_move_as_little_as_possible() {
        assert_eq!(stacked(&[300.0, 100.0], 40.0, 0.0, 800.0), [300.0, 100.0]);
        // Two that want the same place share the way; a third is far enough.
        assert_eq!(stacked(&[200.0, 200.0, 400.0], 40.0, 0.0, 800.0), [180.0, 220.0, 400.0]);
        assert_eq!(stacked(&[0.0, 0.0], 40.0, 0.0, 800.0), [20.0, 60.0]);
        // More than the room can hold: evenly.
        assert_eq!(stacked(&[5.0, 6.0, 7.0, 8.0], 40.0, 0.0, 80.0), [10.0, 30.0, 50.0, 70.0]);
        assert!(stacked(&[], 40.0, 0.0, 80.0).is_empty());
    }

    #[test]
    fn a_line_crosses_a_rectangle_or_passes_by() {
        let area = Area { left: 10.0, top: 10.0, right: 20.0, bottom: 20.0 };
        assert!(area.crossed_by(&((0.0, 0.0), (30.0, 30.0))));
        assert!(area.crossed_by(&((15.0, 15.0), (16.0, 15.0))));
        assert!(area.crossed_by(&((15.0, 0.0), (15.0, 30.0))));
        assert!(!area.crossed_by(&((0.0, 0.0), (9.0, 9.0))));
        assert!(!area.crossed_by(&((25.0, 0.0), (25.0, 30.0))));
        assert!(!area.crossed_by(&((0.0, 15.0), (15.0, 30.0))));
        assert!(crossing(&((0.0, 0.0), (2.0, 2.0)), &((0.0, 2.0), (2.0, 0.0))));
        assert!(!crossing(&((0.0, 0.0), (1.0, 1.0)), &((0.0, 3.0), (3.0, 0.0))));
    }
}
