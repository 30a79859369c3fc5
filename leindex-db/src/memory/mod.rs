//! How much memory the process holds, how much it may hold, and how to give some back.
//!
//! [`Budget`] is what the process may hold, and whom it asks to give back where that is nearly used up. What counts is anonymous memory: sealed files that are mapped are the kernel's to drop. It is read from the system, not
//! added up: counters of one's own do not see what an allocator keeps.

mod budget;

use std::fs;
use std::path::Path;

pub use budget::{Budget, BudgetStats, Tenant};

/// The most that a process is given without being asked.
const MOST: u64 = 2_000_000_000;

/// Memory of this process, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// All that lies in physical memory.
    pub resident: u64,
    /// What of it is the process's own and no file's; where the system does not tell, all.
    pub anonymous: u64,
}

/// What the process holds now, or `None` where the system does not tell. Costs some microseconds.
pub fn usage() -> Option<Usage> {
    read_usage()
}

/// The budget of a process that was given none: a quarter of what the system or the process's group has, at most 2 GB.
pub fn default_budget() -> u64 {
    limit().map_or(MOST, |limit| (limit / 4).min(MOST))
}

/// The least of the limits that apply: of the control groups around the process, and the physical memory. `None` where
/// the system does not tell.
pub fn limit() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok().and_then(|groups| group_limit(&groups, Path::new("/sys/fs/cgroup")));
    let physical = fs::read_to_string("/proc/meminfo").ok().and_then(|text| physical_memory(&text));
    groups.into_iter().chain(physical).min()
}

/// Gives memory that was freed back to the system. glibc keeps it as long as anything above it lives. Costs about a
/// millisecond for each megabyte: call it in the background, after much was freed.
pub fn trim() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        #[expect(unsafe_code, reason = "nothing else makes glibc return what it keeps")]
        mod glibc {
            use std::ffi::c_int;

            unsafe extern "C" {
                // SAFETY: glibc's own declaration. It takes every number, and locks what it works on.
                pub(super) safe fn malloc_trim(keep: usize) -> c_int;
            }
        }
        glibc::malloc_trim(0);
    }
}

#[cfg(target_os = "linux")]
fn read_usage() -> Option<Usage> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let bytes = |word: &str| number_of(&text, word).map(|kilobytes| kilobytes * 1024);
    Some(Usage { resident: bytes("VmRSS:")?, anonymous: bytes("RssAnon:")? })
}

#[cfg(not(target_os = "linux"))]
fn read_usage() -> Option<Usage> {
    let found = memory_stats::memory_stats()?;
    let resident = found.physical_mem as u64;
    Some(Usage { resident, anonymous: resident })
}

/// The number behind a word, in the first line that begins with it.
fn number_of(text: &str, word: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(word))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

fn physical_memory(text: &str) -> Option<u64> {
    number_of(text, "MemTotal:").map(|kilobytes| kilobytes * 1024)
}

/// The least limit of the groups that a process is in, as `/proc/self/cgroup` lists them: of both versions, and of the
/// groups around each.
fn group_limit(groups: &str, mounted: &Path) -> Option<u64> {
    let mut least = None;
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':');
        let (_, controllers, group) = (parts.next(), parts.next(), parts.next());
        let (folder, file) = match controllers {
            Some("") => (mounted.to_owned(), "memory.max"),
            Some(controllers) if controllers.split(',').any(|name| name == "memory") => (mounted.join("memory"), "memory.limit_in_bytes"),
            _ => continue,
        };
        for around in Path::new(group.unwrap_or("").trim_start_matches('/')).ancestors() {
            let limit = fs::read_to_string(folder.join(around).join(file)).ok().and_then(|text| text.trim().parse::<u64>().ok());
            least = least.into_iter().chain(limit).min();
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allocated_is_seen_and_what_is_freed_and_trimmed_is_not() {
        let before = usage().unwrap();
        assert!(before.anonymous <= before.resident && before.anonymous > 0, "{before:?}");
        let kept: Vec<Vec<u8>> = (0..4096).map(|number| vec![number as u8 | 1; 16 * 1024]).collect();
        let held = usage().unwrap();
        assert!(held.anonymous > before.anonymous + 60_000_000, "{before:?} {held:?}");
        drop(kept);
        trim();
        let after = usage().unwrap();
        assert!(after.anonymous < held.anonymous - 40_000_000, "{held:?} {after:?}");
    }

    #[test]
    fn the_least_limit_of_all_groups_around_counts() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("memory.max", "max\n");
        write("user/memory.max", "700\n");
        write("user/app/memory.max", "900\n");
        write("memory/old/memory.limit_in_bytes", "300\n");
        for (groups, expected) in [
            ("0::/user/app\n", Some(700)),
            ("0::/other\n", None),
            ("0::/\n", None),
            ("5:cpu,memory:/old\n0::/user/app\n", Some(300)),
            ("5:cpu:/old\n", None),
            ("", None),
            ("no group at all", None),
        ] {
            assert_eq!(group_limit(groups, folder.path()), expected, "{groups}");
        }
    }

    #[test]
    fn the_default_budget_is_a_quarter_and_at_most_two_gigabytes() {
        let budget = default_budget();
        assert!(budget > 0 && budget <= MOST);
        assert!(limit().is_none_or(|limit| budget <= limit / 4), "{budget} {:?}", limit());
        assert_eq!(physical_memory("MemTotal:       16384 kB\nMemFree: 1 kB\n"), Some(16_777_216));
        assert_eq!(physical_memory("nothing"), None);
    }
}
