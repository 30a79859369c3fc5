//! Promises of vector search, on small sets of made-up vectors.

use std::collections::BTreeSet;

use super::kernels::{self, portable};
use super::*;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// Between -1 and 1, thicker in the middle.
    fn component(&mut self) -> f32 {
        let drawn = self.next();
        ((drawn & 0xffff) as f32 + (drawn >> 16 & 0xffff) as f32) / 65_536.0 - 1.0
    }

    fn vector(&mut self, dimension: usize) -> Vec<f32> {
        (0..dimension).map(|_| self.component()).collect()
    }

    /// A vector of unit length near one of a few points.
    fn clustered(&mut self, dimension: usize) -> Vec<f32> {
        let mut cluster = Random(self.below(40) as u64);
        let vector: Vec<f32> = (0..dimension).map(|_| 0.3 + cluster.component() + 0.8 * self.component()).collect();
        let length = vector.iter().map(|component| component * component).sum::<f32>().sqrt();
        vector.iter().map(|component| component / length).collect()
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

fn quantizer(dimension: usize) -> Quantizer {
    Quantizer::new(&vec![0.02; dimension]).unwrap()
}

fn segment(dimension: usize, rows: &[Vec<u8>]) -> Segment {
    let mut builder = SegmentBuilder::new(dimension).unwrap();
    for row in rows {
        builder.push_row(row).unwrap();
    }
    builder.build()
}

fn rows(seed: u64, dimension: usize, count: usize) -> Vec<Vec<u8>> {
    let mut random = Random(seed);
    let quantizer = quantizer(dimension);
    (0..count).map(|_| quantizer.quantize(&random.clustered(dimension)).unwrap()).collect()
}

/// What the index found, by content: the scores' bits with the packed rows, in an order of their own.
fn found(index: &dyn VectorIndex, reply: &Hits) -> Vec<(u32, Vec<u8>)> {
    let row = |hit: &Hit| index.segments()[hit.segment as usize].row(hit.row as usize).unwrap();
    let mut found: Vec<_> = reply.hits.iter().map(|hit| (hit.score.to_bits(), row(hit))).collect();
    found.sort();
    found
}

/// The best rows by the scores of all.
fn brute_force(index: &dyn VectorIndex, query: &Query, admit: impl Fn(usize, usize) -> bool, limit: usize) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (at, segment) in index.segments().iter().enumerate() {
        for row in (0..segment.rows()).filter(|&row| admit(at, row)) {
            hits.extend(segment.score(query, row).map(|score| Hit { segment: at as u32, row: row as u32, score }));
        }
    }
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then((a.segment, a.row).cmp(&(b.segment, b.row))));
    let least = hits.get(limit.min(hits.len()).wrapping_sub(1)).map(|hit| hit.score);
    hits.retain(|hit| least.is_some_and(|least| hit.score >= least));
    hits
}

#[test]
fn the_answer_does_not_depend_on_how_rows_are_split_or_ordered() {
    let dimension = 64;
    let mut random = Random(1);
    // More rows than the shortlist holds, many of them twice, so that ties lie on the cuts.
    let mut rows = rows(2, dimension, 20_000);
    rows.extend_from_within(..6_000);
    let quantizer = quantizer(dimension);
    let whole = Flat::new(dimension, vec![segment(dimension, &rows)]).unwrap();
    let queries: Vec<Query> = (0..6).map(|_| quantizer.query(&random.clustered(dimension)).unwrap()).collect();
    for round in 0..6 {
        let mut rows = rows.clone();
        random.shuffle(&mut rows);
        if round == 1 {
            // The farthest first: the worst order for a bound that falls.
            let query = &queries[0];
            rows.sort_by_key(|row| std::cmp::Reverse(distance(query, row)));
        }
        let mut segments = Vec::new();
        let mut rest = &rows[..];
        while !rest.is_empty() {
            let (part, after) = rest.split_at((1 + random.below([70, 5_000][round % 2])).min(rest.len()));
            segments.push(segment(dimension, part));
            rest = after;
        }
        segments.push(segment(dimension, &[]));
        let split = Flat::new(dimension, segments).unwrap();
        for query in &queries {
            for limit in [1, 10, 200] {
                let (one, many) = (whole.search(query, None, limit).unwrap(), split.search(query, None, limit).unwrap());
                assert!(one.hits.len() >= limit);
                assert_eq!(found(&whole, &one), found(&split, &many));
            }
        }
    }
}

#[test]
fn a_sample_that_misleads_does_not_show_in_the_answer() {
    let dimension = 64;
    let quantizer = quantizer(dimension);
    let mut random = Random(20);
    let question = random.vector(dimension);
    let query = quantizer.query(&question).unwrap();
    // Every 16th block of rows lies about the question, as the sample sees it; the rest anywhere.
    let rows: Vec<Vec<u8>> = (0..40_000)
        .map(|row| {
            let near = if row / kernels::BLOCK % 16 == 15 { 2.0 } else { 0.0 };
            let vector: Vec<f32> = question.iter().map(|component| near * component + random.component()).collect();
            quantizer.quantize(&vector).unwrap()
        })
        .collect();
    let mut shuffled = rows.clone();
    random.shuffle(&mut shuffled);
    let (one, other) = (segment(dimension, &rows), segment(dimension, &shuffled));
    let (one, other) = (Flat::new(dimension, vec![one]).unwrap(), Flat::new(dimension, vec![other]).unwrap());
    let reply = one.search(&query, None, 3_000).unwrap();
    assert_eq!(found(&one, &reply), found(&other, &other.search(&query, None, 3_000).unwrap()));
    assert!(reply.hits.iter().any(|hit| hit.row as usize / kernels::BLOCK % 16 != 15));
}

fn distance(query: &Query, row: &[u8]) -> u16 {
    let mut distance = [0];
    portable::hamming(query.signs(), &row[4..4 + query.signs().len()], &mut distance);
    distance[0]
}

#[test]
fn a_filter_gives_what_an_index_of_the_admitted_rows_gives() {
    let dimension = 64;
    let rows = rows(3, dimension, 40_000);
    let quantizer = quantizer(dimension);
    let mut random = Random(4);
    let segments: Vec<Segment> = rows.chunks(15_000).map(|rows| segment(dimension, rows)).collect();
    let flat = Flat::new(dimension, segments).unwrap();
    for keep_one_in in [1, 2, 3, 100, 20_000] {
        let offset = random.below(keep_one_in);
        let admit = |segment: usize, row: usize| (segment * 15_000 + row) % keep_one_in == offset;
        let masks: Vec<RowMask> =
            flat.segments().iter().enumerate().map(|(at, segment)| RowMask::from_fn(segment.rows(), |row| admit(at, row))).collect();
        let admitted: Vec<Vec<u8>> = rows.iter().enumerate().filter(|(row, _)| admit(0, *row)).map(|(_, row)| row.clone()).collect();
        let alone = Flat::new(dimension, vec![segment(dimension, &admitted)]).unwrap();
        let query = quantizer.query(&random.clustered(dimension)).unwrap();
        let reply = flat.search(&query, Some(&masks), 10).unwrap();
        assert!(!reply.approximate);
        assert_eq!(found(&flat, &reply), found(&alone, &alone.search(&query, None, 10).unwrap()));
        if admitted.len() <= 4_000 {
            assert_eq!(reply.hits, brute_force(&flat, &query, admit, 10));
        }
    }
}

#[test]
fn few_rows_are_all_scored() {
    for dimension in [8, 24, 256, 384] {
        let mut random = Random(5);
        let vectors: Vec<Vec<f32>> = (0..500).map(|_| random.vector(dimension)).collect();
        let quantizer = Quantizer::new(&vec![0.0; dimension]).unwrap();
        let rows: Vec<Vec<u8>> = vectors.iter().map(|vector| quantizer.quantize(vector).unwrap()).collect();
        let flat = Flat::new(dimension, vec![segment(dimension, &rows[..200]), segment(dimension, &rows[200..])]).unwrap();
        for vector in vectors.iter().take(20) {
            let query = quantizer.query(vector).unwrap();
            let reply = flat.search(&query, None, 7).unwrap();
            assert_eq!(reply.hits, brute_force(&flat, &query, |_, _| true, 7));
            for hit in &reply.hits {
                assert_eq!(flat.score(&query, hit.segment as usize, hit.row as usize), Some(hit.score));
            }
        }
    }
}

#[test]
fn ties_with_the_last_hit_are_kept() {
    let dimension = 16;
    let same = rows(6, dimension, 1).remove(0);
    let flat = Flat::new(dimension, vec![segment(dimension, &vec![same.clone(); 6_000]), segment(dimension, &vec![same; 10])]).unwrap();
    let query = quantizer(dimension).query(&Random(6).clustered(dimension)).unwrap();
    assert_eq!(flat.search(&query, None, 1).unwrap().hits.len(), 6_010);
    assert!(flat.search(&query, None, 0).unwrap().hits.is_empty());
    assert_eq!(flat.search(&query, None, usize::MAX).unwrap().hits.len(), 6_010);
}

#[test]
fn the_exact_neighbours_are_found() {
    let (dimension, count, wanted) = (256, 30_000, 10);
    let mut random = Random(7);
    let vectors: Vec<Vec<f32>> = (0..count).map(|_| random.clustered(dimension)).collect();
    let centre: Vec<f32> = (0..dimension).map(|at| vectors.iter().map(|vector| vector[at]).sum::<f32>() / count as f32).collect();
    let quantizer = Quantizer::new(&centre).unwrap();
    let rows: Vec<Vec<u8>> = vectors.iter().map(|vector| quantizer.quantize(vector).unwrap()).collect();
    let flat = Flat::new(dimension, vec![segment(dimension, &rows)]).unwrap();
    let mut hit = 0;
    for _ in 0..20 {
        let question = random.clustered(dimension);
        let mut exact: Vec<(f32, usize)> =
            vectors.iter().map(|vector| vector.iter().zip(&question).map(|(a, b)| a * b).sum()).zip(0..).collect();
        exact.sort_by(|a, b| b.0.total_cmp(&a.0));
        let exact: BTreeSet<usize> = exact.iter().take(wanted).map(|&(_, row)| row).collect();
        let reply = flat.search(&quantizer.query(&question).unwrap(), None, wanted).unwrap();
        hit += reply.hits.iter().filter(|hit| exact.contains(&(hit.row as usize))).count();
    }
    assert!(hit >= 193, "{hit} of 200");
}

#[test]
fn a_component_is_off_by_at_most_half_a_scale() {
    let mut random = Random(8);
    for dimension in [8, 256, 4096] {
        let quantizer = Quantizer::new(&vec![0.1; dimension]).unwrap();
        for magnitude in [1e-17, 1e-3, 1.0, 1e17] {
            let vector: Vec<f32> = random.vector(dimension).iter().map(|component| component * magnitude).collect();
            let row = quantizer.quantize(&vector).unwrap();
            assert_eq!(row.len(), row_bytes(dimension));
            let largest = vector.iter().fold(0.0f32, |largest, component| largest.max(component.abs()));
            let half = largest / 127.0 / 2.0 * 1.0001;
            for (at, (component, kept)) in vector.iter().zip(dequantize(dimension, &row).unwrap()).enumerate() {
                assert!((component - kept).abs() <= half, "{component} became {kept}");
                assert_eq!(row[4 + at / 8] >> (at % 8) & 1 == 1, *component > 0.1);
            }
        }
    }
    assert!(row_bytes(256) <= 300);
}

#[test]
fn a_score_is_the_dot_product() {
    let mut random = Random(9);
    for dimension in [8, 256, 768, 4096] {
        let quantizer = quantizer(dimension);
        let (a, b) = (random.clustered(dimension), random.clustered(dimension));
        let exact: f64 = a.iter().zip(&b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
        let segment = segment(dimension, &[quantizer.quantize(&a).unwrap()]);
        let score = segment.score(&quantizer.query(&b).unwrap(), 0).unwrap();
        assert!((f64::from(score) - exact).abs() < 0.005, "{dimension}: {score} {exact}");
    }
}

#[test]
fn vectors_without_a_direction_are_never_found() {
    let dimension = 8;
    let quantizer = quantizer(dimension);
    let with = |component: f32| [component, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let blank = [[0.0; 8], [1e-30; 8], [f32::MAX; 8], with(f32::NAN), with(f32::INFINITY), with(f32::NEG_INFINITY)];
    let mut rows: Vec<Vec<u8>> = blank.iter().map(|vector| quantizer.quantize(vector).unwrap()).collect();
    assert!(rows.iter().all(|row| *row == vec![0; row_bytes(dimension)]));
    rows.push(quantizer.quantize(&with(1.0)).unwrap());
    // A scale that only a foreign writer could give.
    for scale in [f32::NAN, f32::INFINITY, -1.0] {
        let mut row = rows[6].clone();
        row[..4].copy_from_slice(&scale.to_le_bytes());
        rows.push(row);
    }
    let flat = Flat::new(dimension, vec![segment(dimension, &rows)]).unwrap();
    let query = quantizer.query(&with(1.0)).unwrap();
    let hits = flat.search(&query, None, 100).unwrap().hits;
    assert_eq!(hits.iter().map(|hit| hit.row).collect::<Vec<_>>(), [6]);
    assert!((0..rows.len()).all(|row| flat.score(&query, 0, row).is_some() == (row == 6)));
    for vector in blank {
        let query = quantizer.query(&vector).unwrap();
        assert!(flat.search(&query, None, 100).unwrap().hits.is_empty());
    }
    // Nor do they take the places of rows that can be found, where not all are scored.
    let mut many = vec![vec![0; row_bytes(dimension)]; 9_000];
    many.extend_from_slice(&vec![rows[6].clone(); 50]);
    let flat = Flat::new(dimension, vec![segment(dimension, &many)]).unwrap();
    assert_eq!(flat.search(&query, None, 1).unwrap().hits.len(), 50);
}

#[test]
fn other_dimensions_are_refused() {
    for dimension in [0, 1, 7, 12, 4097, 4104, usize::MAX] {
        assert_eq!(SegmentBuilder::new(dimension).unwrap_err().to_string(), EmbedError::Dimension(dimension).to_string());
    }
    for dimension in [0, 3, 4104] {
        assert_eq!(Quantizer::new(&vec![0.0; dimension]).unwrap_err().to_string(), EmbedError::Dimension(dimension).to_string());
    }
    assert_eq!(Quantizer::new(&[0.0, 0.0, f32::NAN, 0.0, 0.0, 0.0, 0.0, 0.0]).unwrap_err().to_string(), EmbedError::Centre(2).to_string());
    let (small, large) = (quantizer(256), quantizer(768));
    let mismatch = EmbedError::DimensionMismatch { expected: 256, found: 768 }.to_string();
    assert_eq!(small.quantize(&[0.5; 768]).unwrap_err().to_string(), mismatch);
    assert_eq!(small.query(&[0.5; 768]).unwrap_err().to_string(), mismatch);
    let mut appended = vec![1];
    assert!(small.quantize_into(&[], &mut appended).is_err());
    assert_eq!(appended, [1]);

    let (row, other) = (small.quantize(&[0.5; 256]).unwrap(), large.quantize(&[0.5; 768]).unwrap());
    let mut builder = SegmentBuilder::new(256).unwrap();
    assert_eq!(
        builder.push_row(&other).unwrap_err().to_string(),
        EmbedError::RowLength { expected: 292, found: row_bytes(768) }.to_string()
    );
    for length in 0..row.len() {
        assert!(builder.push_row(&row[..length]).is_err());
        assert!(dequantize(256, &row[..length]).is_err());
    }
    assert_eq!((builder.push_row(&row).unwrap(), builder.rows()), (0, 1));
    let built = builder.build();
    assert_eq!(Flat::new(256, vec![built.clone(), segment(768, &[other])]).unwrap_err().to_string(), mismatch);
    let flat = Flat::new(256, vec![built]).unwrap();
    let query = large.query(&[0.5; 768]).unwrap();
    assert_eq!(flat.search(&query, None, 1).unwrap_err().to_string(), mismatch);
    assert_eq!(flat.score(&query, 0, 0), None);
}

#[test]
fn masks_that_do_not_fit_are_refused() {
    let dimension = 16;
    let rows = rows(10, dimension, 130);
    let flat = Flat::new(dimension, vec![segment(dimension, &rows[..100]), segment(dimension, &rows[100..])]).unwrap();
    let query = quantizer(dimension).query(&[0.5; 16]).unwrap();
    let all = RowMask::all;
    for (masks, at) in
        [(vec![], 0), (vec![all(100)], 1), (vec![all(99), all(30)], 0), (vec![all(100), all(31)], 1), (vec![all(100), all(30), all(0)], 2)]
    {
        assert_eq!(flat.search(&query, Some(&masks), 1).unwrap_err().to_string(), EmbedError::MaskMismatch { segment: at }.to_string());
    }
    let reply = flat.search(&query, Some(&[all(100), all(30)]), 130).unwrap();
    assert_eq!(reply, flat.search(&query, None, 130).unwrap());
    assert_eq!(reply.hits.len(), 130);
    assert!(flat.search(&query, Some(&[RowMask::none(100), RowMask::none(30)]), 130).unwrap().hits.is_empty());
}

#[test]
fn a_mask_holds_what_was_put_in() {
    for len in [0, 1, 63, 64, 65, 200] {
        let thirds = RowMask::from_fn(len, |row| row % 3 == 0);
        assert!((0..len + 100).all(|row| thirds.contains(row) == (row < len && row % 3 == 0)));
        assert_eq!((thirds.len(), thirds.count(), thirds.is_empty()), (len, len.div_ceil(3), len == 0));
        let all = RowMask::all(len);
        assert_eq!(all, RowMask::from_fn(len, |_| true));
        let mut both = RowMask::from_fn(len, |row| row % 2 == 0);
        both.intersect(&thirds);
        assert_eq!(both, RowMask::from_fn(len, |row| row % 6 == 0));
        both.insert(len);
        assert_eq!(both.count(), len.div_ceil(6));
    }
}

#[test]
fn a_segment_outlives_its_bytes() {
    for (dimension, count) in [(8, 0), (256, 1), (256, 70), (768, 3)] {
        let rows = rows(11, dimension, count);
        let built = segment(dimension, &rows);
        // At every alignment, as a segment within a mapped file may lie.
        for shift in 0..8 {
            let bytes = [&vec![0xab; shift], built.as_bytes()].concat();
            let read = Segment::from_bytes(Within { bytes, start: shift }).unwrap();
            assert_eq!((read.rows(), read.dimension(), read.checksum()), (count, dimension, built.checksum()));
            for (number, row) in rows.iter().enumerate() {
                assert_eq!(read.row(number).as_ref(), Some(row));
            }
            assert_eq!(read.row(count), None);
        }
        let copied: Vec<Vec<u8>> = (0..count).map(|row| built.row(row).unwrap()).collect();
        assert_eq!(segment(dimension, &copied).as_bytes(), built.as_bytes());
    }
}

/// Bytes within others.
struct Within {
    bytes: Vec<u8>,
    start: usize,
}

impl AsRef<[u8]> for Within {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

#[test]
fn damaged_bytes_are_no_segment() {
    let built = segment(16, &rows(12, 16, 5));
    let bytes = built.as_bytes();
    let refused = |bytes: Vec<u8>| matches!(Segment::from_bytes(bytes), Err(EmbedError::Corrupt { part: "segment", .. }));
    for length in 0..bytes.len() {
        assert!(refused(bytes[..length].to_vec()), "cut to {length}");
    }
    for at in 0..bytes.len() {
        for flip in [1, 0x80, 0xff] {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= flip;
            assert!(refused(damaged), "byte {at} changed");
        }
    }
    assert!(refused([bytes, &[0]].concat()));
    assert!(refused(b"\x89PNG\r\n\x1a\n".repeat(40)));
    assert!(refused(vec![0; 4096]));
    // Sizes whose product leaves the machine's integers.
    for (dimension, rows) in [(u32::MAX, u32::MAX), (4096, u32::MAX), (0, 0), (16, u32::MAX), (12, 5)] {
        let mut damaged = bytes.to_vec();
        damaged[12..16].copy_from_slice(&dimension.to_le_bytes());
        damaged[16..20].copy_from_slice(&rows.to_le_bytes());
        assert!(refused(damaged));
    }
}

#[test]
fn bytes_that_shrink_under_a_segment_lose_rows_but_do_no_harm() {
    /// Gives fewer bytes at each call, as no sound owner would.
    struct Shrinking(Vec<u8>, std::sync::atomic::AtomicUsize);
    impl AsRef<[u8]> for Shrinking {
        fn as_ref(&self) -> &[u8] {
            let calls = self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            &self.0[..self.0.len().saturating_sub(calls.saturating_sub(2) * 40)]
        }
    }
    let dimension = 16;
    let built = segment(dimension, &rows(13, dimension, 9_000));
    let shrinking = Segment::from_bytes(Shrinking(built.as_bytes().to_vec(), Default::default())).unwrap();
    let flat = Flat::new(dimension, vec![shrinking]).unwrap();
    let query = quantizer(dimension).query(&[0.5; 16]).unwrap();
    assert!(flat.search(&query, None, 10).unwrap().hits.len() < 9_000);
    assert_eq!(flat.segments()[0].row(8_999), None);
}

#[test]
fn the_loops_of_this_cpu_give_what_the_portable_ones_give() {
    let mut random = Random(14);
    for dimension in [8, 16, 40, 64, 256, 384, 768, 1024, 4096] {
        for count in [1, 2, 63, 256] {
            let signs: Vec<u8> = (0..count * dimension / 8).map(|_| random.next() as u8).collect();
            let query: Vec<u8> = (0..dimension / 8).map(|_| random.next() as u8).collect();
            let (mut ours, mut portably) = ([0; 256], [0; 256]);
            kernels::hamming(&query, &signs, &mut ours);
            portable::hamming(&query, &signs, &mut portably);
            assert_eq!(ours, portably);
            let bits = |row: &[u8]| row.iter().zip(&query).map(|(a, b)| (a ^ b).count_ones() as u16).sum::<u16>();
            assert!(signs.chunks(dimension / 8).zip(ours).all(|(row, distance)| bits(row) == distance));
        }
        for bound in [0, 1, 500, u16::MAX] {
            let distances: [u16; kernels::BLOCK] = std::array::from_fn(|_| if bound == 500 { random.below(1000) as u16 } else { 1 });
            let (mut ours, mut portably) = ([0; kernels::BLOCK], [0; kernels::BLOCK]);
            let found = kernels::within(&distances, bound, &mut ours);
            assert_eq!((found, ours), (portable::within(&distances, bound, &mut portably), portably));
            let near: Vec<u8> = (0..=255).filter(|&place| distances[usize::from(place)] <= bound).collect();
            assert_eq!(near, ours[..found]);
        }
        let extremes = [i16::from(i8::MIN) as u8, 127];
        for extreme in [true, false] {
            let row: Vec<u8> = (0..dimension).map(|at| if extreme { extremes[at / 5 % 2] } else { random.next() as u8 }).collect();
            let query: Vec<i16> =
                (0..dimension).map(|at| if extreme { [-4095, 4095][at / 5 % 2] } else { (random.next() % 8191) as i16 - 4095 }).collect();
            let exact: i64 = query.iter().zip(&row).map(|(a, b)| i64::from(*a) * i64::from(*b as i8)).sum();
            assert_eq!(kernels::dot(&query, &row), portable::dot(&query, &row));
            assert_eq!(i64::from(kernels::dot(&query, &row)), exact);
            let other: Vec<u8> = row.iter().rev().copied().collect();
            let exact: i64 = other.iter().zip(&row).map(|(a, b)| i64::from(*a as i8) * i64::from(*b as i8)).sum();
            assert_eq!(kernels::dot_rows(&other, &row), portable::dot_rows(&other, &row));
            assert_eq!(i64::from(kernels::dot_rows(&other, &row)), exact);
        }
    }
}

/// A graph's segment with a row that has no vector.
fn graphed(seed: u64, dimension: usize, count: usize) -> Segment {
    let mut rows = rows(seed, dimension, count);
    rows.insert(count / 2, vec![0; row_bytes(dimension)]);
    segment(dimension, &rows)
}

#[test]
fn a_graph_finds_most_of_what_a_flat_search_finds() {
    let dimension = 64;
    let segment = graphed(15, dimension, 1_500);
    let (flat, graph) = (Flat::new(dimension, vec![segment.clone()]).unwrap(), Hnsw::build(segment).unwrap());
    let mut random = Random(16);
    let mut same = 0;
    for _ in 0..20 {
        let query = quantizer(dimension).query(&random.clustered(dimension)).unwrap();
        let exact = flat.search(&query, None, 10).unwrap();
        let found = graph.search(&query, None, 10).unwrap();
        assert!(found.approximate && !exact.approximate && found.hits.len() >= 10);
        assert!(found.hits.iter().all(|hit| flat.score(&query, 0, hit.row as usize) == Some(hit.score)));
        same += found.hits.iter().filter(|hit| exact.hits.contains(hit)).count();
    }
    assert!(same >= 190, "{same} of 200");
}

#[test]
fn a_graph_that_meets_too_few_admitted_rows_leaves_it_to_the_flat_search() {
    let dimension = 64;
    let segment = graphed(17, dimension, 1_200);
    let (flat, graph) = (Flat::new(dimension, vec![segment.clone()]).unwrap(), Hnsw::build(segment).unwrap());
    let query = quantizer(dimension).query(&Random(18).clustered(dimension)).unwrap();
    for (one_in, approximate) in [(1, true), (2, true), (300, false), (10_000, false)] {
        let masks = [RowMask::from_fn(1_201, |row| row % one_in == 0)];
        let reply = graph.search(&query, Some(&masks), 5).unwrap();
        assert_eq!(reply.approximate, approximate, "one in {one_in}");
        assert!(reply.hits.iter().all(|hit| masks[0].contains(hit.row as usize)));
        if !approximate {
            assert_eq!(reply, flat.search(&query, Some(&masks), 5).unwrap());
        }
    }
    assert_eq!(graph.search(&query, None, 1_000).unwrap(), flat.search(&query, None, 1_000).unwrap());
    assert!(graph.search(&query, None, 0).unwrap().hits.is_empty());
    let mismatch = EmbedError::DimensionMismatch { expected: 64, found: 8 }.to_string();
    assert_eq!(graph.search(&quantizer(8).query(&[0.5; 8]).unwrap(), None, 1).unwrap_err().to_string(), mismatch);
    assert_eq!(graph.search(&query, Some(&[]), 1).unwrap_err().to_string(), EmbedError::MaskMismatch { segment: 0 }.to_string());
}

#[test]
fn a_graph_is_a_function_of_its_segment_and_outlives_its_bytes() {
    let dimension = 16;
    for count in [0, 1, 50, 300] {
        let segment = graphed(19, dimension, count);
        let built = Hnsw::build(segment.clone()).unwrap();
        let bytes = built.to_bytes().unwrap();
        assert_eq!(Hnsw::build(segment.clone()).unwrap().to_bytes().unwrap(), bytes);
        // From within a pool of more threads, too.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        assert_eq!(pool.install(|| Hnsw::build(segment.clone())).unwrap().to_bytes().unwrap(), bytes);
        let read = Hnsw::from_bytes(&bytes, segment).unwrap();
        assert_eq!(read.to_bytes().unwrap(), bytes);
        let query = quantizer(dimension).query(&[0.5; 16]).unwrap();
        assert_eq!(read.search(&query, None, 5).unwrap(), built.search(&query, None, 5).unwrap());
    }
}

#[test]
fn damaged_bytes_are_no_graph() {
    let segment = graphed(21, 16, 60);
    let bytes = Hnsw::build(segment.clone()).unwrap().to_bytes().unwrap();
    let refused = |bytes: &[u8]| matches!(Hnsw::from_bytes(bytes, segment.clone()), Err(EmbedError::Corrupt { part: "graph", .. }));
    for length in 0..bytes.len() {
        assert!(refused(&bytes[..length]), "cut to {length}");
    }
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x11;
        assert!(refused(&damaged), "byte {at} changed");
    }
    assert!(refused(&[&bytes[..], &[0]].concat()));
    assert!(refused(segment.as_bytes()));
    assert!(Hnsw::from_bytes(&bytes, graphed(22, 16, 60)).is_err(), "a graph of another segment");
}
