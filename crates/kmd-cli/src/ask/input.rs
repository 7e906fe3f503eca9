//! Standard input, which may hold secrets.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::OnceLock;

use zeroize::Zeroizing;

/// Bytes; longer than any password or mnemonic that makes sense.
pub(super) const LONGEST_LINE: usize = 4096;

/// How answers were taken from standard input.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Line by line.
    Lines,
    /// All of it, by the name of a file.
    File,
}

/// The way that was taken. Standard input is one for the whole process, so this is.
static WAY: OnceLock<Way> = OnceLock::new();

/// Standard input without the standard library's buffer, which would keep a copy that nobody wipes,
/// and read what is meant for others.
pub(super) fn unbuffered() -> io::Result<File> {
    io::stdin().as_fd().try_clone_to_owned().map(File::from)
}

/// The next line, without its end; byte by byte, so that what is behind it stays there.
pub(super) fn read_line() -> io::Result<Zeroizing<String>> {
    line_of(unbuffered()?)
}

/// The next line as an answer.
pub(super) fn read_answer() -> io::Result<Zeroizing<String>> {
    match *WAY.get_or_init(|| Way::Lines) {
        Way::Lines => read_line(),
        Way::File => Err(taken()),
    }
}

/// To be asked before a file with a secret is opened. Where it is standard input, by whatever name,
/// nothing else may be read from there: of a pipe nothing would be left, and a file would be read
/// again from its start, so that two secrets would be the same.
pub(super) fn take_file(file: &Path) -> io::Result<()> {
    let free = || WAY.set(Way::File).is_ok();
    if !is_standard_input(file) || free() {
        Ok(())
    } else {
        Err(taken())
    }
}

/// By whatever name: `/dev/stdin`, `/dev/fd/0`, or that of the file which it is.
pub(super) fn is_standard_input(file: &Path) -> bool {
    match (fs::metadata(file), rustix::fs::fstat(io::stdin())) {
        (Ok(file), Ok(input)) => (file.dev(), file.ino()) == (input.st_dev, input.st_ino),
        _ => false,
    }
}

fn taken() -> io::Error {
    invalid(
        io::ErrorKind::InvalidInput,
        "another secret was taken from standard input already",
    )
}

/// The next line of something that is read byte by byte.
pub(super) fn line_of(mut input: impl Read) -> io::Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(Vec::with_capacity(LONGEST_LINE));
    let mut byte = Zeroizing::new([0]);
    loop {
        match input.read(&mut *byte) {
            Ok(0) if line.is_empty() => return Err(invalid(io::ErrorKind::UnexpectedEof, "standard input ended")),
            Ok(0) => break,
            Ok(_) if byte[0] == b'\n' => break,
            Ok(_) if line.len() == LONGEST_LINE => {
                return Err(invalid(
                    io::ErrorKind::InvalidData,
                    "the line is longer than 4096 bytes",
                ));
            }
            Ok(_) => line.push(byte[0]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    text(&line)
}

/// UTF-8, copied once.
pub(super) fn text(bytes: &[u8]) -> io::Result<Zeroizing<String>> {
    std::str::from_utf8(bytes)
        .map(|text| Zeroizing::new(text.to_owned()))
        .map_err(|_| invalid(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}

fn invalid(kind: io::ErrorKind, problem: &'static str) -> io::Error {
    io::Error::new(kind, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let long = vec![b'x'; LONGEST_LINE + 1];
        let cases: [(&[u8], Option<&str>); 8] = [
            (b"secret\nnext", Some("secret")),
            (b"secret\r\n", Some("secret")),
            (b"secret", Some("secret")),
            (b" two  blanks \n", Some(" two  blanks ")),
            (b"\n", Some("")),
            (b"", None),
            (b"\xff\n", None),
            (&long, None),
        ];
        for (input, expected) in cases {
            let line = line_of(input);
            assert_eq!(line.ok().as_deref().map(String::as_str), expected, "{input:?}");
        }
    }
}
