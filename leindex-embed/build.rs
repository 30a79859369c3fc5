//! Hashes the sources that split texts into sub-words and vectors, and the shipped model, so that what is stored of them
//! carries the hash in its keys and nobody has to remember a version number.

use std::fs;

const HASHED: [&str; 4] = ["src/words.rs", "src/logarithm.rs", "src/static_model.rs", "assets/leindex-static-v1.safetensors"];

fn main() {
    let mut hasher = blake3::Hasher::new();
    for source in HASHED {
        println!("cargo::rerun-if-changed={source}");
        hasher.update(&fs::read(source).unwrap_or_default());
    }
    println!("cargo::rustc-env=LEINDEX_SCHEMA_WORDS={}", &hasher.finalize().to_hex()[..32]);
}
