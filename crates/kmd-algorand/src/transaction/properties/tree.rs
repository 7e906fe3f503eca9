//! Values made from the tables, and a naive encoder of them.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use crate::schema::{Kind, Schema};

#[derive(Clone, Debug)]
pub(crate) enum Tree {
    Uint(u64),
    Bool(bool),
    Blob(Vec<u8>),
    List(Vec<Tree>),
    /// One entry for each field of the schema.
    Struct(Vec<Option<Tree>>),
    Map(BTreeMap<u64, Tree>),
}

pub(crate) fn tree(kind: &'static Kind) -> BoxedStrategy<Tree> {
    match kind {
        Kind::Uint { max } => {
            let value = prop_oneof![Just(0), Just(*max), 0..=(*max).min(300), 0..=*max];
            value.prop_map(Tree::Uint).boxed()
        }
        Kind::Bool => any::<bool>().prop_map(Tree::Bool).boxed(),
        Kind::Address => tree(&Kind::FixedBytes(32)),
        Kind::FixedBytes(length) => {
            let length = *length;
            let byte = prop_oneof![Just(0), any::<u8>()];
            byte.prop_map(move |byte| Tree::Blob(vec![byte; length])).boxed()
        }
        Kind::Bytes { max } | Kind::Text { max } => vec(any::<u8>(), 0..=(*max).min(40)).prop_map(Tree::Blob).boxed(),
        Kind::List { max, item } => vec(tree(item), 0..=(*max).min(3)).prop_map(Tree::List).boxed(),
        Kind::Struct(schema) | Kind::Pointer(schema) => structure(schema),
        Kind::UintMap { max, value } => {
            let key = prop_oneof![any::<u64>(), 0..300_u64];
            btree_map(key, tree(value), 0..=(*max).min(3))
                .prop_map(Tree::Map)
                .boxed()
        }
    }
}

fn structure(schema: &'static Schema) -> BoxedStrategy<Tree> {
    let field = |kind| proptest::option::weighted(0.3, tree(kind));
    let fields: Vec<_> = schema.fields().iter().map(|f| field(&f.kind)).collect();
    fields.prop_map(Tree::Struct).boxed()
}

/// An endless supply of decisions.
pub(crate) struct Choices(pub(crate) std::iter::Cycle<std::vec::IntoIter<u8>>);

impl Choices {
    fn below(&mut self, limit: usize) -> usize {
        usize::from(self.0.next().unwrap()) % limit
    }
}

/// Writes any tree; with choices loosely, without canonically.
pub(crate) struct Encoder {
    pub(crate) choices: Option<Choices>,
}

impl Encoder {
    fn below(&mut self, limit: usize) -> usize {
        self.choices.as_mut().map_or(0, |choices| choices.below(limit))
    }

    pub(crate) fn encode(&mut self, kind: &Kind, tree: &Tree) -> Vec<u8> {
        match (kind, tree) {
            (_, Tree::Uint(value)) => self.uint(*value),
            (_, Tree::Bool(value)) => vec![if *value { 0xc3 } else { 0xc2 }],
            (Kind::Text { .. }, Tree::Blob(bytes)) => self.blob(bytes, true),
            (_, Tree::Blob(bytes)) => self.blob(bytes, false),
            (Kind::List { item, .. }, Tree::List(items)) => {
                let items = items.iter().map(|tree| self.encode(item, tree)).collect::<Vec<_>>();
                self.container(0x90, 0xdc, &items)
            }
            (Kind::Struct(schema) | Kind::Pointer(schema), Tree::Struct(values)) => self.structure(schema, values),
            (Kind::UintMap { value: kind, .. }, Tree::Map(map)) => {
                let entry = |(key, value): (&u64, &Tree)| [self.uint(*key), self.encode(kind, value)].concat();
                let entries = map.iter().map(entry).collect();
                let entries = self.shuffled(entries);
                self.container(0x80, 0xde, &entries)
            }
            _ => unreachable!(),
        }
    }

    fn structure(&mut self, schema: &Schema, values: &[Option<Tree>]) -> Vec<u8> {
        let mut entries = Vec::new();
        for (field, value) in schema.fields().iter().zip(values) {
            let value = match value {
                Some(value) if self.choices.is_some() || !is_zero(&field.kind, value) => {
                    self.encode(&field.kind, value)
                }
                None if self.below(3) == 1 => vec![0xc0],
                _ => continue,
            };
            entries.push([self.blob(field.name.as_bytes(), true), value].concat());
        }
        let entries = self.shuffled(entries);
        self.container(0x80, 0xde, &entries)
    }

    fn shuffled(&mut self, mut entries: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        for last in (1..entries.len()).rev() {
            if self.choices.is_some() {
                let other = self.below(last + 1);
                entries.swap(last, other);
            }
        }
        entries
    }

    fn uint(&mut self, value: u64) -> Vec<u8> {
        let bytes = value.to_be_bytes();
        let fits = |width: usize| bytes[..8 - width].iter().all(|&byte| byte == 0);
        let mut forms = Vec::new();
        if value < 128 {
            forms.push(vec![value as u8]);
        }
        for (power, width) in [1, 2, 4, 8].into_iter().enumerate() {
            if fits(width) {
                forms.push([&[0xcc + power as u8], &bytes[8 - width..]].concat());
            }
        }
        for (power, width) in [1, 2, 4, 8].into_iter().enumerate() {
            if fits(width) && bytes[8 - width] < 0x80 {
                forms.push([&[0xd0 + power as u8], &bytes[8 - width..]].concat());
            }
        }
        let form = self.below(forms.len());
        forms.swap_remove(form)
    }

    fn blob(&mut self, bytes: &[u8], text: bool) -> Vec<u8> {
        let length = (bytes.len() as u32).to_be_bytes();
        let fits = |width: usize| length[..4 - width].iter().all(|&byte| byte == 0);
        let (mut texts, mut binaries) = (Vec::new(), Vec::new());
        if bytes.len() < 32 {
            texts.push(vec![0xa0 + bytes.len() as u8]);
        }
        for (power, width) in [1, 2, 4].into_iter().enumerate() {
            if fits(width) {
                texts.push([&[0xd9 + power as u8], &length[4 - width..]].concat());
                binaries.push([&[0xc4 + power as u8], &length[4 - width..]].concat());
            }
        }
        let forms = match text {
            true if bytes.len() > 30 => texts,
            true => [texts, binaries].concat(),
            false => [binaries, texts].concat(),
        };
        let form = self.below(forms.len());
        [&forms[form], bytes].concat()
    }

    fn container(&mut self, short: u8, long: u8, entries: &[Vec<u8>]) -> Vec<u8> {
        let length = (entries.len() as u32).to_be_bytes();
        let mut forms = vec![
            [&[long], &length[2..]].concat(),
            [&[long + 1], length.as_slice()].concat(),
        ];
        if entries.len() < 16 {
            forms.insert(0, vec![short + entries.len() as u8]);
        }
        let form = self.below(forms.len());
        [forms.swap_remove(form), entries.concat()].concat()
    }
}

fn is_zero(kind: &Kind, tree: &Tree) -> bool {
    match (kind, tree) {
        (_, Tree::Uint(value)) => *value == 0,
        (_, Tree::Bool(value)) => !value,
        (Kind::FixedBytes(_) | Kind::Address, Tree::Blob(bytes)) => bytes.iter().all(|&byte| byte == 0),
        (_, Tree::Blob(bytes)) => bytes.is_empty(),
        (_, Tree::List(items)) => items.is_empty(),
        (_, Tree::Map(map)) => map.is_empty(),
        (Kind::Pointer(_), Tree::Struct(_)) => false,
        (Kind::Struct(schema), Tree::Struct(values)) => schema
            .fields()
            .iter()
            .zip(values)
            .all(|(field, value)| value.as_ref().is_none_or(|value| is_zero(&field.kind, value))),
        _ => unreachable!(),
    }
}
