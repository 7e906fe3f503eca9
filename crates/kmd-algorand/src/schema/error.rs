//! Why bytes were refused: what is wrong and where, never the contents. A client that built a
//! transaction wrongly needs the field's name; a log must not learn what was to be signed.

use std::fmt;

use thiserror::Error;

/// The encoding was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}{problem}")]
pub struct DecodeError {
    path: FieldPath,
    problem: Problem,
}

/// Where in the encoding a problem is, from the outside in: `apar.dc`, `apbx[3].n`.
///
/// Displayed with `": "` behind it unless it is empty, which means the outermost value. It names
/// only fields of the schema, never a key from the input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldPath {
    // Innermost first: errors travel outwards and append.
    steps: Vec<Step>,
}

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// The input ends inside a value.
    #[error("the encoding ends too early")]
    Truncated,
    /// Bytes follow the value.
    #[error("bytes follow the encoding")]
    TrailingBytes,
    /// A map has a key that is no field here.
    #[error("unknown field")]
    UnknownField,
    /// A map has a key twice.
    #[error("the field occurs twice")]
    RepeatedField,
    /// The value has another type than the field.
    #[error("{expected} expected")]
    WrongType {
        /// The type of the field.
        expected: Expected,
    },
    /// A number below zero.
    #[error("the number is negative")]
    Negative,
    /// A number that the field cannot hold.
    #[error("the number is larger than {max}")]
    NumberTooLarge {
        /// The largest number the field holds.
        max: u64,
    },
    /// Bytes of a fixed length have another one.
    #[error("not {expected} bytes long")]
    WrongLength {
        /// The field's length in bytes.
        expected: usize,
    },
    /// Text or bytes above the limit.
    #[error("longer than {max} bytes")]
    TooLong {
        /// The limit in bytes.
        max: usize,
    },
    /// A list or a map above its limit; a structure with more entries than it has fields.
    #[error("more than {max} entries")]
    TooManyEntries {
        /// The limit in entries.
        max: usize,
    },
}

/// The type a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A number that is not negative.
    Uint,
    /// True or false.
    Bool,
    /// Bytes.
    Bytes,
    /// Text.
    Text,
    /// A list.
    List,
    /// A map.
    Map,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Field(&'static str),
    Item(usize),
}

impl DecodeError {
    /// Where the problem is.
    #[must_use]
    pub fn path(&self) -> &FieldPath {
        &self.path
    }

    /// What the problem is.
    #[must_use]
    pub fn problem(&self) -> Problem {
        self.problem
    }

    #[cold]
    pub(super) fn inside(mut self, step: Step) -> Self {
        self.path.steps.push(step);
        self
    }
}

impl From<Problem> for DecodeError {
    #[cold]
    fn from(problem: Problem) -> Self {
        Self {
            path: FieldPath::default(),
            problem,
        }
    }
}

impl FieldPath {
    /// Whether this is the outermost value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.steps.iter().rev().enumerate() {
            match step {
                Step::Field(name) if position == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Item(index) => write!(f, "[{index}]")?,
            }
        }
        if self.is_empty() { Ok(()) } else { f.write_str(": ") }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Uint => "an unsigned integer",
            Self::Bool => "a boolean",
            Self::Bytes => "bytes",
            Self::Text => "text",
            Self::List => "a list",
            Self::Map => "a map",
        })
    }
}
