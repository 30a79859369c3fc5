//! What vector search costs and finds: building, searching on one core, memory, and recall against exact `f32` search.
//!
//! ```text
//! cargo run --release -p leindex-embed --example vectors -- [--rows N] [--json]
//! ```
//!
//! The vectors are made up, or read from a file (`--vectors`: `f32`, little-endian, row after row). Made-up ones have
//! the make of embeddings of code: components of a power-law spectrum (variance of the i-th: i^-0.7) under a random
//! rotation, around a common mean, in groups (a project, 2,000 rows) of clusters (a file, 20 rows) of single rows; unit
//! length. A question is a row with noise of the same spectrum, at a cosine of about 0.65 to it.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use leindex_embed::vectors::{Flat, Hnsw, Quantizer, Query, RowMask, Segment, SegmentBuilder, VectorIndex};
use rayon::prelude::*;
use serde_json::{Value, json};

/// Measure vector search.
#[derive(Parser)]
#[command(
    after_help = "Examples:\n  vectors\n  vectors --rows 100000 --graph --json\n  vectors --vectors rows.f32 --questions questions.f32 --dimension 256"
)]
struct Arguments {
    /// Rows to make up.
    #[arg(long, default_value_t = 1_000_000)]
    rows: usize,
    /// Components of a vector.
    #[arg(long, default_value_t = 256)]
    dimension: usize,
    /// Rows to search instead of made-up ones: a file of `f32`.
    #[arg(long)]
    vectors: Option<PathBuf>,
    /// Questions to these rows, a file of `f32`. Without it, some of the rows are held out as questions.
    #[arg(long, requires = "vectors")]
    questions: Option<PathBuf>,
    /// Number of questions.
    #[arg(long, default_value_t = 200)]
    samples: usize,
    /// Build a graph, too, write and read it, and search it.
    #[arg(long)]
    graph: bool,
    /// Print one JSON value and nothing else.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match measure(&arguments) {
        Ok(report) if arguments.json => println!("{report}"),
        Ok(report) => print(&report),
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Neighbours that a search is asked for.
const WANTED: usize = 10;

/// Vectors and questions, row after row.
struct Data {
    dimension: usize,
    vectors: Vec<f32>,
    questions: Vec<f32>,
}

fn measure(arguments: &Arguments) -> Result<Value, Box<dyn Error>> {
    if arguments.rows == 0 || arguments.samples == 0 {
        return Err("at least one row and one question are needed".into());
    }
    SegmentBuilder::new(arguments.dimension)?;
    eprintln!("vectors");
    let data = match &arguments.vectors {
        Some(path) => read(path, arguments)?,
        None => synthetic(arguments.rows, arguments.dimension, arguments.samples),
    };
    if data.vectors.is_empty() || data.questions.is_empty() {
        return Err("too few vectors".into());
    }
    let dimension = data.dimension;
    let rows = data.vectors.len() / dimension;
    let quantizer = Quantizer::new(&mean(&data))?;

    eprintln!("segment");
    let start = Instant::now();
    let packed = pack(&data, &quantizer)?;
    let quantize_s = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let segment = segment(dimension, &packed)?;
    let segment_s = start.elapsed().as_secs_f64();
    drop(packed);
    let bytes = segment.as_bytes().to_vec();
    let bytes_per_row = bytes.len() as f64 / rows as f64;
    let start = Instant::now();
    let segment = Segment::from_bytes(bytes)?;
    let open_s = start.elapsed().as_secs_f64();
    let flat = Flat::new(dimension, vec![segment.clone()])?;

    eprintln!("exact neighbours");
    let exact = exact(&data);
    let queries = data.questions.chunks_exact(dimension).map(|question| quantizer.query(question)).collect::<Result<Vec<_>, _>>()?;

    eprintln!("searches");
    let all = searches(&flat, &queries, None, &exact)?;
    let tenth = [RowMask::from_fn(rows, |row| row / 100 % 10 == 0)];
    let masked = searches(&flat, &queries, Some(&tenth), &exact)?;
    let mut report = json!({
        "rows": rows,
        "dimension": dimension,
        "questions": queries.len(),
        "quantize_s": quantize_s,
        "segment_s": segment_s,
        "build_s": quantize_s + segment_s,
        "open_s": open_s,
        "bytes_per_row": bytes_per_row,
        "flat": all,
        "flat_tenth_admitted": masked,
    });
    if arguments.graph {
        eprintln!("graph");
        report["hnsw"] = graph(segment, &queries, &tenth, &exact)?;
    }
    Ok(report)
}

fn graph(segment: Segment, queries: &[Query], tenth: &[RowMask], exact: &[Vec<usize>]) -> Result<Value, Box<dyn Error>> {
    let rows = segment.rows();
    let start = Instant::now();
    let built = Hnsw::build(segment.clone())?;
    let build_s = start.elapsed().as_secs_f64();
    let bytes = built.to_bytes()?;
    let start = Instant::now();
    let index = Hnsw::from_bytes(&bytes, segment)?;
    let open_s = start.elapsed().as_secs_f64();
    let mut report = searches(&index, queries, None, exact)?;
    report["tenth_admitted"] = searches(&index, queries, Some(tenth), exact)?;
    report["build_s"] = json!(build_s);
    report["open_s"] = json!(open_s);
    report["bytes_per_row"] = json!(bytes.len() as f64 / rows as f64);
    Ok(report)
}

/// Times every query once, on this thread, and compares what it finds with the exact neighbours.
fn searches(
    index: &dyn VectorIndex,
    queries: &[Query],
    admitted: Option<&[RowMask]>,
    exact: &[Vec<usize>],
) -> Result<Value, Box<dyn Error>> {
    for query in queries.iter().take(10) {
        index.search(query, admitted, WANTED)?;
    }
    let mut times = Vec::new();
    let (mut found, mut hits, mut approximate) = (0, 0, 0);
    for (query, exact) in queries.iter().zip(exact) {
        let start = Instant::now();
        let reply = index.search(query, admitted, WANTED)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        hits += reply.hits.len();
        approximate += usize::from(reply.approximate);
        found += reply.hits.iter().take(WANTED).filter(|hit| exact.contains(&(hit.row as usize))).count();
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    let mut report = json!({
        "p50_ms": at(0.5),
        "p95_ms": at(0.95),
        "hits": hits as f64 / queries.len() as f64,
        "approximate": approximate,
    });
    if admitted.is_none() {
        report["recall_at_10"] = json!(found as f64 / (WANTED.min(exact[0].len()) * queries.len()) as f64);
    }
    Ok(report)
}

/// All rows, packed on all threads.
fn pack(data: &Data, quantizer: &Quantizer) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let shares = data.vectors.par_chunks(data.dimension * 4096).map(|vectors| {
        let mut packed = Vec::with_capacity(vectors.len() / data.dimension * leindex_embed::vectors::row_bytes(data.dimension));
        for vector in vectors.chunks_exact(data.dimension) {
            quantizer.quantize_into(vector, &mut packed)?;
        }
        Ok::<_, leindex_embed::EmbedError>(packed)
    });
    Ok(shares.collect::<Result<_, _>>()?)
}

fn segment(dimension: usize, packed: &[Vec<u8>]) -> Result<Segment, Box<dyn Error>> {
    let row = leindex_embed::vectors::row_bytes(dimension);
    let mut builder = SegmentBuilder::new(dimension)?;
    builder.reserve(packed.iter().map(|share| share.len() / row).sum());
    for packed in packed.iter().flat_map(|share| share.chunks_exact(row)) {
        builder.push_row(packed)?;
    }
    Ok(builder.build())
}

/// The nearest rows of each question by `f32` dot products over all rows.
fn exact(data: &Data) -> Vec<Vec<usize>> {
    let questions: Vec<&[f32]> = data.questions.chunks_exact(data.dimension).collect();
    const BLOCK: usize = 2048;
    let best = data.vectors.par_chunks(data.dimension * BLOCK).enumerate().fold(
        || vec![Vec::new(); questions.len()],
        |mut best: Vec<Vec<(f32, usize)>>, (block, vectors)| {
            for (best, question) in best.iter_mut().zip(&questions) {
                for (row, vector) in vectors.chunks_exact(data.dimension).enumerate() {
                    best.push((dot(question, vector), block * BLOCK + row));
                }
                keep(best);
            }
            best
        },
    );
    let best = best.reduce(
        || vec![Vec::new(); questions.len()],
        |mut a, b| {
            for (a, b) in a.iter_mut().zip(b) {
                a.extend(b);
                keep(a);
            }
            a
        },
    );
    best.into_iter().map(|best| best.into_iter().map(|(_, row)| row).collect()).collect()
}

fn keep(best: &mut Vec<(f32, usize)>) {
    best.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    best.truncate(WANTED);
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 16];
    for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    let rest = a.as_chunks::<16>().1.iter().zip(b.as_chunks::<16>().1).map(|(a, b)| a * b).sum::<f32>();
    lanes.iter().sum::<f32>() + rest
}

fn mean(data: &Data) -> Vec<f32> {
    let mut mean = vec![0.0; data.dimension];
    for vector in data.vectors.chunks_exact(data.dimension) {
        for (sum, component) in mean.iter_mut().zip(vector) {
            *sum += f64::from(*component);
        }
    }
    let rows = (data.vectors.len() / data.dimension).max(1) as f64;
    mean.iter().map(|sum| (sum / rows) as f32).collect()
}

fn read(path: &Path, arguments: &Arguments) -> Result<Data, Box<dyn Error>> {
    let dimension = arguments.dimension;
    let load = |path: &Path| -> Result<Vec<f32>, Box<dyn Error>> {
        let bytes = std::fs::read(path)?;
        let (numbers, rest) = bytes.as_chunks::<4>();
        if numbers.is_empty() || !rest.is_empty() || numbers.len() % dimension != 0 {
            return Err(format!("{} does not hold rows of {dimension} components", path.display()).into());
        }
        Ok(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
    };
    let all = load(path)?;
    if let Some(questions) = &arguments.questions {
        let mut questions = load(questions)?;
        questions.truncate(arguments.samples * dimension);
        return Ok(Data { dimension, vectors: all, questions });
    }
    let stride = (all.len() / dimension / arguments.samples.max(1)).max(2);
    let (mut vectors, mut questions) = (Vec::new(), Vec::new());
    for (at, row) in all.chunks_exact(dimension).enumerate() {
        if at % stride == 0 { &mut questions } else { &mut vectors }.extend_from_slice(row);
    }
    questions.truncate(arguments.samples * dimension);
    Ok(Data { dimension, vectors, questions })
}

/// Rows of a cluster and of a group.
const CLUSTER: usize = 20;
const GROUP: usize = 2_000;

fn synthetic(rows: usize, dimension: usize, samples: usize) -> Data {
    let spectrum = Spectrum::new(dimension);
    let mean = spectrum.draw(&mut Random(1));
    let mut vectors = vec![0.0; rows * dimension];
    vectors.par_chunks_mut(GROUP * dimension).enumerate().for_each(|(group, vectors)| {
        let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ (group as u64 + 2) << 20);
        let group = spectrum.draw(&mut random);
        for vectors in vectors.chunks_mut(CLUSTER * dimension) {
            let cluster = spectrum.draw(&mut random);
            for vector in vectors.chunks_exact_mut(dimension) {
                let own = spectrum.draw(&mut random);
                for (at, component) in vector.iter_mut().enumerate() {
                    *component = 0.4 * mean[at] + 0.4 * group[at] + 0.5 * cluster[at] + 0.65 * own[at];
                }
                normalise(vector);
            }
        }
    });
    let mut random = Random(7);
    let mut questions = Vec::with_capacity(samples * dimension);
    for sample in 0..samples {
        let row = sample * rows.max(1) / samples;
        let mut question = spectrum.draw(&mut random);
        normalise(&mut question);
        let vector = &vectors[row * dimension..][..dimension];
        for (component, of_row) in question.iter_mut().zip(vector) {
            *component = 0.65 * of_row + 0.76 * *component;
        }
        normalise(&mut question);
        questions.extend(question);
    }
    Data { dimension, vectors, questions }
}

fn normalise(vector: &mut [f32]) {
    let length = dot(vector, vector).sqrt();
    for component in vector {
        *component /= length;
    }
}

/// Normally distributed vectors whose variances along random axes follow a power law.
struct Spectrum {
    deviations: Vec<f32>,
    flips: Vec<f32>,
}

impl Spectrum {
    fn new(dimension: usize) -> Self {
        let deviations: Vec<f32> = (1..=dimension).map(|axis| (axis as f32).powf(-0.35)).collect();
        let length = dot(&deviations, &deviations).sqrt();
        let mut random = Random(3);
        let mut flip = || if random.next() & 1 == 0 { 1.0 } else { -1.0 };
        Self {
            deviations: deviations.iter().map(|deviation| deviation / length).collect(),
            flips: (0..dimension).map(|_| flip()).collect(),
        }
    }

    fn draw(&self, random: &mut Random) -> Vec<f32> {
        let mut vector: Vec<f32> = self.deviations.iter().map(|deviation| deviation * random.normal()).collect();
        // Two rounds of random reflections and Hadamard transforms: as good as a random rotation, in n log n.
        for _ in 0..2 {
            for (component, flip) in vector.iter_mut().zip(&self.flips) {
                *component *= flip;
            }
            hadamard(&mut vector);
            vector.rotate_left(self.deviations.len() / 3);
        }
        vector
    }
}

/// Hadamard transforms of the largest powers of two that the vector is made of, each of unit gain.
fn hadamard(vector: &mut [f32]) {
    if vector.is_empty() {
        return;
    }
    let size = 1 << vector.len().ilog2();
    let (whole, rest) = vector.split_at_mut(size);
    let mut half = 1;
    while half < size {
        for pair in whole.chunks_exact_mut(half * 2) {
            let (low, high) = pair.split_at_mut(half);
            for (low, high) in low.iter_mut().zip(high) {
                (*low, *high) = (*low + *high, *low - *high);
            }
        }
        half *= 2;
    }
    let gain = (size as f32).sqrt().recip();
    for component in whole.iter_mut() {
        *component *= gain;
    }
    hadamard(rest);
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// Near enough to a standard normal: the sum of four uniform numbers.
    fn normal(&mut self) -> f32 {
        let drawn = self.next();
        let sum = (0..4).map(|part| (drawn >> (16 * part) & 0xffff) as f32).sum::<f32>();
        (sum / 65_536.0 - 2.0) * 3.0f32.sqrt()
    }
}

fn print(report: &Value) {
    let number = |at: &str| report.pointer(at).and_then(Value::as_f64).unwrap_or(f64::NAN);
    println!("{} rows of {} components, {} questions", number("/rows"), number("/dimension"), number("/questions"));
    println!("{:<24}{:>10.2} s  (quantise {:.2}, segment {:.2})", "build", number("/build_s"), number("/quantize_s"), number("/segment_s"));
    println!("{:<24}{:>10.2} s", "open", number("/open_s"));
    println!("{:<24}{:>10.1}", "bytes a row", number("/bytes_per_row"));
    println!("{:<24}{:>10}{:>10}{:>12}", "", "P50 ms", "P95 ms", "recall@10");
    let searched = [
        ("flat", "flat"),
        ("flat, tenth admitted", "flat_tenth_admitted"),
        ("graph", "hnsw"),
        ("graph, tenth admitted", "hnsw/tenth_admitted"),
    ];
    for (label, key) in searched {
        if report.pointer(&format!("/{key}")).is_none() {
            continue;
        }
        let at = |field: &str| number(&format!("/{key}/{field}"));
        let recall = at("recall_at_10");
        let recall = if recall.is_nan() { String::new() } else { format!("{recall:.3}") };
        println!("{label:<24}{:>10.2}{:>10.2}{recall:>12}", at("p50_ms"), at("p95_ms"));
    }
    if report.get("hnsw").is_some() {
        println!(
            "graph built in {:.1} s, {:.1} bytes a row, opened in {:.2} s",
            number("/hnsw/build_s"),
            number("/hnsw/bytes_per_row"),
            number("/hnsw/open_s")
        );
    }
}
