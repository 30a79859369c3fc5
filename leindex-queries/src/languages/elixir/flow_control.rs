//! The words of Elixir that choose, repeat and catch, with the sections of their blocks.

use tree_sitter::Node;

use super::flow::text;
use crate::flow::Lower;

/// A call's parts: its arguments, and the sections of its block or of the keywords that stand for one.
#[derive(Debug, Default)]
pub(super) struct Sections<'t> {
    /// Arguments, without the keywords of the block.
    pub(super) arguments: Vec<Node<'t>>,
    /// Keywords that are no sections (`into: x`).
    options: Vec<Node<'t>>,
    pub(super) has_body: bool,
    body: Vec<Node<'t>>,
    otherwise: Option<Vec<Node<'t>>>,
    rescue: Vec<Node<'t>>,
    catch: Vec<Node<'t>>,
    after: Option<Vec<Node<'t>>>,
}

fn children<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| !child.is_extra()).collect()
}

fn list_of<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    children(node).into_iter().find(|child| child.kind() == "arguments").map(children).unwrap_or_default()
}

/// The arguments of a call.
pub(super) fn sections_arguments<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    list_of(node)
}

pub(super) fn sections<'t>(source: &str, node: Node<'t>) -> Sections<'t> {
    let mut sections = Sections { arguments: list_of(node), ..Sections::default() };
    if let Some(keywords) = sections.arguments.last().copied().filter(|last| last.kind() == "keywords") {
        let pairs = children(keywords);
        let key = |pair: &Node<'t>| pair.child_by_field_name("key").and_then(|key| source.get(key.byte_range())).unwrap_or("").trim();
        if pairs.iter().any(|pair| key(pair) == "do:") {
            sections.arguments.pop();
            for pair in pairs {
                let value: Vec<Node<'t>> = pair.child_by_field_name("value").into_iter().collect();
                sections.add(key(&pair).trim_end_matches(':'), value, pair);
            }
        }
    }
    let Some(block) = children(node).into_iter().find(|child| child.kind() == "do_block") else { return sections };
    if let Some(keywords) = sections.arguments.last().copied().filter(|last| last.kind() == "keywords") {
        sections.options = children(keywords);
    }
    let (parts, body): (Vec<_>, Vec<_>) = children(block).into_iter().partition(|child| child.kind().ends_with("_block"));
    sections.add("do", body, block);
    for part in parts {
        sections.add(part.kind().trim_end_matches("_block"), children(part), part);
    }
    sections
}

impl<'t> Sections<'t> {
    fn add(&mut self, word: &str, nodes: Vec<Node<'t>>, whole: Node<'t>) {
        match word {
            "do" => (self.has_body, self.body) = (true, nodes),
            "else" => self.otherwise = Some(nodes),
            "rescue" => self.rescue = nodes,
            "catch" => self.catch = nodes,
            "after" => self.after = Some(nodes),
            _ => self.options.push(whole),
        }
    }
}

// --- clauses ---

/// The head of a switch: the word before its clauses.
fn keyword_head<'t>(low: &mut Lower<'t>, clauses: &[Node<'t>], or: Node<'t>) -> u32 {
    let keyword = clauses.first().and_then(|first| first.parent()).and_then(|block| block.child(0)).unwrap_or(or);
    low.switch_head(keyword, keyword.end_byte(), None, None)
}

/// The patterns of `a, b when c -> …` and its guard.
pub(super) fn stab_head<'t>(source: &str, stab: Node<'t>) -> (Vec<Node<'t>>, Option<Node<'t>>) {
    let Some(mut left) = stab.child_by_field_name("left") else { return (Vec::new(), None) };
    let mut guard = None;
    if left.kind() == "binary_operator" && left.child_by_field_name("operator").is_some_and(|operator| text(source, operator) == "when") {
        guard = left.child_by_field_name("right");
        left = left.child_by_field_name("left").unwrap_or(left);
    }
    let patterns = if left.kind() == "arguments" { children(left) } else { vec![left] };
    (patterns, guard)
}

pub(super) fn stab_body<'t>(low: &mut Lower<'t>, stab: Node<'t>, sink: Option<u32>) {
    if let Some(body) = stab.child_by_field_name("right") {
        low.statement(body, sink);
    }
}

fn head_end(stab: Node<'_>) -> usize {
    stab.child_by_field_name("left").map_or(stab.start_byte() + 1, |left| left.end_byte())
}

/// Whether a pattern fits everything: a plain name.
fn fits_all(patterns: &[Node<'_>], guard: Option<Node<'_>>) -> bool {
    guard.is_none() && patterns.iter().all(|pattern| pattern.kind() == "identifier")
}

/// Adds arms for clauses; `value` is what they match.
fn arms<'t>(low: &mut Lower<'t>, clauses: &[Node<'t>], value: Option<u32>, sink: Option<u32>) {
    for &stab in clauses.iter().filter(|clause| clause.kind() == "stab_clause") {
        let (patterns, guard) = stab_head(low.text_of_file(), stab);
        let default = fits_all(&patterns, guard) && value.is_some();
        let test = |low: &mut Lower<'t>| {
            low.use_value(value, stab);
            patterns.iter().for_each(|pattern| low.declare_pattern(*pattern));
        };
        low.add_arm(stab, head_end(stab), default, test, guard, |low| stab_body(low, stab, sink));
    }
}

/// Statements in a scope of their own.
fn body<'t>(low: &mut Lower<'t>, nodes: &[Node<'t>], sink: Option<u32>) {
    low.statements_of(nodes, sink);
}

pub(super) fn sections_body<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    let of = sections(low.text_of_file(), node);
    protected(low, &of, sink);
}

pub(super) fn operand_body<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    if let Some(operand) = node.named_child(0) {
        low.statement(operand, sink);
    }
}

/// A guard gives the value of its condition.
pub(super) fn guard_body<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    let condition = sections_arguments(node).first().and_then(|head| head.child_by_field_name("right"));
    if let Some(condition) = condition {
        low.statement(condition, sink);
    }
}

// --- blocks ---

/// Runs its block in place: a module, or a group of tests.
pub(super) fn block<'t>(low: &mut Lower<'t>, node: Node<'t>, _: Option<u32>) {
    let of = sections(low.text_of_file(), node);
    low.block_scope(|low| body(low, &of.body, None));
}

/// An unknown macro: its arguments, then its block.
pub(super) fn macro_call<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    let of = sections(low.text_of_file(), node);
    low.step_of(node, head_of(node), |low| super::flow::call_of(low, node, None, &of.arguments));
    let clauses: Vec<Node<'t>> = of.body.iter().copied().filter(|part| part.kind() == "stab_clause").collect();
    if !clauses.is_empty() {
        let head = low.switch_head(node, head_of(node), None, None);
        let first = low.open_arms();
        arms(low, &clauses, None, sink);
        low.close_choice(first, head, false);
        return;
    }
    low.block_scope(|low| {
        let others = [of.rescue.clone(), of.catch.clone(), of.otherwise.clone().unwrap_or_default(), of.after.clone().unwrap_or_default()];
        let has_others = others.iter().any(|part| !part.is_empty());
        body(low, &of.body, sink.filter(|_| !has_others));
        for part in others {
            body(low, &part, None);
        }
    });
}

/// Where the words before a block end.
fn head_of(node: Node<'_>) -> usize {
    children(node).into_iter().find(|child| child.kind() == "do_block").map_or(node.end_byte(), |block| block.start_byte())
}

// --- decisions ---

pub(super) fn decision<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    choose(low, node, sink, false);
}

pub(super) fn unless<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    choose(low, node, sink, true);
}

fn choose<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>, negated: bool) {
    let of = sections(low.text_of_file(), node);
    let Some(&condition) = of.arguments.first() else { return };
    let condition = low.condition(condition);
    let otherwise = of.otherwise.unwrap_or_default();
    low.branch(condition, negated, |low| body(low, &of.body, sink), |low| body(low, &otherwise, sink));
}

pub(super) fn cond<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    let of = sections(low.text_of_file(), node);
    chain(low, node, &of.body, sink);
}

fn chain<'t>(low: &mut Lower<'t>, node: Node<'t>, clauses: &[Node<'t>], sink: Option<u32>) {
    let Some((&stab, rest)) = clauses.split_first() else { return low.raise_at(node.child(0).unwrap_or(node)) };
    let (conditions, _) = stab_head(low.text_of_file(), stab);
    let Some(&condition) = conditions.first() else { return };
    let is_last = matches!(condition.kind(), "boolean" | "atom") && rest.is_empty();
    let condition = low.condition(condition);
    low.branch(
        condition,
        false,
        |low| stab_body(low, stab, sink),
        |low| {
            if !is_last {
                chain(low, node, rest, sink)
            }
        },
    );
}

pub(super) fn case<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    let of = sections(low.text_of_file(), node);
    let Some(&subject) = of.arguments.first() else { return };
    choice(low, subject, &of.body, sink);
}

/// `subject |> case do … end`.
pub(super) fn piped_case<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    let (Some(subject), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) else { return };
    let of = sections(low.text_of_file(), right);
    choice(low, subject, &of.body, sink);
}

fn choice<'t>(low: &mut Lower<'t>, subject: Node<'t>, clauses: &[Node<'t>], sink: Option<u32>) {
    let value = low.value_of(subject);
    let head = low.switch_head(subject, subject.end_byte(), Some(subject), Some(value));
    let first = low.open_arms();
    arms(low, clauses, Some(value), sink);
    low.close_choice(first, head, true);
}

pub(super) fn receive<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    let of = sections(low.text_of_file(), node);
    let head = low.switch_head(node, head_of(node), None, None);
    let first = low.open_arms();
    arms(low, &of.body, None, sink);
    for stab in of.after.unwrap_or_default() {
        let (timeout, _) = stab_head(low.text_of_file(), stab);
        let test = |low: &mut Lower<'t>| timeout.iter().for_each(|part| low.expression(*part));
        low.add_arm(stab, head_end(stab), true, test, None, |low| stab_body(low, stab, sink));
    }
    low.close_choice(first, head, true);
}

/// Each `<-` must fit, or its value goes to `else`; what stands between runs on the way.
pub(super) fn with<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    let of = sections(low.text_of_file(), node);
    let value = low.value_of(node);
    let mut clauses = of.arguments;
    clauses.retain(|clause| clause.kind() != "keywords");
    let is_generator =
        |low: &Lower<'t>, clause: Node<'t>| clause.child_by_field_name("operator").is_some_and(|operator| low.text(operator) == "<-");
    let scope = low.open_scope();
    let mut condition = None;
    let mut before = Vec::new();
    for clause in clauses {
        if !is_generator(low, clause) {
            before.push(clause);
            continue;
        }
        let (Some(left), Some(right)) = (clause.child_by_field_name("left"), clause.child_by_field_name("right")) else { continue };
        let parts = std::mem::take(&mut before);
        condition = Some(low.and_after(
            condition,
            |low| low.statements_of(&parts, None),
            |low| {
                let (patterns, guard) = pattern_and_guard(low, left);
                low.fits(clause, patterns, right, value, guard, fits_all(&[patterns], guard))
            },
        ));
    }
    let then = |low: &mut Lower<'t>| {
        low.statements_of(&before, None);
        low.statements_of(&of.body, sink);
    };
    let Some(condition) = condition else {
        then(low);
        return low.close_scope(scope);
    };
    let then = low.block(then);
    low.close_scope(scope);
    let keyword = node.child(0).unwrap_or(node);
    let otherwise = low.block(|low| match &of.otherwise {
        Some(clauses) => {
            let head = keyword_head(low, clauses, keyword);
            let first = low.open_arms();
            arms(low, clauses, Some(value), sink);
            low.close_choice(first, head, true);
        }
        None => low.give(keyword, value, sink),
    });
    low.push_branch(condition, then, otherwise);
}

fn pattern_and_guard<'t>(low: &Lower<'t>, left: Node<'t>) -> (Node<'t>, Option<Node<'t>>) {
    let is_guarded = left.child_by_field_name("operator").is_some_and(|operator| low.text(operator) == "when");
    match (left.child_by_field_name("left"), left.child_by_field_name("right")) {
        (Some(pattern), Some(guard)) if is_guarded => (pattern, Some(guard)),
        _ => (left, None),
    }
}

// --- comprehensions ---

pub(super) fn comprehension<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    let of = sections(low.text_of_file(), node);
    let gathered = sink.unwrap_or_else(|| low.value_of(node));
    let scope = low.open_scope();
    low.define_value(node.child(0).unwrap_or(node), gathered, &of.options);
    let clauses: Vec<Node<'t>> = of.arguments.iter().copied().filter(|clause| clause.kind() != "keywords").collect();
    let rounds = Rounds { body: &of.body, gathered };
    rounds.clause(low, &clauses);
    low.close_scope(scope);
}

struct Rounds<'a, 't> {
    body: &'a [Node<'t>],
    gathered: u32,
}

impl<'t> Rounds<'_, 't> {
    fn clause(&self, low: &mut Lower<'t>, clauses: &[Node<'t>]) {
        let Some((&clause, rest)) = clauses.split_first() else { return self.element(low) };
        let bits = clause.kind() == "bitstring";
        let generator = if bits { clause.named_children(&mut clause.walk()).last().unwrap_or(clause) } else { clause };
        let is_generator = generator.child_by_field_name("operator").is_some_and(|operator| low.text(operator) == "<-");
        match (generator.child_by_field_name("left"), generator.child_by_field_name("right")) {
            (Some(left), Some(right)) if is_generator => {
                let (pattern, guard) = pattern_and_guard(low, left);
                let mut patterns: Vec<Node<'t>> = Vec::new();
                if bits {
                    patterns.extend(clause.named_children(&mut clause.walk()).filter(|part| part.id() != generator.id()));
                }
                patterns.push(pattern);
                low.for_each(clause, &patterns, &[right], |low| match guard {
                    Some(guard) => self.filter(low, guard, rest),
                    None => self.clause(low, rest),
                });
            }
            _ => self.filter(low, clause, rest),
        }
    }

    fn filter(&self, low: &mut Lower<'t>, condition: Node<'t>, rest: &[Node<'t>]) {
        let condition = low.condition(condition);
        low.branch(condition, false, |low| self.clause(low, rest), |_| ());
    }

    /// What is made in each round: with `reduce` the clauses of the body take what was made so far.
    fn element(&self, low: &mut Lower<'t>) {
        if self.body.first().is_some_and(|first| first.kind() == "stab_clause") {
            let head = keyword_head(low, self.body, self.body[0]);
            let first = low.open_arms();
            arms(low, self.body, Some(self.gathered), Some(self.gathered));
            low.close_choice(first, head, true);
            return;
        }
        let Some((&last, before)) = self.body.split_last() else { return };
        low.statements_of(before, None);
        low.gather(last, self.gathered);
    }
}

// --- handlers ---

pub(super) fn attempt<'t>(low: &mut Lower<'t>, node: Node<'t>, sink: Option<u32>) {
    let of = sections(low.text_of_file(), node);
    protected(low, &of, sink);
}

/// A body with its handlers, what runs when nothing was raised, and what always runs.
fn protected<'t>(low: &mut Lower<'t>, of: &Sections<'t>, sink: Option<u32>) {
    if of.rescue.is_empty() && of.catch.is_empty() && of.after.is_none() && of.otherwise.is_none() {
        return low.block_scope(|low| body(low, &of.body, sink));
    }
    let Some(&first) = of.body.first().or(of.rescue.first()).or(of.catch.first()) else { return };
    let value = of.otherwise.as_ref().map(|_| low.value_of(first));
    let run = low.block(|low| low.block_scope(|low| body(low, &of.body, value.or(sink))));
    let otherwise = low.block(|low| {
        if let Some(clauses) = &of.otherwise {
            let head = keyword_head(low, clauses, first);
            let arms_from = low.open_arms();
            arms(low, clauses, value, sink);
            low.close_choice(arms_from, head, true);
        }
    });
    let mut handlers = Vec::new();
    for &stab in of.rescue.iter().chain(&of.catch).filter(|clause| clause.kind() == "stab_clause") {
        let (patterns, guard) = stab_head(low.text_of_file(), stab);
        let all = fits_all(&patterns, guard);
        let head = (stab.start_byte(), head_end(stab));
        handlers.push(low.handler_of(head, &patterns, guard, all, |low| low.block(|low| stab_body(low, stab, sink))));
    }
    let cleanup =
        of.after.as_ref().map(|after| after.first().and_then(|part| part.parent()).and_then(|block| block.child(0)).unwrap_or(first));
    let finally = of.after.as_ref().map(|after| low.block(|low| low.block_scope(|low| body(low, after, None))));
    low.push_try(run, handlers, otherwise, finally.zip(cleanup));
}
