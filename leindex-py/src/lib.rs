//! La Passerelle, for Python: a shell over the facade of [`leindex_queries`].
//!
//! It holds nothing yet: the crate keeps the place of the Python package in the workspace, and its build in the checks.
