//! The layers that settings come from: the defaults, over them the file, over
//! that the environment.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use kmd_api::files;
use serde_json::Value;

use super::Written;
use super::environment::{self, Environment};
use super::file::Part;
use super::nearest::nearest;
use crate::error::StartError;

const MEND_FILE: &str = "mend it; kmd_config.json.example of a fresh data directory shows every key with its default";
const MEND_VARIABLE: &str = "mend it or unset it";

/// Where the value of a setting came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody set it.
    Default,
    /// `kmd_config.json`, in this line; the first is 1.
    File {
        /// The line.
        line: usize,
    },
    /// The variable of the environment with this name.
    Variable(String),
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File { line } => write!(formatter, "{}:{line}", files::CONFIG),
            Self::Variable(name) => formatter.write_str(name),
        }
    }
}

/// All layers, laid over each other.
pub(super) struct Layers {
    path: PathBuf,
    defaults: Value,
    values: Value,
    /// Of what is not as the defaults have it.
    sources: BTreeMap<String, Source>,
    /// What was ignored.
    pub(super) warnings: Vec<String>,
    /// Whether there is a file.
    pub(super) has_file: bool,
}

impl Layers {
    /// Reads the file of a data directory, which may be missing, and the
    /// environment.
    ///
    /// # Errors
    /// [`StartError::File`], [`StartError::Config`] or [`StartError::Variable`].
    pub(super) fn read(data_dir: &Path, environment: &Environment) -> Result<Self, StartError> {
        let path = data_dir.join(files::CONFIG);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(cause) => {
                return Err(StartError::File {
                    action: "read",
                    path,
                    cause,
                });
            }
        };
        Self::lay(path, text.as_deref(), environment)
    }

    /// Lays the text of the file at `path` over the defaults, and the
    /// environment over both.
    ///
    /// # Errors
    /// [`StartError::Config`] or [`StartError::Variable`].
    pub(super) fn lay(path: PathBuf, text: Option<&str>, environment: &Environment) -> Result<Self, StartError> {
        let mut layers = Self::defaults(path);
        if let Some(text) = text {
            layers.lay_file(text)?;
        }
        layers.lay_environment(environment)?;
        Ok(layers)
    }

    fn defaults(path: PathBuf) -> Self {
        let defaults = default_values();
        Self {
            path,
            values: defaults.clone(),
            defaults,
            sources: BTreeMap::new(),
            warnings: Vec::new(),
            has_file: false,
        }
    }

    fn lay_file(&mut self, text: &str) -> Result<(), StartError> {
        self.has_file = true;
        self.lay_file_parts(text)
            .map_err(|error| self.refuse_file(error.to_string()))
    }

    fn lay_file_parts(&mut self, text: &str) -> serde_json::Result<()> {
        let mut parts = vec![(Vec::new(), Part::of_file(text)?)];
        while let Some((names, part)) = parts.pop() {
            let Some(default) = at(&self.defaults, &names) else {
                self.warn_of_key(&names, part.line());
                continue;
            };
            match part.entries() {
                // The last of the stack is laid first, and what is laid last counts.
                Some(entries) if default.is_object() => {
                    let below = |name| [names.as_slice(), &[name]].concat();
                    parts.extend(entries.into_iter().rev().map(|(name, part)| (below(name), part)));
                }
                _ => self.set(&names, part.value()?, Source::File { line: part.line() }),
            }
        }
        Ok(())
    }

    fn lay_environment(&mut self, environment: &Environment) -> Result<(), StartError> {
        for (names, default) in leaves(&self.defaults) {
            let key = names.join(".");
            let variable = environment::variable(&key);
            let Some(held) = environment.value(&variable) else {
                continue;
            };
            let source = Source::Variable(variable);
            let value = held
                .to_str()
                .ok_or("must be UTF-8")
                .and_then(|text| environment::value_of(&default, text))
                .map_err(|problem| self.refuse_from(&source, &key, problem.to_owned(), MEND_VARIABLE))?;
            self.set(&names, value, source);
        }
        self.warn_of_variables(environment);
        Ok(())
    }

    /// Sets what stands there. `null` keeps what there is.
    fn set(&mut self, names: &[String], value: Value, source: Source) {
        if value.is_null() {
            return;
        }
        if let Some(place) = at_mut(&mut self.values, names) {
            *place = value;
            self.sources.insert(names.join(".").to_lowercase(), source);
        }
    }

    fn warn_of_key(&mut self, names: &[String], line: usize) {
        let key = names.join(".");
        let known = self.keys();
        let hint = match nearest(&key, known.iter().map(String::as_str)) {
            Some(meant) if meant == key => "; between the dots are the names of objects within each other".to_owned(),
            Some(meant) => format!("; did you mean {meant:?}?"),
            None => String::new(),
        };
        let path = self.path.display();
        self.warnings.push(format!(
            "WARNING: {path}, line {line}: there is no setting {key:?}, it is ignored{hint}"
        ));
    }

    fn warn_of_variables(&mut self, environment: &Environment) {
        let known: Vec<String> = self.keys().iter().map(|key| environment::variable(key)).collect();
        for name in environment
            .names()
            .filter(|name| !known.iter().any(|known| known == name))
        {
            let hint = nearest(name, known.iter().map(String::as_str));
            let hint = hint.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
            self.warnings.push(format!(
                "WARNING: the environment variable {name:?} is no setting, it is ignored{hint}"
            ));
        }
    }

    /// The configuration as written, all layers together.
    ///
    /// # Errors
    /// [`StartError::Config`] or [`StartError::Variable`] for a value of the
    /// wrong kind.
    pub(super) fn written(&self) -> Result<Written, StartError> {
        serde_path_to_error::deserialize(&self.values).map_err(|error| {
            let key = error.path().to_string();
            self.refuse(&key, error.into_inner().to_string(), MEND_FILE)
        })
    }

    /// Why the value of a setting cannot be had, told where it was set.
    pub(super) fn refuse(&self, key: &str, problem: String, remedy: &'static str) -> StartError {
        self.refuse_from(&self.source(key), key, problem, remedy)
    }

    fn refuse_from(&self, source: &Source, key: &str, problem: String, remedy: &'static str) -> StartError {
        match source {
            Source::Default => StartError::Config {
                path: self.path.clone(),
                problem: format!("{key}: {problem}"),
                remedy,
            },
            Source::File { line } => StartError::Config {
                path: self.path.clone(),
                problem: format!("line {line}, {key}: {problem}"),
                remedy,
            },
            Source::Variable(name) => StartError::Variable {
                name: name.clone(),
                problem,
                remedy: if remedy == MEND_FILE { MEND_VARIABLE } else { remedy },
            },
        }
    }

    fn refuse_file(&self, problem: String) -> StartError {
        StartError::Config {
            path: self.path.clone(),
            problem,
            remedy: MEND_FILE,
        }
    }

    /// Where the value of a setting came from, or, for one of a list's, the list.
    pub(super) fn source(&self, key: &str) -> Source {
        let setting = key.split('[').next().unwrap_or(key);
        self.sources.get(setting).cloned().unwrap_or(Source::Default)
    }

    /// The names on the way to every setting.
    pub(super) fn settings(&self) -> impl Iterator<Item = Vec<String>> {
        leaves(&self.defaults).into_iter().map(|(names, _)| names)
    }

    fn keys(&self) -> Vec<String> {
        self.settings().map(|names| names.join(".")).collect()
    }

    /// The value that counts.
    pub(super) fn value(&self, names: &[String]) -> Value {
        at(&self.values, names).cloned().unwrap_or_default()
    }
}

/// The defaults as the file would have them.
pub(super) fn default_values() -> Value {
    // Numbers, texts and lists of a struct: there is nothing that could fail.
    serde_json::to_value(Written::default()).unwrap_or_default()
}

/// The settings: the names on the way to each, and its value.
pub(super) fn leaves(values: &Value) -> Vec<(Vec<String>, Value)> {
    let Value::Object(entries) = values else {
        return vec![(Vec::new(), values.clone())];
    };
    let below = |(name, value): (&String, &Value)| {
        let leaves = leaves(value).into_iter();
        let named = leaves.map(|(names, value)| ([vec![name.clone()], names].concat(), value));
        named.collect::<Vec<_>>()
    };
    entries.iter().flat_map(below).collect()
}

/// What stands there; the names may be written in any case.
fn at<'a>(values: &'a Value, names: &[String]) -> Option<&'a Value> {
    names
        .iter()
        .try_fold(values, |value, name| value.get(name.to_lowercase()))
}

fn at_mut<'a>(values: &'a mut Value, names: &[String]) -> Option<&'a mut Value> {
    names
        .iter()
        .try_fold(values, |value, name| value.get_mut(name.to_lowercase()))
}
