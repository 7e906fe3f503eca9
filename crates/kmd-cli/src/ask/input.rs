//! Lines of standard input that may be secrets.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;

use zeroize::Zeroizing;

/// Bytes; longer than any password or mnemonic that makes sense.
pub(super) const LONGEST_LINE: usize = 4096;

/// The next line, without its end. Byte by byte and without the standard library's buffer, which
/// would keep a copy and read what is meant for others.
pub(super) fn read_line() -> io::Result<Zeroizing<String>> {
    let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    line_of(input)
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
