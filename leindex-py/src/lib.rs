//! La Passerelle.
