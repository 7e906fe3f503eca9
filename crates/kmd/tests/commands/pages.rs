//! `kmd completions` and `kmd man`

use crate::desk::{run_on, says};
use crate::support::daemon::{Home, kmd, run};

#[test]
fn completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let exit = run(kmd().args(["completions", shell]));
        assert_eq!(exit.code, Some(0), "{exit:?}");
        says(&exit.stdout, &["wallet", "export-mdk", "password-file"]);
    }
    let exit = run(kmd().args(["completions", "tcsh"]));
    assert_eq!(exit.code, Some(2), "{exit:?}");
    says(&exit.stderr, &["tcsh", "bash"]);
}

#[test]
fn manual_pages() {
    let exit = run(kmd().arg("man"));
    assert_eq!(exit.code, Some(0), "{exit:?}");
    says(&exit.stdout, &[".TH kmd 1", "data\\-dir"]);

    let home = Home::empty();
    let exit = run_on(&home.path, &format!("man --dir {}", home.path.display()), &[]);
    assert_eq!(exit.code, Some(0), "{exit:?}");
    for page in ["kmd.1", "kmd-wallet.1", "kmd-wallet-create.1", "kmd-doctor.1"] {
        assert!(home.has(page), "{page}");
    }
    let exit = run_on(&home.path, "man --dir /not/there", &[]);
    assert_eq!(exit.code, Some(10), "{exit:?}");
    says(&exit.stderr, &["/not/there"]);
}
