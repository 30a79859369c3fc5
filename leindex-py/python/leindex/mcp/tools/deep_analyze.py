"""`leindex_deep_analyze`: what an engineer would read first to answer a question, within a budget of tokens.

The budget is hard: the text and the structured content together never take more, to the token. The engine keeps its
part of the bargain for the text and the lists; what this module wraps around them is measured and taken off beforehand,
and the whole is counted again before it is handed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leindex.mcp.engine import Engine, count_tokens
from leindex.mcp.failures import ToolError, described
from leindex.mcp.markdown import count
from leindex.mcp.parameters import Text, Texts, Whole
from leindex.mcp.roots import Scope
from leindex.mcp.schemas import (
    LINE,
    PATH,
    PROJECT,
    STAMP,
    STAMP_OPTIONAL,
    SYMBOL,
    array,
    boolean,
    integer,
    object_of,
    string,
)
from leindex.mcp.service import Call, Outcome
from leindex.mcp.stamps import Stamp
from leindex.mcp.tool import PROJECT_PATH, Answer, Tool
from leindex.mcp.tools.search import check_languages

__all__ = ["DEEP_ANALYZE", "LEAST_BUDGET", "MOST_BUDGET", "structured_tokens"]

NAME = "leindex_deep_analyze"
LEAST_BUDGET = 100
MOST_BUDGET = 200_000
#: How often an answer that came out too long is asked for again, shorter.
ATTEMPTS = 4
#: Tokens by which text and lists may come out longer together than counted apart.
SEAMS = 4
#: Share of the budget that is used, where there is enough to say.
ENOUGH = 0.9
#: Budgets below which a single record may be more than is left.
SMALL = 500
#: The largest budget for which the engine lists places alone.
PLACES = 119
#: How much more room there is where it is looked whether more could be said; and the least.
WIDER = 4
WIDE = 2000
#: Tokens without which an answer says nothing.
LEAST_ROOM = 24
#: Share of the best project's score that another project needs to be shown beside it.
SHARE = 0.5
#: Stands for a revision before one is known; as long as any in tokens.
SOME_REVISION = "r9b3f7e1d5a0c8264"
#: What the engine says of the length of its text, which is cut here.
COUNTED = re.compile(r", (?:at most )?\d+ tokens of \w+(?=\.\n)")
#: Lists that say nothing, and a context that does not.
SILENT: dict[str, Any] = {"entries": [], "items": [], "omitted": []}
EMPTY: dict[str, Any] = {"text": "", "found": True, **SILENT}


async def deep_analyze(call: Call, arguments: dict[str, Any]) -> Answer:
    """Answers a call."""
    check_languages(arguments["languages"])
    shares, notes, remarks = await shared(call, call.scopes(arguments["project_path"]), arguments)
    asked = [Asked(scope, await call.opened(scope), share) for scope, share in shares.items()]
    return await call.in_thread(Fit(call, arguments, asked, notes, remarks).answer)


async def shared(
    call: Call, scopes: Sequence[Scope], arguments: dict[str, Any]
) -> tuple[dict[Scope, float], list[str], list[str]]:
    """Which part of the budget each project gets, by its best hit; which gave no answer; and which get no part."""
    if len(scopes) == 1:
        return {scopes[0]: 1.0}, [], []

    async def best(scope: Scope) -> float:
        _, found = await call.ask(
            scope,
            "search",
            query=arguments["query"],
            limit=1,
            languages=arguments["languages"],
            paths=scope.patterns("paths", arguments["paths"]),
        )
        return max((float(hit["score"]) for hit in found["hits"]), default=0.0)

    outcomes = await call.each(scopes, best)
    answered = [outcome for outcome in outcomes if outcome.error is None]
    if not answered:
        raise outcomes[0].error or ToolError("No project can be asked.")
    # Scores of different projects are only roughly comparable: enough to tell what is beside the question.
    top = max(outcome.value for outcome in answered)
    kept = [outcome for outcome in answered if outcome.value >= top * SHARE] if top else answered[:1]
    total = sum(outcome.value for outcome in kept) or 1.0
    notes = [f"{each.scope.name}: {described(each.error, NAME)}" for each in outcomes if each.error is not None]
    beside = [outcome.scope.name for outcome in answered if outcome not in kept]
    remarks = [f"{', '.join(beside)}: left out, for saying less about the question"] if beside else []
    return {outcome.scope: (outcome.value or total) / total for outcome in kept}, notes, remarks


@dataclass(frozen=True, slots=True)
class Asked:
    """A project that has a part in the answer."""

    scope: Scope
    engine: Engine
    #: Its part of the budget.
    share: float


@dataclass(frozen=True, slots=True)
class Fit:
    """Asks, puts the answer together and counts it, until it fits. It takes a while: for a worker thread."""

    call: Call
    arguments: dict[str, Any]
    asked: list[Asked]
    #: What is said of projects that could not be asked, and of those that have no part in the answer.
    notes: list[str]
    remarks: list[str]

    def answer(self) -> Answer:
        """The answer that fits best; it tells whether there would be more to say."""
        answer = self.fitting()
        if not self.call.structured:
            return answer
        truncated = bool(answer.structured["truncated"]) or self.has_more(answer)
        answer = self.counted(answer.text, {**answer.structured, "truncated": truncated})
        return self.cut(answer)

    def has_more(self, answer: Answer) -> bool:
        """Whether there would be more to say with more room: the engine, asked so, says more.

        It does not tell by itself: where there is hardly room for places, it speaks of nothing else. What fills the
        budget was bounded by it: the engine looks no further than there is room for.
        """
        if answer.taken >= ENOUGH * self.arguments["budget"]:
            return True
        wide = max(WIDER * self.arguments["budget"], WIDE)
        other = self.composed([self.context(asked, int(wide * asked.share)) for asked in self.asked])
        same_text = COUNTED.sub("", other.text) == COUNTED.sub("", answer.text)
        return not same_text or other.structured["items"] != answer.structured["items"]

    def fitting(self) -> Answer:
        """The answer that fits best."""
        budget = self.arguments["budget"]
        overhead = self.overhead()
        answer = None
        for _ in range(ATTEMPTS):
            room = budget - overhead
            if room < LEAST_ROOM:
                break
            answer = self.composed([self.context(asked, int(room * asked.share)) for asked in self.asked])
            if answer.taken <= budget:
                return self.fuller(answer, room)
            overhead += answer.taken - budget
        if answer is None:
            raise ToolError(
                f"`budget` {budget} is too small for an answer from {count(len(self.asked), 'project')}: allow "
                f"{overhead + 10 * LEAST_ROOM}, or name one with `project_path`."
            )
        return self.cut(answer)

    def fuller(self, answer: Answer, room: int) -> Answer:
        """An answer that uses more of the budget, where there is one.

        What the engine adds comes in pieces: with a little more room than there is, an answer may still fit.
        """
        budget = self.arguments["budget"]
        step = budget - answer.taken
        for _ in range(ATTEMPTS):
            if answer.taken >= ENOUGH * budget or step < 1:
                break
            other = self.composed([self.context(asked, int((room + step) * asked.share)) for asked in self.asked])
            if other.text == answer.text:
                # There is nothing more to say.
                break
            if answer.taken < other.taken <= budget:
                answer, room, step = other, room + step, budget - other.taken
            else:
                step //= 2
        if answer.taken < ENOUGH * budget and budget < SMALL:
            room = budget - self.overhead()
            # With little room the engine looks at little: what it says with more, cut, may be more.
            others = [self.bare(room, allowed) for allowed in (room, PLACES) if allowed >= room]
            # What is wrapped around it may take less, or more, than was set aside for that.
            for _ in range(ATTEMPTS):
                others.append(self.bare(room, 2 * room))
                room += budget - others[-1].taken
                if room < LEAST_ROOM or ENOUGH * budget <= others[-1].taken <= budget:
                    break
            fullest = max((answer, *(bare for bare in others if bare.taken <= budget)), key=lambda each: each.taken)
            return fullest if fullest is answer else self.with_entries(fullest, answer.structured["entries"])
        return answer

    def with_entries(self, answer: Answer, entries: Sequence[str]) -> Answer:
        """A bare answer, with as many of the symbols that the question is about as have room."""
        while entries and self.call.structured:
            fuller = self.counted(answer.text, {**answer.structured, "entries": list(entries)})
            if fuller.taken <= self.arguments["budget"]:
                return fuller
            entries = entries[:-1]
        return answer

    def bare(self, room: int, allowed: int) -> Answer:
        """An answer that spends all of a small budget on the text, none on records; cut to the room, by words."""
        found = []
        for asked in self.asked:
            share = int(room * asked.share)
            revision, context = self.context(asked, int(allowed * asked.share), "text")
            lines = re.findall(r"[^\n]*\n|[^\n]+", COUNTED.sub("", context["text"], count=1))
            last = ""
            while len(lines) > 1 and count_tokens("".join(lines)) > share:
                last = lines.pop()
            # Of the line that has no room, the words that have.
            words = re.findall(r"\s*\S+", last)
            while words and count_tokens(cut := "".join([*lines, *words, " …\n"])) > share:
                words.pop()
            text = cut if len(words) > 1 else "".join(lines)
            # Its records, at the least, are left out.
            found.append((revision, {**context, **SILENT, "text": text, "truncated": context["found"]}))
        return self.composed(found)

    def overhead(self) -> int:
        """Tokens of what is wrapped around what the engine says."""
        return self.composed([(SOME_REVISION, EMPTY) for _ in self.asked]).taken + SEAMS

    def context(self, asked: Asked, budget: int, payload: str = "structured") -> tuple[str, dict[str, Any]]:
        """What one project says within its share."""
        arguments = {
            "question": self.arguments["query"],
            "budget": budget,
            "payload": payload if self.call.structured else "text",
            "languages": self.arguments["languages"],
            "paths": asked.scope.patterns("paths", self.arguments["paths"]),
        }
        return asked.engine.ask("context", arguments, self.call.cancel)

    def composed(self, found: Sequence[tuple[str, dict[str, Any]]]) -> Answer:
        """The parts as one answer."""
        stamp = Stamp(NAME, ((Outcome(asked.scope), part[0]) for asked, part in zip(self.asked, found, strict=True)))
        stamp.notes.extend(self.notes)
        stamp.remarks.extend(self.remarks)
        contexts = [(asked.scope.name, part[1]) for asked, part in zip(self.asked, found, strict=True)]
        text = "\n".join(
            f"# Project {name}\n\n{context['text']}" if stamp.several else context["text"] for name, context in contexts
        )
        if stamp.notes or stamp.remarks or (not self.call.structured and stamp.revision not in text):
            text = f"{text}\n{stamp.text()}\n"
        omitted = [
            f"{name}: {note}" if stamp.several else note for name, context in contexts for note in context["omitted"]
        ]
        structured = {
            **stamp.structured(),
            "tokens": self.arguments["budget"],
            "found": any(context["found"] for _, context in contexts),
            "truncated": bool(omitted) or any(context.get("truncated") for _, context in contexts),
            "entries": [entry for _, context in contexts for entry in context["entries"]],
            "items": [{**stamp.of(name), **item} for name, context in contexts for item in context["items"]],
            "omitted": omitted,
        }
        return self.counted(text, structured)

    def cut(self, answer: Answer) -> Answer:
        """An answer that will not fit, made to."""
        budget = self.arguments["budget"]
        while answer.taken > budget:
            text, structured = answer.text, {**answer.structured, "truncated": True}
            longest = max(("omitted", "items", "entries"), key=lambda key: len(structured[key]))
            if structured[longest]:
                structured[longest] = structured[longest][: len(structured[longest]) * 3 // 4]
            elif text:
                text = text[: len(text) * 3 // 4]
            else:
                raise ToolError(
                    f"`budget` {budget} is too small for an answer; allow {answer.taken + 10 * LEAST_ROOM}."
                )
            answer = self.counted(text, structured)
        return answer

    def counted(self, text: str, structured: dict[str, Any]) -> Answer:
        """An answer that says how many tokens it takes, and takes as many."""
        of_text = count_tokens(text)
        if not self.call.structured:
            return Answer(text, structured, of_text)
        total = self.arguments["budget"]
        for _ in range(ATTEMPTS):
            structured["tokens"] = total
            now = of_text + structured_tokens(structured)
            if now == total:
                break
            total = now
        else:
            # Two numbers that differ in length by a token can swap for ever.
            now = of_text + structured_tokens(structured)
        return Answer(text, structured, now)


def structured_tokens(structured: Mapping[str, Any]) -> int:
    """Tokens of structured content as compact JSON, whether or not the client escapes what is not ASCII."""
    plain = json.dumps(structured, separators=(",", ":"), ensure_ascii=False)
    tokens = count_tokens(plain)
    return tokens if plain.isascii() else max(tokens, count_tokens(json.dumps(structured, separators=(",", ":"))))


ITEM = object_of(
    {
        "project": PROJECT,
        "symbol": SYMBOL,
        "path": PATH,
        "start_line": LINE,
        "end_line": LINE,
        "tier": string("How much of it the text shows.", enum=["signature", "excerpt", "cut", "full"]),
        "why": string("Why it is there."),
    },
    optional=("project",),
)

DEEP_ANALYZE = Tool(
    name=NAME,
    title="Deep analysis within a token budget",
    description=(
        "Answers a question about the code with what an engineer would read first, packed into a token budget that is "
        "never exceeded: the functions that matter in full, what calls them and what they call by the lines that "
        "concern the question, the rest by signature; each with path:line and why it is there. Start here when you do "
        "not know where something is or how it works: one call instead of many rounds of grep and reading files. Grep "
        "finds a word; this follows calls and data, and finds code that says it in other words.\n"
        'Example: {"query": "How is a session renewed when its token expires?", "budget": 3000}. Also takes an error '
        'message, "what are the bottlenecks", or names of symbols. Grep is better for literal text outside of code.'
    ),
    parameters=(
        Text(
            name="query",
            required=True,
            description="A question in a sentence or two, an error message, or names of symbols.",
            longest=10_000,
        ),
        Whole(
            name="budget",
            description="Most tokens (o200k_base) of the answer, text and structured content together.",
            default=2000,
            least=LEAST_BUDGET,
            most=MOST_BUDGET,
        ),
        PROJECT_PATH,
        Texts(
            name="paths",
            description='Begin only at files that fit one of these patterns, written as in .gitignore: `["src/"]`.',
            default=(),
        ),
        Texts(name="languages", description='Begin only at these languages, as `["python"]`.', longest=40, default=()),
    ),
    output=object_of(
        {
            **STAMP,
            "tokens": integer("Tokens of the whole answer."),
            "found": boolean("Whether a symbol of the project answers the question."),
            "truncated": boolean("Whether a larger budget would show more."),
            "entries": array(
                SYMBOL, "The symbols that the question is about, best first. May be missing where the budget is small."
            ),
            "items": array(
                ITEM,
                "What the text shows, in its order. The source is in the text alone. May be missing where the budget "
                "is small.",
            ),
            "omitted": array(string("A sentence."), "What is left out, and what is not known, if there is room."),
        },
        optional=STAMP_OPTIONAL,
    ),
    run=deep_analyze,
)
