use super::*;

const LIMIT: usize = 20;

/// Gives what it has in pieces of this length.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(self.1).min(self.0.len());
        let (piece, rest) = self.0.split_at(length);
        buffer[..length].copy_from_slice(piece);
        self.0 = rest;
        Ok(length)
    }
}

/// Status, body and whether the connection is kept; or why not.
fn read(bytes: &[u8]) -> Result<(u16, String, bool), String> {
    let [whole, dribbling] = [bytes.len().max(1), 1].map(|length| {
        let answer = read_answer(&mut Pieces(bytes, length), LIMIT);
        answer
            .map(|answer| {
                let body = String::from_utf8(answer.body.to_vec()).unwrap();
                (answer.status, body, answer.keeps_connection)
            })
            .map_err(|error| match error {
                ReadError::Stream(error) => error.kind().to_string(),
                ReadError::Broken(reason) => reason,
            })
    });
    // What follows an answer is only seen when it comes along.
    let body = |read: &Result<(u16, String, bool), String>| read.clone().map(|(_, body, _)| body);
    assert_eq!(body(&whole), body(&dribbling));
    whole
}

#[test]
fn answers() {
    let cases: [(&str, u16, &str, bool); 15] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 200, "{}", true),
        ("HTTP/1.1 200 OK\r\ncontent-length:2\r\nX: y\r\n\r\n{}", 200, "{}", true),
        ("HTTP/1.1 401\r\nContent-Length: 0\r\n\r\n", 401, "", true),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n01234567890123456789",
            200,
            "01234567890123456789",
            true,
        ),
        (
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
            200,
            "{}",
            false,
        ),
        (
            "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 2\r\n\r\n{}",
            200,
            "{}",
            false,
        ),
        ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", 200, "{}", false),
        ("HTTP/1.1 200 OK\r\n\r\n{}", 200, "{}", false),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200",
            200,
            "{}",
            false,
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
            200,
            "{}",
            true,
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\n\r\n2;x=y\r\n{}\r\n0\r\nT: r\r\n\r\n",
            200,
            "{}",
            true,
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n01234567890123456789\r\n0\r\n\r\n",
            200,
            "01234567890123456789",
            true,
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\n{}",
            400,
            "{}",
            true,
        ),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204, "", true),
        (
            "HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n",
            302,
            "",
            true,
        ),
    ];
    for (text, status, body, keeps) in cases {
        assert_eq!(read(text.as_bytes()), Ok((status, body.to_owned(), keeps)), "{text}");
    }
}

#[test]
fn no_answers() {
    let ended = "unexpected end of file";
    let too_long = "body: too long";
    let unclear = "framing: not clear";
    let cases = [
        ("", ended),
        ("HTTP/1.1 200 OK\r\n", ended),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", ended),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}", ended),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
            ended,
        ),
        ("SSH-2.0-OpenSSH\r\n", "not HTTP: invalid HTTP version"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n", too_long),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}",
            "length: not a number",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "length: number too large to fit in target type",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
            "length: cannot parse integer from empty string",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
            unclear,
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
            unclear,
        ),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", unclear),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
            "chunk: invalid chunk size",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n",
            "chunk: longer than its length",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n01234567890123456789\r\n1\r\n",
            too_long,
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
            too_long,
        ),
        ("HTTP/1.1 200 OK\r\n\r\n012345678901234567890", too_long),
    ];
    for (text, error) in cases {
        assert_eq!(read(text.as_bytes()), Err(error.to_owned()), "{text}");
    }
}

#[test]
fn a_head_has_an_end() {
    let text = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(20_000));
    assert_eq!(read(text.as_bytes()), Err("head: too long".to_owned()));
}

#[test]
fn requests() {
    let head = RequestHead {
        method: Method::Delete,
        path: "/v1/key",
        host: "localhost",
        token: "secret",
        media_type: "application/json",
    };
    let with_body = "DELETE /v1/key HTTP/1.1\r\nHost: localhost\r\nx-kmd-api-token: secret\r\n\
        Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    let without = "DELETE /v1/key HTTP/1.1\r\nHost: localhost\r\nx-kmd-api-token: secret\r\n\
        Accept: application/json\r\n\r\n";
    for (body, text) in [("{}", with_body), ("", without)] {
        let request = head.followed_by(body.as_bytes());
        assert_eq!(String::from_utf8_lossy(&request), text);
        assert_eq!(request.capacity(), text.len());
    }
}

#[test]
fn tokens() {
    let fits = |text: &str| token(text).is_ok();
    assert!(fits(&"a".repeat(64)) && fits(&"a".repeat(256)));
    assert!(!fits(&"a".repeat(63)) && !fits(&"a".repeat(257)));
    assert!(!fits(&format!("{}\r\nX: y", "a".repeat(64))));
}
