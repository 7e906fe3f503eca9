//! The text of `kmd_config.json` as entries that know where they stand.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// A value in the text of the file.
#[derive(Clone, Copy)]
pub(super) struct Part<'text> {
    whole: &'text str,
    raw: &'text RawValue,
}

impl<'text> Part<'text> {
    /// The file's one value.
    ///
    /// # Errors
    /// When the text is not JSON.
    pub(super) fn of_file(whole: &'text str) -> serde_json::Result<Self> {
        // Bounds how deep it is nested, which raw values are not looked at for.
        serde_json::from_str::<Value>(whole)?;
        let raw = serde_json::from_str(whole)?;
        Ok(Self { whole, raw })
    }

    /// The line that it begins in; the first is 1.
    pub(super) fn line(self) -> usize {
        let offset = self.raw.get().as_ptr().addr() - self.whole.as_ptr().addr();
        1 + self.whole.bytes().take(offset).filter(|byte| *byte == b'\n').count()
    }

    /// Its value.
    ///
    /// # Errors
    /// None that [`Part::of_file`] did not meet.
    pub(super) fn value(self) -> serde_json::Result<Value> {
        serde_json::from_str(self.raw.get())
    }

    /// What it holds, in the order of the file, when it is an object.
    pub(super) fn entries(self) -> Option<Vec<(String, Self)>> {
        let Entries(entries) = serde_json::from_str(self.raw.get()).ok()?;
        let part = |raw| Self { whole: self.whole, raw };
        Some(entries.into_iter().map(|(key, raw)| (key, part(raw))).collect())
    }
}

struct Entries<'text>(Vec<(String, &'text RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_have_lines_and_keep_their_order() {
        let text = "\n{\"b\": 1,\n \"a\":\n  {\"c\": [\n]},\n\"\\u0062\": 2}";
        let file = Part::of_file(text).unwrap();
        let found: Vec<_> = file.entries().unwrap();
        let found: Vec<_> = found.iter().map(|(key, part)| (key.as_str(), part.line())).collect();
        assert_eq!(found, [("b", 2), ("a", 4), ("b", 6)]);
        assert_eq!(file.entries().unwrap()[1].1.entries().unwrap()[0].1.line(), 4);
    }

    #[test]
    fn what_is_no_object_has_no_entries() {
        for text in ["[]", "1", "null", "\"a\""] {
            assert!(Part::of_file(text).unwrap().entries().is_none(), "{text}");
        }
        assert!(Part::of_file("{").is_err());
        assert!(Part::of_file(&"[".repeat(100_000)).is_err());
    }
}
