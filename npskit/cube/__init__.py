"""Every combination of a few columns with its answers, as one array: what a moved control is answered from.

A `Tally` lists the cells that occur, each by the names of its levels. When somebody drags a slider there is no time for
names: here a column is an axis, a level a place on it, and a filter a slice. One scan of the rows makes the array; each
question after is a sum over a part of it, however many rows there were. A view ignores the filter on its own axes, so
that one sees what else could be chosen.
"""

from npskit.cube.dense import Cube
from npskit.cube.dimension import NESTED, Dimension, period_starts
from npskit.cube.face import MOST_CELLS, AnyCube, Selection
from npskit.cube.indexed import IndexedCube

__all__ = ["MOST_CELLS", "NESTED", "AnyCube", "Cube", "Dimension", "IndexedCube", "Selection", "period_starts"]
