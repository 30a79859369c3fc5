//! Promises of discovery, on real folders.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use super::*;
use crate::manifest::Stamp;

struct Languages;

const PYTHON: Dialect = Dialect(0);
const C: Dialect = Dialect(1);
const CPP: Dialect = Dialect(2);

impl Classifier for Languages {
    fn claims(&self, name: &str) -> bool {
        name.ends_with(".py") || name.ends_with(".h") || name == "go.mod" || !name.contains('.')
    }

    fn dialect(&self, name: &str, head: &[u8]) -> Dialect {
        match name {
            "go.mod" => Dialect::MANIFEST,
            _ if name.ends_with(".py") => PYTHON,
            _ if name.ends_with(".h") && head.starts_with(b"class") => CPP,
            _ if name.ends_with(".h") => C,
            _ if head.starts_with(b"#!") => PYTHON,
            _ => Dialect::NONE,
        }
    }

    fn fingerprint(&self) -> [u8; 16] {
        [1; 16]
    }
}

/// Keeps what it was handed, and wants what it does not have.
#[derive(Default)]
struct Basket(Mutex<BTreeMap<ContentHash, (String, Vec<u8>)>>, AtomicUsize);

impl Sink for Basket {
    fn needs(&self, hash: ContentHash, _: Dialect) -> bool {
        !self.0.lock().unwrap().contains_key(&hash)
    }

    fn bytes(&self, path: &str, hash: ContentHash, _: Dialect, bytes: &[u8]) {
        assert_eq!(ContentHash::of(bytes), hash);
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.lock().unwrap().insert(hash, (path.to_owned(), bytes.to_vec()));
    }
}

/// A root with what was found in it so far.
struct Project {
    folder: tempfile::TempDir,
    config: Config,
    manifest: Manifest,
    basket: Basket,
    trust: Trust,
}

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let project = Self {
            folder: tempfile::tempdir().unwrap(),
            config: Config::default(),
            manifest: Manifest::default(),
            basket: Basket::default(),
            trust: Trust::Stamps,
        };
        for (path, text) in files {
            project.write(path, text.as_bytes());
        }
        project
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Makes every file look as if it had not been touched for a while.
    fn age(&mut self) {
        self.manifest.directories.values_mut().flatten().for_each(|file| file.racy = false);
    }

    fn with_pass<T>(&mut self, run: impl FnOnce(&Path, &Config, &mut Manifest, &Pass<'_>) -> T) -> T {
        let cancelled = AtomicBool::new(false);
        let pass = Pass { classifier: &Languages, sink: &self.basket, progress: &|_| {}, cancelled: &cancelled, trust: self.trust };
        run(self.folder.path(), &self.config, &mut self.manifest, &pass)
    }

    fn discover(&mut self) -> Found {
        self.with_pass(discover).unwrap()
    }

    fn discover_paths(&mut self, paths: &[&str]) -> Found {
        let paths: Vec<_> = paths.iter().map(|path| self.path(path)).collect();
        self.with_pass(|root, config, manifest, pass| discover_paths(root, config, manifest, pass, &paths)).unwrap()
    }

    /// What a fresh pass over the same files would find.
    fn fresh(&self) -> Vec<FoundDirectory> {
        let cancelled = AtomicBool::new(false);
        let basket = Basket::default();
        let pass = Pass { classifier: &Languages, sink: &basket, progress: &|_| {}, cancelled: &cancelled, trust: Trust::Stamps };
        discover(self.folder.path(), &self.config, &mut Manifest::default(), &pass).unwrap().directories
    }

    /// What the manifest holds now, as directories.
    fn now(&self) -> Vec<FoundDirectory> {
        let all = self.manifest.directories.iter().map(|(path, files)| listing(path, files, &self.config));
        all.filter(|directory| !directory.files.is_empty()).collect()
    }
}

/// One line per file: its path, then why it is skipped.
fn lines(found: &Found) -> Vec<String> {
    found
        .directories
        .iter()
        .flat_map(|directory| {
            directory.files.iter().map(|file| {
                let slash = if directory.path.is_empty() { "" } else { "/" };
                let skip = file.skip.map_or(String::new(), |skip| format!(": {skip}"));
                format!("{}{slash}{}{skip}", directory.path, file.name)
            })
        })
        .collect()
}

fn messages(found: &Found) -> Vec<String> {
    found.diagnostics.iter().map(|diagnostic| format!("{}: {}", diagnostic.path, diagnostic.message)).collect()
}

#[test]
fn files_are_listed_by_directory_in_order() {
    let mut project = Project::new(&[("b.py", "1"), ("a.py", "2"), ("x/y/c.py", "3"), ("x/a.txt", ""), ("x.py", "")]);
    let found = project.discover();
    assert_eq!(lines(&found), ["a.py", "b.py", "x.py", "x/y/c.py"]);
    assert!(found.complete && found.diagnostics.is_empty());
    let place =
        |path: &str, text: &str| Place { hash: ContentHash::of(text.as_bytes()), size: text.len() as u64, path: project.path(path) };
    assert_eq!(found.places, [place("a.py", "2"), place("b.py", "1"), place("x.py", ""), place("x/y/c.py", "3")]);
}

#[test]
fn ignore_files_and_hidden_files_are_heeded() {
    let mut project = Project::new(&[
        (".gitignore", "ignored.py\nbuild/\n*.log.py\n"),
        (".ignore", "rg.py\n"),
        (".leindexignore", "mine.py\n!build/\n!keep.log.py\n"),
        ("ignored.py", ""),
        ("rg.py", ""),
        ("mine.py", ""),
        ("build/taken_back.py", ""),
        ("a.log.py", ""),
        ("keep.log.py", ""),
        (".hidden.py", ""),
        (".git/x.py", ""),
        ("sub/.gitignore", "deep.py\n"),
        ("sub/deep.py", ""),
        ("sub/seen.py", ""),
    ]);
    assert_eq!(lines(&project.discover()), ["keep.log.py", "build/taken_back.py", "sub/seen.py"]);
}

#[test]
fn the_settings_include_and_exclude() {
    let mut project = Project::new(&[("src/a.py", ""), ("src/gen/b.py", ""), ("tests/c.py", ""), ("d.py", "")]);
    project.config.exclude = vec!["gen/".into(), "/tests/*.py".into()];
    assert_eq!(lines(&project.discover()), ["d.py", "src/a.py"]);
    project.config.include = vec!["src/".into()];
    assert_eq!(lines(&project.discover()), ["src/a.py"]);
    assert_eq!(project.fresh(), project.now());
}

#[test]
fn a_repository_heeds_its_parents_up_to_its_own_root() {
    let outer = Project::new(&[
        (".gitignore", "*"),
        ("repo/.git/HEAD", ""),
        ("repo/.gitignore", "no.py"),
        ("repo/pkg/a.py", ""),
        ("repo/pkg/no.py", ""),
    ]);
    let mut inner = Project::new(&[]);
    let found = inner.with_pass(|_, config, manifest, pass| discover(&outer.path("repo/pkg"), config, manifest, pass));
    assert_eq!(lines(&found.unwrap()), ["a.py"]);
}

#[test]
fn a_root_that_its_repository_ignores_is_indexed_when_asked_for() {
    let outer = Project::new(&[(".git/HEAD", ""), (".gitignore", "*.py\nvenv/"), ("venv/lib/a.py", "")]);
    let mut inner = Project::new(&[]);
    let found = inner.with_pass(|_, config, manifest, pass| discover(&outer.path("venv/lib"), config, manifest, pass));
    assert_eq!(lines(&found.unwrap()), ["a.py"]);
}

#[test]
fn odd_files_are_listed_with_a_reason() {
    let mut project = Project::new(&[
        ("generated.py", "# Code generated by x. DO NOT EDIT.\n"),
        ("minified.py", &"x=1;".repeat(5_000)),
        ("go.mod", "// Code generated by y. DO NOT EDIT.\nmodule x\n"),
        ("fine.py", "ok"),
        ("script", "#!/usr/bin/python"),
        ("LICENSE", "of no interest"),
    ]);
    project.write("binary.py", b"\0\x01");
    project.write("latin1.py", b"caf\xe9");
    project.config.generated = false;
    let found = project.discover();
    let expected =
        ["binary.py: binary", "fine.py", "generated.py: generated", "go.mod", "latin1.py: not UTF-8", "minified.py: minified", "script"];
    assert_eq!(lines(&found), expected);
    assert_eq!(project.basket.1.load(Ordering::Relaxed), 3, "skipped files are not parsed");

    project.age();
    project.config.generated = true;
    let found = project.discover();
    assert!(lines(&found).contains(&"generated.py".to_owned()));
    assert_eq!((found.reads, project.basket.1.load(Ordering::Relaxed)), (1, 4), "only the file that is wanted now");
}

#[test]
fn a_file_above_the_size_limit_is_not_read() {
    let mut project = Project::new(&[("a.py", "1")]);
    File::create(project.path("sparse.py")).unwrap().set_len(200 << 20).unwrap();
    let found = project.discover();
    assert_eq!(lines(&found), ["a.py", "sparse.py: too large"]);
    assert_eq!(found.reads, 1);
    assert_eq!(found.directories[0].files[1].hash, UNREAD);
    assert_eq!(found.directories[0].files[1].size, 200 << 20);

    project.age();
    project.write("b.py", &[b'x'; 100]);
    project.config.size_limit = 99;
    assert_eq!(lines(&project.discover()), ["a.py", "b.py: too large", "sparse.py: too large"]);
    project.config.size_limit = 100;
    assert_eq!(lines(&project.discover()), ["a.py", "b.py", "sparse.py: too large"]);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_and_loops_are_survived() {
    use std::os::unix::fs::symlink;
    let mut project = Project::new(&[("a/b/real.py", "1")]);
    symlink(project.path("a"), project.path("a/b/loop")).unwrap();
    symlink(project.path("a"), project.path("again")).unwrap();
    symlink(project.path("a/b/real.py"), project.path("link.py")).unwrap();
    symlink(project.path("nowhere"), project.path("dangling.py")).unwrap();
    symlink(project.path("self.py"), project.path("self.py")).unwrap();
    symlink("/", project.path("outside")).unwrap();
    let expected = ["dangling.py: dangling link", "link.py: symbolic link", "self.py: dangling link", "a/b/real.py"];
    assert_eq!(lines(&project.discover()), expected);
    let everything = ["a", "again", "link.py", "dangling.py", "self.py", "outside", "a/b/loop", "a/b/loop/b/real.py"];
    project.discover_paths(&everything);
    assert_eq!(project.fresh(), project.now());
}

#[cfg(unix)]
#[test]
fn a_pipe_is_listed_and_not_opened() {
    let mut project = Project::new(&[("a.py", "1")]);
    assert!(std::process::Command::new("mkfifo").arg(project.path("pipe.py")).status().unwrap().success());
    assert_eq!(lines(&project.discover()), ["a.py", "pipe.py: not a regular file"]);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf8_are_listed_with_escapes() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let mut project = Project::new(&[("a.py", "1")]);
    fs::write(project.path("").join(OsStr::from_bytes(b"caf\xe9.py")), "x").unwrap();
    let folder = project.path("").join(OsStr::from_bytes(b"d\xff"));
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("b.py"), "y").unwrap();
    let found = project.discover();
    let expected = ["a.py", r"caf\xe9.py: name is not UTF-8", r"d\xff/b.py: name is not UTF-8"];
    assert_eq!(lines(&found), expected);
    assert_eq!(found.reads, 1);
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_or_folder_is_reported_and_the_rest_is_found() {
    use std::os::unix::fs::PermissionsExt;
    let mut project = Project::new(&[("closed.py", "1"), ("closed/a.py", "2"), ("open.py", "3")]);
    let close = |path: &str, mode| fs::set_permissions(project.path(path), fs::Permissions::from_mode(mode)).unwrap();
    close("closed.py", 0o000);
    close("closed", 0o000);
    let is_root = File::open(project.path("closed.py")).is_ok();
    let found = project.discover();
    let close = |path: &str, mode| fs::set_permissions(project.path(path), fs::Permissions::from_mode(mode)).unwrap();
    close("closed", 0o755);
    if !is_root {
        assert_eq!(lines(&found), ["closed.py: unreadable", "open.py"]);
        assert_eq!(messages(&found), ["closed: permission denied"]);
        close("closed.py", 0o644);
        assert_eq!(lines(&project.discover()), ["closed.py", "open.py", "closed/a.py"]);
    }
}

/// Does something to the folder when the first file has been read.
struct Saboteur<F>(Mutex<Option<F>>);

impl<F: FnOnce() + Send> Sink for Saboteur<F> {
    fn needs(&self, _: ContentHash, _: Dialect) -> bool {
        true
    }

    fn bytes(&self, _: &str, _: ContentHash, _: Dialect, _: &[u8]) {
        if let Some(act) = self.0.lock().unwrap().take() {
            act();
        }
    }
}

fn sabotaged(project: &mut Project, act: impl FnOnce() + Send) -> Found {
    let cancelled = AtomicBool::new(false);
    let pass = Pass {
        classifier: &Languages,
        sink: &Saboteur(Mutex::new(Some(act))),
        progress: &|_| {},
        cancelled: &cancelled,
        trust: Trust::Stamps,
    };
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    one.install(|| discover(project.folder.path(), &project.config, &mut project.manifest, &pass)).unwrap()
}

#[test]
fn a_folder_that_vanishes_while_it_is_read_is_reported() {
    let mut project = Project::new(&[("largest.py", "12345"), ("gone/a.py", "1"), ("gone/b/c.py", "2"), ("odd.py", "3")]);
    let (gone, odd) = (project.path("gone"), project.path("odd.py"));
    let found = sabotaged(&mut project, move || {
        fs::remove_dir_all(gone).unwrap();
        fs::remove_file(&odd).unwrap();
        fs::create_dir(&odd).unwrap();
    });
    assert_eq!(lines(&found), ["largest.py", "odd.py: unreadable"]);
    let expected = ["gone/a.py: vanished while it was read", "gone/b/c.py: vanished while it was read"];
    assert_eq!(messages(&found), expected);
    assert_eq!(lines(&project.discover()), ["largest.py"]);
}

#[test]
fn a_file_that_changes_while_others_are_read_is_read_again_next_time() {
    let mut project = Project::new(&[("largest.py", "12345"), ("a.py", "1")]);
    project.discover();
    project.age();
    project.write("largest.py", b"123456");
    let path = project.path("largest.py");
    sabotaged(&mut project, move || fs::write(path, "654321").unwrap());
    let found = project.discover();
    assert_eq!(found.directories[0].files[1].hash, ContentHash::of(b"654321"));
}

#[test]
fn a_root_that_is_no_folder_is_an_error() {
    let mut project = Project::new(&[("a.py", "")]);
    let file = project.path("a.py");
    let found = project.with_pass(|_, config, manifest, pass| discover(&file, config, manifest, pass));
    assert!(matches!(found, Err(Error::NotAFolder { .. })));
    let missing = project.path("missing");
    let found = project.with_pass(|_, config, manifest, pass| discover(&missing, config, manifest, pass));
    assert!(matches!(found, Err(Error::Io { .. })));
}

#[test]
fn an_empty_root_is_fine() {
    let mut project = Project::new(&[]);
    assert_eq!(project.discover(), Found { complete: true, ..Found::default() });
}

#[test]
fn a_cancelled_pass_leaves_the_manifest_alone() {
    let mut project = Project::new(&[("a.py", "1")]);
    project.discover();
    let before = project.manifest.clone();
    project.write("b.py", b"2");
    let cancelled = AtomicBool::new(true);
    let pass = Pass { classifier: &Languages, sink: &project.basket, progress: &|_| {}, cancelled: &cancelled, trust: Trust::Stamps };
    let found = discover(project.folder.path(), &project.config, &mut project.manifest, &pass);
    assert!(matches!(found, Err(Error::Cancelled)));
    assert_eq!(project.manifest, before);
}

#[test]
fn nothing_is_read_when_nothing_changed() {
    let mut project = Project::new(&[("a.py", "1"), ("x/b.py", "2"), ("LICENSE", "3")]);
    let cold = project.discover();
    assert_eq!(cold.reads, 3);
    project.age();
    let warm = project.discover();
    assert_eq!(warm.reads, 0);
    assert_eq!(warm.directories, cold.directories);
    assert_eq!(warm.places, cold.places);
    project.trust = Trust::Nothing;
    assert_eq!(project.discover().reads, 3, "verifying trusts no stamp");
}

#[test]
fn an_unchanged_file_is_read_when_its_bytes_are_wanted() {
    let mut project = Project::new(&[("a.py", "1"), ("b.py", "2")]);
    project.discover();
    project.age();
    project.basket.0.lock().unwrap().remove(&ContentHash::of(b"2"));
    let found = project.discover();
    assert_eq!(found.reads, 1);
    assert_eq!(project.basket.0.lock().unwrap()[&ContentHash::of(b"2")].0, "b.py");
}

#[test]
fn a_racy_file_is_hashed_again() {
    let mut project = Project::new(&[("a.py", "1")]);
    project.discover();
    assert!(project.manifest.get("", "a.py").unwrap().racy, "it was written just now");
    // A write that the stamp does not show.
    project.write("a.py", b"2");
    let stamp = Stamp::of(&fs::metadata(project.path("a.py")).unwrap());
    project.manifest.directories.get_mut("").unwrap()[0].stamp = stamp;
    let found = project.discover();
    assert_eq!(found.directories[0].files[0].hash, ContentHash::of(b"2"));
}

#[test]
fn other_languages_mean_that_dialects_are_decided_again() {
    let mut project = Project::new(&[("a.h", "class X;"), ("b.h", "int x;")]);
    let found = project.discover();
    let dialects: Vec<_> = found.directories[0].files.iter().map(|file| file.dialect).collect();
    assert_eq!(dialects, [CPP, C]);
    project.age();
    project.manifest.fingerprint = [2; 16];
    assert_eq!(project.discover().reads, 2);
}

#[test]
fn the_order_and_the_result_do_not_depend_on_the_number_of_threads() {
    let project = Project::new(&[]);
    for n in 0..300_usize {
        project.write(&format!("d{}/e{}/f{n}.py", n % 7, n % 3), "x = 1\n".repeat(n * 7 % 100).as_bytes());
    }
    let results: Vec<_> = [1, 2, 3, 8]
        .map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| project.fresh())
        })
        .into();
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(results[0].iter().map(|directory| directory.files.len()).sum::<usize>(), 300);
}

#[test]
fn looking_at_changed_paths_equals_looking_at_everything() {
    let mut project = Project::new(&[
        (".gitignore", "*.tmp.py\n"),
        ("a.py", "1"),
        ("b.py", "2"),
        ("pkg/c.py", "3"),
        ("pkg/sub/d.py", "4"),
        ("old/e.py", "5"),
        ("old/deep/f.py", "6"),
    ]);
    project.discover();
    project.age();

    project.write("a.py", b"changed");
    fs::remove_file(project.path("b.py")).unwrap();
    fs::rename(project.path("old"), project.path("new")).unwrap();
    fs::remove_dir_all(project.path("pkg/sub")).unwrap();
    project.write("pkg/sub", b"#!a file now");
    project.write("pkg/x.tmp.py", b"ignored");
    project.write("pkg/fresh/y.py", b"7");
    let changed = ["a.py", "b.py", "old", "new", "pkg/sub", "pkg/x.tmp.py", "pkg/fresh", "/elsewhere/z.py", "nothing.py"];
    let found = project.discover_paths(&changed);
    assert!(!found.complete);
    assert_eq!(project.now(), project.fresh());
    assert_eq!(found.reads, 5, "a, e, f, sub, y");
    let touched: Vec<_> = found.directories.iter().map(|directory| &*directory.path).collect();
    assert_eq!(touched, ["", "new", "new/deep", "old", "old/deep", "pkg", "pkg/fresh", "pkg/sub"]);
    let gone = ["b.py", "old/e.py", "old/deep/f.py", "pkg/sub/d.py"].map(|path| project.path(path));
    assert_eq!(found.gone.len(), gone.len());
    assert!(gone.iter().all(|path| found.gone.contains(path)));
}

#[test]
fn a_changed_path_may_be_spelled_in_any_way() {
    for spelling in ["a.py", "./a.py", "sub/../a.py", "sub/./../a.py"] {
        let mut project = Project::new(&[("a.py", "1"), ("sub/b.py", "2")]);
        project.discover();
        project.write("a.py", b"other");
        project.discover_paths(&[spelling]);
        assert_eq!(project.now(), project.fresh(), "{spelling}");
    }
    let mut project = Project::new(&[("a.py", "1")]);
    project.discover();
    project.write("a.py", b"other");
    assert_eq!(project.discover_paths(&["../elsewhere.py", "sub/../../a.py"]).reads, 0, "paths outside the root");
}

#[test]
fn a_changed_ignore_file_means_looking_at_everything() {
    let mut project = Project::new(&[("a.py", "1"), ("b.py", "2")]);
    project.discover();
    project.write(".gitignore", b"b.py\n");
    let found = project.discover_paths(&[".gitignore"]);
    assert!(found.complete);
    assert_eq!(lines(&found), ["a.py"]);
    assert_eq!(found.gone, [project.path("b.py")]);
}

#[test]
fn progress_ends_with_all_files() {
    let mut project = Project::new(&[]);
    for n in 0..100 {
        project.write(&format!("f{n}.py"), b"");
    }
    let last = Mutex::new(Progress { done: 0, total: 0 });
    let cancelled = AtomicBool::new(false);
    let pass = Pass {
        classifier: &Languages,
        sink: &project.basket,
        progress: &|progress| *last.lock().unwrap() = progress,
        cancelled: &cancelled,
        trust: Trust::Stamps,
    };
    discover(project.folder.path(), &project.config, &mut project.manifest, &pass).unwrap();
    assert_eq!(*last.lock().unwrap(), Progress { done: 100, total: 100 });
}
