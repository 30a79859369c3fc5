"""Groups of symbols that have more to do with each other than with the rest."""

from __future__ import annotations

from .record import Record, Rows, plural, record, short

__all__ = ["Communities", "Community", "CommunityMember"]


@record
class Community(Record):
    """A group of symbols that have more to do with each other than with the rest."""

    #: Its place in `Communities.communities`.
    community: int
    #: Its directory and the name of what is central in it, for people to read: `shop/orders: Order`.
    name: str
    #: The directory in which most of its symbols lie; of several, the first by path.
    directory: str
    #: The full name of the type whose members, or of the function that, has most dependencies within it, in either
    #: direction; of several, the first.
    central: str
    #: Its symbols.
    symbols: int
    #: How many of its symbols lie in `directory`.
    in_directory: int
    #: Dependencies between its symbols.
    within: int
    #: Dependencies of its symbols on those of others.
    outward: int

    _shown = ("community", "name", "symbols", "in_directory", "within", "outward", "central")

    def _line(self) -> str:
        return (
            f"{self.community}  {self.name}: {plural(self.symbols, 'symbol')}, {self.in_directory} of them in its "
            f"directory, {plural(self.within, 'dependency', 'dependencies')} within, {self.outward} outward"
        )


@record
class CommunityMember(Record):
    """A symbol and its community."""

    #: Its full name.
    symbol: str
    #: The place of its community in `Communities.communities`.
    community: int

    _shown = ("symbol", "community")

    def _line(self) -> str:
        return f"{self.community}  {short(self.symbol)}"


@record
class Communities(Rows[Community]):
    """The communities of a project. A sequence of them, larger ones first."""

    #: Larger ones first, equally large ones by their first symbols.
    communities: tuple[Community, ...]
    #: The symbols of all communities, files in order. Those without any dependency are in none.
    members: tuple[CommunityMember, ...]
    #: Modularity at the resolution that was asked for: the share of dependencies that lie within communities, less
    #: what would lie there if each symbol had as many, but anywhere. 0 if nothing is divided, below 1, and above 0.5
    #: for most projects.
    modularity: float
    #: The revision this holds for.
    revision: str

    _rows = "communities"

    def _line(self) -> str:
        count = plural(len(self.communities), "community", "communities")
        return f"{count} of {plural(len(self.members), 'symbol')}, modularity {self.modularity:.3f}"
