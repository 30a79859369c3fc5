"""LeIndex: code intelligence that you embed.

    import leindex

    with leindex.Project("src/shop") as project:
        print(project.context("where is authentication handled?"))
        for edge in project.callers("Session.login"):
            print(edge.path, edge.line, edge.source)

`Project` is one indexed folder, `Workspace` several that are asked together. Answers are plain, typed and immutable;
they carry the revision that they hold for and say how they know.

Importing this package loads nothing: each name is looked up when it is first used, so that a command line may show its
help without waiting for the engine.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leindex_rust import AmbiguousSymbolError as AmbiguousSymbolError
    from leindex_rust import Bytes as Bytes
    from leindex_rust import Cancellation as Cancellation
    from leindex_rust import CancelledError as CancelledError
    from leindex_rust import ClosedError as ClosedError
    from leindex_rust import Embeddings as Embeddings
    from leindex_rust import FlowError as FlowError
    from leindex_rust import LeIndexError as LeIndexError
    from leindex_rust import ModelError as ModelError
    from leindex_rust import PathError as PathError
    from leindex_rust import ProjectError as ProjectError
    from leindex_rust import QueryError as QueryError
    from leindex_rust import RequestError as RequestError
    from leindex_rust import SettingsError as SettingsError
    from leindex_rust import StoreError as StoreError
    from leindex_rust import SymbolNotFoundError as SymbolNotFoundError
    from leindex_rust import __version__ as __version__
    from leindex_rust import build_weighted_context as build_weighted_context
    from leindex_rust import clean as clean
    from leindex_rust import count_tokens as count_tokens
    from leindex_rust import languages as languages
    from leindex_rust import memory as memory
    from leindex_rust import set_memory_budget as set_memory_budget
    from leindex_rust import store_of as store_of

    from ._embedder import Embedder as Embedder
    from ._project import Project as Project
    from ._results.architecture import Architecture as Architecture
    from ._results.architecture import ArchitectureDirectory as ArchitectureDirectory
    from ._results.architecture import ClosingCoupling as ClosingCoupling
    from ._results.architecture import Coupling as Coupling
    from ._results.architecture import Dependency as Dependency
    from ._results.architecture import DirectoryCycle as DirectoryCycle
    from ._results.centrality import Betweenness as Betweenness
    from ._results.centrality import FileChurn as FileChurn
    from ._results.centrality import HistoryInfo as HistoryInfo
    from ._results.centrality import Hotspot as Hotspot
    from ._results.centrality import Hotspots as Hotspots
    from ._results.centrality import SymbolBetweenness as SymbolBetweenness
    from ._results.centrality import SymbolCentrality as SymbolCentrality
    from ._results.communities import Communities as Communities
    from ._results.communities import Community as Community
    from ._results.communities import CommunityMember as CommunityMember
    from ._results.context import Context as Context
    from ._results.context import ContextItem as ContextItem
    from ._results.diff import ChangedSignature as ChangedSignature
    from ._results.diff import Diff as Diff
    from ._results.diff import FileDiff as FileDiff
    from ._results.diff import MovedSymbol as MovedSymbol
    from ._results.diff import OldSymbol as OldSymbol
    from ._results.flow import FlowEdge as FlowEdge
    from ._results.flow import FlowGraph as FlowGraph
    from ._results.flow import FlowNode as FlowNode
    from ._results.flow import Slice as Slice
    from ._results.flow import SliceLine as SliceLine
    from ._results.impact import Impact as Impact
    from ._results.impact import ImpactMember as ImpactMember
    from ._results.listing import Listing as Listing
    from ._results.metrics import ComplexityMetrics as ComplexityMetrics
    from ._results.metrics import Metrics as Metrics
    from ._results.metrics import MetricsSummary as MetricsSummary
    from ._results.metrics import PathMetrics as PathMetrics
    from ._results.metrics import Spread as Spread
    from ._results.metrics import SymbolMetrics as SymbolMetrics
    from ._results.relations import DeadSymbol as DeadSymbol
    from ._results.relations import EdgeInfo as EdgeInfo
    from ._results.relations import Hierarchy as Hierarchy
    from ._results.relations import Relations as Relations
    from ._results.relations import Why as Why
    from ._results.search import GrepAnswer as GrepAnswer
    from ._results.search import GrepLine as GrepLine
    from ._results.search import Highlight as Highlight
    from ._results.search import ScorePart as ScorePart
    from ._results.search import SearchAnswer as SearchAnswer
    from ._results.search import SearchHit as SearchHit
    from ._results.state import EmbeddingStats as EmbeddingStats
    from ._results.state import Exported as Exported
    from ._results.state import Stats as Stats
    from ._results.symbols import Definition as Definition
    from ._results.symbols import Diagnostic as Diagnostic
    from ._results.symbols import FileInfo as FileInfo
    from ._results.symbols import OtherFile as OtherFile
    from ._results.symbols import Outline as Outline
    from ._results.symbols import OutlineItem as OutlineItem
    from ._results.symbols import SymbolInfo as SymbolInfo
    from ._results.tree import TreeFile as TreeFile
    from ._results.tree import TreeFolder as TreeFolder
    from ._results.workspace import InProject as InProject
    from ._results.workspace import WorkspaceContext as WorkspaceContext
    from ._results.workspace import WorkspaceImpact as WorkspaceImpact
    from ._results.workspace import WorkspaceRelations as WorkspaceRelations
    from ._results.workspace import WorkspaceSearch as WorkspaceSearch
    from ._results.workspace import WorkspaceStats as WorkspaceStats
    from ._table import Table as Table
    from ._table import sql_of_export as sql_of_export
    from ._workspace import Workspace as Workspace
    from ._workspace_table import WorkspaceTable as WorkspaceTable

#: Where each name is defined.
_DEFINED = {
    "leindex_rust": (
        "AmbiguousSymbolError",
        "Bytes",
        "Cancellation",
        "CancelledError",
        "ClosedError",
        "Embeddings",
        "FlowError",
        "LeIndexError",
        "ModelError",
        "PathError",
        "ProjectError",
        "QueryError",
        "RequestError",
        "SettingsError",
        "StoreError",
        "SymbolNotFoundError",
        "__version__",
        "build_weighted_context",
        "clean",
        "count_tokens",
        "languages",
        "memory",
        "set_memory_budget",
        "store_of",
    ),
    "leindex._embedder": ("Embedder",),
    "leindex._project": ("Project",),
    "leindex._results.architecture": (
        "Architecture",
        "ArchitectureDirectory",
        "ClosingCoupling",
        "Coupling",
        "Dependency",
        "DirectoryCycle",
    ),
    "leindex._results.centrality": (
        "Betweenness",
        "FileChurn",
        "HistoryInfo",
        "Hotspot",
        "Hotspots",
        "SymbolBetweenness",
        "SymbolCentrality",
    ),
    "leindex._results.communities": ("Communities", "Community", "CommunityMember"),
    "leindex._results.context": ("Context", "ContextItem"),
    "leindex._results.diff": ("ChangedSignature", "Diff", "FileDiff", "MovedSymbol", "OldSymbol"),
    "leindex._results.flow": ("FlowEdge", "FlowGraph", "FlowNode", "Slice", "SliceLine"),
    "leindex._results.impact": ("Impact", "ImpactMember"),
    "leindex._results.listing": ("Listing",),
    "leindex._results.metrics": (
        "ComplexityMetrics",
        "Metrics",
        "MetricsSummary",
        "PathMetrics",
        "Spread",
        "SymbolMetrics",
    ),
    "leindex._results.relations": ("DeadSymbol", "EdgeInfo", "Hierarchy", "Relations", "Why"),
    "leindex._results.search": ("GrepAnswer", "GrepLine", "Highlight", "ScorePart", "SearchAnswer", "SearchHit"),
    "leindex._results.state": ("EmbeddingStats", "Exported", "Stats"),
    "leindex._results.symbols": (
        "Definition",
        "Diagnostic",
        "FileInfo",
        "OtherFile",
        "Outline",
        "OutlineItem",
        "SymbolInfo",
    ),
    "leindex._results.tree": ("TreeFile", "TreeFolder"),
    "leindex._results.workspace": (
        "InProject",
        "WorkspaceContext",
        "WorkspaceImpact",
        "WorkspaceRelations",
        "WorkspaceSearch",
        "WorkspaceStats",
    ),
    "leindex._table": ("Table", "sql_of_export"),
    "leindex._workspace": ("Workspace",),
    "leindex._workspace_table": ("WorkspaceTable",),
}
_MODULES = {name: module for module, names in _DEFINED.items() for name in names}


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module 'leindex' has no attribute {name!r}")
    try:
        found = getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        if error.name != "leindex_rust":
            raise
        message = "the native module leindex_rust is missing; run `pip install --force-reinstall leindex`"
        raise ModuleNotFoundError(message, name="leindex_rust") from None
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
