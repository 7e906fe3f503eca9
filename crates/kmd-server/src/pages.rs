//! For the tests that keep pages of `docs/reference` true to the source.

use std::path::Path;

/// Compares a page with what is made of the source.
///
/// `UPDATE_PAGES=1 cargo test -p kmd-server page_is_current` writes it anew.
#[track_caller]
pub(crate) fn assert_current(name: &str, made: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
    let path = folder.join(name);
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(&path, made).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == made,
        "run `UPDATE_PAGES=1 cargo test -p kmd-server page_is_current`"
    );
}
