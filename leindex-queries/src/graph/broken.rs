//! Who used what is gone: sites whose name had a definition that is no more, and that now lead nowhere.

use rustc_hash::FxHashSet;

use super::calls::{FoundEdge, uses_of_file};
use super::join::Join;
use crate::names::edges::EdgeKind;
use crate::names::entity::Rule;
use crate::syntax::rows::{ImportRow, Rows};

/// Something that is no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gone {
    /// The file that it was in.
    pub(crate) path: String,
    /// Its own name; that of the module where the whole file is gone.
    pub(crate) name: String,
}

/// The uses and imports by the names of what is gone that have no target any more: in the file that it was in, and in files
/// that import something by that file's name. Reads only files that mention one of the names.
pub(crate) fn broken<'w>(join: &mut Join<'w>, gone: &[Gone]) -> Vec<FoundEdge<'w>> {
    let world = join.world;
    let names: FxHashSet<&str> = gone.iter().map(|gone| gone.name.as_str()).collect();
    let mentioned: Vec<Box<str>> = gone.iter().flat_map(|gone| [gone.name.as_str(), module_of(&gone.path)]).map(Box::from).collect();
    let mut files = world.mentioning_any(&mentioned);
    world.sort_files(&mut files);
    let mut found = Vec::new();
    for file in files {
        let Some(rows) = world.rows(file) else { continue };
        let path = file.path(world.db);
        let near: Vec<&Gone> = gone.iter().filter(|gone| gone.path == path || imports(&rows, module_of(&gone.path))).collect();
        if near.is_empty() {
            continue;
        }
        let is_module = |edge: &FoundEdge<'w>| edge.kind == EdgeKind::Import && names_module(&rows, edge.start, &near);
        let edges = uses_of_file(join, file).into_iter();
        found.extend(edges.filter(|edge| {
            let leads_nowhere = edge.target.is_none() && matches!(edge.rule, Rule::Unresolved | Rule::External);
            leads_nowhere && (names.contains(&*edge.name) && near.iter().any(|gone| gone.name == *edge.name) || is_module(edge))
        }));
    }
    found
}

/// The name that a file is imported by: its own, or its folder's where it stands for that.
pub(crate) fn module_of(path: &str) -> &str {
    let stem = |name: &'_ str| -> usize { name.find('.').unwrap_or(name.len()) };
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let own = &name[..stem(name)];
    let stands_for_folder = matches!(own, "__init__" | "mod" | "index" | "lib" | "init");
    match folder.rsplit('/').next() {
        Some(folder) if stands_for_folder && !folder.is_empty() && folder != "src" => folder,
        _ => own,
    }
}

fn imports(rows: &Rows, module: &str) -> bool {
    rows.iter::<ImportRow>().any(|import| last_part(rows.str(import.module)) == module || rows.str(import.name) == module)
}

fn names_module(rows: &Rows, start: u32, near: &[&Gone]) -> bool {
    let import = rows.iter::<ImportRow>().find(|import| import.start <= start && start < import.end);
    import
        .is_some_and(|import| near.iter().any(|gone| gone.name == module_of(&gone.path) && last_part(rows.str(import.module)) == gone.name))
}

/// The last name of a module as it is written: `c` of `a.b.c`, of `./b/c` and of `a::b::c`; without an ending.
fn last_part(module: &str) -> &str {
    let module = [".js", ".mjs", ".ts", ".tsx", ".jsx", ".h", ".hpp", ".dart", ".php", ".rb"]
        .iter()
        .find_map(|ending| module.strip_suffix(ending))
        .unwrap_or(module);
    module.rsplit(['.', '/', ':', '\\']).next().unwrap_or(module)
}
