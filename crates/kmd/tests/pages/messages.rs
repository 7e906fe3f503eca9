//! A message that `docs/troubleshooting.md` explains is one that kmd can say.
//!
//! Messages are headings in backticks, with `…` for what differs each time.

use crate::{read, sources};

const PAGE: &str = "docs/troubleshooting.md";

#[test]
fn messages_that_are_explained_can_be_said() {
    let page = read(PAGE);
    let messages: Vec<&str> = page.lines().filter_map(message).collect();
    assert!(messages.len() > 40, "{PAGE} explains only {} messages", messages.len());
    let sources: Vec<String> = sources()
        .iter()
        .filter(|(path, _)| path.contains("/src/"))
        .map(|(_, source)| literals_joined(source))
        .collect();
    let never_said: Vec<_> = messages
        .iter()
        .filter(|message| !can_be_said(message, &sources))
        .collect();
    assert!(
        never_said.is_empty(),
        "{PAGE} explains what no source says: {never_said:#?}"
    );
}

fn message(line: &str) -> Option<&str> {
    line.strip_prefix("### `")?.strip_suffix('`')
}

/// Whether all parts of the message stand in one file.
fn can_be_said(message: &str, sources: &[String]) -> bool {
    let parts: Vec<&str> = message
        .split('…')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    sources
        .iter()
        .any(|source| parts.iter().all(|part| source.contains(part)))
}

/// The source with text as it is said: quotes without their escapes, broken lines whole.
fn literals_joined(source: &str) -> String {
    let mut joined = String::with_capacity(source.len());
    let mut lines = source.split("\\\n");
    joined.push_str(lines.next().unwrap_or_default());
    lines.for_each(|line| joined.push_str(line.trim_start()));
    joined.replace("\\\"", "\"")
}

#[test]
fn a_message_that_nobody_says_is_noticed() {
    let sources = [literals_joined("\"the \\\"file\\\" {path} \\\n     is missing\"")];
    assert!(can_be_said("the \"file\" … is missing", &sources));
    assert!(!can_be_said("the \"file\" … is there", &sources));
    assert_eq!(message("### `a b`"), Some("a b"));
    assert_eq!(message("### About"), None);
}
