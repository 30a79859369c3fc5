//! Flows as the store keeps them: by the hash of the body, so that a function is analysed once, wherever and however
//! often its text occurs.

use leindex_db::store::StoreKey;

use super::body::Flow;
use crate::languages::LanguageConfig;

/// The key of a function's flow, by the hash of its body; of a file's top level, by that of its content.
pub(crate) fn flow_key(config: &LanguageConfig, body: &[u8]) -> StoreKey {
    StoreKey::new("flow", &crate::schema::FLOW, &[config.dialect.as_bytes(), config.version.as_bytes(), body])
}

/// A flow as bytes.
pub(crate) fn encode(flow: &Flow) -> Vec<u8> {
    postcard::to_allocvec(flow).unwrap_or_default()
}

/// A flow from its bytes, if they are one.
pub(crate) fn decode(bytes: &[u8]) -> Option<Flow> {
    postcard::from_bytes::<Flow>(bytes).ok().filter(Flow::is_sound)
}
