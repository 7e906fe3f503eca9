//! Handles: what they open, in which order they are checked, and when the keys
//! behind them go.

use std::time::Duration;

use kmd_core::{Error, SessionError};
use kmd_crypto::Password;

use crate::support::{LIFETIME, World, password};

const SECOND: Duration = Duration::from_secs(1);

fn session_error(result: Result<impl Sized, Error>) -> Option<SessionError> {
    match result {
        Err(Error::Session(error)) => Some(error),
        Err(other) => panic!("{other}"),
        Ok(_) => None,
    }
}

#[test]
fn tokens_are_checked_in_order() {
    let world = World::new();
    let handle = world.init(&world.create("w"));
    let (id, secret) = handle.split_once('.').unwrap();
    let other = world.init(&world.create("v"));
    let (other_id, other_secret) = other.split_once('.').unwrap();
    let unknown_id = "0".repeat(16);
    let cases = [
        (handle.clone(), None),
        (String::new(), Some(SessionError::TokenParts)),
        ("nope".to_owned(), Some(SessionError::TokenParts)),
        (format!("{id}{secret}"), Some(SessionError::TokenParts)),
        ("x.y".to_owned(), Some(SessionError::Id)),
        (format!("{id}0.{secret}"), Some(SessionError::Id)),
        (format!("{}.{secret}", "g".repeat(16)), Some(SessionError::Id)),
        (format!("{id}."), Some(SessionError::Secret)),
        (format!("{handle}.x"), Some(SessionError::Secret)),
        (format!("{handle}\n"), Some(SessionError::Secret)),
        (format!("{id}.{}", &secret[..63]), Some(SessionError::Secret)),
        (format!("{unknown_id}.{secret}"), Some(SessionError::Unknown)),
        (format!("{id}.{other_secret}"), Some(SessionError::Token)),
        (format!("{other_id}.{secret}"), Some(SessionError::Token)),
        (handle, None),
    ];
    for (token, expected) in cases {
        assert_eq!(session_error(world.kmd.call().list_keys(&token)), expected, "{token:?}");
    }
}

#[test]
fn a_handle_has_81_characters_and_no_two_are_alike() {
    let world = World::new();
    let id = world.create("w");
    let handles: std::collections::HashSet<_> = (0..100).map(|_| world.init(&id)).collect();
    assert_eq!(handles.len(), 100);
    assert!(
        handles
            .iter()
            .all(|handle| handle.len() == 81 && handle.as_bytes()[16] == b'.')
    );
}

#[test]
fn the_time_left_is_rounded_down_and_renewed_in_full() {
    let world = World::new();
    let handle = world.init(&world.create("w"));
    let left = |info: kmd_core::HandleInfo| info.remaining.as_secs();
    assert_eq!(left(world.kmd.call().handle_info(&handle).unwrap()), 60);
    world.clock.advance(Duration::from_millis(1));
    assert_eq!(left(world.kmd.call().handle_info(&handle).unwrap()), 59);
    world.clock.advance(58 * SECOND);
    assert_eq!(left(world.kmd.call().renew_handle(&handle).unwrap()), 60);
    world.clock.advance(LIFETIME - Duration::from_nanos(1));
    assert_eq!(left(world.kmd.call().handle_info(&handle).unwrap()), 0);
    world.clock.advance(Duration::from_nanos(1));
    assert_eq!(
        session_error(world.kmd.call().handle_info(&handle)),
        Some(SessionError::Expired)
    );
}

#[test]
fn an_expired_handle_says_so_once() {
    type Ask = fn(&World, &str) -> Option<SessionError>;
    let asks: [Ask; 4] = [
        |world, handle| session_error(world.kmd.call().handle_info(handle)),
        |world, handle| session_error(world.kmd.call().renew_handle(handle)),
        |world, handle| session_error(world.kmd.call().release_handle(handle)),
        |world, handle| session_error(world.kmd.call().list_keys(handle)),
    ];
    for ask in asks {
        // With and without the daemon having let go of it before.
        for expire in [false, true] {
            let world = World::new();
            let handle = world.init(&world.create("w"));
            world.clock.advance(LIFETIME);
            if expire {
                world.kmd.expire_sessions();
            }
            assert_eq!(ask(&world, &handle), Some(SessionError::Expired));
            assert_eq!(ask(&world, &handle), Some(SessionError::Unknown));
        }
    }
}

#[test]
fn keys_go_at_the_deadline() {
    let world = World::new();
    let handle = world.init(&world.create("w"));
    assert_eq!(world.unlocked(), 1);
    assert_eq!(world.kmd.time_to_next_deadline(), Some(LIFETIME));
    world.clock.advance(LIFETIME - Duration::from_nanos(1));
    world.kmd.expire_sessions();
    assert_eq!(
        (world.unlocked(), world.kmd.open_wallets(), world.kmd.open_handles()),
        (1, 1, 1)
    );
    world.clock.advance(Duration::from_nanos(1));
    assert_eq!(world.kmd.time_to_next_deadline(), Some(Duration::ZERO));
    world.kmd.expire_sessions();
    assert_eq!(
        (world.unlocked(), world.kmd.open_wallets(), world.kmd.open_handles()),
        (0, 0, 0)
    );
    // The memory of the handle itself goes later.
    let forget = world.kmd.time_to_next_deadline().unwrap();
    world.clock.advance(forget);
    world.kmd.expire_sessions();
    assert_eq!(world.kmd.time_to_next_deadline(), None);
    assert_eq!(
        session_error(world.kmd.call().list_keys(&handle)),
        Some(SessionError::Unknown)
    );
}

#[test]
fn a_renewed_handle_keeps_its_keys() {
    let world = World::new();
    let handle = world.init(&world.create("w"));
    for _ in 0..10 {
        world.clock.advance(LIFETIME / 2);
        world.kmd.renew(&handle);
        world.kmd.expire_sessions();
    }
    assert_eq!(world.unlocked(), 1);
}

#[test]
fn keys_go_with_the_last_handle() {
    let world = World::new();
    let id = world.create("w");
    let handles = [0; 3].map(|_| world.init(&id));
    assert_eq!(world.unlocked(), 1, "handles of one wallet share its keys");
    for (released, handle) in handles.iter().enumerate() {
        assert_eq!(world.unlocked(), 1, "{released} released");
        world.kmd.call().release_handle(handle).unwrap();
        assert_eq!(
            session_error(world.kmd.call().list_keys(handle)),
            Some(SessionError::Unknown)
        );
    }
    assert_eq!(world.unlocked(), 0);
}

#[test]
fn handles_are_independent() {
    let world = World::new();
    let (one, two) = (world.create("one"), world.create("two"));
    let first = world.init(&one);
    world.clock.advance(LIFETIME / 2);
    let (second, third) = (world.init(&one), world.init(&two));
    world.clock.advance(LIFETIME / 2);
    assert_eq!(
        session_error(world.kmd.call().list_keys(&first)),
        Some(SessionError::Expired)
    );
    assert_eq!(session_error(world.kmd.call().list_keys(&second)), None);
    world.kmd.call().release_handle(&third).unwrap();
    assert_eq!(session_error(world.kmd.call().list_keys(&second)), None);
    assert_eq!(world.unlocked(), 1);
}

#[test]
fn an_open_wallet_opens_for_the_right_password_only() {
    let world = World::new();
    let id = world.create("w");
    let _handle = world.init(&id);
    let refused = world.kmd.call().init_wallet(&id, &Password::new(b"wrong"));
    assert!(matches!(refused, Err(Error::Unlock(kmd_wallet::Error::WrongPassword))));
    assert_eq!(
        (world.unlocked(), world.kmd.open_wallets(), world.kmd.open_handles()),
        (1, 1, 1)
    );
    world.kmd.call().init_wallet(&id, &password()).unwrap();
    assert_eq!(
        (world.unlocked(), world.kmd.open_wallets(), world.kmd.open_handles()),
        (1, 1, 2)
    );
}

#[test]
fn an_expired_wallet_is_not_opened_by_its_memory() {
    let world = World::new();
    let id = world.create("w");
    world.init(&id);
    world.clock.advance(LIFETIME);
    // Nobody called expire_sessions: opening anew must not find the old keys.
    world.init(&id);
    assert_eq!(
        (world.unlocked(), world.kmd.open_wallets(), world.kmd.open_handles()),
        (1, 1, 1)
    );
}

trait Renew {
    fn renew(&self, handle: &str);
}

impl Renew for kmd_core::Kmd {
    fn renew(&self, handle: &str) {
        self.call().renew_handle(handle).unwrap();
    }
}
