//! Lines in the making, and which fields they have spoken of.

use kmd_algorand::{Address, Fields, Value};

use crate::transaction::danger::Danger;
use crate::transaction::json;
use crate::transaction::phrase::bytes;

/// A name and what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::transaction) struct Line {
    pub(in crate::transaction) label: String,
    pub(in crate::transaction) value: String,
    pub(in crate::transaction) danger: Option<Danger>,
}

impl Line {
    /// Nothing to worry about.
    pub(in crate::transaction) fn plain(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
            danger: None,
        }
    }

    /// Something that stands out.
    pub(in crate::transaction) fn alarm(label: impl Into<String>, value: impl Into<String>, danger: Danger) -> Self {
        Self {
            danger: Some(danger),
            ..Self::plain(label, value)
        }
    }
}

/// Fields on the one side, lines on the other. To take a field is to promise a line about it.
pub(super) struct Sheet<'f, 'a> {
    fields: &'f Fields<'a>,
    taken: Vec<&'static str>,
    lines: Vec<Line>,
}

impl<'f, 'a> Sheet<'f, 'a> {
    pub(super) fn new(fields: &'f Fields<'a>) -> Self {
        Self {
            fields,
            taken: Vec::new(),
            lines: Vec::new(),
        }
    }

    pub(super) fn fields(&self) -> &'f Fields<'a> {
        self.fields
    }

    pub(super) fn into_lines(self) -> Vec<Line> {
        self.lines
    }

    pub(super) fn line(&mut self, label: impl Into<String>, value: impl Into<String>) {
        self.lines.push(Line::plain(label, value));
    }

    pub(super) fn alarm(&mut self, label: impl Into<String>, value: impl Into<String>, danger: Danger) {
        self.lines.push(Line::alarm(label, value, danger));
    }

    /// Fields that need no line here.
    pub(super) fn skip<const N: usize>(&mut self, names: [&'static str; N]) {
        self.taken.extend(names);
    }

    pub(super) fn take(&mut self, name: &'static str) -> Option<&'f Value<'a>> {
        self.taken.push(name);
        self.fields.value(name)
    }

    pub(super) fn take_uint(&mut self, name: &'static str) -> u64 {
        self.taken.push(name);
        self.fields.uint(name)
    }

    pub(super) fn take_true(&mut self, name: &'static str) -> bool {
        self.taken.push(name);
        self.fields.is_true(name)
    }

    pub(super) fn take_bytes(&mut self, name: &'static str) -> &'a [u8] {
        self.taken.push(name);
        self.fields.bytes(name)
    }

    pub(super) fn take_fixed<const N: usize>(&mut self, name: &'static str) -> Option<[u8; N]> {
        self.taken.push(name);
        self.fields.fixed(name)
    }

    pub(super) fn take_address(&mut self, name: &'static str) -> Option<Address> {
        self.taken.push(name);
        self.fields.address(name)
    }

    pub(super) fn take_list(&mut self, name: &'static str) -> &'f [Value<'a>] {
        self.taken.push(name);
        self.fields.list(name)
    }

    /// A line with the address, if it is there.
    pub(super) fn address(&mut self, label: &str, name: &'static str) {
        if let Some(address) = self.take_address(name) {
            self.line(label, address.to_string());
        }
    }

    /// A line with the number, if it is there.
    pub(super) fn number(&mut self, label: &str, name: &'static str) {
        if let Some(Value::Uint(number)) = self.take(name) {
            self.line(label, number.to_string());
        }
    }

    /// Numbered lines, one for each value of a list.
    pub(super) fn each(&mut self, label: &str, name: &'static str, show: impl Fn(&Value<'a>) -> String) {
        for (index, value) in self.take_list(name).iter().enumerate() {
            self.line(format!("{label} {}", index + 1), show(value));
        }
    }

    /// Lines for what nobody has taken.
    pub(super) fn rest(&mut self) {
        let fields = self.fields;
        for (name, value) in fields.iter().filter(|(name, _)| !self.taken.contains(name)) {
            self.lines
                .push(Line::alarm(format!("field {name}"), plain(value), Danger::StrayField));
        }
    }
}

/// A value as it is, when nothing is known about it.
pub(super) fn plain(value: &Value<'_>) -> String {
    match value {
        Value::Uint(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Address(address) => address.to_string(),
        Value::Fixed(value) | Value::Bytes(value) | Value::Text(value) => bytes(value),
        Value::List(_) | Value::Struct(_) | Value::Map(_) => json::value(value).to_string(),
    }
}
