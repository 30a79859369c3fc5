//! Rendering: Markdown for a reader with a budget.
//!
//! Every item is rendered at some [`Tier`] as a [`Block`], whose tokens are counted once and add up; what does not fit is
//! tried at a lower tier, and what is left over at the end raises items again, the most relevant first. Where the lists
//! beside the text are handed over too, every item pays for its record in them.

use std::sync::Arc;

use leindex_embed::{Block, Tokens, count_within, prefix_within};
use rustc_hash::FxHashMap;

use super::gravity::{Field, Pulled, Via, members_of};
use super::{ContextItem, Payload, Tier};
use crate::flow::file::outermost;
use crate::flow::queries::{SymbolFlow, flow_base, symbol_flow};
use crate::flow::{EdgeKind as FlowEdge, StepKind, dependence, excerpt};
use crate::graph::slice::{is_shown, nodes_of_step};
use crate::index::SymbolInfo;
use crate::index::describe::symbol_info;
use crate::index::lookup::innermost;
use crate::index::world::World;
use crate::names::edges::EdgeKind;
use crate::names::files::{SourceFile, Symbol, symbol_row};
use crate::search::lexical::Lexical;
use crate::search::rank::Found;
use crate::search::terms::{for_each_subword, term};
use crate::syntax::row_index::IndexedRows;
use crate::syntax::rows::{Rows, SymbolKind, SymbolRow};

/// Below this budget there is room for a list of places only.
const SMALL: usize = 120;
/// The same where the lists are handed over too.
const SMALL_STRUCTURED: usize = 280;
/// Share of the budget that the list of entry points may have, in percent.
const FOR_ENTRY_NAMES: usize = 20;
/// Share of the budget that entry points may have before anything else, in percent.
const FOR_ENTRIES: usize = 60;
/// Share of the budget that is kept for signatures, in percent.
const FOR_SIGNATURES: usize = 12;
/// Share of the budget that is kept for what is left out, in percent.
const FOR_NOTES: usize = 8;
/// Distance up to which a symbol is near: one certain call, or a member.
const NEAR: f64 = 2.5;
/// Tokens up to which the type around a method is shown in full; a longer one is a signature.
const HOLDER: usize = 100;
/// Lines around a site that an excerpt shows.
const AROUND: u32 = 2;
/// Lines of an excerpt.
const EXCERPT_LINES: usize = 16;
/// Lines below which a cut text says no more than a signature.
const FEWEST_LINES: usize = 3;
/// Lines of documentation that are left where a text has to be cut.
const DOC_LINES: usize = 4;
/// Symbols more than usual that a note names, at most.
const MORE_NAMES: usize = 8;
/// Characters of a condition in a reason.
const CONDITION: usize = 40;
/// Characters of a question in the heading.
const HEADING: usize = 160;

/// What is rendered.
pub(super) struct Answer<'a, 'w> {
    pub(super) text: &'a str,
    pub(super) revision: &'a str,
    pub(super) budget: usize,
    pub(super) payload: Payload,
    pub(super) entries: &'a [(Found<'w>, Symbol<'w>)],
    /// Names of entry points that mean no symbol.
    pub(super) unknown: &'a [String],
    pub(super) field: &'a Field<'w>,
    pub(super) lexical: &'a Lexical<'w>,
}

/// The rendered answer.
#[derive(Default)]
pub(super) struct Rendered {
    pub(super) text: String,
    pub(super) tokens: usize,
    pub(super) entries: Vec<String>,
    pub(super) items: Vec<ContextItem>,
    pub(super) omitted: Vec<String>,
}

/// Renders an answer within its budget.
pub(super) fn render<'w>(world: World<'w>, answer: &Answer<'_, 'w>) -> Rendered {
    let mut renderer = Renderer { world, answer, texts: FxHashMap::default(), room: answer.budget, spare: 0 };
    let first = renderer.fitting();
    let unspent = answer.budget.saturating_sub(first.tokens);
    if unspent * 10 <= answer.budget || first.omitted.is_empty() {
        return first;
    }
    // Titles and notes took less than was kept for them: now it is known how much.
    renderer.spare = unspent;
    let second = renderer.fitting();
    let is_fuller = second.tokens > first.tokens && second.omitted.len() == first.omitted.len();
    if is_fuller { second } else { first }
}

struct Renderer<'w, 'a> {
    world: World<'w>,
    answer: &'a Answer<'a, 'w>,
    texts: FxHashMap<SourceFile<'w>, std::rc::Rc<str>>,
    /// Tokens that text and lists may have: the budget, or less on a further try.
    room: usize,
    /// Tokens that titles and notes are known to leave of what is kept for them.
    spare: usize,
}

/// A call in the flow around it.
struct BodyAt {
    flow: SymbolFlow,
    base: u32,
    node: u32,
}

/// An item on its way into the answer.
struct Item<'w> {
    info: SymbolInfo,
    row: SymbolRow,
    index: u32,
    rows: Arc<IndexedRows>,
    file: SourceFile<'w>,
    is_entry: bool,
    near: bool,
    /// Whether it is here because it holds something nearer.
    is_holder: bool,
    why: String,
    /// Lines in its own text that concern the answer.
    sites: Vec<u32>,
    /// Lines of the slice around its call of an entry, nearest first.
    slice: Vec<u32>,
    /// Tokens of its record in the list of items, if that counts.
    record: usize,
    shown: Option<(Tier, Block)>,
}

impl<'w> Renderer<'w, '_> {
    /// Renders with less and less room, until text and lists are within the budget.
    fn fitting(&mut self) -> Rendered {
        let budget = self.answer.budget;
        loop {
            let mut rendered = self.rendered();
            rendered.tokens += self.list_tokens(&rendered);
            if rendered.tokens <= budget {
                return rendered;
            }
            // The records were counted one by one, and tokens may merge otherwise where they meet.
            self.room = self.room.saturating_sub(rendered.tokens - budget);
        }
    }

    fn rendered(&mut self) -> Rendered {
        if self.answer.entries.is_empty() {
            return self.nothing();
        }
        let entries = self.entry_names();
        let small = if self.counts_lists() { SMALL_STRUCTURED } else { SMALL };
        let room = self.room.saturating_sub(self.tokens_of(&entries));
        let rendered = if self.room < small { self.places(room) } else { self.sections(room) };
        Rendered { entries, ..rendered }
    }

    fn counts_lists(&self) -> bool {
        self.answer.payload == Payload::Structured
    }

    /// The names of the entry points, as many as their share has room for.
    fn entry_names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.answer.entries.iter().filter_map(|(_, symbol)| Some(symbol_info(self.world, *symbol)?.symbol)).collect();
        while self.tokens_of(&names) > self.room * FOR_ENTRY_NAMES / 100 {
            names.pop();
        }
        names
    }

    /// Tokens of a list as it is handed over; none if it is empty, or is not handed over.
    fn tokens_of<T: serde::Serialize>(&self, list: &[T]) -> usize {
        if list.is_empty() || !self.counts_lists() {
            return 0;
        }
        serde_json::to_string(list).map_or(usize::MAX, |json| count(&json))
    }

    fn list_tokens(&self, rendered: &Rendered) -> usize {
        self.tokens_of(&rendered.entries) + self.tokens_of(&rendered.items) + self.tokens_of(&rendered.omitted)
    }

    fn nothing(&self) -> Rendered {
        let asked = one_line(self.answer.text, HEADING);
        let message = match self.answer.unknown {
            [first, ..] => format!("`{}` names no symbol of the project, or several; give its full name.\n", one_line(first, HEADING)),
            [] if asked.is_empty() => "Nothing was asked. Ask for a name, a path, an error message or in a sentence.\n".to_owned(),
            [] => format!("No symbol of the project answers `{asked}`. Try words that its code would use, or a name.\n"),
        };
        let text = cut_to(&message, self.room);
        Rendered { tokens: count(&text), text, ..Rendered::default() }
    }

    /// A list of places, for budgets in which nothing else has room.
    fn places(&mut self, room: usize) -> Rendered {
        let mut tokens = Tokens::new(room);
        let mut left = room;
        let mut items = Vec::new();
        let mut left_out = 0;
        for pulled in &self.answer.field.pulled {
            let Some(item) = self.item(pulled) else { continue };
            let lines = [
                self.signature_line(&item),
                format!("- {} `{}`\n", place(&item.info), item.info.qualified_name),
                format!("{}\n", place(&item.info)),
                format!("{}\n", item.info.name),
            ];
            let fitting = |limit: usize| lines.iter().find_map(|line| Block::within(line.as_str(), limit));
            if let Some(block) = left.checked_sub(item.record).and_then(fitting) {
                left -= item.record + block.tokens();
                tokens.push(&block);
                items.push(item.shown_as(Tier::Signature));
            } else if items.is_empty()
                && let Some(block) = fitting(left)
            {
                left -= block.tokens();
                tokens.push(&block);
            } else {
                left_out += 1;
            }
        }
        let omitted = if left_out > 0 { vec![format!("{left_out} more symbols; raise the budget to see them.")] } else { Vec::new() };
        let omitted = if self.tokens_of(&omitted) <= left { omitted } else { Vec::new() };
        if tokens.used() == 0 {
            let text = cut_to("…\n", room);
            return Rendered { tokens: count(&text), text, ..Rendered::default() };
        }
        Rendered { tokens: tokens.used(), text: tokens.into_text(), items, omitted, ..Rendered::default() }
    }

    fn sections(&mut self, room: usize) -> Rendered {
        let budget = self.answer.budget;
        let heading = Block::new(format!(
            "# {}\n\nRevision {}, at most {budget} tokens of {}.\n",
            one_line(self.answer.text, HEADING),
            self.answer.revision,
            super::TOKENIZER
        ));
        let titles = ["\n## Entry points\n\n", "\n## Around them\n\n", "\n## Further off\n\n", "\n## Left out\n\n"]
            .map(|title| Block::new(title.trim_start()));
        let for_titles: usize = titles.iter().map(Block::tokens).sum();
        let notes = self.notes();
        // A note stands in the text and, if that counts, once more in its list.
        let times = if self.counts_lists() { 2 } else { 1 };
        let for_notes = times * (budget * FOR_NOTES / 100).min(40 + 50 * notes.len());
        let Some(left) = room.checked_sub(heading.tokens() + for_titles + for_notes) else { return self.places(room) };
        let mut left = left + self.spare;
        let pulled: Vec<Pulled<'w>> =
            self.answer.field.pulled.iter().chain(self.answer.field.waiting.iter().take(budget / 100)).cloned().collect();
        let mut items: Vec<Item<'w>> = pulled.iter().filter_map(|pulled| self.item(pulled)).collect();
        self.plan(&mut items, &mut left, budget);

        let mut shown: Vec<(Item<'w>, Tier, Block)> = Vec::new();
        let mut hidden: Vec<Item<'w>> = Vec::new();
        for mut item in items {
            match item.shown.take() {
                Some((tier, block)) => shown.push((item, tier, block)),
                None => hidden.push(item),
            }
        }
        let covered: Vec<(SourceFile<'w>, u32, u32)> =
            shown.iter().filter(|(_, tier, _)| *tier == Tier::Full).map(|(item, ..)| (item.file, item.row.start, item.row.end)).collect();
        hidden
            .retain(|item| !covered.iter().any(|&(file, start, end)| file == item.file && start <= item.row.start && item.row.end <= end));
        let more = hidden.len() + self.answer.field.waiting.len().saturating_sub(budget / 100);

        let mut out = Tokens::new(room);
        out.push(&heading);
        let mut records = 0;
        let mut items = Vec::new();
        let groups: [fn(&Item<'_>, Tier) -> bool; 3] = [
            |item, _| item.is_entry,
            |item, tier| !item.is_entry && tier > Tier::Signature,
            |item, tier| !item.is_entry && tier == Tier::Signature,
        ];
        for (title, belongs) in titles.iter().zip(groups) {
            let mut group = shown.iter().filter(|(item, tier, _)| belongs(item, *tier)).peekable();
            if group.peek().is_some() {
                out.push(title);
            }
            for (item, tier, block) in group {
                if out.push(block) {
                    records += item.record;
                    items.push(item.shown_as(*tier));
                }
            }
        }
        let mut left = out.left().saturating_sub(titles[3].tokens() + records);
        let mut omitted = Vec::new();
        for note in self.with_hidden(notes, &hidden, more, left) {
            let block = Block::new(format!("- {note}\n"));
            let cost = block.tokens() + self.tokens_of(std::slice::from_ref(&note));
            if cost <= left {
                if omitted.is_empty() {
                    out.push(&titles[3]);
                }
                left -= cost;
                out.push(&block);
                omitted.push(note);
            }
        }
        Rendered { tokens: out.used(), text: out.into_text(), items, omitted, ..Rendered::default() }
    }

    /// The notes with one about the related symbols that have no room, first. It names as many of them as there is room
    /// left for, so that what is too small for a symbol is not lost.
    fn with_hidden(&self, mut notes: Vec<String>, hidden: &[Item<'w>], more: usize, room: usize) -> Vec<String> {
        if more == 0 {
            return notes;
        }
        let named = |count: usize| {
            let names: Vec<String> =
                hidden.iter().take(count).map(|item| format!("`{}` {}", item.info.qualified_name, place(&item.info))).collect();
            let like = if names.is_empty() { String::new() } else { format!(", first of them {}", names.join(", ")) };
            format!("{more} related symbols for lack of room{like}.")
        };
        let cost = |note: &String| count(&format!("- {note}\n")) + self.tokens_of(std::slice::from_ref(note));
        let others: usize = notes.iter().map(cost).sum();
        let usual = (self.answer.budget / 400).min(hidden.len());
        let fitting = (usual + 1..=hidden.len().min(usual + MORE_NAMES)).map(named).take_while(|note| cost(note) + others <= room).last();
        notes.insert(0, fitting.unwrap_or_else(|| named(usual)));
        notes
    }

    /// Decides how much of each item is shown.
    fn plan(&mut self, items: &mut [Item<'w>], left: &mut usize, budget: usize) {
        let whole = *left;
        // Entries share what is theirs; what one does not need goes to the next.
        let mut for_entries = whole * FOR_ENTRIES / 100;
        let entries = items.iter().filter(|item| item.is_entry).count();
        for at in 0..entries {
            // The first is the best: it gets twice the share of the others.
            let share = if at == 0 && entries > 1 { for_entries * 2 / (entries - at + 1) } else { for_entries / (entries - at) };
            let item = &items[at];
            let share = share.saturating_sub(item.record);
            let block = if self.is_covered(items, at) {
                None
            } else {
                self.full(item, share).or_else(|| self.shortened(item, share)).or_else(|| self.signature(item, share))
            };
            if let Some((tier, block)) = block {
                for_entries = for_entries.saturating_sub(item.record + block.tokens());
                *left -= item.record + block.tokens();
                items[at].shown = Some((tier, block));
            }
        }
        let for_signatures = whole * FOR_SIGNATURES / 100;
        let near_limit = (budget / 8).max(140);
        for at in 0..items.len() {
            if items[at].shown.is_some() || !items[at].near || items[at].is_entry || self.is_covered(items, at) {
                continue;
            }
            let item = &items[at];
            let room = left.saturating_sub(for_signatures + item.record).min(near_limit);
            let block =
                if item.is_holder { self.full(item, room.min(HOLDER)) } else { self.full(item, room).or_else(|| self.excerpt(item, room)) };
            if let Some((tier, block)) = block {
                *left -= item.record + block.tokens();
                items[at].shown = Some((tier, block));
            }
        }
        for at in 0..items.len() {
            if items[at].shown.is_some() || self.is_covered(items, at) {
                continue;
            }
            let record = items[at].record;
            if let Some((tier, block)) = self.signature(&items[at], left.saturating_sub(record)) {
                *left -= record + block.tokens();
                items[at].shown = Some((tier, block));
            }
        }
        self.raise(items, left);
    }

    /// Spends what is left on showing more of items, the most relevant first.
    fn raise(&mut self, items: &mut [Item<'w>], left: &mut usize) {
        for cut in [false, true] {
            for item in items.iter_mut() {
                if *left < 8 {
                    return;
                }
                let Some((tier, tokens)) = item.shown.as_ref().map(|(tier, block)| (*tier, block.tokens())) else { continue };
                if tier == Tier::Full {
                    continue;
                }
                let room = *left + tokens;
                let better = if cut {
                    self.shortened(item, room)
                } else {
                    self.full(item, room).or_else(|| if tier == Tier::Signature { self.excerpt(item, room) } else { None })
                };
                if let Some((tier, block)) = better.filter(|(_, block)| block.tokens() > tokens) {
                    *left = room - block.tokens();
                    item.shown = Some((tier, block));
                }
            }
        }
    }

    /// Whether an item's text is part of one that is shown in full.
    fn is_covered(&self, items: &[Item<'w>], at: usize) -> bool {
        let own = &items[at];
        items.iter().enumerate().any(|(other, item)| {
            other != at
                && matches!(item.shown, Some((Tier::Full, _)))
                && item.file == own.file
                && item.row.start <= own.row.start
                && own.row.end <= item.row.end
        })
    }

    fn item(&mut self, pulled: &Pulled<'w>) -> Option<Item<'w>> {
        let info = symbol_info(self.world, pulled.symbol)?;
        let (rows, index, row) = symbol_row(self.world.db, pulled.symbol)?;
        let file = pulled.symbol.file(self.world.db);
        let (mut sites, mut slice) = (Vec::new(), Vec::new());
        let why = match &pulled.via {
            None => self.why_found(pulled.symbol),
            Some(via) => {
                if let Some((site_file, start)) = via.site
                    && site_file == file
                    && (row.start..row.end).contains(&start)
                {
                    sites.push(rows.position(start).0);
                    if !via.forward && via.kind == EdgeKind::Call {
                        slice = self.slice_lines(via, file, start);
                    }
                }
                self.why(via)
            }
        };
        let is_holder = pulled.via.is_some_and(|via| via.kind == EdgeKind::Contains && !via.forward);
        let mut item = Item {
            info,
            row,
            index,
            rows,
            file,
            is_entry: self.answer.entries.iter().any(|(_, entry)| *entry == pulled.symbol),
            near: pulled.distance <= NEAR,
            is_holder,
            why,
            sites,
            slice,
            record: 0,
            shown: None,
        };
        item.record = self.tokens_of(&[item.shown_as(Tier::Signature)]);
        Some(item)
    }

    fn why_found(&self, symbol: Symbol<'w>) -> String {
        let Some((found, _)) = self.answer.entries.iter().find(|(_, entry)| *entry == symbol) else { return "found by search".into() };
        let mut parts: Vec<(&str, f32)> = found.parts.iter().filter(|(name, _)| !name.starts_with('×')).copied().collect();
        parts.sort_by(|a, b| b.1.total_cmp(&a.1));
        let parts: Vec<String> = parts.iter().take(3).map(|(name, value)| format!("{name} {value:.2}")).collect();
        format!("entry: {}", parts.join(", "))
    }

    fn why(&mut self, via: &Via<'w>) -> String {
        let Some((rows, _, row)) = symbol_row(self.world.db, via.from) else { return String::new() };
        let separator = ".";
        let local = crate::index::describe::local_name(&rows, &row, separator);
        let path = via.from.file(self.world.db).path(self.world.db);
        let name = if local.is_empty() { path.to_owned() } else { local };
        let relation = match (via.kind, via.forward) {
            (EdgeKind::Call, true) => "called by",
            (EdgeKind::Call, false) => "calls",
            (EdgeKind::Inherit | EdgeKind::Implement, true) => "base of",
            (EdgeKind::Inherit, false) => "extends",
            (EdgeKind::Implement, false) => "implements",
            (EdgeKind::Override, true) => "overridden by",
            (EdgeKind::Override, false) => "overrides",
            (EdgeKind::Contains | EdgeKind::Member, true) => "member of",
            (EdgeKind::Contains | EdgeKind::Member, false) => "holds",
            (EdgeKind::TypeUse, true) => "type used by",
            (EdgeKind::TypeUse, false) => "uses the type",
            (EdgeKind::Data, true) => "data: is given the result of",
            (EdgeKind::Data, false) => "data: its result is given to",
            (EdgeKind::Declares, true) => "declared by",
            (EdgeKind::Declares, false) => "declares",
            (_, true) => "used by",
            (_, false) => "uses",
        };
        match via.site {
            Some((file, start)) => {
                let line = self.world.rows(file).map_or(0, |rows| rows.position(start).0);
                let rule = via.rule.as_str();
                let under = self.condition_at(via, file, start).unwrap_or_default();
                format!("{relation} `{name}` at {}:{line} ({rule}){under}", file.path(self.world.db))
            }
            None => format!("{relation} `{name}`"),
        }
    }

    /// The innermost condition that a call stands under.
    fn condition_at(&mut self, via: &Via<'w>, file: SourceFile<'w>, start: u32) -> Option<String> {
        let body = self.body_at(via, file, start)?;
        let (flow, node) = (&body.flow.flow, body.node);
        let control = flow.control.iter().filter(|edge| edge.target == node).max_by_key(|edge| edge.source)?;
        let step = flow.step(control.source).filter(|step| matches!(step.kind, StepKind::Condition | StepKind::Case))?;
        let source = self.text(file);
        let text = excerpt(source.get(body.base as usize..)?, step.start, step.end);
        let line = self.world.rows(file)?.position(body.base + step.start).0;
        let decides = if control.kind == FlowEdge::False { "unless" } else { "if" };
        Some(format!(", control: {decides} `{}` at line {line}", one_line(&text, CONDITION).replace('`', "'")))
    }

    /// The flow around a call of an entry, or of what is near.
    fn body_at(&self, via: &Via<'w>, file: SourceFile<'w>, start: u32) -> Option<BodyAt> {
        let is_entry = self.answer.entries.iter().any(|(_, entry)| *entry == via.from);
        if !is_entry || !matches!(via.kind, EdgeKind::Call | EdgeKind::Data) {
            return None;
        }
        let db = self.world.db;
        let rows = self.world.rows(file)?;
        let owner = rows.symbol(outermost(&rows, innermost(&rows, start)))?;
        let owner = Symbol::new(db, file, owner.identity());
        let (flow, base) = (symbol_flow(db, owner)?, flow_base(db, owner)?);
        let at = start.checked_sub(base)?;
        let call = flow.flow.calls.iter().find(|call| call.at == at)?;
        let node = nodes_of_step(&flow.flow, call.step).next()?;
        Some(BodyAt { flow, base, node })
    }

    /// The lines of a caller that concern what it calls: what the call is given comes from, what decides about it, and
    /// what is done with what it gives.
    fn slice_lines(&self, via: &Via<'w>, file: SourceFile<'w>, start: u32) -> Vec<u32> {
        let (Some(body), Some(rows)) = (self.body_at(via, file, start), self.world.rows(file)) else { return Vec::new() };
        let flow = &body.flow.flow;
        let mut nodes = dependence::backward(flow, body.node);
        nodes.extend(dependence::forward(flow, body.node));
        let mut lines = Vec::new();
        for node in nodes {
            let Some(step) = flow.step(node).filter(|_| is_shown(flow, node)) else { continue };
            let line = rows.position(body.base + step.start).0;
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }

    fn text(&mut self, file: SourceFile<'w>) -> std::rc::Rc<str> {
        let world = self.world;
        self.texts.entry(file).or_insert_with(|| world.source(file).unwrap_or_default().into()).clone()
    }

    /// The item's whole text, if it has no more than `limit` tokens.
    fn full(&mut self, item: &Item<'w>, limit: usize) -> Option<(Tier, Block)> {
        // A token is hardly ever more than a dozen bytes of code: do not build what cannot fit.
        if (item.row.end - item.row.start) as usize > limit.saturating_mul(12) {
            return None;
        }
        let text = self.text(item.file);
        let code = whole_lines(&text, &item.rows, &item.row);
        let block = Block::within(self.fenced(item, code), limit)?;
        Some((Tier::Full, block))
    }

    /// As much of the item as `limit` tokens hold: of a callable its first lines, of types and modules their members.
    fn shortened(&mut self, item: &Item<'w>, limit: usize) -> Option<(Tier, Block)> {
        if !item.row.kind.is_callable() {
            return self.excerpt(item, limit);
        }
        let text = self.text(item.file);
        let code = with_short_doc(whole_lines(&text, &item.rows, &item.row));
        let lines = code.lines().count();
        self.cut(item, &code, limit, |shown| format!("… {} more lines, to line {}", lines - shown, item.row.end_line))
            .map(|block| (Tier::Cut, block))
    }

    /// The lines of a callable that concern the answer; the heads of the members of a type or module.
    fn excerpt(&mut self, item: &Item<'w>, limit: usize) -> Option<(Tier, Block)> {
        let text = self.text(item.file);
        let code = if item.row.kind.is_callable() { self.concerned_lines(item, &text) } else { outline(item, &text) };
        let lines = code.lines().count();
        let block = self.cut(item, &code, limit, |shown| format!("… {} more lines", lines - shown))?;
        Some((Tier::Excerpt, block))
    }

    fn signature(&self, item: &Item<'w>, limit: usize) -> Option<(Tier, Block)> {
        let block = Block::within(self.signature_line(item), limit)
            .or_else(|| Block::within(format!("- {} `{}`: {}\n", place(&item.info), item.info.qualified_name, item.why), limit))?;
        Some((Tier::Signature, block))
    }

    fn signature_line(&self, item: &Item<'w>) -> String {
        let signature = if item.info.signature.is_empty() { &item.info.qualified_name } else { &item.info.signature };
        format!(
            "- {} `{}`: {}. {}\n",
            place(&item.info),
            one_line(signature, 160).replace('`', "'"),
            item.why,
            one_line(&item.info.summary, 160)
        )
    }

    /// A block of an item with as many lines of `code` as fit, and a mark for the rest.
    fn cut(&self, item: &Item<'w>, code: &str, limit: usize, mark: impl Fn(usize) -> String) -> Option<Block> {
        if let Some(block) = Block::within(self.fenced(item, code), limit) {
            return Some(block);
        }
        // What stands around the code costs the same whatever is cut.
        let around = count(&self.fenced(item, &format!("{}\n", mark(0))));
        let mut room = limit.checked_sub(around)?;
        loop {
            let end = prefix_within(code, room);
            let shown = code[..end].lines().count();
            if shown < FEWEST_LINES {
                return None;
            }
            let text = self.fenced(item, &format!("{}{}\n", &code[..end], mark(shown)));
            match Block::within(text, limit) {
                Some(block) => return Some(block),
                // Tokens may merge otherwise at the cut: give way by a line's worth at a time.
                None => room = room.checked_sub(4)?,
            }
        }
    }

    fn fenced(&self, item: &Item<'w>, code: &str) -> String {
        let fence = "`".repeat(longest_run(code, '`').max(2) + 1);
        let code = code.trim_end();
        format!(
            "### `{}` ({}) {}\n{}\n{fence}{}\n{code}\n{fence}\n",
            item.info.qualified_name,
            item.info.kind,
            span(&item.info),
            item.why,
            item.info.language
        )
    }

    /// The head of a callable, and the lines around its sites and around those with most words of the question.
    fn concerned_lines(&self, item: &Item<'w>, text: &str) -> String {
        let lines: Vec<&str> = text.lines().collect();
        let (start, end) = (item.row.start_line, item.row.end_line);
        let head_end = item.rows.position(item.row.body_start).0.clamp(start, end).min(start + 5);
        let mut wanted: Vec<u32> = item.sites.clone();
        // A slice says all that there is to say of the call; words only where there is none.
        let sliced = !item.slice.is_empty();
        let mut weighed: Vec<(u32, f32)> = Vec::new();
        let mut buffer = String::new();
        for number in head_end + 1..=end {
            let Some(line) = lines.get(number as usize - 1) else { break };
            let mut weight = 0.0;
            for_each_subword(line, |word, _| {
                if let Some(hash) = term(word, &mut buffer)
                    && let Some(term) = self.answer.lexical.terms().iter().find(|term| term.hash == hash)
                {
                    weight += term.idf;
                }
            });
            if weight > 0.0 {
                weighed.push((number, weight));
            }
        }
        weighed.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        wanted.extend(weighed.iter().take(2).map(|(number, _)| *number));
        let mut chosen: Vec<u32> = (start..=head_end).collect();
        for &line in item.slice.iter().filter(|line| (start..=end).contains(line)).take(EXCERPT_LINES) {
            if !chosen.contains(&line) {
                chosen.push(line);
            }
        }
        if sliced {
            wanted.clear();
        }
        for number in wanted {
            let range = number.saturating_sub(AROUND).max(start)..=(number + AROUND).min(end);
            let new: Vec<u32> = range.filter(|line| !chosen.contains(line)).collect();
            if chosen.len() + new.len() > EXCERPT_LINES {
                break;
            }
            chosen.extend(new);
        }
        chosen.sort_unstable();
        let mut out = String::new();
        let mut last = start - 1;
        for number in chosen {
            if number > last + 1 {
                out.push_str(&format!("… line {number}\n"));
            }
            out.push_str(lines.get(number as usize - 1).unwrap_or(&""));
            out.push('\n');
            last = number;
        }
        if last < end {
            out.push_str(&format!("… to line {end}\n"));
        }
        out
    }

    /// What is not known, and what was not looked at.
    fn notes(&self) -> Vec<String> {
        let field = self.answer.field;
        let mut notes: Vec<String> =
            self.answer.unknown.iter().map(|name| format!("`{}`: it names no symbol, or several.", one_line(name, HEADING))).collect();
        if !field.ambiguous.is_empty() {
            let names: Vec<String> = field
                .ambiguous
                .iter()
                .take(5)
                .map(|(name, count, file, start)| {
                    let line = self.world.rows(*file).map_or(0, |rows| rows.position(*start).0);
                    format!("`{name}` ({count} definitions, {}:{line})", file.path(self.world.db))
                })
                .collect();
            let more = field.ambiguous.len() - names.len();
            let more = if more > 0 { format!(" and {more} more names") } else { String::new() };
            notes.push(format!("Ambiguous, not followed: {}{more}.", names.join(", ")));
        }
        if field.unresolved > 0 {
            notes.push(format!("{} uses of names lead to nothing that is known.", field.unresolved));
        }
        if !field.bounded.is_empty() {
            let names: Vec<String> = field
                .bounded
                .iter()
                .take(3)
                .map(|(name, some, all)| format!("`{name}` in the {some} most relevant of {all} files that mention it"))
                .collect();
            let more = field.bounded.len() - names.len();
            let more = if more > 0 { format!(" and {more} more names likewise") } else { String::new() };
            notes.push(format!("Uses were looked for: {}{more}.", names.join(", ")));
        }
        if field.out_of_files {
            notes.push("Relations of the less relevant files were not read.".to_owned());
        }
        notes
    }
}

impl Item<'_> {
    fn shown_as(&self, tier: Tier) -> ContextItem {
        ContextItem {
            symbol: self.info.symbol.clone(),
            path: self.info.path.clone(),
            start_line: self.info.start_line,
            end_line: self.info.end_line,
            tier,
            why: self.why.clone(),
        }
    }
}

fn place(info: &SymbolInfo) -> String {
    format!("{}:{}", info.path, info.name_line)
}

fn span(info: &SymbolInfo) -> String {
    if info.start_line == info.end_line {
        format!("{}:{}", info.path, info.start_line)
    } else {
        format!("{}:{}-{}", info.path, info.start_line, info.end_line)
    }
}

fn count(text: &str) -> usize {
    count_within(text, usize::MAX).unwrap_or(usize::MAX)
}

/// The longest start of a text with at most `limit` tokens, by characters.
fn cut_to(text: &str, limit: usize) -> String {
    let mut end = text.len();
    while count_within(&text[..end], limit).is_none() {
        end -= 1;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
    }
    text[..end].to_owned()
}

fn one_line(text: &str, limit: usize) -> String {
    let mut out = String::new();
    for (count, character) in text.split_whitespace().flat_map(|word| word.chars().chain([' '])).enumerate() {
        if count >= limit {
            out.push('…');
            break;
        }
        out.push(character);
    }
    out.trim_end().to_owned()
}

fn longest_run(text: &str, of: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for character in text.chars() {
        run = if character == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// The lines of a symbol, with the documentation right above it.
fn whole_lines<'t>(text: &'t str, rows: &Rows, row: &SymbolRow) -> &'t str {
    let mut start = text.get(..row.start as usize).map_or(0, |before| before.rfind('\n').map_or(0, |at| at + 1));
    if !rows.str(row.doc).is_empty() {
        while start > 0 {
            let above = text[..start - 1].rfind('\n').map_or(0, |at| at + 1);
            let line = text[above..start].trim_start();
            let comment = ["//", "/*", "*", "#", "--", "{-", "\"\"\"", "@doc"].iter().any(|mark| line.starts_with(mark));
            if !comment {
                break;
            }
            start = above;
        }
    }
    let end = text.get(row.end as usize..).map_or(text.len(), |after| row.end as usize + after.find('\n').unwrap_or(after.len()));
    text.get(start..end).unwrap_or("")
}

/// The text of a callable with long documentation, above it or as its first string, cut to its first lines.
fn with_short_doc(code: &str) -> std::borrow::Cow<'_, str> {
    let lines: Vec<&str> = code.lines().collect();
    let is_comment = |line: &&&str| ["//", "/*", "*", "#", "--", "{-"].iter().any(|mark| line.trim_start().starts_with(mark));
    let is_attribute = |line: &&&str| line.trim_start().starts_with("#[");
    let above = lines.iter().take_while(|line| is_comment(line) && !is_attribute(line)).count();
    let quotes =
        |line: &str| ["\"\"\"", "'''"].into_iter().find(|quote| line.trim_start().trim_start_matches(['r', 'R']).starts_with(quote));
    let string = || {
        let (first, quote) = lines.iter().take(24).enumerate().find_map(|(at, line)| Some((at, quotes(line)?)))?;
        let opening = lines.get(first)?;
        let closed = opening.matches(quote).count() > 1;
        let last = first + 1 + lines.iter().skip(first + 1).position(|line| line.contains(quote))?;
        (!closed).then_some(first..last)
    };
    let doc = if above > 0 { 0..above } else { string().unwrap_or_default() };
    if doc.len() <= DOC_LINES + 1 {
        return code.into();
    }
    let mut out = String::with_capacity(code.len());
    for (at, line) in lines.iter().enumerate() {
        if at < doc.start + DOC_LINES || at >= doc.end {
            out.push_str(line);
            out.push('\n');
        } else if at == doc.start + DOC_LINES {
            out.push_str(&format!("… {} more lines of documentation\n", doc.end - at));
        }
    }
    out.into()
}

/// The head of a type or module and the heads of its members, each with its line.
fn outline(item: &Item<'_>, text: &str) -> String {
    let mut out = String::new();
    let members: Vec<(u32, SymbolRow)> = members_of(&item.rows, item.index, &item.row)
        .filter(|(_, member)| {
            member.kind.is_callable() || member.kind.is_type() || member.kind == SymbolKind::Constant && item.row.kind.is_module()
        })
        .collect();
    if item.row.kind.is_type() || item.row.kind.is_module() && item.index != 0 {
        let first = members
            .iter()
            .map(|(_, member)| member.start_line)
            .filter(|&line| line > item.row.start_line)
            .min()
            .unwrap_or(item.row.end_line + 1);
        let last = first.saturating_sub(1).min(item.row.start_line + 11).min(item.row.end_line).max(item.row.start_line);
        for line in text.lines().skip(item.row.start_line as usize - 1).take((last + 1 - item.row.start_line) as usize) {
            out.push_str(line);
            out.push('\n');
        }
    } else if item.index == 0 {
        for line in item.rows.str(item.row.doc).lines().take(8) {
            out.push_str(line);
            out.push('\n');
        }
    } else {
        for line in text.lines().skip(item.row.start_line as usize - 1).take((item.row.end_line + 1 - item.row.start_line) as usize) {
            out.push_str(line);
            out.push('\n');
        }
    }
    for (_, member) in members {
        let signature = item.rows.str(member.signature);
        let signature = if signature.is_empty() { item.rows.str(member.name) } else { signature };
        out.push_str(&format!("{}: {}\n", member.name_line, one_line(signature, 120)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::with_short_doc;

    #[test]
    fn long_documentation_gives_way_to_code() {
        let rust = format!("{}#[inline]\nfn f() {{\n    g()\n}}\n", "/// doc\n".repeat(20));
        let short = with_short_doc(&rust);
        assert_eq!(short, format!("{}… 16 more lines of documentation\n#[inline]\nfn f() {{\n    g()\n}}\n", "/// doc\n".repeat(4)));
        let python = format!("def f(x):\n    \"\"\"First.\n{}    \"\"\"\n    return x\n", "    more\n".repeat(9));
        let short = with_short_doc(&python);
        assert!(short.contains("… 6 more lines of documentation\n    \"\"\"\n    return x\n"), "{short}");
        for kept in [
            "/// a\n/// b\nfn f() {}\n",
            "def f():\n    \"\"\"One.\"\"\"\n    x = 1\n    y = \"\"\"\n    z\n    \"\"\"\n",
            "fn f() {}\n",
            "",
        ] {
            assert_eq!(with_short_doc(kept), kept);
        }
    }
}
