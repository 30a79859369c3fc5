//! The directories that a project is divided into.
//!
//! Knows paths and numbers only.

use rustc_hash::FxHashMap;

/// The directory that each file counts for, for files with their paths and weights.
///
/// Directories are looked into down to `depth` below `base`; a file that lies above that counts for its own. Without a
/// depth, those are looked into that hold more than half of all weight: what is left are the parts that a project is seen
/// to be made of, wherever its sources lie.
pub(crate) fn directories<'p>(files: &[(&'p str, u64)], base: &str, depth: Option<usize>) -> Vec<&'p str> {
    let total: u64 = files.iter().map(|(_, weight)| weight).sum();
    let mut below = FxHashMap::<&str, u64>::default();
    if depth.is_none() {
        for &(path, weight) in files {
            folders(path, base).for_each(|folder| *below.entry(folder).or_default() += weight);
        }
    }
    let is_open = |at: usize, folder: &str| match depth {
        Some(depth) => at < depth,
        None => below.get(folder).is_some_and(|weight| weight * 2 > total),
    };
    let of = |&(path, _): &(&'p str, u64)| {
        let mut found = "";
        for (at, folder) in folders(path, base).enumerate() {
            found = folder;
            if !is_open(at, folder) {
                break;
            }
        }
        found
    };
    files.iter().map(of).collect()
}

/// The folders around a file, from `base` inwards; its own if `base` is no folder around it.
fn folders<'p>(path: &'p str, base: &str) -> impl Iterator<Item = &'p str> {
    let own = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let first = base.len().min(own.len());
    let inner = own.match_indices('/').map(|(slash, _)| slash).filter(move |&slash| slash > first);
    let ends = std::iter::once(first).chain(inner).chain((own.len() > first).then_some(own.len()));
    ends.filter_map(|end| own.get(..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_count_for_the_directory_that_is_looked_into_last() {
        let all = [
            ("setup.py", 1),
            ("shop/app.py", 1),
            ("shop/db/base.py", 20),
            ("shop/db/sql/where.py", 20),
            ("shop/forms/fields.py", 20),
            ("tools/lint.py", 1),
        ];
        for (base, depth, expected) in [
            ("", Some(0), ["", "", "", "", "", ""]),
            ("", Some(1), ["", "shop", "shop", "shop", "shop", "tools"]),
            ("", Some(2), ["", "shop", "shop/db", "shop/db", "shop/forms", "tools"]),
            ("", Some(9), ["", "shop", "shop/db", "shop/db/sql", "shop/forms", "tools"]),
            // The root and `shop` hold more than half, so does `shop/db`.
            ("", None, ["", "shop", "shop/db", "shop/db/sql", "shop/forms", "tools"]),
        ] {
            assert_eq!(directories(&all, base, depth), expected, "{base} {depth:?}");
        }
        let shop = &all[1..5];
        assert_eq!(directories(shop, "shop", Some(1)), ["shop", "shop/db", "shop/db", "shop/forms"]);
        assert_eq!(directories(shop, "shop", Some(0)), ["shop"; 4]);
        assert_eq!(directories(&all[2..3], "shop/db/base.py", Some(1)), ["shop/db"]);
        assert_eq!(directories(&[], "", None), [""; 0]);
        assert_eq!(directories(&[("a.py", 0), ("b/c.py", 0)], "", None), ["", ""]);
    }
}
