//! The schemas of stored results: hashes, made when the crate is built, of the sources that compute them. Grammar
//! versions stand in the keys themselves.

/// Schema of the packed rows.
pub(crate) const ROWS: [u8; 16] = parse(env!("LEINDEX_SCHEMA_ROWS"));
/// Schema of the index records.
pub(crate) const INDEX: [u8; 16] = parse(env!("LEINDEX_SCHEMA_INDEX"));
/// Schema of the vectors of models of the user's choice.
pub(crate) const EMBEDDING: [u8; 16] = parse(env!("LEINDEX_SCHEMA_EMBEDDING"));
/// Schema of the flows.
pub(crate) const FLOW: [u8; 16] = parse(env!("LEINDEX_SCHEMA_FLOW"));
/// Schema of what tables are made of: of everything.
#[cfg(feature = "analytics")]
pub(crate) const TABLES: [u8; 16] = parse(env!("LEINDEX_SCHEMA_TABLES"));

const fn parse(hex: &str) -> [u8; 16] {
    let bytes = hex.as_bytes();
    let mut out = [0; 16];
    let mut i = 0;
    while i < 16 {
        out[i] = digit(bytes[2 * i]) << 4 | digit(bytes[2 * i + 1]);
        i += 1;
    }
    out
}

const fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        _ => byte - b'a' + 10,
    }
}
