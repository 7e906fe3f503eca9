//! Which name was meant.

/// The known name that is most like `name`, unless none is much like it.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let (distance, nearest) = known
        .map(|known| (distance(&name, &known.to_lowercase()), known))
        .min()?;
    (distance <= name.len().div_ceil(3)).then_some(nearest)
}

/// How many letters differ: in all of it, or in its last part where the way to
/// it was forgotten.
fn distance(name: &str, known: &str) -> usize {
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    let of_last = strsim::damerau_levenshtein(&last(name), &last(known)) + 1;
    strsim::damerau_levenshtein(name, known).min(of_last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_was_meant_is_found() {
        let known = [
            "address",
            "session_lifetime_secs",
            "kmd.log_format",
            "kmd.log_keep",
            "drivers.sqlite.scrypt.scrypt_n",
        ];
        let cases = [
            ("adress", Some("address")),
            ("Session_Lifetime", Some("session_lifetime_secs")),
            ("kmd.log_fromat", Some("kmd.log_format")),
            ("log_format", Some("kmd.log_format")),
            ("drivers.sqlite.scrypt_n", Some("drivers.sqlite.scrypt.scrypt_n")),
            ("whatever", None),
            ("", None),
        ];
        for (name, meant) in cases {
            assert_eq!(nearest(name, known.into_iter()), meant, "{name}");
        }
    }
}
