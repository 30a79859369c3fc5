//! Counts what is in stock.

mod stock;

pub use stock::Stock;

/// Whether an order can be sent.
pub fn can_send(stock: &Stock, article: &str, count: u32) -> bool {
    stock.available(article) >= count
}
