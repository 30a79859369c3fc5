"""The rows of several projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._results.workspace import ByProject
from ._table import Table

if TYPE_CHECKING:
    import pandas
    import pyarrow

__all__ = ["WorkspaceTable"]


class WorkspaceTable(ByProject[Table]):
    """The rows that each project gave."""

    __slots__ = ()

    @property
    def truncated(self) -> bool:
        """Whether there were more rows than the query was allowed, in some project."""
        return any(table.truncated for table in self.values())

    def rows(self) -> list[dict[str, Any]]:
        """The rows of all projects as plain values, each with its `project`."""
        return [{"project": project, **row} for project, table in self.items() for row in table.rows()]

    def to_arrow(self) -> pyarrow.Table:
        """The rows of all projects as a pyarrow table. It begins with the column `project` if the query gave none.
        Needs pyarrow."""
        from ._results.arrow import pyarrow_itself

        arrow = pyarrow_itself()
        tables = []
        for project, table in self.items():
            found = table.to_arrow()
            if "project" not in found.column_names:
                found = found.add_column(0, "project", arrow.array([project] * found.num_rows, type=arrow.string()))
            tables.append(found)
        return arrow.concat_tables(tables, promote_options="permissive")

    def to_pandas(self) -> pandas.DataFrame:
        """The same as a pandas data frame. Needs pandas and pyarrow."""
        from ._results.arrow import frame

        return frame(self.to_arrow())
