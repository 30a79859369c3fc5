//! The tables by name: their columns, with types, units and meanings.
//!
//! One list for the schemas of files and of live tables, and for the data dictionary (`select * from columns`).

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

/// A table of the code graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// The roots that were read.
    Projects,
    /// Symbols.
    Nodes,
    /// Relations between symbols.
    Edges,
    /// Files, analysed or only listed.
    Files,
    /// Statements, and parts of them that run as one.
    FlowNodes,
    /// Control flow, control and data dependences between them.
    FlowEdges,
    /// Vectors of functions and types.
    Embeddings,
    /// How central symbols are.
    Centrality,
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: ColumnType,
    /// Whether a row may have no value.
    pub nullable: bool,
    /// What the value is counted in; empty for names and texts.
    pub unit: &'static str,
    /// What it says.
    pub meaning: &'static str,
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    Utf8,
    /// Texts.
    Utf8List,
    /// A truth value.
    Bool,
    /// 16 bits, unsigned.
    U16,
    /// 32 bits, unsigned.
    U32,
    /// 64 bits, unsigned.
    U64,
    /// 32 bits, floating.
    F32,
    /// So many bytes.
    Bytes(i32),
    /// As many floating numbers of 32 bits as the model has dimensions.
    Vector,
    /// A moment, in microseconds, UTC.
    Moment,
}

impl Table {
    /// All tables.
    pub const ALL: [Self; 8] =
        [Self::Projects, Self::Nodes, Self::Edges, Self::Files, Self::FlowNodes, Self::FlowEdges, Self::Embeddings, Self::Centrality];
    /// Those of every export; the others are asked for.
    pub const ALWAYS: [Self; 4] = [Self::Projects, Self::Nodes, Self::Edges, Self::Files];

    /// Its name, in SQL and as a folder.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Projects => "projects",
            Self::Nodes => "nodes",
            Self::Edges => "edges",
            Self::Files => "files",
            Self::FlowNodes => "flow_nodes",
            Self::FlowEdges => "flow_edges",
            Self::Embeddings => "embeddings",
            Self::Centrality => "centrality",
        }
    }

    /// The table of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.as_str() == name)
    }

    /// What a row is.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Projects => "a root that was read",
            Self::Nodes => "a symbol: one definition site",
            Self::Edges => "a relation between two symbols, or between a symbol and what is not known",
            Self::Files => "a file, analysed or only listed",
            Self::FlowNodes => "a statement of a function, or a part of one that runs as one",
            Self::FlowEdges => "control flow, a control dependence or a data dependence between two statements",
            Self::Embeddings => "the vector of a function or type",
            Self::Centrality => "how central a symbol is",
        }
    }

    /// Its columns, without the two that every table ends with.
    pub const fn own_columns(self) -> &'static [Column] {
        match self {
            Self::Projects => PROJECTS,
            Self::Nodes => NODES,
            Self::Edges => EDGES,
            Self::Files => FILES,
            Self::FlowNodes => FLOW_NODES,
            Self::FlowEdges => FLOW_EDGES,
            Self::Embeddings => EMBEDDINGS,
            Self::Centrality => CENTRALITY,
        }
    }

    /// Its columns, in order.
    pub fn columns(self) -> impl Iterator<Item = &'static Column> {
        self.own_columns().iter().chain(PARTITION)
    }

    /// The place of a column.
    pub fn column(self, name: &str) -> Option<usize> {
        self.columns().position(|column| column.name == name)
    }

    /// The schema of its files: without `project` and `revision`, which stand in their paths.
    pub fn file_schema(self, dimension: usize) -> SchemaRef {
        schema(self.own_columns().iter(), dimension)
    }

    /// Its schema in queries, where texts are views of text that rows may share ([`with_views`]). Vectors have so many
    /// dimensions.
    pub fn schema(self, dimension: usize) -> SchemaRef {
        with_views(&schema(self.columns(), dimension))
    }
}

/// A schema with views in place of texts: a view costs 16 bytes however long its text is, and comparing two of them looks
/// at the text only where their first bytes are equal. Files and answers have texts ([`without_views`]).
pub(super) fn with_views(schema: &Schema) -> SchemaRef {
    in_types(schema, |ty| if *ty == DataType::Utf8 { DataType::Utf8View } else { ty.clone() })
}

/// A schema with texts in place of views.
pub(super) fn without_views(schema: &Schema) -> SchemaRef {
    in_types(schema, without_view)
}

/// A type with text in place of views.
pub(super) fn without_view(ty: &DataType) -> DataType {
    match ty {
        DataType::Utf8View => DataType::Utf8,
        DataType::List(item) => {
            let plain = without_view(item.data_type());
            DataType::List(Arc::new(item.as_ref().clone().with_data_type(plain)))
        }
        other => other.clone(),
    }
}

fn in_types(schema: &Schema, ty: impl Fn(&DataType) -> DataType) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| field.as_ref().clone().with_data_type(ty(field.data_type())));
    Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone()))
}

fn schema(columns: impl Iterator<Item = &'static Column>, dimension: usize) -> SchemaRef {
    let fields = columns.map(|column| Field::new(column.name, column.ty.arrow(dimension), column.nullable));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

impl ColumnType {
    /// As Arrow has it in files and answers.
    pub fn arrow(self, dimension: usize) -> DataType {
        match self {
            Self::Utf8 => DataType::Utf8,
            Self::Utf8List => DataType::new_list(DataType::Utf8, false),
            Self::Bool => DataType::Boolean,
            Self::U16 => DataType::UInt16,
            Self::U32 => DataType::UInt32,
            Self::U64 => DataType::UInt64,
            Self::F32 => DataType::Float32,
            Self::Bytes(length) => DataType::FixedSizeBinary(length),
            Self::Vector => DataType::new_fixed_size_list(DataType::Float32, i32::try_from(dimension).unwrap_or(i32::MAX), false),
            Self::Moment => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        }
    }

    /// As the data dictionary writes it.
    pub fn name(self) -> String {
        match self {
            Self::Utf8 => "utf8".into(),
            Self::Utf8List => "list<utf8>".into(),
            Self::Bool => "bool".into(),
            Self::U16 => "u16".into(),
            Self::U32 => "u32".into(),
            Self::U64 => "u64".into(),
            Self::F32 => "f32".into(),
            Self::Bytes(length) => format!("fixed[{length}]"),
            Self::Vector => "fixed_size_list<f32>".into(),
            Self::Moment => "timestamp[us, UTC]".into(),
        }
    }
}

/// A column with a value in every row.
pub(super) const fn is(name: &'static str, ty: ColumnType, unit: &'static str, meaning: &'static str) -> Column {
    Column { name, ty, nullable: false, unit, meaning }
}

/// A column that may be without.
pub(super) const fn may_be(name: &'static str, ty: ColumnType, unit: &'static str, meaning: &'static str) -> Column {
    Column { name, ty, nullable: true, unit, meaning }
}

use ColumnType::{Bool, Bytes, F32, Moment, U16, U32, U64, Utf8, Utf8List, Vector};

/// What every table ends with: in exports, the partitions.
const PARTITION: &[Column] = &[
    is("project", Utf8, "", "name of the project: of its manifest, else of its folder, made unique by ~2"),
    is("revision", Utf8, "", "the state of the files that the row was computed from: r and 16 hexadecimal digits"),
];

const PROJECTS: &[Column] = &[
    is("root", Utf8, "", "folder of the root, absolute"),
    is("kind", Utf8, "", "project, or root for a further one of the settings"),
    is("languages", Utf8List, "", "languages of its analysed files, by name"),
    may_be("commit", Utf8, "", "the commit that is checked out, in hexadecimal; null without git"),
    is("indexed_at", Moment, "microseconds, UTC", "when the table was made"),
];

const NODES: &[Column] = &[
    is("id", U64, "", "first 8 bytes, most significant first, of the BLAKE3 hash of symbol"),
    is("symbol", Utf8, "", "full name: <project> <path> <descriptor>"),
    is("path", Utf8, "", "file, from the project's folder, with /"),
    is("language", Utf8, "", "language of the file"),
    is(
        "kind",
        Utf8,
        "",
        "module, namespace, class, struct, interface, trait, enum, function, method, constructor, field, constant, variable, type_alias or macro",
    ),
    is("name", Utf8, "", "its name; of a file's module, the file's"),
    is("qualified_name", Utf8, "", "name with those of what it lies in, the module's first"),
    may_be("parent", U64, "", "id of the symbol that it is written in; null for a file's module"),
    is("signature", Utf8, "", "its text up to the body, on one line"),
    may_be("doc", Utf8, "", "documentation, freed of comment marks"),
    may_be("summary", Utf8, "", "first sentence of the documentation; null without one"),
    is("start_line", U32, "lines from 1", "first line, decorators and attributes included"),
    is("end_line", U32, "lines from 1", "last line, inclusive"),
    is("name_line", U32, "lines from 1", "line of the name"),
    is("start_byte", U32, "bytes from 0", "first byte"),
    is("end_byte", U32, "bytes from 0", "one past the last byte"),
    may_be("parameters", U16, "parameters", "parameters, the receiver not counted; null for what cannot be called"),
    may_be("statements", U32, "statements", "statements; null for what has no code of its own"),
    is("lines", U32, "lines", "lines from the first to the last"),
    may_be("cyclomatic", U32, "decisions + 1", "cyclomatic complexity; null for what has no code of its own"),
    may_be("cognitive", U32, "points", "cognitive complexity; null for what has no code of its own"),
    may_be("nesting", U16, "levels", "deepest nesting of control flow; null for what has no code of its own"),
    is("body_hash", Bytes(16), "", "BLAKE3, 128 bits, of the body: equal for equal bodies"),
    is("is_test", Bool, "", "whether it is a test or lies among tests"),
    is("is_exported", Bool, "", "whether it is visible outside its file"),
];

const EDGES: &[Column] = &[
    is("source", U64, "", "id of the symbol that it starts from"),
    may_be("target", U64, "", "id of the symbol that it leads to; null if unknown, ambiguous or outside"),
    is("target_name", Utf8, "", "the name at the site"),
    is(
        "kind",
        Utf8,
        "",
        "call, inherit, implement, override, import, reference, type_use, contains, member, declares; data, where flow is included",
    ),
    is("path", Utf8, "", "file of the site"),
    is("line", U32, "lines from 1", "line of the site"),
    is("column", U32, "bytes from 0", "column of the site"),
    is("rule", Utf8, "", "how it was found: exact, import, type, hierarchy, passed, name, ambiguous, external or unresolved"),
    may_be("confidence", F32, "share, 0 to 1", "how often the rule is right in this language, where it was measured"),
    is("candidates", U16, "symbols", "how many definitions the name may mean"),
];

const FILES: &[Column] = &[
    is("path", Utf8, "", "file, from the project's folder, with /"),
    may_be("language", Utf8, "", "its language; null if it has none that is known"),
    is("bytes", U64, "bytes", "size"),
    is("lines", U32, "lines", "lines; 0 if it was not read"),
    is("hash", Bytes(32), "", "BLAKE3 hash of the bytes; zeros if it was not read"),
    is("parse_errors", U32, "errors", "syntax errors"),
    may_be("skipped", Utf8, "", "why it is only listed"),
];

const FLOW_NODES: &[Column] = &[
    is("function", U64, "", "id of the outermost function around it, or of the module for a file's top level"),
    is("node", U32, "", "its number in the function"),
    is("kind", Utf8, "", "entry, exit, statement, condition, loop, …"),
    is("start_line", U32, "lines from 1", "first line"),
    is("end_line", U32, "lines from 1", "last line, inclusive"),
    is("text", Utf8, "", "its text on one line, cut after 60 characters"),
    is("defines", Utf8List, "", "variables that it gives a value, or may change"),
    is("uses", Utf8List, "", "variables that it reads"),
];

const FLOW_EDGES: &[Column] = &[
    is("function", U64, "", "id of the outermost function around it, or of the module for a file's top level"),
    is("source", U32, "", "number of the node that it starts from"),
    is("target", U32, "", "number of the node that it leads to"),
    is("kind", Utf8, "", "next, true, false, case, exception, return, break, continue or back; control; data"),
    may_be("variable", Utf8, "", "of a data dependence: whose value gets there"),
];

const EMBEDDINGS: &[Column] = &[
    is("id", U64, "", "id of the symbol"),
    is("model", Utf8, "", "name of the model"),
    is("vector", Vector, "", "its vector, of length 1"),
];

const CENTRALITY: &[Column] = &[
    is("id", U64, "", "id of the symbol"),
    is("pagerank", F32, "share, sums to 1", "PageRank along calls and bases, damping 0.85"),
    is("eigenvector", F32, "0 to 1", "eigenvector centrality, undirected, of length 1 in each connected part"),
    is("component", U32, "", "number of its strongly connected component: what reaches each other by calls and bases has the same"),
];
