//! Settings files of a model's folder, read field by field: what is missing, of the wrong kind or unknown is refused by
//! name. Nothing has a default here.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::EmbedError;

/// A JSON object of which every field must be taken, checked or named as harmless before [`Fields::finish`].
pub(super) struct Fields {
    path: PathBuf,
    map: Map<String, Value>,
}

impl Fields {
    /// Parses the bytes of a settings file; `path` is for messages.
    pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Self, EmbedError> {
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(map)) => Ok(Self { path: path.to_owned(), map }),
            Ok(_) => Err(malformed(path, "it must hold one JSON object; copy it anew from where the model comes from".into())),
            Err(error) => Err(malformed(path, format!("it is no JSON ({error}); copy it anew from where the model comes from"))),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// A required whole number, 1 to `largest`.
    pub(super) fn size(&mut self, name: &str, largest: usize) -> Result<usize, EmbedError> {
        let value = self.required(name)?;
        let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
        match number.filter(|number| (1..=largest).contains(number)) {
            Some(number) => Ok(number),
            None => Err(self.refused(name, &value, &format!("a whole number from 1 to {largest}"))),
        }
    }

    /// A required number greater than 0.
    pub(super) fn number(&mut self, name: &str) -> Result<f64, EmbedError> {
        let value = self.required(name)?;
        match value.as_f64().filter(|number| *number > 0.0 && number.is_finite()) {
            Some(number) => Ok(number),
            None => Err(self.refused(name, &value, "a number greater than 0")),
        }
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<bool, EmbedError> {
        let value = self.required(name)?;
        value.as_bool().ok_or_else(|| self.refused(name, &value, "true or false"))
    }

    /// A required field that may have any of several names, and more than one if the values agree.
    pub(super) fn agreed<T: PartialEq + std::fmt::Display>(
        &mut self,
        names: &[&str],
        read: impl Fn(&mut Self, &str) -> Result<T, EmbedError>,
    ) -> Result<T, EmbedError> {
        let mut found: Option<T> = None;
        for name in names {
            let Some(raw) = self.map.get(*name).cloned() else { continue };
            let value = read(self, name)?;
            if let Some(before) = found.filter(|before| *before != value) {
                return Err(self.refused(name, &raw, &format!("{before}, as `{}` is", names[0])));
            }
            found = Some(value);
        }
        found.ok_or_else(|| self.missing(&names.join("` or `")))
    }

    /// A text, where the field is there and not null.
    pub(super) fn optional_text(&mut self, name: &str) -> Result<Option<String>, EmbedError> {
        match self.map.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(value) => Err(self.refused(name, &value, "a text")),
        }
    }

    /// An object of its own, where the field is there and not null; its fields are named `name.field` in messages.
    pub(super) fn optional_object(&mut self, name: &str) -> Result<Option<Self>, EmbedError> {
        match self.map.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(map)) => {
                let map = map.into_iter().map(|(field, value)| (format!("{name}.{field}"), value)).collect();
                Ok(Some(Self { path: self.path.clone(), map }))
            }
            Some(value) => Err(self.refused(name, &value, "an object")),
        }
    }

    /// A required field for which only the given values, as JSON, are supported. Returns which one it is.
    pub(super) fn one_of(&mut self, name: &str, supported: &[&str]) -> Result<usize, EmbedError> {
        let value = self.required(name)?;
        let json = value.to_string();
        match supported.iter().position(|one| *one == json) {
            Some(at) => Ok(at),
            None => Err(self.refused(name, &value, &supported.join(" or "))),
        }
    }

    /// Fields that name a departure from the architecture. One that is absent says that there is none; one that is
    /// there must say so with one of its values.
    pub(super) fn departures(&mut self, fields: &[(&str, &[&str])]) -> Result<(), EmbedError> {
        for (name, supported) in fields {
            if self.has(name) {
                self.one_of(name, supported)?;
            }
        }
        Ok(())
    }

    /// Fields that do not change what the model computes.
    pub(super) fn harmless(&mut self, names: &[&str]) {
        for name in names {
            self.map.remove(*name);
        }
    }

    /// Refuses whatever has not been asked for.
    pub(super) fn finish(self) -> Result<(), EmbedError> {
        match self.map.into_iter().next() {
            None => Ok(()),
            Some((field, _)) => Err(EmbedError::UnknownField {
                path: self.path,
                field,
                hint: "use the model's original file, or remove the field if the model's own code ignores it".into(),
            }),
        }
    }

    pub(super) fn refused(&self, name: &str, value: &Value, expected: &str) -> EmbedError {
        let mut found = value.to_string();
        if let Some((end, _)) = found.char_indices().nth(80) {
            found.truncate(end);
            found.push('…');
        }
        EmbedError::Field { path: self.path.clone(), field: name.to_owned(), found, expected: expected.to_owned() }
    }

    pub(super) fn missing(&self, name: &str) -> EmbedError {
        EmbedError::MissingField { path: self.path.clone(), field: name.to_owned() }
    }

    fn required(&mut self, name: &str) -> Result<Value, EmbedError> {
        self.map.remove(name).ok_or_else(|| self.missing(name))
    }
}

pub(super) fn malformed(path: &Path, message: String) -> EmbedError {
    EmbedError::Malformed { path: path.to_owned(), message }
}
