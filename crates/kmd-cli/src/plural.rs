//! Numbers of things, as people say them.

use std::fmt::Display;

/// Something and how many of it.
pub(crate) fn count<N: Display + PartialEq + From<u8>>(number: N, thing: &str) -> String {
    if number == N::from(1) {
        return format!("{number} {thing}");
    }
    let ending = if thing.ends_with('s') { "es" } else { "s" };
    format!("{number} {thing}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        assert_eq!(count(1_u64, "key"), "1 key");
        assert_eq!(count(0_usize, "key"), "0 keys");
        assert_eq!(count(2_u64, "multisig address"), "2 multisig addresses");
    }
}
