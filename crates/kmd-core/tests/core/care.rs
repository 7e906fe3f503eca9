//! Passwords, soundness: what is asked for without a handle.

use kmd_core::{Error, SessionError};
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
    for open in [1, 0] {
        assert_eq!(world.unlocked(), open);
        let verified = world.kmd.call().verify_wallet(&id, &password()).unwrap();
        assert!(verified.problems.is_empty() && verified.generated_keys == 1);
        assert!(world.kmd.call().verify_wallet(&id, &Password::new(b"wrong")).is_err());
        world.clock.advance(LIFETIME);
        world.kmd.expire_sessions();
    }
}
