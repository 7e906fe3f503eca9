//! Wrong passwords: how many are free, how long the next must wait, and who
//! need not.

use std::time::Duration;

use kmd_core::Error;
use kmd_crypto::Password;
use kmd_wallet::NewPassword;

use crate::support::{World, password};

const SECOND: Duration = Duration::from_secs(1);

fn wrong() -> Password {
    Password::new(b"wrong")
}

/// `None`: the password was tried, and is wrong. Else the seconds to wait.
fn waits<T>(result: Result<T, Error>) -> Option<u64> {
    match result {
        Err(Error::TooManyAttempts(waiting)) => Some(waiting.seconds()),
        Err(Error::Unlock(kmd_wallet::Error::WrongPassword) | Error::Wallet(kmd_wallet::Error::WrongPassword)) => None,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("not refused"),
    }
}

fn init(world: &World, id: &str) -> Option<u64> {
    waits(world.kmd.call().init_wallet(id, &wrong()))
}

#[test]
fn five_are_free_and_then_the_wait_doubles() {
    let world = World::new();
    let (id, other) = (world.create("w"), world.create("other"));
    for _ in 0..5 {
        assert_eq!(init(&world, &id), None);
    }
    for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
        assert_eq!(init(&world, &id), Some(wait));
        world
            .clock
            .advance(Duration::from_secs(wait) - Duration::from_millis(1));
        assert_eq!(init(&world, &id), Some(1), "what is refused does not count");
        // The right one has to wait too, without a handle.
        assert!(matches!(
            world.kmd.call().init_wallet(&id, &password()),
            Err(Error::TooManyAttempts(_))
        ));
        world.clock.advance(Duration::from_millis(1));
        assert_eq!(init(&world, &id), None);
    }
    world.init(&other);
    world.clock.advance(300 * SECOND);
    world.init(&id);
    // All is forgotten.
    for _ in 0..5 {
        assert_eq!(init(&world, &id), None);
    }
    assert_eq!(init(&world, &id), Some(1));
}

#[test]
fn whatever_checks_a_password_counts() {
    let address = kmd_algorand::Address::from_bytes([1; 32]).to_string();
    type Ask = fn(&World, &str, &str, &str) -> Option<u64>;
    let asks: [Ask; 9] = [
        |world, id, _, _| init(world, id),
        |world, id, _, _| waits(world.kmd.call().rename_wallet(id, "new", &wrong())),
        |world, id, _, _| waits(world.kmd.call().verify_wallet(id, &wrong())),
        |world, id, _, _| {
            let new = NewPassword {
                password: &wrong(),
                n: None,
                r: None,
                p: None,
            };
            waits(world.kmd.call().change_password(id, &wrong(), new))
        },
        |world, _, handle, _| {
            waits(
                world
                    .kmd
                    .call()
                    .sign_transactions(handle, &wrong(), &[], kmd_core::Groups::Whole),
            )
        },
        |world, _, handle, address| waits(world.kmd.call().sign_program(handle, &wrong(), address, b"x")),
        |world, _, handle, address| waits(world.kmd.call().sign_program(handle, &wrong(), address, b"y")),
        |world, id, _, _| init(world, id),
        |world, _, handle, address| waits(world.kmd.call().sign_program(handle, &wrong(), address, b"z")),
    ];
    for first in 0..asks.len() {
        let world = World::new();
        let id = world.create("w");
        let handle = world.init(&id);
        for ask in asks.iter().cycle().skip(first).take(5) {
            assert_eq!(ask(&world, &id, &handle, &address), None);
        }
        for ask in asks {
            assert_eq!(ask(&world, &id, &handle, &address), Some(1));
        }
    }
}

#[test]
fn a_right_password_with_a_handle_need_not_wait_and_helps_nobody() {
    let world = World::new();
    let id = world.create("w");
    let handle = world.init(&id);
    let address = world.kmd.call().generate_key(&handle, false).unwrap().to_string();
    let sign = || world.kmd.call().sign_program(&handle, &password(), &address, b"x");
    for _ in 0..5 {
        assert_eq!(init(&world, &id), None);
    }
    sign().unwrap();
    assert_eq!(init(&world, &id), Some(1));
    assert!(matches!(
        world.kmd.call().verify_wallet(&id, &password()),
        Err(Error::TooManyAttempts(_))
    ));
    world.clock.advance(SECOND);
    sign().unwrap();
    assert_eq!(init(&world, &id), None);
    assert_eq!(init(&world, &id), Some(2));
}

#[test]
fn an_hour_of_quiet_forgets() {
    let world = World::new();
    let id = world.create("w");
    for _ in 0..5 {
        assert_eq!(init(&world, &id), None);
    }
    world.clock.advance(3600 * SECOND);
    for _ in 0..5 {
        assert_eq!(init(&world, &id), None);
    }
    assert_eq!(init(&world, &id), Some(1));
}

#[test]
fn wallets_that_are_not_there_are_never_waited_for() {
    let world = World::new();
    for _ in 0..20 {
        assert!(matches!(
            world.kmd.call().init_wallet("00ff", &wrong()),
            Err(Error::Wallet(kmd_wallet::Error::WalletNotFound))
        ));
    }
}
