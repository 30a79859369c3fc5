//! Path patterns: `src/**/*.py`, `tests/`, `*.rs`. Any text is a pattern, so there is nothing to refuse.

/// Whether a pattern admits a path (from the root, with `/`).
///
/// `*` stands for anything within a folder or file name, `**` for anything, `?` for one character. A pattern without
/// `/` is tried on every part of the path; one without marks admits what lies below it.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim_start_matches("./").trim_start_matches('/');
    let below = pattern.trim_end_matches('/');
    if !below.contains(['*', '?']) {
        let at_root = path.strip_prefix(below).is_some_and(|rest| below.is_empty() || rest.is_empty() || rest.starts_with('/'));
        return at_root || !below.contains('/') && path.split('/').any(|part| part == below);
    }
    if !pattern.contains('/') {
        return path.rsplit('/').next().is_some_and(|file| fits(pattern.as_bytes(), file.as_bytes()));
    }
    fits(pattern.as_bytes(), path.as_bytes())
}

/// Whether a pattern is a name's: `*` stands for anything, `?` for one character.
pub(crate) fn matches_name(pattern: &str, name: &str) -> bool {
    fits(pattern.as_bytes(), name.as_bytes())
}

/// Matches with one point of return for `*` and one for `**`: linear in pattern times path.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut single: Option<(usize, usize)> = None;
    let mut double: Option<(usize, usize, bool)> = None;
    loop {
        if pattern[p..].starts_with(b"**") {
            p += 2;
            // `**/` may stand for no folder at all, but only for whole ones.
            let whole = pattern.get(p) == Some(&b'/');
            p += usize::from(whole);
            double = Some((p, t, whole));
            single = None;
        } else if pattern.get(p) == Some(&b'*') {
            p += 1;
            single = Some((p, t));
        } else if t == text.len() && p == pattern.len() {
            return true;
        } else if t < text.len() && p < pattern.len() && (pattern[p] == text[t] || pattern[p] == b'?' && text[t] != b'/') {
            p += 1;
            t += 1;
        } else if let Some((back, at)) = single.filter(|&(_, at)| at < text.len() && text[at] != b'/') {
            p = back;
            t = at + 1;
            single = Some((back, at + 1));
        } else if let Some((back, at, whole)) = double.filter(|&(_, at, _)| at < text.len()) {
            p = back;
            t = at + 1;
            while whole && t < text.len() && text[t - 1] != b'/' {
                t += 1;
            }
            double = Some((back, t, whole));
            single = None;
        } else {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_admit_paths() {
        for (pattern, path, expected) in [
            ("*.py", "a/b/c.py", true),
            ("*.py", "a/b.pyc", false),
            ("src/**/*.rs", "src/a.rs", true),
            ("src/**/*.rs", "src/a/b/c.rs", true),
            ("src/*.rs", "src/a/c.rs", false),
            ("**/tests/**", "a/tests/b.py", true),
            ("**/tests/*", "a/my_tests/b.py", false),
            ("src", "src/a.rs", true),
            ("src/", "srcs/a.rs", false),
            ("auth", "lib/auth/x.py", true),
            ("a?.c", "x/ab.c", true),
            ("", "anything", true),
            ("**", "a/b", true),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }
}
