//! A flow as text: a line a node, for people and for fixtures.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::body::Flow;
use super::ir::{MentionKind, NONE, StepKind, VariableKind};

/// Which dependences are drawn beside control flow.
#[derive(Clone, Copy, Debug, Default)]
pub struct Drawing {
    /// Control and data dependences.
    pub dependences: bool,
}

/// Draws a flow. `source` is the text it was made of, from the function's first byte; `line` the number of its first line.
///
/// ```text
/// 0 entry defines a, b → 1
/// 1 L2 condition `a > b` → 2 true, 3 false
/// ```
pub fn draw(flow: &Flow, source: &str, line: u32, drawing: Drawing) -> String {
    let mut out = String::new();
    let dead = flow.unreachable();
    for (index, region) in flow.regions.iter().enumerate() {
        if index > 0 {
            let _ = writeln!(out, "function at L{}", line_of(source, region.start, line));
        }
        for node in region.entry..=region.exit {
            let Some(step) = flow.step(node) else { continue };
            let _ = write!(out, "{node} ");
            if !matches!(step.kind, StepKind::Entry | StepKind::Exit) {
                let _ = write!(out, "L{} ", line_of(source, step.start, line));
            }
            let _ = write!(out, "{}", step.kind.as_str());
            if !matches!(step.kind, StepKind::Entry | StepKind::Exit) {
                let _ = write!(out, " `{}`", excerpt(source, step.start, step.end));
            }
            let names = |kinds: &[MentionKind]| {
                let mut names: Vec<String> = flow
                    .mentions_of(node)
                    .filter(|(_, mention)| kinds.contains(&mention.kind))
                    .map(|(_, mention)| variable_name(flow, source, mention.variable))
                    .collect();
                names.dedup();
                names.sort();
                names.dedup();
                names.join(", ")
            };
            let (defines, modifies) = (names(&[MentionKind::Define]), names(&[MentionKind::Modify]));
            if !defines.is_empty() {
                let _ = write!(out, " defines {defines}");
            }
            if !modifies.is_empty() {
                let _ = write!(out, " changes {modifies}");
            }
            let targets: Vec<String> =
                flow.successors(node)
                    .iter()
                    .map(|edge| {
                        if edge.kind.as_str() == "next" {
                            edge.target.to_string()
                        } else {
                            format!("{} {}", edge.target, edge.kind.as_str())
                        }
                    })
                    .collect();
            if !targets.is_empty() {
                let _ = write!(out, " → {}", targets.join(", "));
            }
            if dead.binary_search(&node).is_ok() {
                out.push_str(" (never runs)");
            }
            out.push('\n');
            if drawing.dependences {
                dependences(flow, source, node, &mut out);
            }
        }
    }
    if flow.capped {
        out.push_str("capped\n");
    }
    out
}

fn dependences(flow: &Flow, source: &str, node: u32, out: &mut String) {
    for edge in flow.control.iter().filter(|edge| edge.target == node) {
        let _ = writeln!(out, "    if {} {}", edge.source, edge.kind.as_str());
    }
    let mut rows: Vec<(u32, String)> = flow
        .data
        .iter()
        .filter(|edge| edge.target == node)
        .filter_map(|edge| Some((edge.source, variable_name(flow, source, flow.mentions.get(edge.usage as usize)?.variable))))
        .collect();
    rows.sort();
    rows.dedup();
    for (from, name) in rows {
        let _ = writeln!(out, "    {name} of {from}");
    }
}

/// The name of a variable as text: its own, or in angle brackets what it stands for.
pub fn variable_name(flow: &Flow, source: &str, variable: u32) -> String {
    variable_text(flow, source, variable).into_owned()
}

/// As [`variable_name`], most often a part of the source.
pub(crate) fn variable_text<'s>(flow: &Flow, source: &'s str, variable: u32) -> Cow<'s, str> {
    let Some(held) = flow.variables.get(variable as usize) else { return Cow::Borrowed("") };
    let mut origin = *held;
    while origin.kind == VariableKind::Capture && origin.outer != NONE {
        match flow.variables.get(origin.outer as usize) {
            Some(outer) => origin = *outer,
            None => break,
        }
    }
    let text = source.get(origin.start as usize..origin.end as usize).unwrap_or("");
    match origin.kind {
        VariableKind::Temporary => "<value>".into(),
        VariableKind::Result => "<result>".into(),
        VariableKind::Receiver => "<this>".into(),
        VariableKind::Field => format!(".{}", text.trim_start_matches('@')).into(),
        _ => text.into(),
    }
}

/// The number of the line of a byte, the first line being `first`.
pub(crate) fn line_of(source: &str, byte: u32, first: u32) -> u32 {
    let before = source.as_bytes().get(..byte as usize).unwrap_or(source.as_bytes());
    first + memchr::memchr_iter(b'\n', before).count() as u32
}

/// The text of a range on one line, its spaces made one, cut after 60 characters.
pub(crate) fn excerpt(source: &str, start: u32, end: u32) -> String {
    let mut out = String::new();
    add_excerpt(source, start, end, &mut out);
    out
}

/// Appends an [`excerpt`]. Reads no more of the text than it gives.
pub(crate) fn add_excerpt(source: &str, start: u32, end: u32, out: &mut String) {
    const WIDTH: usize = 60;
    let text = source.get(start as usize..end as usize).unwrap_or("");
    let mut left = WIDTH;
    for (at, word) in text.split_whitespace().enumerate() {
        for character in (at > 0).then_some(' ').into_iter().chain(word.chars()) {
            if left == 0 {
                out.push('…');
                return;
            }
            left -= 1;
            out.push(character);
        }
    }
}
