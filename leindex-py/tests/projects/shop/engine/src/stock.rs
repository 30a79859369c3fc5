use std::collections::HashMap;

/// Articles and how many there are.
pub struct Stock {
    counts: HashMap<String, u32>,
}

impl Stock {
    /// How many of an article are there.
    pub fn available(&self, article: &str) -> u32 {
        self.counts.get(article).copied().unwrap_or(0)
    }
}
