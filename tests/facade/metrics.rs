//! Complexity by symbol, file, folder and project.

use leindex_queries::ComplexityMetrics;
use leindex_queries::index::{Measure, MetricsOptions, MetricsSummary};

use crate::{folder, open, short};

const FILES: &[(&str, &str)] = &[
    (
        "src/cart.py",
        "class Cart:\n    def total(self, tax, *, round=False):\n        for item in self.items:\n            if item and tax:\n                \
         return tax\n        return 0\n\n    def empty(self):\n        pass\n",
    ),
    (
        "src/api/views.go",
        "package api\n\ntype T interface { Get() int }\n\nfunc View(a, b int) int {\n\tif a > b {\n\t\treturn a\n\t}\n\treturn b\n}\n",
    ),
    ("src-old/dead.py", "def dead():\n    return 1 if x else 2\n"),
    ("setup.py", "if x:\n    y = 1\n"),
];

fn summary(of: &MetricsSummary) -> String {
    let parts =
        [of.cyclomatic, of.cognitive, of.nesting].map(|spread| format!("{}/{:.2}/{}/{}", spread.sum, spread.mean, spread.p95, spread.max));
    format!("{} functions: {}; {} {} {}", of.functions, parts.join(" "), of.parameters.sum, of.statements.sum, of.lines.sum)
}

#[test]
fn a_project_its_folders_and_its_files_have_the_sums_of_their_functions() {
    let folder = folder(FILES);
    let index = open(&folder);
    let metrics = index.snapshot().metrics(&MetricsOptions::default()).unwrap();
    let listed = |all: &[leindex_queries::index::PathMetrics]| -> Vec<String> {
        all.iter().map(|of| format!("{} {}", of.path, summary(&of.summary))).collect()
    };
    assert_eq!(summary(&metrics.total), "4 functions: 9/2.25/4/4 6/1.50/4/4 4/1.00/2/2; 4 9 15");
    assert_eq!(
        listed(&metrics.directories),
        [
            " 4 functions: 9/2.25/4/4 6/1.50/4/4 4/1.00/2/2; 4 9 15",
            "src 3 functions: 7/2.33/4/4 5/1.67/4/4 3/1.00/2/2; 4 8 13",
            "src-old 1 functions: 2/2.00/2/2 1/1.00/1/1 1/1.00/1/1; 0 1 2",
            "src/api 1 functions: 2/2.00/2/2 1/1.00/1/1 1/1.00/1/1; 2 3 6",
        ]
    );
    assert_eq!(
        listed(&metrics.files),
        [
            "src-old/dead.py 1 functions: 2/2.00/2/2 1/1.00/1/1 1/1.00/1/1; 0 1 2",
            "src/api/views.go 1 functions: 2/2.00/2/2 1/1.00/1/1 1/1.00/1/1; 2 3 6",
            "src/cart.py 2 functions: 5/2.50/4/4 4/2.00/4/4 2/1.00/2/2; 2 5 7",
        ]
    );
}

#[test]
fn a_part_of_a_project_is_measured_alone_and_its_worst_functions_are_named() {
    let folder = folder(FILES);
    let index = open(&folder);
    let snapshot = index.snapshot();
    for (path, by, top, expected) in [
        ("", Measure::Cognitive, 2, &["src/cart.py Cart#total().", "src-old/dead.py dead()."][..]),
        ("src/", Measure::Lines, 9, &["src/api/views.go View().", "src/cart.py Cart#total().", "src/cart.py Cart#empty()."]),
        ("./src/api/views.go", Measure::Parameters, 1, &["src/api/views.go View()."]),
        ("src", Measure::Cyclomatic, 0, &[]),
    ] {
        let metrics = snapshot.metrics(&MetricsOptions { path: path.into(), top, by }).unwrap();
        assert_eq!(metrics.top.iter().map(|found| short(&found.symbol)).collect::<Vec<_>>(), expected, "{path} {by:?}");
        assert_eq!(metrics.revision, snapshot.revision());
    }
    let error = snapshot.metrics(&MetricsOptions { path: "srcc".into(), ..MetricsOptions::default() }).unwrap_err();
    assert!(error.to_string().starts_with("`srcc` is not a file of the project"), "{error}");
}

#[test]
fn a_symbol_has_its_own_numbers() {
    let folder = folder(FILES);
    let index = open(&folder);
    let found = index.snapshot().symbol_metrics("Cart.total").unwrap();
    assert_eq!((found.path.as_str(), found.language, found.kind, found.line), ("src/cart.py", "python", "method", 2));
    let expected = ComplexityMetrics { cyclomatic: 4, cognitive: 4, nesting: 2, parameters: 2, statements: 4, lines: 5 };
    assert_eq!(found.metrics, expected);
    let module = index.snapshot().symbol_metrics("setup.py").unwrap();
    assert_eq!((module.metrics.cyclomatic, module.metrics.lines), (1, 2));
}

#[test]
fn an_empty_project_has_no_complexity() {
    let folder = folder(&[("README.md", "# Shop\n")]);
    let index = open(&folder);
    let metrics = index.snapshot().metrics(&MetricsOptions::default()).unwrap();
    assert_eq!(metrics.total, MetricsSummary::default());
    assert!(metrics.directories.is_empty() && metrics.files.is_empty() && metrics.top.is_empty());
}
