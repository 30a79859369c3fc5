//! What a path says about the code in it: tests, examples, generated and foreign code.
//!
//! In-file evidence (`@Test`, `#[cfg(test)]`, `test_…`) stands in the rows; this is what the bytes cannot know.

/// What a path says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub struct PathEvidence {
    /// Tests, or what only they use.
    pub test: bool,
    /// Examples, demonstrations and benchmarks.
    pub example: bool,
    /// Written by a program.
    pub generated: bool,
    /// A copy of somebody else's code.
    pub vendored: bool,
}

const TEST_FOLDERS: &[&str] = &[
    "__mocks__",
    "__tests__",
    "androidtest",
    "cypress",
    "e2e",
    "fixtures",
    "integration_test",
    "jvmtest",
    "spec",
    "specs",
    "test",
    "testdata",
    "testfixtures",
    "testing",
    "tests",
    "testsuite",
    "unittests",
];
const EXAMPLE_FOLDERS: &[&str] = &[
    "bench",
    "benches",
    "benchmark",
    "benchmarks",
    "demo",
    "demos",
    "doc",
    "docs",
    "example",
    "examples",
    "playground",
    "sample",
    "samples",
    "tutorial",
    "tutorials",
];
const GENERATED_FOLDERS: &[&str] = &["__generated__", "_generated", "autogen", "gen", "generated", "generated-sources"];
const VENDORED_FOLDERS: &[&str] = &[
    "3rdparty",
    "bower_components",
    "deps",
    "external",
    "extern",
    "node_modules",
    "third-party",
    "third_party",
    "thirdparty",
    "vendor",
    "vendored",
];

/// What the path of a file (from the root, with `/`) says about the code in it.
pub fn of_path(path: &str) -> PathEvidence {
    let mut found = PathEvidence::default();
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    for folder in folders.split('/') {
        let folder = folder.to_ascii_lowercase();
        let is = |list: &[&str]| list.contains(&&*folder);
        found.test |= is(TEST_FOLDERS) || folder.ends_with(".tests") || folder.ends_with("-tests") || folder.ends_with("_tests");
        found.example |= is(EXAMPLE_FOLDERS);
        found.generated |= is(GENERATED_FOLDERS);
        found.vendored |= is(VENDORED_FOLDERS);
    }
    let (stem, ending) = file.split_once('.').unwrap_or((file, ""));
    let lower = stem.to_ascii_lowercase();
    let words =
        |suffix: &str| stem.strip_suffix(suffix).is_some_and(|before| before.ends_with(|c: char| c.is_lowercase() || c.is_ascii_digit()));
    found.test |= matches!(&*lower, "test" | "tests" | "conftest")
        || ["test_", "tests_"].iter().any(|prefix| lower.starts_with(prefix))
        || ["_test", "_tests", "_spec", "-test", "-spec"].iter().any(|suffix| lower.ends_with(suffix))
        || ["Test", "Tests", "TestCase", "Spec", "Specs", "IT"].iter().any(|suffix| words(suffix))
        || ending.split('.').any(|part| matches!(part, "test" | "tests" | "spec" | "cy"));
    found.generated |= lower.ends_with("_pb2") || lower.ends_with("_pb2_grpc") || lower.ends_with("_generated");
    found.generated |= ending.split('.').any(|part| matches!(part, "pb" | "g" | "gen" | "generated" | "designer" | "freezed"));
    found.vendored |= ending.split('.').any(|part| part == "min");
    found
}

/// Whether a file lies among tests, by the habits of all languages.
pub fn is_test_path(path: &str) -> bool {
    of_path(path).test
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_known_by_their_paths() {
        for path in [
            "tests/answers.rs",
            "src/test/java/a/B.java",
            "pkg/test_login.py",
            "pkg/login_test.go",
            "src/__tests__/a.ts",
            "a/login.spec.ts",
            "spec/models/user_spec.rb",
            "src/LoginTest.kt",
            "Acme.Tests/Login.cs",
            "conftest.py",
            "src/runtime/tests.rs",
        ] {
            assert!(of_path(path).test, "{path}");
        }
        for path in [
            "src/attest.rs",
            "src/latest.py",
            "src/Latest.java",
            "contest/a.go",
            "src/testimony.js",
            "SpecialCase.java",
            "src/inspect.py",
            "src/AUDIT.java",
        ] {
            assert!(!of_path(path).test, "{path}");
        }
    }

    #[test]
    fn examples_generated_and_foreign_code_are_told_apart() {
        assert!(of_path("examples/analyze.rs").example);
        assert!(of_path("api/v1/user.pb.go").generated && of_path("user_pb2.py").generated && of_path("lib/user.g.dart").generated);
        assert!(of_path("third_party/zlib/inflate.c").vendored && of_path("static/jquery.min.js").vendored);
        assert_eq!(of_path("src/lib.rs"), PathEvidence::default());
    }
}
