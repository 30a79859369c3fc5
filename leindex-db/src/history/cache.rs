//! The churn of one folder, read again only when `HEAD` has moved.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::repository::Repository;
use super::{Churn, ChurnOptions, read_from};
use crate::error::Error;

/// Remembers the last [`Churn`] of a folder. Several threads may ask; those that come while it is read wait for it.
#[derive(Debug)]
pub struct ChurnCache {
    root: PathBuf,
    last: Mutex<Option<(ChurnOptions, Arc<Churn>)>>,
}

impl ChurnCache {
    /// Nothing is read yet.
    pub fn new(root: PathBuf) -> Self {
        Self { root, last: Mutex::new(None) }
    }

    /// As [`Churn::read`]. Costs a look at `HEAD` where it names the commit that it named before and the options are equal.
    ///
    /// # Errors
    ///
    /// As [`Churn::read`].
    pub fn churn(&self, options: &ChurnOptions) -> Result<Option<Arc<Churn>>, Error> {
        let Some(repository) = Repository::around(&self.root)? else { return Ok(None) };
        let Some(head) = repository.head()? else { return Ok(None) };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, churn)) = &*last
            && of == options
            && head.to_hex() == churn.head
        {
            return Ok(Some(Arc::clone(churn)));
        }
        let churn = Arc::new(read_from(&repository, head, options)?);
        *last = Some((options.clone(), Arc::clone(&churn)));
        Ok(Some(churn))
    }
}
