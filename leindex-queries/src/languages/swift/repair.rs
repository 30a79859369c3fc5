//! Syntax newer than the grammar, or that it does not take in every place, is blanked out.

/// Blanks what the grammar is known to stumble over, keeping the text's length. Only broken files are touched.
pub(super) fn repair(source: &[u8], broken: bool) -> Option<Vec<u8>> {
    if !broken {
        return None;
    }
    let mut text = source.to_vec();
    for word in [&b"@_inheritActorContext"[..], b"@_implicitSelfCapture", b"nonisolated(unsafe) ", b"repeat each ", b"@preconcurrency "] {
        blank_each(source, word, 0, &mut text);
    }
    // `-> sending T`, `: sending T`.
    for (before, word) in [(&b"-> sending "[..], 3), (b": sending ", 2), (b"(sending ", 1)] {
        blank_each(source, before, word, &mut text);
    }
    // `[~T.self]` with an operator of the project.
    for before in [&b"[~"[..], b", ~"] {
        blank_each(source, before, before.len() - 1, &mut text);
    }
    conditional_cases(source, &mut text);
    (text != source).then_some(text)
}

/// Blanks every occurrence of `pattern` from its byte `from` on.
fn blank_each(source: &[u8], pattern: &[u8], from: usize, text: &mut [u8]) {
    for at in memchr::memmem::find_iter(source, pattern) {
        for byte in text.get_mut(at + from..at + pattern.len()).into_iter().flatten() {
            *byte = b' ';
        }
    }
}

/// `#if` around the cases of a `switch`: its lines are blanked, all cases stay.
fn conditional_cases(source: &[u8], text: &mut [u8]) {
    let mut open = Vec::new();
    let mut start = 0;
    while start < source.len() {
        let line = source.get(start..).unwrap_or(&[]);
        let length = memchr::memchr(b'\n', line).unwrap_or(line.len());
        let code = line.get(..length).unwrap_or(&[]).trim_ascii();
        let rest = line.get(length..).unwrap_or(&[]);
        if code.starts_with(b"#if") {
            open.push(begins_case(rest));
        }
        let directive = [&b"#if"[..], b"#elseif", b"#else", b"#endif"].iter().any(|word| code.starts_with(word));
        if directive && open.last() == Some(&true) {
            for byte in text.get_mut(start..start + length).into_iter().flatten() {
                if *byte != b'\r' {
                    *byte = b' ';
                }
            }
        }
        if code.starts_with(b"#endif") {
            open.pop();
        }
        start += length + 1;
    }
}

/// Whether the next line with code is a case.
fn begins_case(rest: &[u8]) -> bool {
    rest.split(|&byte| byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .find(|line| !line.is_empty() && !line.starts_with(b"//"))
        .is_some_and(|line| line.starts_with(b"case ") || line.starts_with(b"default:") || line.starts_with(b"@unknown"))
}

#[cfg(test)]
mod tests {
    use super::repair;

    #[track_caller]
    fn check(source: &str, expected: Option<&str>) {
        let repaired = repair(source.as_bytes(), true).map(|text| String::from_utf8(text).expect("blanks keep a text whole"));
        assert_eq!(repaired.as_deref(), expected);
    }

    #[test]
    fn directives_around_cases_are_blanked() {
        check(
            "switch x {\n#if A\ncase .a: f()\n#else\ncase .b: g()\n#endif\n}",
            Some("switch x {\n     \ncase .a: f()\n     \ncase .b: g()\n      \n}"),
        );
        check("#if A\nfunc f() {}\n#endif\n", None);
    }

    #[test]
    fn attributes_of_parameters_are_blanked() {
        check("func f(@_implicitSelfCapture _ g: () -> sending T)", Some("func f(                      _ g: () ->         T)"));
    }
}
