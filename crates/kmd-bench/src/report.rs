//! The table, in Markdown, a line as soon as it is known.

use anyhow::Result;

use crate::daemon::Lab;
use crate::machine;
use crate::row::{Better, Figure, Measured, Row};

/// What stands where a daemon cannot do something.
const BLANK: &str = "–";

/// Prints the machine, the daemons and the head of the table.
///
/// # Errors
/// When the system does not tell what it is.
pub fn introduce(lab: &Lab) -> Result<()> {
    println!("{}", machine::describe(lab.path())?);
    for subject in &lab.subjects {
        println!("{}: `{}`  ", subject.label, subject.binary.display());
    }
    if lab.subjects.len() == 1 {
        println!("\n| what | unit | aim | ours |\n|---|---|--:|--:|");
    } else {
        println!("\n| what | unit | aim | ours | other | ours is better by |\n|---|---|--:|--:|--:|--:|");
    }
    Ok(())
}

/// Prints the lines of a row, and what went wrong in it; tells whether ours measured it. What another daemon fails at, it
/// cannot do.
pub fn print(lab: &Lab, row: &Row, measured: &[Measured]) -> bool {
    for (index, figure) in row.figures.iter().enumerate() {
        let value = |daemon: &Measured| daemon.as_ref().ok()?.as_ref()?.get(index).copied();
        let values: Vec<Option<f64>> = measured.iter().map(value).collect();
        println!("{}", line(figure, &values));
    }
    for (daemon, subject) in measured.iter().zip(&lab.subjects) {
        if let Err(error) = daemon {
            eprintln!("kmd-bench: {} ({}): {error:#}", row.name, subject.label);
        }
    }
    measured.first().is_some_and(Result::is_ok)
}

/// Prints what has to be known beside the table.
///
/// # Errors
/// When the system does not tell.
pub fn conclude(rows: &[Row]) -> Result<()> {
    println!(
        "\n{} rows, load generator on the same machine; at the end: {}.",
        rows.len(),
        machine::load_average()?
    );
    Ok(())
}

fn line(figure: &Figure, values: &[Option<f64>]) -> String {
    let mut cells = vec![figure.what.clone(), figure.unit.to_owned(), figure.aim.to_owned()];
    cells.extend(
        values
            .iter()
            .map(|value| value.map_or_else(|| BLANK.to_owned(), number)),
    );
    if let [ours, other] = values {
        cells.push(ratio(figure.better, *ours, *other).unwrap_or_default());
    }
    format!("| {} |", cells.join(" | "))
}

fn ratio(better: Better, ours: Option<f64>, other: Option<f64>) -> Option<String> {
    let ratio = match better {
        Better::More => ours? / other?,
        Better::Less => other? / ours?,
    };
    Some(format!("× {}", number(ratio)))
}

/// Three digits that mean something, and commas.
pub fn number(value: f64) -> String {
    match value {
        _ if !value.is_finite() => BLANK.to_owned(),
        _ if value < 1.0 => format!("{value:.3}"),
        _ if value < 10.0 => format!("{value:.2}"),
        _ if value < 100.0 => format!("{value:.1}"),
        _ => with_commas(value.round() as u64),
    }
}

fn with_commas(value: u64) -> String {
    let digits = value.to_string();
    let groups: Vec<&str> = (0..digits.len())
        .rev()
        .step_by(3)
        .map(|last| &digits[last.saturating_sub(2)..=last])
        .rev()
        .collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::figure;

    #[test]
    fn numbers() {
        let cases = [
            (0.0123, "0.012"),
            (1.5, "1.50"),
            (12.34, "12.3"),
            (123.4, "123"),
            (1234.0, "1,234"),
            (1234567.0, "1,234,567"),
            (f64::NAN, "–"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn lines() {
        let time = figure("start", "ms", Better::Less, "≤ 15");
        assert_eq!(line(&time, &[Some(10.0)]), "| start | ms | ≤ 15 | 10.0 |");
        assert_eq!(
            line(&time, &[Some(10.0), Some(42.0)]),
            "| start | ms | ≤ 15 | 10.0 | 42.0 | × 4.20 |"
        );
        assert_eq!(line(&time, &[Some(10.0), None]), "| start | ms | ≤ 15 | 10.0 | – |  |");
    }
}
