//! Hashes the sources that compute each kind of stored result, so that a change to them changes the keys of the store
//! and nobody has to remember a version number.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.toml");
    // What runs how is no matter of rows.
    let is_flow = |path: &Path| path.ends_with("flow.rs") || path.ends_with("form.rs") || path.ends_with("form_table.rs");
    let flow = schema(&["src/languages", "src/syntax", "src/items", "src/flow"], |_| true);
    println!("cargo::rustc-env=LEINDEX_SCHEMA_FLOW={flow}");
    let rows = schema(&["src/languages", "src/syntax", "src/items"], |path| !is_flow(path));
    println!("cargo::rustc-env=LEINDEX_SCHEMA_ROWS={rows}");
    let embedding = schema(&["src/search/embedding.rs"], |_| true);
    println!("cargo::rustc-env=LEINDEX_SCHEMA_EMBEDDING={embedding}");
    let index = schema(&["src/languages", "src/syntax", "src/items", "src/search/record.rs", "src/search/terms.rs"], |path| !is_flow(path));
    println!("cargo::rustc-env=LEINDEX_SCHEMA_INDEX={index}");
    let tables = schema(&["src"], |_| true);
    println!("cargo::rustc-env=LEINDEX_SCHEMA_TABLES={tables}");
}

fn schema(sources: &[&str], counts: impl Fn(&Path) -> bool) -> String {
    let mut files = Vec::new();
    for source in sources {
        if source.ends_with(".rs") {
            files.push(PathBuf::from(source));
        } else {
            collect(Path::new(source), &mut files);
        }
    }
    files.retain(|file| counts(file));
    files.sort();
    let mut hasher = blake3::Hasher::new();
    for file in files {
        hasher.update(file.to_string_lossy().as_bytes());
        hasher.update(&fs::read(&file).unwrap_or_default());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("fixtures") {
                collect(&path, files);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
