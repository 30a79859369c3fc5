//! Build manifests: what they say about names and paths. A broken manifest says nothing.

use super::rules::Manifest;

/// File names that are manifests.
pub const FILE_NAMES: &[&str] =
    &["package.json", "tsconfig.json", "jsconfig.json", "Cargo.toml", "pyproject.toml", "go.mod", "composer.json", "pubspec.yaml"];

/// Reads a manifest by its file name.
pub fn parse(file_name: &str, bytes: &[u8]) -> Option<Manifest> {
    let text = std::str::from_utf8(bytes).ok()?;
    match file_name {
        "go.mod" => Some(go_mod(text)),
        "pubspec.yaml" => Some(pubspec(text)),
        _ => None,
    }
}

fn go_mod(text: &str) -> Manifest {
    let name = text.lines().find_map(|line| line.trim().strip_prefix("module ")).unwrap_or("").trim().trim_matches('"').to_owned();
    Manifest { name, ..Manifest::default() }
}

fn pubspec(text: &str) -> Manifest {
    let name = text.lines().find_map(|line| line.strip_prefix("name:")).unwrap_or("").trim().trim_matches(['"', '\'']).to_owned();
    Manifest { name, ..Manifest::default() }
}
