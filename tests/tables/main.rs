//! Promises of the tables: what is exported is what is live, an export is whole or as it was, SQL answers as others do.

#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use leindex_queries::index::StorePlace;
use leindex_queries::{Index, Options};

mod export;
mod questions;
mod sql;

/// A project in several languages: tests, bases, calls out of it, a copy, a syntax error, a file that is only listed.
const FILES: &[(&str, &str)] = &[
    (
        "app/session.py",
        "\"\"\"Sessions of users.\"\"\"\nimport json\nfrom app.store import Store, load\n\n\nclass Base:\n    def close(self):\n        pass\n\n\n\
         class Session(Base):\n    \"\"\"One user's session.\n\n    More of it.\n    \"\"\"\n\n    def __init__(self, store: Store, user):\n        self.store = store\n        self.user = user\n\n    \
         def login(self, name, password, retries=3, delay=1, verbose=False):\n        for attempt in range(retries):\n            if load(self.store, name) == password:\n                if verbose and attempt:\n                    print(name)\n                return True\n        return self.refuse(name)\n\n    \
         def refuse(self, name):\n        json.dumps(name)\n        return False\n\n    def close(self):\n        self.store.drop(self.user)\n",
    ),
    (
        "app/store.py",
        "class Store:\n    def drop(self, key):\n        pass\n\n\ndef load(store, key):\n    total = 0\n    while total < 3:\n        total += 1\n        if total == 2:\n            return key\n    return None\n\n\n\
         def load_again(store, key):\n    total = 0\n    while total < 3:\n        total += 1\n        if total == 2:\n            return key\n    return None\n",
    ),
    (
        "lib/copied.py",
        "def load(store, key):\n    total = 0\n    while total < 3:\n        total += 1\n        if total == 2:\n            return key\n    return None\n",
    ),
    (
        "web/cart.ts",
        "import { price } from './price';\n\nexport interface Priced { total(): number }\n\nexport class Cart implements Priced {\n  items: number[] = [];\n  total(): number { return this.items.reduce((sum, item) => sum + price(item), 0); }\n}\n",
    ),
    ("web/price.ts", "export function price(item: number): number {\n  if (item > 10) { return item * 2; }\n  return item;\n}\n"),
    ("tests/test_session.py", "from app.session import Session\n\n\ndef test_login():\n    assert Session(None, 1).login('a', 'b')\n"),
    ("broken.py", "def half(:\n    return (\n"),
    ("data.py", "\0\0\0\u{1}"),
    ("README.md", "# Shop\n"),
];

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in FILES {
        write(&folder.path().join("shop").join(path), text);
    }
    folder
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn open(folder: &tempfile::TempDir) -> Index {
    Index::open(folder.path().join("shop"), Options { store: StorePlace::Memory, ..Options::default() }).unwrap()
}
