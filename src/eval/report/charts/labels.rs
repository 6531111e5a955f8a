//! Where to write beside points, so that nothing covers anything.

/// A box in pixels, its right and lower edge outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
}

impl Area {
    /// The box around a point.
    pub(super) fn around(at: (i32, i32), radius: i32) -> Self {
        Self { left: at.0 - radius, top: at.1 - radius, right: at.0 + radius, bottom: at.1 + radius }
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    fn contains(&self, other: &Self) -> bool {
        self.left <= other.left && other.right <= self.right && self.top <= other.top && other.bottom <= self.bottom
    }
}

/// A label that is wanted at a point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub at: (i32, i32),
    /// Width and height of the writing.
    pub size: (i32, i32),
}

/// Directions in which a label is tried, in order: right, left, above, below, then the corners.
const DIRECTIONS: [(i32, i32); 8] = [(1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, 1), (-1, -1), (1, 1)];
/// Pixels between point and label that are tried, in order.
const DISTANCES: [i32; 5] = [9, 18, 30, 46, 64];

/// Finds a place within `bounds` for each of `wanted`, the first ones first, covering neither `taken` nor each other;
/// `None` where there is none.
pub(super) fn place(wanted: &[Wanted], taken: &[Area], bounds: Area) -> Vec<Option<Area>> {
    let mut taken = taken.to_vec();
    wanted
        .iter()
        .map(|label| {
            let tried =
                DISTANCES.iter().flat_map(|distance| DIRECTIONS.iter().map(|way| beside(label, *way, *distance)));
            let mut free =
                tried.filter(|area| bounds.contains(area) && !taken.iter().any(|other| other.overlaps(area)));
            let found = free.next()?;
            taken.push(found);
            Some(found)
        })
        .collect()
}

fn beside(label: &Wanted, way: (i32, i32), distance: i32) -> Area {
    let (width, height) = label.size;
    // From the side of the box that faces the point.
    let start = |at: i32, way: i32, length: i32| match way {
        1 => at + distance,
        -1 => at - distance - length,
        _ => at - length / 2,
    };
    let (left, top) = (start(label.at.0, way.0, width), start(label.at.1, way.1, height));
    Area { left, top, right: left + width, bottom: top + height }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOUNDS: Area = Area { left: 0, top: 0, right: 640, bottom: 480 };

    #[test]
    fn the_first_label_goes_to_the_right() {
        let placed = place(&[Wanted { at: (100, 100), size: (40, 16) }], &[], BOUNDS);
        assert_eq!(placed, [Some(Area { left: 109, top: 92, right: 149, bottom: 108 })]);
    }

    proptest! {
        #[test]
        fn no_label_covers_another_or_a_point(points in prop::collection::vec((0i32..640, 0i32..480), 1..40)) {
            let taken: Vec<Area> = points.iter().map(|at| Area::around(*at, 6)).collect();
            let wanted: Vec<Wanted> = points.iter().map(|at| Wanted { at: *at, size: (48, 17) }).collect();
            let placed: Vec<Area> = place(&wanted, &taken, BOUNDS).into_iter().flatten().collect();
            prop_assert!(!placed.is_empty());
            for (index, area) in placed.iter().enumerate() {
                prop_assert!(BOUNDS.contains(area));
                prop_assert!(taken.iter().chain(&placed[index + 1..]).all(|other| !other.overlaps(area)));
            }
        }
    }
}
