//! Passwords, soundness: what is asked for without a handle.

use std::sync::atomic::Ordering;

use kmd_core::{Error, NoToken, SessionError, TokenKeeper};
use kmd_crypto::Password;
use kmd_wallet::NewPassword;

use crate::support::{LIFETIME, World, password};

#[test]
fn a_new_password_ends_all_handles_of_its_wallet_alone() {
    let world = World::new();
    let (id, other) = (world.create("w"), world.create("other"));
    let handles = [world.init(&id), world.init(&id)];
    let kept = world.init(&other);
    let new = Password::new(b"new");
    let change = NewPassword {
        password: &new,
        n: None,
        r: None,
        p: None,
    };
    world.kmd.call().change_password(&id, &password(), change).unwrap();
    for handle in handles {
        let refused = world.kmd.call().list_keys(&handle);
        assert!(matches!(refused, Err(Error::Session(SessionError::Unknown))));
    }
    world.kmd.call().list_keys(&kept).unwrap();
    assert_eq!(world.unlocked(), 1);
    assert!(world.kmd.call().init_wallet(&id, &password()).is_err());
    world.kmd.call().init_wallet(&id, &new).unwrap();
}

#[test]
fn a_wallet_is_verified_whether_or_not_it_is_open() {
    let world = World::new();
    let id = world.create("w");
    world.kmd.call().generate_key(&world.init(&id), false).unwrap();
    for (open, closed) in [(1, 0), (0, 1)] {
        assert_eq!(world.unlocked(), open);
        world.verified_closed.store(0, Ordering::SeqCst);
        let verified = world.kmd.call().verify_wallet(&id, &password()).unwrap();
        assert!(verified.problems.is_empty() && verified.generated_keys == 1);
        assert_eq!(world.verified_closed.load(Ordering::SeqCst), closed);
        assert!(world.kmd.call().verify_wallet(&id, &Password::new(b"wrong")).is_err());
        world.clock.advance(LIFETIME);
        world.kmd.expire_sessions();
    }
}

#[test]
fn all_wallets_are_listed() {
    let world = World::new();
    let mut made = [world.create("one"), world.create("two")];
    let mut listed: Vec<_> = world.kmd.call().list_wallets().unwrap();
    listed.sort_by(|one, other| one.id.cmp(&other.id));
    made.sort();
    assert_eq!(listed.iter().map(|wallet| wallet.id.as_str()).collect::<Vec<_>>(), made);
}

#[test]
fn a_deleted_key_is_gone() {
    let world = World::new();
    let handle = world.init(&world.create("w"));
    let call = world.kmd.call();
    let [deleted, kept] = [0, 1].map(|_| call.generate_key(&handle, false).unwrap());
    call.delete_key(&handle, &password(), &deleted.to_string()).unwrap();
    assert_eq!(call.list_keys(&handle).unwrap(), [kept]);
    assert!(
        call.sign_program(&handle, &password(), &deleted.to_string(), b"x")
            .is_err()
    );
}

/// Only the server has a token to replace.
#[test]
fn a_token_that_is_not_there_is_not_rotated() {
    assert!(NoToken.rotate().is_err());
    assert!(matches!(World::new().kmd.call().rotate_token(), Err(Error::Token(_))));
}
