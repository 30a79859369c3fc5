//! Promises of the facade: a model of one's own, given or named by its folder, scores meanings once it has vectors.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use leindex_embed::{EmbedError, Embedder};
use leindex_queries::index::{EmbedOptions, StorePlace};
use leindex_queries::{Error, Handle, Index, Options, SearchOptions};

use crate::{folder, write};

const PYTHON: &[(&str, &str)] = &[
    ("read.py", "def read_settings(path):\n    return parse(path)\n\ndef parse(text):\n    return text.split()\n"),
    ("b.py", "from read import parse\n\ndef two():\n    return parse('b')\n"),
    ("c.py", "from read import parse\n\nclass Three:\n    def run(self):\n        return parse('c')\n"),
];

fn all() -> EmbedOptions {
    EmbedOptions { share: 1.0, ..EmbedOptions::default() }
}

/// The model that answers, and whether it shows in the hits' parts.
fn answers(index: &Index) -> (String, bool) {
    let answer = index.snapshot().search("read the settings", &SearchOptions::default()).unwrap();
    assert!(answer.hits[0].symbol.name.ends_with("read_settings"), "{:?}", answer.hits[0]);
    (answer.model, answer.hits.iter().any(|hit| hit.parts.iter().any(|part| part.name == "model")))
}

/// A model that remembers what it was given, and takes its time.
struct Recorder {
    id: &'static str,
    dimension: usize,
    takes: Duration,
    given: Mutex<Vec<String>>,
}

impl Recorder {
    fn new(id: &'static str, dimension: usize) -> Arc<Self> {
        Arc::new(Self { id, dimension, takes: Duration::ZERO, given: Mutex::default() })
    }

    fn taking(takes: Duration) -> Arc<Self> {
        Arc::new(Self { id: "slow", dimension: 4, takes, given: Mutex::default() })
    }
}

impl Embedder for Recorder {
    fn id(&self) -> &str {
        self.id
    }

    fn dimension(&self) -> usize {
        self.dimension
    }

    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<f32>, EmbedError> {
        std::thread::sleep(self.takes);
        self.given.lock().unwrap().extend(texts.iter().map(|text| (*text).to_owned()));
        Ok(texts.iter().flat_map(|text| (0..self.dimension).map(|at| (text.len() + at) as f32)).collect())
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        Ok(vec![text.len() as f32; self.dimension])
    }
}

fn open_with(folder: &tempfile::TempDir, embedder: Arc<dyn Embedder>) -> Index {
    let store = StorePlace::Folder(folder.path().join("store"));
    Index::open(folder.path().join("shop"), Options { store, embedder: Some(embedder), ..Options::default() }).unwrap()
}

#[test]
fn the_most_mentioned_symbols_get_their_vectors_first() {
    let (folder, model) = (folder(PYTHON), Recorder::new("recorder", 4));
    let index = open_with(&folder, model.clone());
    assert_eq!(index.embed(&EmbedOptions { limit: 1, ..all() }).unwrap(), 1);
    assert_eq!(*model.given.lock().unwrap(), ["parse\ndef parse(text):\n    return text.split()"]);
    let stats = index.snapshot().embedding_stats().unwrap();
    assert_eq!((stats.model.as_str(), stats.dimension, stats.embedded), ("recorder", 4, 1));
    assert!(stats.symbols > 4);
    assert!(!answers(&index).1, "scores count once all candidates have a vector");
    assert_eq!(index.embed(&all()).unwrap(), stats.symbols - 1);
    assert_eq!(answers(&index), ("recorder".to_owned(), true));
    assert_eq!(index.embed(&all()).unwrap(), 0);
}

#[test]
fn a_body_that_changed_gets_a_new_vector_and_the_others_keep_theirs() {
    let (folder, model) = (folder(PYTHON), Recorder::new("recorder", 4));
    let mut index = open_with(&folder, model.clone());
    index.embed(&all()).unwrap();
    model.given.lock().unwrap().clear();
    write(folder.path(), "moved/b.py", PYTHON[1].1);
    write(folder.path(), "c.py", "from read import parse\n\nclass Three:\n    def run(self):\n        return parse('d')\n");
    index.refresh().unwrap();
    let before = index.snapshot().embedding_stats().unwrap();
    let missing = before.symbols - before.embedded;
    assert_eq!(index.embed(&all()).unwrap(), missing);
    let given = model.given.lock().unwrap().join("\n");
    assert!(given.contains("Three.run\n") && given.contains("parse('d')") && !given.contains("parse('b')"), "{given}");
}

#[test]
fn a_model_of_the_same_name_and_another_dimension_gets_vectors_of_its_own() {
    let folder = folder(PYTHON);
    let index = open_with(&folder, Recorder::new("recorder", 4));
    let made = index.embed(&all()).unwrap();
    index.persist().unwrap();
    drop(index);
    let index = open_with(&folder, Recorder::new("recorder", 6));
    assert!(!answers(&index).1);
    assert_eq!(index.embed(&all()).unwrap(), made);
    assert_eq!(answers(&index), ("recorder".to_owned(), true));
    drop(index);
    assert_eq!(answers(&open_with(&folder, Recorder::new("recorder", 4))), ("recorder".to_owned(), true));
}

#[test]
fn a_model_works_for_its_share_of_the_time_beside_readers_and_writers_until_it_is_stopped() {
    let many: String = (0..200).map(|at| format!("def f{at}():\n    return {at}\n\n")).collect();
    let files = [("many.py", many.as_str())];
    let folder = folder(&files);
    let takes = Duration::from_millis(20);
    let handle = Handle::new(open_with(&folder, Recorder::taking(takes)));

    let start = Instant::now();
    let made = handle.embed(&EmbedOptions { share: 0.2, limit: 100, ..all() }).unwrap();
    assert_eq!(made, 100);
    assert!(start.elapsed() >= 2 * 5 * takes, "two batches of at most 64: {:?}", start.elapsed());

    let cancelled = Arc::new(AtomicBool::new(false));
    let (flag, asked) = (Arc::clone(&cancelled), handle.clone());
    let progress = move |_| {
        asked.read(|snapshot| Ok(snapshot.search("f7", &SearchOptions::default())?)).unwrap();
        asked.write(|index| index.refresh()).unwrap().unwrap();
        flag.store(true, Ordering::Relaxed);
    };
    let options = EmbedOptions { progress: Box::new(progress), cancelled, ..all() };
    let made = handle.embed(&options).unwrap();
    assert_eq!(made, 64, "the batch at hand is finished");
    let stats = handle.read(|snapshot| Ok(snapshot.embedding_stats()?)).unwrap();
    assert_eq!(stats.embedded, 164);
}

#[cfg(feature = "transformer")]
mod folders {
    use super::*;
    use std::path::Path;

    fn model(name: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/models").join(name);
        format!("model = {:?}\n", path.to_str().unwrap())
    }

    fn open(folder: &tempfile::TempDir) -> Result<Index, Error> {
        let store = StorePlace::Folder(folder.path().join("store"));
        Index::open(folder.path().join("shop"), Options { store, ..Options::default() })
    }

    #[test]
    fn the_setting_names_the_folder_of_the_model_that_answers() {
        let folder = folder(PYTHON);
        let (built_in, _) = answers(&open(&folder).unwrap());
        write(folder.path(), "leindex.toml", &model("bert"));
        let mut index = open(&folder).unwrap();
        let stats = index.snapshot().embedding_stats().unwrap();
        assert!(stats.model.starts_with("bert-") && stats.dimension == 32 && stats.embedded == 0, "{stats:?}");
        assert_eq!(answers(&index), (built_in.clone(), false));
        assert_eq!(index.embed(&all()).unwrap(), stats.symbols);
        assert_eq!(answers(&index), (stats.model.clone(), true));

        // Another model: another dimension, other keys.
        write(folder.path(), "leindex.toml", &model("nomic_bert"));
        index.refresh().unwrap();
        let other = index.snapshot().embedding_stats().unwrap();
        assert!(other.model.starts_with("nomic_bert-") && other.dimension == 48 && other.embedded == 0, "{other:?}");
        assert_eq!(answers(&index), (built_in.clone(), false));
        assert_eq!(index.embed(&all()).unwrap(), other.symbols);
        assert_eq!(answers(&index), (other.model, true));

        // Back again, in another process: the vectors are there.
        write(folder.path(), "leindex.toml", &model("bert"));
        index.persist().unwrap();
        drop(index);
        let mut index = open(&folder).unwrap();
        assert_eq!(answers(&index), (stats.model, true));
        assert_eq!(index.embed(&all()).unwrap(), 0);

        write(folder.path(), "leindex.toml", "");
        index.refresh().unwrap();
        assert_eq!(answers(&index), (built_in, false));
        assert_eq!(index.embed(&all()).unwrap(), 0);
    }

    #[test]
    fn a_folder_that_holds_no_model_is_an_error_that_names_what_is_missing() {
        let folder = folder(PYTHON);
        write(folder.path(), "leindex.toml", "model = 'models/none'\n");
        let error = open(&folder).unwrap_err().to_string();
        assert!(error.contains("models/none/config.json") && error.contains("a model folder holds config.json"), "{error}");

        write(folder.path(), "leindex.toml", &model("bert"));
        let mut index = open(&folder).unwrap();
        index.embed(&all()).unwrap();
        let before = answers(&index);
        write(folder.path(), "leindex.toml", "model = 'models/none'\n");
        for _ in 0..2 {
            assert!(matches!(index.refresh(), Err(Error::Model(EmbedError::Io { .. }))), "said until it is corrected");
            assert_eq!(answers(&index), before, "what was in force stays");
        }
    }
}

#[cfg(not(feature = "transformer"))]
#[test]
fn a_build_without_transformers_refuses_the_setting() {
    let folder = folder(&[("leindex.toml", "model = 'models/none'\n")]);
    let error = Index::open(folder.path().join("shop"), Options { store: StorePlace::Memory, ..Options::default() }).unwrap_err();
    assert!(matches!(error, Error::NoTransformer { .. }), "{error}");
}
