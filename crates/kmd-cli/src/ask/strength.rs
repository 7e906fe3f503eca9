//! Whether a password is easily guessed. A hint, not a judgement: it knows what is surely weak and
//! cannot tell what is strong.

use crate::phrase::count;

/// Guessing goes on without a daemon once somebody has the file, so length is what counts.
const SHORT: usize = 12;

/// Those that everybody tries first.
const COMMON: [&str; 40] = [
    "123456",
    "password",
    "qwerty",
    "qwertyuiop",
    "abc123",
    "111111",
    "123123",
    "admin",
    "letmein",
    "welcome",
    "monkey",
    "dragon",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "batman",
    "trustno1",
    "master",
    "shadow",
    "michael",
    "jennifer",
    "passw0rd",
    "changeme",
    "secret",
    "default",
    "login",
    "access",
    "algorand",
    "algo",
    "wallet",
    "bitcoin",
    "crypto",
    "test",
    "testtest",
    "hello",
    "starwars",
    "whatever",
];

/// What is weak about a password, or nothing that is known.
pub(super) fn weakness(password: &str) -> Option<String> {
    let characters = password.chars().count();
    if characters == 0 {
        return Some("there is none: whoever can read the wallet file has its keys".to_owned());
    }
    if is_common(password) {
        return Some("it is one of those that are tried first".to_owned());
    }
    if is_regular(password) {
        return Some("it is a simple sequence".to_owned());
    }
    (characters < SHORT).then(|| {
        format!(
            "it has {}; {SHORT} or more, or a few random words, last",
            count(characters, "character")
        )
    })
}

/// One of the list, also with digits and marks around it.
fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let core = lower.trim_matches(|character: char| !character.is_alphabetic());
    COMMON.contains(&lower.as_str()) || COMMON.contains(&core)
}

/// Each character follows from the one before it in the same way: aaaa, 1234, zyxw.
fn is_regular(password: &str) -> bool {
    let numbers = || password.chars().map(|character| i64::from(u32::from(character)));
    let mut steps = numbers().zip(numbers().skip(1)).map(|(one, next)| next - one);
    steps
        .next()
        .is_some_and(|first| first.abs() <= 1 && steps.all(|step| step == first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_weak() {
        let weak = [
            "",
            "a",
            "password",
            "Password123!",
            "secret",
            "aaaaaaaaaaaaaaaaaaaa",
            "abcdefghijklmnop",
            "987654321",
            "eleven char",
        ];
        for password in weak {
            assert!(weakness(password).is_some(), "{password}");
        }
        for password in ["twelve chars", "correct horse battery staple", "ключ от кошелька"] {
            assert_eq!(weakness(password), None, "{password}");
        }
    }
}
