//! Names of wallet files: `<name>.<id>.db`, where both are stripped of
//! everything that could mean something to a file system or a shell.

use kmd_wallet::{WalletId, WalletName};

/// The ending that makes a file in the wallets folder a wallet.
const ENDING: &str = ".db";

/// Whether a file of this name may be a wallet.
pub(crate) fn counts(name: &[u8]) -> bool {
    name.ends_with(ENDING.as_bytes())
}

/// The file name of a new wallet. A rename does not change it.
pub(crate) fn of(id: &WalletId, name: &WalletName) -> String {
    let (id, name) = (stripped(id.as_str()), stripped(name.as_str()));
    if id == name {
        format!("{id}{ENDING}")
    } else {
        format!("{name}.{id}{ENDING}")
    }
}

fn stripped(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_reference_names_them() {
        let cases = [
            ("plain", "00ff", "plain.00ff.db"),
            ("default parameters", "d1f5", "defaultparameters.d1f5.db"),
            ("00ff", "00ff", "00ff.db"),
            ("日本語 / ../ \"x\" 🔑", "8914", "x.8914.db"),
            ("../../etc/passwd", "00ff", "etcpasswd.00ff.db"),
            ("🔑", "00ff", ".00ff.db"),
            ("a_b-c.d", "00ff", "a_b-cd.00ff.db"),
        ];
        for (name, id, file) in cases {
            assert_eq!(of(&WalletId::new(id).unwrap(), &WalletName::new(name).unwrap()), file);
        }
    }
}
