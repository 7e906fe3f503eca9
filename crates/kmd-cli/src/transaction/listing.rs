//! The transactions of a file with all that can be said of them: for people and for programs.

use kmd_algorand::{FileEntry, Form, Group, GroupState, SignedTransaction, groups};
use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

use super::check::{CheckedTransaction, Verdict, check};
use super::danger::Danger;
use super::describe::{Description, Line, describe};
use super::phrase::base64;
use super::{authorization, json};
use crate::Result;
use crate::error::{Error, Kind};
use crate::output::{Page, Report};
use crate::phrase::count;

/// What is in a file.
pub(super) struct Listing {
    pub(super) items: Vec<Item>,
    pub(super) groups: Vec<Group>,
}

/// A transaction of a file.
pub(super) struct Item {
    pub(super) entry: FileEntry,
    pub(super) verdict: Verdict,
    description: Description,
    /// Which group it belongs to, and its place in it; both counted from 0.
    member: Option<(usize, usize)>,
}

impl Item {
    pub(super) fn signed(&self) -> &SignedTransaction {
        &self.entry.signed
    }

    pub(super) fn into_checked(self) -> CheckedTransaction {
        CheckedTransaction {
            signed: self.entry.signed,
            verdict: self.verdict,
        }
    }

    /// All lines but that of the group.
    fn lines(&self) -> Vec<Line> {
        let lines = self.description.lines.iter().cloned();
        lines
            .chain(authorization::lines(self.signed(), &self.verdict))
            .collect()
    }
}

impl Listing {
    pub(super) fn new(entries: Vec<FileEntry>) -> Result<Self> {
        let transactions: Vec<_> = entries.iter().map(|entry| &entry.signed.transaction).collect();
        let groups = groups(&transactions);
        let mut items = entries.into_iter().map(item).collect::<Result<Vec<Item>>>()?;
        for (number, group) in groups.iter().enumerate() {
            for (position, place) in group.members.iter().enumerate() {
                items[*place].member = Some((number, position));
            }
        }
        Ok(Self { items, groups })
    }

    /// All lines of a transaction, its group's at the end.
    fn lines(&self, place: usize) -> Vec<Line> {
        let mut lines = self.items[place].lines();
        if let Some((number, position)) = self.items[place].member {
            let group = &self.groups[number];
            let (position, count, id) = (position + 1, group.members.len(), base64(&group.id));
            lines.push(match trouble(group) {
                None => Line::plain("group", format!("{position} of {count}, whole, id {id}")),
                Some(trouble) => {
                    let member = format!("{position} of {count} in this file, id {id}: {trouble}");
                    Line::alarm("group", member, Danger::Group)
                }
            });
        }
        lines
    }
}

fn item(entry: FileEntry) -> Result<Item> {
    let description = describe(&entry.signed.transaction)
        .map_err(|error| Error::new(Kind::Other, "cannot show a transaction").because(error))?;
    Ok(Item {
        verdict: check(&entry.signed),
        description,
        member: None,
        entry,
    })
}

/// What is wrong with a group.
pub(super) fn trouble(group: &Group) -> Option<String> {
    match &group.state {
        GroupState::Whole => None,
        GroupState::Scattered => Some("others stand between its transactions".to_owned()),
        GroupState::WrongOrder(order) => {
            let order: Vec<String> = order.iter().map(|place| (place + 1).to_string()).collect();
            Some(format!("in the wrong order; right is {}", order.join(", ")))
        }
        GroupState::NotWhole => Some("not whole: some are missing, or were changed".to_owned()),
    }
}

impl Report for Listing {
    fn write(&self, page: &mut Page) {
        for (place, item) in self.items.iter().enumerate() {
            page.title(&format!("Transaction {}: {}", place + 1, item.description.title));
            let id = Line::plain("id", item.signed().transaction.id().to_string());
            let lines: Vec<Line> = [id].into_iter().chain(self.lines(place)).collect();
            write_lines(page, &lines);
            page.line("");
        }
        self.write_sum(page);
    }
}

impl Listing {
    fn write_sum(&self, page: &mut Page) {
        let all: Vec<Line> = (0..self.items.len()).flat_map(|place| self.lines(place)).collect();
        let dangers = all.iter().filter(|line| line.danger.is_some()).count();
        let groups = match self.groups.len() {
            0 => String::new(),
            groups => format!(", {}", count(groups, "group")),
        };
        let sum = format!("{}{groups}", count(self.items.len(), "transaction"));
        match dangers {
            0 => page.line(sum),
            _ => page.alarm(&format!(
                "{sum}, {} to look at twice, marked with !",
                count(dangers, "line")
            )),
        }
    }
}

fn write_lines(page: &mut Page, lines: &[Line]) {
    let width = lines
        .iter()
        .map(|line| line.label.chars().count())
        .max()
        .unwrap_or_default();
    for (index, Line { label, value, danger }) in lines.iter().enumerate() {
        let Some(danger) = danger else {
            page.line(format!("  {label:width$}  {value}"));
            continue;
        };
        page.alarm(&format!("! {label:width$}  {value}"));
        // Once is enough where several lines in a row mean the same.
        if lines.get(index + 1).is_none_or(|next| next.danger != Some(*danger)) {
            page.alarm(&format!("  {:width$}  ({})", "", danger.meaning()));
        }
    }
}

impl Serialize for Listing {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let transactions: Vec<Json> = (0..self.items.len()).map(|place| self.json(place)).collect();
        let groups: Vec<Json> = self.groups.iter().map(group_json).collect();
        json!({ "transactions": transactions, "groups": groups }).serialize(serializer)
    }
}

impl Listing {
    fn json(&self, place: usize) -> Json {
        let item = &self.items[place];
        let transaction = &item.signed().transaction;
        let fields = transaction.fields().unwrap_or_default();
        let dangers = self.lines(place).into_iter().filter_map(|line| {
            let danger = line.danger?;
            Some(json!({ "code": danger.code(), "meaning": danger.meaning(), "what": line.label, "value": line.value }))
        });
        json!({
            "number": place + 1,
            "offset": item.entry.offset,
            "bare": item.entry.form == Form::Bare,
            "id": transaction.id().to_string(),
            "description": item.description.title,
            "sender": transaction.sender().to_string(),
            "fields": json::fields(&fields),
            "signature": authorization::json(item.signed(), &item.verdict),
            "dangers": dangers.collect::<Vec<_>>(),
        })
    }
}

fn group_json(group: &Group) -> Json {
    let places = |places: &[usize]| places.iter().map(|place| place + 1).collect::<Vec<_>>();
    let mut object = json!({
        "id": base64(&group.id),
        "transactions": places(&group.members),
        "state": state_name(&group.state),
    });
    if let GroupState::WrongOrder(order) = &group.state {
        object["right_order"] = json!(places(order));
    }
    object
}

pub(super) fn state_name(state: &GroupState) -> &'static str {
    match state {
        GroupState::Whole => "whole",
        GroupState::Scattered => "scattered",
        GroupState::WrongOrder(_) => "wrong-order",
        GroupState::NotWhole => "not-whole",
    }
}
