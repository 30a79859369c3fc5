//! Which queries ran: counted per query name, read by tests, `measure` and `edit`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use salsa::{Event, EventKind};

/// Counts executions of queries by name. Off unless asked for, because the callback runs on hot paths.
#[derive(Clone, Default)]
pub struct EventLog {
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    on: AtomicBool,
    executed: Mutex<BTreeMap<salsa::IngredientIndex, u64>>,
}

impl std::fmt::Debug for EventLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventLog").field("on", &self.state.on.load(Ordering::Relaxed)).finish_non_exhaustive()
    }
}

impl EventLog {
    /// The callback for [`salsa::Storage::new`].
    pub fn callback(&self) -> Box<dyn Fn(Event) + Send + Sync + 'static> {
        let state = Arc::clone(&self.state);
        Box::new(move |event| {
            if !state.on.load(Ordering::Relaxed) {
                return;
            }
            if let EventKind::WillExecute { database_key } = event.kind {
                let mut executed = state.executed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                *executed.entry(database_key.ingredient_index()).or_default() += 1;
            }
        })
    }

    /// Starts counting, from nothing.
    pub fn start(&self) {
        self.state.executed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
        self.state.on.store(true, Ordering::Relaxed);
    }

    /// Executions since [`start`](Self::start) by query name; counting goes on from nothing.
    pub fn take(&self, db: &dyn salsa::Database) -> BTreeMap<String, u64> {
        let counts = std::mem::take(&mut *self.state.executed.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        let mut named = BTreeMap::new();
        for (index, count) in counts {
            *named.entry(db.ingredient_debug_name(index).into_owned()).or_default() += count;
        }
        named
    }
}
