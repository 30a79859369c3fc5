//! What the process may hold, and who gives back where that is nearly used up.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::{default_budget, trim, usage};

/// Somebody who holds memory that can be had again: an index with its graphs and caches.
pub trait Tenant: Send + Sync {
    /// When it was last needed.
    fn last_used(&self) -> Instant;

    /// Frees what can be had again, after writing to the store what is not there yet. False if there is nothing to free, or
    /// somebody needs it just now. No answer may depend on it.
    fn give_back(&self) -> bool;
}

/// A bound on the memory of a process, shared by all who hold some of it.
///
/// From nine tenths of it on, those give back whom nobody has asked for longest, one after the other until less is held; the
/// one in use comes last, and not more than once in a while: it would only have to make everything anew.
pub struct Budget {
    bytes: AtomicU64,
    tenants: Mutex<Vec<Weak<dyn Tenant>>>,
    pace: Mutex<Pace>,
    spills: AtomicU64,
    freed: AtomicU64,
    read: fn() -> Option<u64>,
}

/// When something was last done that need not be done all the time.
struct Pace {
    sampled: Option<Instant>,
    all_gave: Option<Instant>,
}

/// What a budget has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BudgetStats {
    /// The most that may be held, in bytes.
    pub budget: u64,
    /// How often somebody gave back.
    pub spills: u64,
    /// Bytes less after that, in all.
    pub freed: u64,
}

/// Between two looks at what is held.
const BETWEEN_SAMPLES: Duration = Duration::from_millis(50);
/// Between two times that even the one in use gives back.
const BETWEEN_ALL: Duration = Duration::from_secs(10);

static OF_PROCESS: LazyLock<Budget> = LazyLock::new(|| Budget::new(default_budget(), || usage().map(|usage| usage.anonymous)));

impl Budget {
    /// The budget of this process: [`default_budget`] until it is [set](Self::set).
    pub fn of_process() -> &'static Self {
        &OF_PROCESS
    }

    /// `read` says what is held.
    fn new(bytes: u64, read: fn() -> Option<u64>) -> Self {
        let pace = Mutex::new(Pace { sampled: None, all_gave: None });
        Self { bytes: AtomicU64::new(bytes), tenants: Mutex::default(), pace, spills: AtomicU64::new(0), freed: AtomicU64::new(0), read }
    }

    /// Sets the most that may be held, in bytes; `None` for the default.
    pub fn set(&self, bytes: Option<u64>) {
        self.bytes.store(bytes.unwrap_or_else(default_budget), Ordering::Relaxed);
    }

    /// Makes somebody known for as long as it lives.
    pub fn join(&self, tenant: Weak<dyn Tenant>) {
        let mut tenants = self.tenants();
        tenants.retain(|tenant| tenant.strong_count() > 0);
        tenants.push(tenant);
    }

    /// Looks whether nine tenths are held, and if so has memory given back. Returns whether any was. Costs nothing if it
    /// was called a moment ago, else some microseconds, or as long as the giving takes.
    pub fn relieve(&self) -> bool {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        if pace.sampled.is_some_and(|at| at.elapsed() < BETWEEN_SAMPLES) {
            return false;
        }
        pace.sampled = Some(Instant::now());
        let threshold = self.bytes.load(Ordering::Relaxed) / 10 * 9;
        let held = || (self.read)().unwrap_or(0);
        let before = held();
        if before < threshold {
            return false;
        }
        let mut tenants: Vec<Arc<dyn Tenant>> = self.tenants().iter().filter_map(Weak::upgrade).collect();
        tenants.sort_by_key(|tenant| tenant.last_used());
        let (in_use, idle) = match tenants.split_last() {
            Some((last, idle)) => (Some(last), idle),
            None => (None, tenants.as_slice()),
        };
        let in_use = in_use.filter(|_| pace.all_gave.is_none_or(|at| at.elapsed() >= BETWEEN_ALL));
        let mut now = before;
        let mut any = false;
        for (tenant, is_in_use) in idle.iter().map(|tenant| (tenant, false)).chain(in_use.map(|tenant| (tenant, true))) {
            if now < threshold {
                break;
            }
            if tenant.give_back() {
                trim();
                any = true;
                self.spills.fetch_add(1, Ordering::Relaxed);
                now = held();
            }
            if is_in_use {
                pace.all_gave = Some(Instant::now());
            }
        }
        if any {
            self.freed.fetch_add(before.saturating_sub(now), Ordering::Relaxed);
        }
        pace.sampled = Some(Instant::now());
        any
    }

    /// What it has come to.
    pub fn stats(&self) -> BudgetStats {
        BudgetStats {
            budget: self.bytes.load(Ordering::Relaxed),
            spills: self.spills.load(Ordering::Relaxed),
            freed: self.freed.load(Ordering::Relaxed),
        }
    }

    fn tenants(&self) -> MutexGuard<'_, Vec<Weak<dyn Tenant>>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Budget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.stats().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static HELD: AtomicU64 = AtomicU64::new(0);

    struct Holder {
        name: &'static str,
        used: Instant,
        holds: AtomicU64,
        log: Arc<Mutex<Vec<&'static str>>>,
    }

    impl Tenant for Holder {
        fn last_used(&self) -> Instant {
            self.used
        }

        fn give_back(&self) -> bool {
            let held = self.holds.swap(0, Ordering::Relaxed);
            HELD.fetch_sub(held, Ordering::Relaxed);
            if held > 0 {
                self.log.lock().unwrap().push(self.name);
            }
            held > 0
        }
    }

    #[test]
    fn who_was_not_needed_longest_gives_back_first_and_no_more_than_has_to() {
        let log = Arc::<Mutex<Vec<_>>>::default();
        let start = Instant::now();
        let holder = |name, second, holds| {
            HELD.fetch_add(holds, Ordering::Relaxed);
            let used = start + Duration::from_secs(second);
            Arc::new(Holder { name, used, holds: AtomicU64::new(holds), log: Arc::clone(&log) })
        };
        let budget = Budget::new(1000, || Some(HELD.load(Ordering::Relaxed)));
        let look = || {
            budget.pace.lock().unwrap().sampled = None;
            budget.relieve()
        };
        let holders = [holder("newest", 9, 300), holder("oldest", 1, 200), holder("middle", 5, 300), holder("empty", 0, 0)];
        for holder in &holders {
            budget.join(Arc::downgrade(holder) as Weak<dyn Tenant>);
        }
        assert!(!look(), "800 of 1000 is not yet nine tenths");
        HELD.fetch_add(100, Ordering::Relaxed);
        assert!(look());
        assert_eq!(*log.lock().unwrap(), ["oldest"]);
        assert_eq!(budget.stats(), BudgetStats { budget: 1000, spills: 1, freed: 200 });
        HELD.fetch_add(500, Ordering::Relaxed);
        assert!(look());
        assert_eq!(*log.lock().unwrap(), ["oldest", "middle", "newest"], "the one in use comes last");
        holders[0].holds.store(100, Ordering::Relaxed);
        HELD.fetch_add(800, Ordering::Relaxed);
        assert!(!look(), "the one in use gave a moment ago");
        assert!(!budget.relieve(), "a moment after a look there is none");
        drop(holders);
        budget.join(Weak::<Holder>::new());
        assert_eq!(budget.tenants().len(), 1);
    }
}
