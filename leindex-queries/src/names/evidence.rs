//! What a path says about the code in it: tests, generated and vendored code, examples.

/// Whether a file lies among tests, by the habits of all languages.
pub fn is_test_path(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let lower = stem.to_ascii_lowercase();
    let by_name = lower.starts_with("test_")
        || lower.ends_with("_test")
        || lower.ends_with("_tests")
        || lower.ends_with("_spec")
        || lower.ends_with(".test")
        || lower.ends_with(".spec")
        || lower.ends_with("-test")
        || lower.ends_with("-spec")
        || lower == "conftest"
        || lower == "tests"
        || stem.ends_with("Test")
        || stem.ends_with("Tests")
        || stem.ends_with("Spec");
    by_name
        || path
            .split('/')
            .rev()
            .skip(1)
            .any(|folder| matches!(folder, "test" | "tests" | "spec" | "specs" | "__tests__" | "testing" | "testdata" | "e2e"))
}

/// Whether a file is vendored, an example or a benchmark rather than the project's own code.
pub fn is_aside(path: &str) -> bool {
    path.split('/').rev().skip(1).any(|folder| {
        matches!(
            folder,
            "vendor"
                | "vendored"
                | "third_party"
                | "thirdparty"
                | "external"
                | "node_modules"
                | "examples"
                | "example"
                | "samples"
                | "bench"
                | "benches"
                | "benchmarks"
                | "docs"
        )
    })
}
