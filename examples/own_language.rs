//! A language of one's own: Bash, from its grammar to symbols, callers and a slice.
//!
//! ```text
//! cargo run --release -p leindex-queries --example own_language [-- FOLDER SCRIPT:LINE VARIABLE]
//! ```
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

mod common;

use std::path::PathBuf;
use std::process::ExitCode;

use leindex_queries::index::StorePlace;
use leindex_queries::languages::{Case, Define, Docs, FlowRules, Form, LanguageConfig, Metrics, NameAt, Role, Switch};
use leindex_queries::syntax::rows::BindingKind;
use leindex_queries::{Error, Index, Options, SliceOptions};

/// What the node kinds of the grammar name: definitions, calls, variables.
const ROLES: &[(&str, Role)] = &[
    ("comment", Role::Comment),
    ("function_definition", Role::Define(Define { name: NameAt::Field("name"), ..Define::FUNCTION })),
    ("command", Role::Call { function: "name", arguments: "" }),
    ("command_name", Role::Pass { value: "0", ty: "" }),
    ("word", Role::Name),
    ("variable_name", Role::Binds(BindingKind::Variable)),
];

/// What they do when they run.
const FORMS: &[(&str, Form)] = &[
    ("function_definition", Form::Function { name: "name", parameters: "", body: "body" }),
    ("compound_statement", Form::Block),
    ("do_group", Form::Block),
    ("subshell", Form::Block),
    ("variable_assignment", Form::Assign { left: "name", right: "value" }),
    ("declaration_command", Form::Evaluate),
    ("variable_name", Form::Name),
    ("word", Form::Skip),
    ("command", Form::Call { function: "name", arguments: "argument" }),
    ("command_name", Form::Skip),
    ("command_substitution", Form::Sequence),
    ("pipeline", Form::Evaluate),
    ("list", Form::Binary { left: "0", operator: "", right: "1" }),
    ("redirected_statement", Form::Statement),
    ("file_redirect", Form::Evaluate),
    ("test_command", Form::Evaluate),
    ("binary_expression", Form::Binary { left: "left", operator: "operator", right: "right" }),
    ("unary_expression", Form::Evaluate),
    ("simple_expansion", Form::Evaluate),
    ("expansion", Form::Evaluate),
    ("arithmetic_expansion", Form::Evaluate),
    ("string", Form::Evaluate),
    ("concatenation", Form::Evaluate),
    ("if_statement", Form::If { condition: "condition", then: "*", otherwise: "=elif_clause+=else_clause" }),
    ("elif_clause", Form::If { condition: "0", then: "*", otherwise: "" }),
    ("else_clause", Form::Sequence),
    ("while_statement", Form::While { condition: "condition", body: "body", otherwise: "" }),
    ("for_statement", Form::ForEach { pattern: "variable", iterable: "value", body: "body", otherwise: "" }),
    ("case_statement", Form::Switch(Switch { cases: "", exhaustive: false, ..Switch::MATCH })),
    ("case_item", Form::Case(Case { pattern: "value", guard: "", body: "", binds: false, default: &["*"] })),
];

fn bash() -> LanguageConfig {
    LanguageConfig {
        extensions: &["sh", "bash"],
        interpreters: &["sh", "bash"],
        roles: ROLES,
        metrics: Metrics { decisions: &["if_statement", "while_statement", "for_statement"], ..Metrics::NONE },
        flow: FlowRules { forms: FORMS, block_scopes: false, ..FlowRules::NONE },
        docs: Docs { prefixes: &["#"], docstring: false },
        assignment_declares: true,
        ..LanguageConfig::new("bash", "tree-sitter-bash 0.25.1, tables 1", || tree_sitter_bash::LANGUAGE.into())
    }
}

const SCRIPT: &str = r#"# Where packages come from.
mirror() {
    local host="example.org"
    if [ -n "$1" ]; then
        host="$1"
    fi
    echo "https://$host"
}

install() {
    count=0
    for name in curl git; do
        fetch "$(mirror)/$name"
        count=$((count + 1))
    done
    echo "$count installed"
}
"#;

fn main() -> ExitCode {
    common::run(|| {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let folder = arguments.first().map_or_else(|| std::env::temp_dir().join("leindex-own-language"), PathBuf::from);
        if arguments.is_empty() {
            std::fs::create_dir_all(&folder)?;
            std::fs::write(folder.join("setup.sh"), SCRIPT)?;
        }
        let mut options = Options { store: StorePlace::Memory, ..Options::default() };
        options.languages.register(bash(), None);
        let index = Index::open(&folder, options)?;
        let of = |at: usize, otherwise: &'static str| arguments.get(at).cloned().unwrap_or_else(|| otherwise.to_owned());
        Ok(show(&index, &of(1, "setup.sh:16"), &of(2, "count"))?)
    })
}

fn show(index: &Index, place: &str, variable: &str) -> Result<(), Error> {
    let ((path, line), snapshot) = (place.rsplit_once(':').unwrap_or((place, "1")), index.snapshot());
    for item in snapshot.outline(path)? {
        println!("{} {} (cyclomatic {}): {}", item.symbol.kind, item.symbol.name, item.symbol.cyclomatic, item.symbol.summary);
    }
    for line in snapshot.slice(path, line.parse().unwrap_or(1), Some(variable), SliceOptions::default())?.lines {
        println!("{:>4} {:<40} # {}", line.line, line.text, line.reason);
    }
    Ok(())
}
