//! The API token: is it one, and who can read it?

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use kmd_api::files;
use zeroize::Zeroizing;

use super::Finding;

const CHECK: &str = "token";

pub(super) fn examine(data_dir: &Path) -> Finding {
    let path = data_dir.join(files::TOKEN);
    let shown = path.display();
    let bytes = match fs::read(&path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Finding::ok(CHECK, "none; the next start makes one");
        }
        Err(error) => {
            let found = format!("{shown} cannot be read: {error}");
            return Finding::problem(CHECK, found, "run this as the user that kmd runs as");
        }
    };
    if !is_token(&bytes) {
        let found = format!("the first line of {shown} has not 64 to 256 visible characters");
        return Finding::problem(
            CHECK,
            found,
            format!("rm '{shown}', and start kmd anew to have one made"),
        );
    }
    let mode = fs::metadata(&path).map_or(0, |metadata| metadata.permissions().mode() & 0o777);
    if mode & 0o077 != 0 {
        let found = format!("others can read {shown} (mode {mode:04o}), as the Go kmd leaves it");
        return Finding::problem(
            CHECK,
            found,
            format!("rm '{shown}', and start kmd anew to have another one made"),
        );
    }
    Finding::ok(CHECK, format!("{shown}, yours alone"))
}

fn is_token(file: &[u8]) -> bool {
    let line = file.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    files::TOKEN_LENGTHS.contains(&line.len()) && line.iter().all(u8::is_ascii_graphic)
}
