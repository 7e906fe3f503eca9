//! What may be mistyped in an address. Its checksum has 32 bits, so when one change makes it right,
//! that is the change that was meant.

use kmd_algorand::Address;

use crate::phrase::count;

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What to look at in a text that is no address.
pub(super) fn hints(text: &str) -> Vec<String> {
    let mut hints = obvious(text);
    if let Some(hint) = repaired(text) {
        hints.push(format!("{hint}; compare with where it comes from"));
    }
    hints
}

fn obvious(text: &str) -> Vec<String> {
    let mut hints = Vec::new();
    let length = text.chars().count();
    if length != Address::TEXT_LENGTH {
        hints.push(format!("this has {}", count(length, "character")));
    }
    if let Some((place, character)) = text
        .chars()
        .enumerate()
        .find(|(_, character)| !ALPHABET.contains(*character))
    {
        let lower = character.is_ascii_lowercase();
        hints.push(format!(
            "character {} cannot be in an address{}",
            place + 1,
            if lower { ": its letters are capital" } else { "" }
        ));
    }
    hints
}

/// The one change that makes an address of the text.
fn repaired(text: &str) -> Option<String> {
    if text.len() > 2 * Address::TEXT_LENGTH || !text.is_ascii() {
        return None;
    }
    let is_right = |text: &str| text.parse::<Address>().is_ok();
    let capital = text.to_uppercase();
    if is_right(&capital) {
        return Some("in capital letters it is one".to_owned());
    }
    another_character(&capital, is_right)
        .or_else(|| swapped(&capital, is_right))
        .or_else(|| missing(&capital, is_right))
        .or_else(|| too_many(&capital, is_right))
}

fn another_character(text: &str, is_right: impl Fn(&str) -> bool) -> Option<String> {
    changes(text.len(), |place, letter| {
        format!("{}{letter}{}", &text[..place], &text[place + 1..])
    })
    .find(|(_, _, changed)| is_right(changed))
    .map(|(place, letter, _)| format!("with {letter} as character {} it is one", place + 1))
}

fn missing(text: &str, is_right: impl Fn(&str) -> bool) -> Option<String> {
    changes(text.len() + 1, |place, letter| {
        format!("{}{letter}{}", &text[..place], &text[place..])
    })
    .find(|(_, _, changed)| is_right(changed))
    .map(|(place, letter, _)| format!("with {letter} added as character {} it is one", place + 1))
}

fn swapped(text: &str, is_right: impl Fn(&str) -> bool) -> Option<String> {
    let swap = |place: usize| {
        let (one, other) = (&text[place..=place], &text[place + 1..place + 2]);
        format!("{}{other}{one}{}", &text[..place], &text[place + 2..])
    };
    let place = (0..text.len().saturating_sub(1)).find(|place| is_right(&swap(*place)))?;
    Some(format!(
        "with characters {} and {} in the other order it is one",
        place + 1,
        place + 2
    ))
}

fn too_many(text: &str, is_right: impl Fn(&str) -> bool) -> Option<String> {
    let without = |place: usize| format!("{}{}", &text[..place], &text[place + 1..]);
    let place = (0..text.len()).find(|place| is_right(&without(*place)))?;
    Some(format!("without character {} it is one", place + 1))
}

/// Each letter at each place.
fn changes(places: usize, change: impl Fn(usize, char) -> String) -> impl Iterator<Item = (usize, char, String)> {
    let each = (0..places).flat_map(|place| ALPHABET.chars().map(move |letter| (place, letter)));
    each.map(move |(place, letter)| (place, letter, change(place, letter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIGHT: &str = "PLGEQ4WPWHGTO47YDYJQBN3OX4JFYD5LPAHC3B645FUCQOMSNGCPMVJHNQ";

    #[test]
    fn the_change_that_was_meant_is_found() {
        let cases = [
            (RIGHT.to_lowercase(), "in capital letters it is one"),
            (RIGHT.replace("47YD", "47VD"), "with Y as character 16 it is one"),
            (RIGHT.replace("47YD", "470D"), "with Y as character 16 it is one"),
            (
                RIGHT.replace("47YD", "4Y7D"),
                "with characters 15 and 16 in the other order it is one",
            ),
            (RIGHT.replace("47YD", "47D"), "with Y added as character 16 it is one"),
            (RIGHT.replace("47YD", "47YXD"), "without character 17 it is one"),
            (format!("{RIGHT}A"), "without character 59 it is one"),
        ];
        for (text, expected) in cases {
            let hints = hints(&text);
            assert!(
                hints.last().is_some_and(|hint| hint.starts_with(expected)),
                "{text}: {hints:?}"
            );
        }
        for text in ["", "A", "é", "ABC", &"A".repeat(58), &"A".repeat(10_000)] {
            assert_eq!(repaired(text), None, "{text}");
        }
    }

    #[test]
    fn what_no_address_has_is_named() {
        assert_eq!(
            hints("A0"),
            ["this has 2 characters", "character 2 cannot be in an address"]
        );
        assert_eq!(
            hints("Aa"),
            [
                "this has 2 characters",
                "character 2 cannot be in an address: its letters are capital"
            ]
        );
    }
}
